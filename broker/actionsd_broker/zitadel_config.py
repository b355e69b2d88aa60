"""The configuration's tables `[http.zitadel.INSTANCE]`: what a ZITADEL's calls are checked by."""

from __future__ import annotations

from msgspec import Struct


class KeySource(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a key is: in a file, or in an environment variable."""

    file: str | None = None
    env: str | None = None


class ZitadelTable(Struct, frozen=True, forbid_unknown_fields=True):
    """One ZITADEL instance.

    signing_keys  the keys that its targets sign with
    """

    signing_keys: tuple[KeySource, ...] = ()
