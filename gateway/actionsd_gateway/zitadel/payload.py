"""A body as the document in it: JSON, signed (JWT), or encrypted as well (JWE) (spec, 7.5).

Which it is, the configuration says and never the body: whoever could choose would choose the
weakest. Algorithms are pinned to those that ZITADEL uses; `none` and secret keys are not
among them.
"""

from __future__ import annotations

import base64
import enum
import warnings
from collections.abc import Sequence
from typing import Any

from joserfc import jwe, jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, RSAKey

from actionsd_gateway.zitadel.document import PayloadError, read_document
from actionsd_gateway.zitadel.jwks import Jwks, PublicKey

SIGNATURES = frozenset({"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"})
_CONTENT = "A256GCM"
_KINDS: dict[str, type[RSAKey | ECKey]] = {
    "RSA-OAEP-256": RSAKey,
    "ECDH-ES+A256KW": ECKey,
}

MAX_TOKEN_CHARACTERS = 16 * 2**20
"""The gateway's own limit of a body is less, and comes first."""


class Unverifiable(enum.Enum):
    """Why a body is not taken for ZITADEL's. Without keys the fault is ours."""

    TOKEN = "malformed token"  # noqa: S105 - what is told of one
    ALGORITHM = "algorithm not allowed"
    KEY = "unknown key"
    SIGNATURE = "wrong signature"
    DECRYPTION = "cannot be decrypted with any of the keys"
    NO_KEYS = "no public keys known"


class _Signatures(jws.JWSRegistry):
    max_payload_length = MAX_TOKEN_CHARACTERS


class _Encryption(jwe.JWERegistry):
    max_ciphertext_length = MAX_TOKEN_CHARACTERS


async def open_body(
    body: bytes, jwks: Jwks | None, private_keys: Sequence[RSAKey | ECKey]
) -> dict[str, Any] | Unverifiable:
    """Return the document in a body. Without keys it is JSON; raises PayloadError.

    jwks          the keys that a JWT must be signed with; None: bodies are plain JSON
    private_keys  for bodies that are encrypted: the JWT is in a JWE
    """
    if jwks is None:
        return read_document(body)
    if private_keys:
        decrypted = decrypt(body, private_keys)
        if isinstance(decrypted, Unverifiable):
            return decrypted
        body = decrypted
    payload = await verify(body, jwks)
    return payload if isinstance(payload, Unverifiable) else read_document(payload)


def decrypt(body: bytes, keys: Sequence[RSAKey | ECKey]) -> bytes | Unverifiable:
    """Return the JWT in a JWE. Its key id is ZITADEL's own: each key of its kind is tried."""
    header = _header(body, parts=5)
    if isinstance(header, Unverifiable):
        return header
    algorithm = header.get("alg")
    kind = _KINDS.get(algorithm) if isinstance(algorithm, str) else None
    # What is compressed could grow without limit when unpacked; ZITADEL does not compress.
    if kind is None or header.get("enc") != _CONTENT or "zip" in header:
        return Unverifiable.ALGORITHM
    registry = _Encryption(algorithms=[*_KINDS, _CONTENT])
    for key in keys:
        if isinstance(key, kind):
            try:
                plain = jwe.decrypt_compact(body, key, registry=registry).plaintext
            except (JoseError, ValueError, TypeError):
                continue
            if plain is not None:
                return plain
    return Unverifiable.DECRYPTION


async def verify(token: bytes, jwks: Jwks) -> bytes | Unverifiable:
    """Return the claims of a JWT, as their JSON text.

    It has no times and no audience: when it was sent and to whom, the signature of the whole
    body says (spec, 7.4).
    """
    header = _header(token, parts=3)
    if isinstance(header, Unverifiable):
        return header
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in SIGNATURES or "crit" in header:
        return Unverifiable.ALGORITHM
    if not isinstance(kid, str):
        return Unverifiable.KEY
    key = await jwks.find(kid)
    if key is None:
        return Unverifiable.KEY if jwks.is_known else Unverifiable.NO_KEYS
    payload = _verified(token, key, algorithm)
    return Unverifiable.SIGNATURE if payload is None else payload


def _verified(token: bytes, key: PublicKey, algorithm: str) -> bytes | None:
    registry = _Signatures(algorithms=[algorithm])
    try:
        with warnings.catch_warnings():
            # ZITADEL's library signs with the name that RFC 9864 has replaced.
            warnings.simplefilter("ignore", SecurityWarning)
            return jws.deserialize_compact(token, key, registry=registry).payload
    except (JoseError, ValueError, TypeError):
        return None


def _header(token: bytes, *, parts: int) -> dict[str, Any] | Unverifiable:
    """Return the header of a compact token of so many parts."""
    if token.count(b".") != parts - 1:
        return Unverifiable.TOKEN
    encoded = token.partition(b".")[0]
    if len(encoded) > 4096:
        return Unverifiable.TOKEN
    try:
        return read_document(_unpadded(encoded))
    except (PayloadError, ValueError):
        return Unverifiable.TOKEN


def _unpadded(encoded: bytes) -> bytes:
    return base64.b64decode(encoded + b"=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
