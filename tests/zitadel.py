"""A ZITADEL of the tests' own: it signs calls as the source does, and applies what comes back.

Written from spec zitadel-actions.md, 7.2 to 7.12; knows nothing of the code under test.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp
from joserfc import jwe, jws
from joserfc.jwk import ECKey, RSAKey

SIGNING_KEY = "a-signing-key-of-the-target"
CLAIM_PREFIX = "urn:zitadel:iam"
KID = "web-key-1"


class _Large(jws.JWSRegistry):
    max_payload_length = 2**24


class _LargeEncryption(jwe.JWERegistry):
    max_ciphertext_length = 2**24


class OperationError(Exception):
    """The operation fails in ZITADEL: `code` as its clients see it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


CODES = {
    400: "invalid_argument",
    401: "unauthenticated",
    403: "permission_denied",
    404: "not_found",
    409: "already_exists",
    429: "resource_exhausted",
}


def sign(body: bytes, *keys: str, at: float | None = None) -> str:
    """Return the header's value (7.4)."""
    moment = int(time.time() if at is None else at)
    message = b"%d.%s" % (moment, body)
    macs = [hmac.new(key.encode(), message, hashlib.sha256).hexdigest() for key in keys]
    return ",".join([f"t={moment}", *(f"v1={mac}" for mac in macs)])


def handle(status: int, body: bytes) -> bytes:
    """Return the body that is used, or raise as HandleResponse does (7.3)."""
    if not 200 <= status < 300:
        raise OperationError("failed_precondition", "Errors.Execution.Failed")
    try:
        document = json.loads(body)
    except ValueError:
        return body
    if isinstance(document, dict):
        code = document.get("forwardedStatusCode", 0)
        message = document.get("forwardedErrorMessage", "")
        if 400 <= code < 500:
            raise OperationError(CODES.get(code, "unknown"), message)
        if code or message:
            raise OperationError("failed_precondition", message)
    return body


@dataclass
class Zitadel:
    """An instance with one target: what it sends, in which payload type, signed with which keys."""

    url: str = ""
    payload: Literal["json", "jwt", "jwe"] = "json"
    keys: Sequence[str] = (SIGNING_KEY,)
    web_key: RSAKey | ECKey | None = None
    encryption_key: RSAKey | ECKey | None = None
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    def write(self, payload: Mapping[str, Any] | bytes) -> bytes:
        """Return the body of a call (7.5)."""
        text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        if self.payload == "json" or self.web_key is None:
            return text
        algorithm = "RS256" if isinstance(self.web_key, RSAKey) else "ES256"
        header = {"alg": algorithm, "kid": KID}
        registry = _Large(algorithms=[algorithm])
        token = jws.serialize_compact(header, text, self.web_key, registry=registry)
        if self.payload == "jwt" or self.encryption_key is None:
            return token.encode()
        rsa = isinstance(self.encryption_key, RSAKey)
        wrap = "RSA-OAEP-256" if rsa else "ECDH-ES+A256KW"
        outer = {"alg": wrap, "enc": "A256GCM", "kid": "1", "typ": "JWT", "cty": "JWT"}
        encryption = _LargeEncryption(algorithms=[wrap, "A256GCM"])
        return jwe.encrypt_compact(
            outer, token.encode(), self.encryption_key, registry=encryption
        ).encode()

    def jwks(self) -> dict[str, Any]:
        """Return what is at `/oauth/v2/keys`."""
        assert self.web_key is not None
        public = self.web_key.as_dict(private=False)
        return {"keys": [{**public, "kid": KID, "use": "sig"}]}

    async def call(
        self, session: aiohttp.ClientSession, payload: Mapping[str, Any] | bytes
    ) -> bytes:
        """Call the target; return the body that is used, or raise OperationError."""
        body = self.write(payload)
        return handle(*await self.send(session, body, sign(body, *self.keys)))

    async def send(
        self, session: aiohttp.ClientSession, body: Any, header: str | None
    ) -> tuple[int, bytes]:
        """Send a body with a signature; return the status and the body of what comes back."""
        headers = {"Content-Type": "application/json"}
        if header is not None:
            headers["ZITADEL-Signature"] = header
            if isinstance(body, bytes):
                self.sent.append((header, body))
        data = io.BytesIO(body) if isinstance(body, bytes) else body
        async with session.post(self.url, data=data, headers=headers) as response:
            return response.status, await response.read()


# What is done with a reply

STANDARD = ("sub", "name", "given_name", "family_name", "picture", "email", "email_verified")


def complement_token(
    function: str, userinfo: Mapping[str, Any], reply: bytes
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the claims of a token, and the metadata that are set (7.7)."""
    document = _json(reply, {"set_user_metadata", "append_claims", "append_log_claims"})
    metadata = {entry["key"]: entry["value"] for entry in document.get("set_user_metadata", ())}
    custom = {key: value for key, value in userinfo.items() if key not in STANDARD}
    standard = {key: value for key, value in userinfo.items() if key in STANDARD}
    log = []
    for claim in document.get("append_claims", ()):
        key = claim["key"]
        if key.startswith(CLAIM_PREFIX):
            continue
        if custom.get(key) is not None:
            log.append(f'key "{key}" already exists')
        else:
            custom[key] = claim["value"]
    log += document.get("append_log_claims", [])
    if log:
        custom[f"{CLAIM_PREFIX}:action:{function}:log"] = log
    return {**custom, **standard}, metadata


def complement_saml(reply: bytes) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the custom attributes of a SAML response, and the metadata that are set (7.8)."""
    document = _json(reply, {"set_user_metadata", "append_attribute"})
    attributes = {}
    for attribute in document.get("append_attribute", ()):
        assert set(attribute) == {"name", "name_format", "value"}
        assert isinstance(attribute["value"], list)
        assert all(isinstance(value, str) for value in attribute["value"])
        attributes[attribute["name"]] = attribute["value"]
    metadata = {entry["key"]: entry["value"] for entry in document.get("set_user_metadata", ())}
    return attributes, metadata


def changed_message(message: dict[str, Any], reply: bytes) -> dict[str, Any]:
    """Return a message after a reply, which replaces it whole (7.10); fields must be known."""
    if not reply:
        return message
    changed: dict[str, Any] = json.loads(reply)
    _check_message(changed)
    return changed


def _json(reply: bytes, fields: set[str]) -> dict[str, Any]:
    if not reply:
        return {}
    document: dict[str, Any] = json.loads(reply)
    assert set(document) <= fields, "fields that ZITADEL does not know"
    return document


_ONEOF = ("sendCode", "returnCode", "isVerified")
_FIELDS = {
    "profile": {
        "givenName",
        "familyName",
        "nickName",
        "displayName",
        "preferredLanguage",
        "gender",
    },
    "email": {"email", *_ONEOF},
    "phone": {"phone", *_ONEOF},
}


def _check_message(message: dict[str, Any]) -> None:
    """Refuse what protojson refuses: unknown fields, two members of a oneof."""
    for holder in (message, message.get("human"), message.get("addHumanUser")):
        for name, known in _FIELDS.items():
            part = (holder or {}).get(name, {})
            assert set(part) <= known, f"unknown field in {name}: {set(part) - known}"
            assert sum(key in part for key in _ONEOF) <= 1, f"oneof of {name} is set twice"


def created_user(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the user that AddHumanUser or CreateUser makes of its message."""
    human = message.get("human", message)
    profile, email = human.get("profile", {}), human.get("email", {})
    phone = human.get("phone", {})
    return {
        "username": message.get("username") or email.get("email", ""),
        "firstName": profile.get("givenName", ""),
        "lastName": profile.get("familyName", ""),
        "nickName": profile.get("nickName", ""),
        "displayName": profile.get("displayName", ""),
        "preferredLanguage": profile.get("preferredLanguage", "und"),
        "gender": profile.get("gender", "GENDER_UNSPECIFIED"),
        "email": email.get("email", ""),
        "isEmailVerified": email.get("isVerified", False),
        "phone": phone.get("phone", ""),
        "isPhoneVerified": phone.get("isVerified", False),
        "metadata": {entry["key"]: entry["value"] for entry in human.get("metadata", ())},
    }
