"""The public keys of a ZITADEL instance: kept, and asked for again when one is not known.

An unknown key id asks the source at most every `PAUSE_SECONDS`, so that invented ids do not
make us ask without end; keys older than `MAX_AGE_SECONDS` are asked for again, so that one
that ZITADEL took back is no longer believed. Where the source does not answer, the last good
keys stay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from actionsd_broker import log
from actionsd_gateway.zitadel.document import PayloadError, read_document
from actionsd_gateway.zitadel.parts import members

PAUSE_SECONDS = 10.0
MAX_AGE_SECONDS = 3600.0
MAX_JWKS_BYTES = 256 * 1024

PublicKey = RSAKey | ECKey | OKPKey
Source = Callable[[], Awaitable[bytes]]


class SourceError(Exception):
    """Raised by a source that has no keys to give; its text says why, for the log."""


def read_keys(document: bytes) -> dict[str, PublicKey]:
    """Return the keys of a JWKS by their ids; raises SourceError.

    Keys of kinds that are not known, without an id, or for encryption are passed over.
    """
    try:
        entries = members(read_document(document), "keys")
    except PayloadError as error:
        raise SourceError(f"no JWKS: {error}") from None
    keys: dict[str, PublicKey] = {}
    for entry in entries:
        kid = entry.get("kid")
        if isinstance(kid, str) and entry.get("use", "sig") == "sig":
            key = _import(entry)
            if key is not None:
                keys[kid] = key
    if not keys:
        raise SourceError("no JWKS: no key for signatures in it")
    return keys


def _import(entry: dict[str, Any]) -> PublicKey | None:
    try:
        key = KeySet.import_key_set({"keys": [entry]}).keys[0]
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    # A secret key is not among them: nobody may sign with what is public.
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None


class Jwks:
    """The keys of one instance. `clock` gives seconds that never go back."""

    def __init__(self, name: str, source: Source, clock: Callable[[], float]) -> None:
        self._name = name
        self._source = source
        self._clock = clock
        self._keys: dict[str, PublicKey] = {}
        self._good_at: float | None = None
        self._asked_at: float | None = None
        self._lock = asyncio.Lock()

    @property
    def is_known(self) -> bool:
        """Whether there are any keys: without them nobody can say whether a JWT is ZITADEL's."""
        return bool(self._keys)

    async def find(self, kid: str) -> PublicKey | None:
        """Return the key with an id, None if the source has none, or says nothing."""
        if kid not in self._keys or self._is_old():
            async with self._lock:
                if (kid not in self._keys or self._is_old()) and self._may_ask():
                    await self._ask()
        return self._keys.get(kid)

    def _is_old(self) -> bool:
        return self._good_at is None or self._clock() - self._good_at > MAX_AGE_SECONDS

    def _may_ask(self) -> bool:
        return self._asked_at is None or self._clock() - self._asked_at >= PAUSE_SECONDS

    async def _ask(self) -> None:
        self._asked_at = self._clock()
        try:
            self._keys = read_keys(await self._source())
        except SourceError as error:
            log.warning("zitadel_jwks_failed", instance=self._name, reason=str(error))
        else:
            self._good_at = self._clock()
