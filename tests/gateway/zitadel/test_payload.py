"""Signed and encrypted bodies: opened with the right keys, and refused for anything else."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from typing import Any

import pytest
from joserfc import jwe, jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from zitadel import KID, Zitadel

from actionsd_gateway.zitadel.document import PayloadError
from actionsd_gateway.zitadel.jwks import Jwks, SourceError
from actionsd_gateway.zitadel.payload import Unverifiable, open_body

RSA = RSAKey.generate_key(2048)
EC = ECKey.generate_key("P-256")
OTHER_RSA = RSAKey.generate_key(2048)
OTHER_EC = ECKey.generate_key("P-256")
PAYLOAD = {"function": "function/preuserinfo", "n": 12345678901234567890123}


def jwks(document: dict[str, Any] | None = None) -> Jwks:
    async def source() -> bytes:
        if document is None:
            raise SourceError("down")
        return json.dumps(document).encode()

    return Jwks("test", source, lambda: 0.0)


def opened(body: bytes, keys: Jwks | None, *private: RSAKey | ECKey) -> Any:
    return asyncio.run(open_body(body, keys, private))


@pytest.mark.parametrize("web_key", [RSA, EC])
def test_jwt_of_zitadel_is_opened(web_key: RSAKey | ECKey) -> None:
    zitadel = Zitadel(payload="jwt", web_key=web_key)
    assert opened(zitadel.write(PAYLOAD), jwks(zitadel.jwks())) == PAYLOAD


@pytest.mark.parametrize("name", ["EdDSA", "Ed25519"])
def test_jwt_of_an_edwards_key_is_opened(name: str) -> None:
    key = OKPKey.generate_key("Ed25519")
    with pytest.warns() if name == "EdDSA" else _nothing():
        token = jws.serialize_compact({"alg": name, "kid": "e"}, b"{}", key, algorithms=[name])
    assert (
        opened(token.encode(), jwks({"keys": [{**key.as_dict(private=False), "kid": "e"}]})) == {}
    )


@pytest.mark.parametrize("encryption_key", [RSA, EC])
def test_jwe_of_zitadel_is_opened_with_the_key_of_its_kind(encryption_key: RSAKey | ECKey) -> None:
    zitadel = Zitadel(payload="jwe", web_key=OTHER_RSA, encryption_key=encryption_key)
    keys = jwks(zitadel.jwks())
    body = zitadel.write(PAYLOAD)
    assert opened(body, keys, OTHER_EC, OTHER_RSA, EC, RSA) == PAYLOAD
    assert opened(body, keys, OTHER_EC, OTHER_RSA) is Unverifiable.DECRYPTION


def test_two_megabytes_are_opened() -> None:
    zitadel = Zitadel(payload="jwe", web_key=EC, encryption_key=EC)
    large = {"text": "x" * 2_000_000}
    assert opened(zitadel.write(large), jwks(zitadel.jwks()), EC) == large


def test_kind_of_a_body_is_not_its_own_choice() -> None:
    plain = json.dumps(PAYLOAD).encode()
    signed = Zitadel(payload="jwt", web_key=RSA).write(PAYLOAD)
    known = jwks(Zitadel(web_key=RSA).jwks())
    assert opened(plain, known) is Unverifiable.TOKEN
    assert opened(signed, known, RSA) is Unverifiable.TOKEN
    with pytest.raises(PayloadError, match="not JSON"):
        opened(signed, None)
    encrypted = Zitadel(payload="jwe", web_key=RSA, encryption_key=RSA).write(PAYLOAD)
    assert opened(encrypted, known) is Unverifiable.TOKEN


def test_another_key_of_the_same_id_is_refused() -> None:
    body = Zitadel(payload="jwt", web_key=OTHER_RSA).write(PAYLOAD)
    assert opened(body, jwks(Zitadel(web_key=RSA).jwks())) is Unverifiable.SIGNATURE


def test_algorithm_of_another_kind_of_key_is_refused() -> None:
    body = Zitadel(payload="jwt", web_key=EC).write(PAYLOAD)
    assert opened(body, jwks(Zitadel(web_key=RSA).jwks())) is Unverifiable.SIGNATURE


def part(document: Any) -> str:
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "PS256", "", 5, None, ["RS256"]])
def test_algorithm_that_zitadel_does_not_use_is_refused(algorithm: Any) -> None:
    token = f"{part({'alg': algorithm, 'kid': KID})}.{part(PAYLOAD)}."
    known = jwks(Zitadel(web_key=RSA).jwks())
    assert opened(token.encode(), known) is Unverifiable.ALGORITHM


def test_public_key_taken_for_a_secret_is_refused() -> None:
    # Which joserfc itself would not do: by hand.
    signed = f"{part({'alg': 'HS256', 'kid': KID})}.{part(PAYLOAD)}"
    mac = hmac.digest(RSA.as_pem(private=False), signed.encode(), "sha256")
    token = f"{signed}.{part(mac)}"
    assert opened(token.encode(), jwks(Zitadel(web_key=RSA).jwks())) is Unverifiable.ALGORITHM


def test_unknown_and_missing_key_ids_are_refused() -> None:
    known = jwks(Zitadel(web_key=RSA).jwks())
    for header in ({"alg": "RS256", "kid": "other"}, {"alg": "RS256"}, {"alg": "RS256", "kid": 1}):
        assert opened(f"{part(header)}.e30.AAAA".encode(), known) is Unverifiable.KEY


def test_without_any_public_key_it_is_our_fault() -> None:
    body = Zitadel(payload="jwt", web_key=RSA).write(PAYLOAD)
    assert opened(body, jwks()) is Unverifiable.NO_KEYS


@pytest.mark.parametrize(
    "token",
    [
        b"",
        b"..",
        b"a.b.c",
        b"e30",
        b"W10.e30.AAAA",
        b"\xff.\xff.\xff",
        b"e30=.e30.AAAA",
        b"a" * 5000 + b".e30.AA",
    ],
)
def test_what_is_no_token_is_refused(token: bytes) -> None:
    known = jwks(Zitadel(web_key=RSA).jwks())
    assert isinstance(opened(token, known), Unverifiable)


def test_changed_claims_are_refused() -> None:
    zitadel = Zitadel(payload="jwt", web_key=RSA)
    head, _, signature = zitadel.write(PAYLOAD).decode().split(".")
    token = f"{head}.{part({'function': 'other'})}.{signature}"
    assert opened(token.encode(), jwks(zitadel.jwks())) is Unverifiable.SIGNATURE


def test_signed_text_that_is_no_object_is_refused() -> None:
    zitadel = Zitadel(payload="jwt", web_key=RSA)
    with pytest.raises(PayloadError, match="twice"):
        opened(zitadel.write(b'{"a":1,"a":2}'), jwks(zitadel.jwks()))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "RSA1_5", "enc": "A256GCM"},
        {"alg": "RSA-OAEP", "enc": "A256GCM"},
        {"alg": "dir", "enc": "A256GCM"},
        {"alg": "RSA-OAEP-256", "enc": "A128CBC-HS256"},
        {"alg": "RSA-OAEP-256", "enc": "A256GCM", "zip": "DEF"},
    ],
)
def test_encryption_that_zitadel_does_not_use_is_refused(header: dict[str, str]) -> None:
    token = f"{part(header)}.AAAA.AAAA.AAAA.AAAA".encode()
    assert opened(token, jwks(Zitadel(web_key=RSA).jwks()), RSA) is Unverifiable.ALGORITHM


def test_broken_encryption_is_refused() -> None:
    header = {"alg": "RSA-OAEP-256", "enc": "A256GCM"}
    token = f"{part(header)}.AAAA.AAAA.AAAA.AAAA".encode()
    known = jwks(Zitadel(web_key=RSA).jwks())
    assert opened(token, known, RSA) is Unverifiable.DECRYPTION
    inner = jwe.encrypt_compact(header, b"not a jwt", RSA, algorithms=list(header.values()))
    assert opened(inner.encode(), known, RSA) is Unverifiable.TOKEN


class _nothing:  # noqa: N801 - stands beside pytest.warns
    def __enter__(self) -> None:
        """Expect nothing."""

    def __exit__(self, *_: object) -> None:
        """Nothing was expected."""
