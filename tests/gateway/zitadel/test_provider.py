"""What an external IdP said, under the names that an action of v1 knows."""

from __future__ import annotations

from actionsd_gateway.zitadel.provider import provider_info


def test_saml_has_its_id_and_attributes() -> None:
    raw = {"id": "x", "attributes": {"mail": ["a@b"]}}
    assert provider_info({"rawInformation": raw, "saml": {}}) == {
        "iD": "x",
        "attributes": {"mail": ["a@b"]},
    }


def test_oidc_has_all_fields_of_its_struct_and_the_raw_claims() -> None:
    raw = {"sub": "1", "given_name": "G", "groups": ["a"]}
    info = provider_info({"rawInformation": raw, "oauth": {"idToken": "t"}})
    assert info is not None
    assert (info["subject"], info["givenName"], info["familyName"]) == ("1", "G", "")
    assert info["emailVerified"] is False
    assert info["claims"] == raw
    assert "given_name" not in info
    assert "groups" not in info


def test_oauth_has_the_fields_of_a_struct_and_the_raw_user() -> None:
    raw = {"login": "l", "avatar_url": "u", "displayName": "D", "ID": 5}
    info = provider_info({"rawInformation": raw, "oauth": {"accessToken": "t"}})
    assert info == {"login": "l", "avatarUrl": "u", "displayName": "D", "iD": 5, "rawInfo": raw}


def test_oauth_user_is_unwrapped() -> None:
    raw = {"RawInfo": {"given_name": "G"}}
    info = provider_info({"rawInformation": raw, "oauth": {"accessToken": "t"}})
    assert info == {"givenName": "G", "rawInfo": {"given_name": "G"}}


def test_azure_has_the_fields_of_its_struct_for_all_its_id_token() -> None:
    raw = {"id": "1", "displayName": "D", "userPrincipalName": "u@x"}
    info = provider_info({"rawInformation": raw, "oauth": {"idToken": "t"}})
    assert info is not None
    assert (info["iD"], info["displayName"], info["userPrincipalName"]) == ("1", "D", "u@x")


def test_provider_that_said_nothing_is_null() -> None:
    assert provider_info({"ldap": {}}) is None


def test_underscores_without_end_are_read_at_once() -> None:
    # Matched anew from each of them, this takes hours, and nobody else is answered.
    name = "_" * 1_000_000
    assert provider_info({"rawInformation": {f"a__b_c{name}": 1}}) == {f"aBC{name}": 1}
