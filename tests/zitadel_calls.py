"""What the stand-in ZITADEL knows of one user, as v2 sends it and as v1 shows it to an action.

Both come from the same facts, so that what an action ends in can be compared. With it, how
such a call is read, and what an action may say to it.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from actionsd_gateway.zitadel.call import Call
from actionsd_gateway.zitadel.calls import read_call
from actionsd_protocol.context import check_context

USER_ID = "231"
CLIENT_ID = "app-1@project"
IDP_ID = "idp-1"
INSTANCE = "instance-9"
DATE = "2025-03-26T15:52:23.917636Z"


def encoded(value: object) -> str:
    """Return a value of metadata as `appendMetadata` stores it, base64."""
    return base64.b64encode(json.dumps(value).encode()).decode()


def read(payload: dict[str, Any]) -> Call:
    """Read a call that has something to run, and see that a broker takes its context."""
    call = read_call(payload)
    assert call is not None, "nothing is to be run"
    check_context(json.dumps(call.context).encode())
    return call


def mutation(op: str, value: Any) -> dict[str, Any]:
    """Return the mutation that a setter of one value makes."""
    return {"action": "a", "op": op, "value": value}


HUMAN = {
    "first_name": "Minnie",
    "last_name": "Mouse",
    "display_name": "Minnie Mouse",
    "preferred_language": "en",
    "gender": 1,
    "email": "minnie@acme.example",
    "is_email_verified": True,
}

GRANTS = [
    {"id": "g1", "project_id": "p1", "project_name": "Portal", "roles": ["admin", "reader"]},
    {"id": "g2", "project_id": "p2", "project_name": "Shop", "roles": ["buyer"], "grant_id": "pg2"},
]
METADATA = [{"key": "idpPicture", "value": encoded("https://pictures.example/minnie.png")}]
USERINFO = {"sub": USER_ID, "name": "Minnie Mouse", "urn:zitadel:iam:org:id": "o1"}


def v2_user(org: str) -> dict[str, Any]:
    """Return the user of a function call (7.6)."""
    return {
        "id": USER_ID,
        "creation_date": DATE,
        "change_date": DATE,
        "sequence": 17,
        "state": 1,
        "resource_owner": org,
        "username": "minnie",
        "preferred_login_name": "minnie@acme.example",
        "human": {**HUMAN, "password_changed": "0001-01-01T00:00:00Z"},
        "a_field_of_next_year": {"deep": [1]},
    }


def v2_grants(org: str, *, documented: bool = False) -> list[dict[str, Any]]:
    """Return the grants in the source's spelling, or in the documentation's."""
    common = {"state": 1, "creation_date": DATE, "change_date": DATE, "sequence": 3}
    grants = [
        {
            **common,
            **grant,
            "user_id": USER_ID,
            "resource_owner": org,
            "org_name": "ACME",
            "user_resource_owner": org,
        }
        for grant in GRANTS
    ]
    if not documented:
        return grants
    names = {
        "grant_id": "projectGrantId",
        "resource_owner": "userGrantResourceOwner",
        "org_name": "userGrantResourceOwnerName",
        "project_id": "projectId",
        "project_name": "projectName",
        "user_id": "userId",
        "user_resource_owner": "userResourceOwner",
        "creation_date": "creationDate",
        "change_date": "changeDate",
    }
    return [{names.get(key, key): value for key, value in grant.items()} for grant in grants]


def function(name: str, org: str, **more: Any) -> dict[str, Any]:
    """Return a function call (7.6, 7.8)."""
    saml = name == "presamlresponse"
    payload = {"function": f"function/{name}", "user": v2_user(org), "user_grants": v2_grants(org)}
    if not saml:
        payload |= {
            "userinfo": USERINFO,
            "user_metadata": METADATA,
            "org": {"id": org, "name": "ACME", "primary_domain": "acme.example"},
            "application": {"client_id": CLIENT_ID},
            "actor": {"user_id": "9", "issuer": "https://id.example", "actor": {"user_id": "8"}},
        }
    return {**payload, "a_part_of_next_year": 1, **more}


def v1_user(org: str) -> dict[str, Any]:
    """Return the user as an action's context has it (2.9)."""
    return {
        "id": USER_ID,
        "creationDate": DATE,
        "changeDate": DATE,
        "sequence": 17,
        "state": 1,
        "resourceOwner": org,
        "username": "minnie",
        "preferredLoginName": "minnie@acme.example",
        "human": {
            "firstName": "Minnie",
            "lastName": "Mouse",
            "displayName": "Minnie Mouse",
            "preferredLanguage": "en",
            "gender": 1,
            "email": "minnie@acme.example",
            "isEmailVerified": True,
        },
    }


def v1_grants(org: str) -> list[dict[str, Any]]:
    """Return the grants as an action's context has them (2.9)."""
    return [
        {
            "id": grant["id"],
            "projectId": grant["project_id"],
            "projectName": grant["project_name"],
            "roles": grant["roles"],
            **({"projectGrantId": grant["grant_id"]} if "grant_id" in grant else {}),
            "state": 1,
            "creationDate": DATE,
            "changeDate": DATE,
            "sequence": 3,
            "userId": USER_ID,
            "userGrantResourceOwner": org,
            "userGrantResourceOwnerName": "ACME",
            "userResourceOwner": org,
        }
        for grant in GRANTS
    ]


def v1_token(org: str) -> dict[str, Any]:
    """Return the context of a token (2.6a) that says the same as `function`."""
    return {
        "claims": USERINFO,
        "user": v1_user(org),
        "userMetadata": METADATA,
        "userGrants": v1_grants(org),
        "org": {"id": org, "name": "ACME", "primaryDomain": "acme.example"},
        "application": {"clientId": CLIENT_ID},
        "actor": {"userId": "9", "issuer": "https://id.example", "actor": {"userId": "8"}},
    }


# Calls of the API (7.10)


def human_message(org: str, *, external: bool = False) -> dict[str, Any]:
    """Return an AddHumanUserRequest."""
    message: dict[str, Any] = {
        "username": "donald",
        "organization": {"orgId": org},
        "profile": {
            "givenName": "Donald",
            "familyName": "Duck",
            "displayName": "Donald Duck",
            "preferredLanguage": "de",
            "gender": "GENDER_MALE",
        },
        "email": {
            "email": "donald@acme.example",
            "sendCode": {"urlTemplate": "https://x/{{.Code}}"},
        },
        "phone": {"phone": "+41791234567"},
        "password": {"password": "Quack-Quack-1", "changeRequired": False},
        "metadata": [{"key": "from", "value": encoded("Duckburg")}],
    }
    if external:
        message["idpLinks"] = [{"idpId": IDP_ID, "userId": "77", "userName": "dd"}]
    return message


def create_message(org: str) -> dict[str, Any]:
    """Return a CreateUserRequest that says the same."""
    message = human_message(org)
    human = {k: v for k, v in message.items() if k not in ("username", "organization")}
    return {"organizationId": org, "username": "donald", "human": human}


def execution(method: str, org: str, request: Any, **more: Any) -> dict[str, Any]:
    """Return a call of the API; with `response` that of a response execution."""
    return {
        "fullMethod": f"/zitadel.{method}",
        "instanceID": INSTANCE,
        "orgID": org,
        "projectID": "p1",
        "userID": "login-client",
        "request": request,
        "headers": {"Host": ["id.example"], "X-Forwarded-For": ["192.0.2.7"]},
        **more,
    }


def v1_creation(org: str) -> dict[str, Any]:
    """Return the context before a creation (2.2) that says the same as the messages."""
    del org
    return {
        "user": {
            "username": "donald",
            "human": {
                "firstName": "Donald",
                "lastName": "Duck",
                "displayName": "Donald Duck",
                "preferredLanguage": "de",
                "gender": 2,
                "email": "donald@acme.example",
                "isEmailVerified": False,
                "phone": "+41791234567",
            },
        },
        "userMetadata": [{"key": "from", "value": encoded("Duckburg")}],
    }


SAML_ATTRIBUTES = {
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname": ["Goofy"],
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname": ["Goof"],
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": ["goofy@acme.example"],
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name": ["goofy#EXT#"],
    "http://schemas.microsoft.com/identity/claims/displayname": ["G. Goof"],
    "givenname": ["Goofy"],
    "surname": ["Goof"],
    "emailaddress": ["goofy@acme.example"],
    "urn:oid:2.5.4.42": ["Goofy"],
    "urn:oid:2.5.4.4": ["Goof"],
    "urn:oid:1.3.6.1.4.1.5923.1.1.1.6": ["goofy@acme.example"],
    "urn:oid:2.5.4.3": ["G. Goof"],
    "urn:oid:0.9.2342.19200300.100.1.1": ["goofy"],
}
RAW = {
    "sub": "77",
    "id": 77,
    "name": "Goofy",
    "given_name": "Goofy",
    "family_name": "Goof",
    "email": "goofy@acme.example",
    "email_verified": True,
    "preferred_username": "goofy.goof",
    "picture": "https://pictures.example/goofy.png",
}


def id_token() -> str:
    """Return an id_token of the external IdP, whose signature nobody here looks at."""
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256"}, RAW)]
    return ".".join([*(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts), "c2ln"])


def intent(org: str, kind: str) -> dict[str, Any]:
    """Return an external login of a new user (7.12); `kind` is saml, oauth or oidc."""
    tokens = {"accessToken": "at-1", "refreshToken": "rt-1"}
    if kind == "oidc":
        tokens["idToken"] = id_token()
    raw = {"id": "77", "attributes": SAML_ATTRIBUTES} if kind == "saml" else RAW
    access = {"saml": {"assertion": "PHNhbWw+"}} if kind == "saml" else {"oauth": tokens}
    response = {
        "details": {"sequence": "12", "changeDate": DATE, "resourceOwner": INSTANCE},
        "idpInformation": {
            "idpId": IDP_ID,
            "userId": "77",
            "userName": "goofy@idp",
            "rawInformation": raw,
            **access,
        },
        "addHumanUser": {
            "organization": {"orgId": org},
            "username": "goofy@idp",
            "profile": {"givenName": "?", "familyName": "?", "preferredLanguage": "und"},
            "email": {"email": "old@acme.example", "sendCode": {}},
            "idpLinks": [{"idpId": IDP_ID, "userId": "77", "userName": "goofy@idp"}],
        },
    }
    request = {"idpIntentId": "1", "idpIntentToken": "token"}
    method = "user.v2.UserService/RetrieveIdentityProviderIntent"
    return execution(method, org, request, response=response)


def v1_external(org: str, kind: str) -> dict[str, Any]:
    """Return the context of an external login (2.1) that says the same."""
    del org
    context: dict[str, Any] = {
        "externalUser": {
            "externalId": "77",
            "externalIdpId": IDP_ID,
            "human": {"firstName": "?", "lastName": "?", "email": "old@acme.example"},
        },
        "providerInfo": {"iD": "77", "attributes": SAML_ATTRIBUTES},
    }
    if kind == "saml":
        return context
    context |= {"accessToken": "at-1", "refreshToken": "rt-1"}
    # As the Go structs show themselves (2.10): GitHub's and GitLab's, and the generic one's.
    context["providerInfo"] = {"iD": 77, "name": "Goofy", "rawInfo": RAW}
    if kind == "oidc":
        claims = {"idToken": id_token(), "idTokenClaims": RAW}
        info = {
            "subject": "77",
            "name": "Goofy",
            "givenName": "Goofy",
            "familyName": "Goof",
            "email": "goofy@acme.example",
            "emailVerified": True,
            "preferredUsername": "goofy.goof",
            "picture": RAW["picture"],
            "claims": RAW,
        }
        context |= {**claims, "providerInfo": info}
    return context
