"""How much a fetch may take, and how many fetches there may be. Pure."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from actionsd_broker.fetch.outcomes import Fault, FetchFailed
from actionsd_broker.fetch.rules import AllowTable


class FetchTable(Struct, frozen=True, forbid_unknown_fields=True):
    """The configuration's table `fetch`.

    allow            the entries that hold for every tenant
    connect_seconds  for looking a name up, connecting and TLS, at each hop
    total_seconds    for a fetch with all its redirects; an action's deadline still holds
    response_kib     of a response's body, decoded
    request_kib      of a request's body
    per_job          fetches of one job
    at_once          fetches of one tenant at a time; more wait
    keep_seconds     for a connection to wait for its action's next GET; 0: each has its own
    """

    allow: tuple[AllowTable, ...] = ()
    connect_seconds: Annotated[float, Meta(gt=0, le=60)] = 5.0
    total_seconds: Annotated[float, Meta(gt=0, le=60)] = 20.0
    response_kib: Annotated[int, Meta(ge=1, le=3072)] = 1024
    request_kib: Annotated[int, Meta(ge=1, le=1024)] = 256
    per_job: Annotated[int, Meta(ge=0, le=10_000)] = 32
    at_once: Annotated[int, Meta(ge=1, le=1000)] = 16
    keep_seconds: Annotated[float, Meta(ge=0, le=60)] = 4.0


class Allowance:
    """Counts the fetches of one job."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.taken = 0

    def take(self) -> FetchFailed | None:
        """Count one more fetch; return its failure if it is one too many."""
        if self.taken < self._limit:
            self.taken += 1
            return None
        reason = f"more than {self._limit} fetches in one job"
        return FetchFailed(Fault.TOO_MANY, reason, f"{reason} (fetch.per_job)")
