"""Which worker is whose, and when it has had its day."""

from __future__ import annotations

from typing import Any

import pytest

from actionsd_broker.config import Config
from actionsd_broker.fleet import Fleet


def make(*names: str, workers: int = 2, **config: Any) -> Fleet:
    fleet = Fleet(Config(workers=workers, **config))
    for name in names:
        fleet.add(name)
    return fleet


def serve(fleet: Fleet, worker: str, tenant: str, now: float = 0.0) -> bool:
    new_realm = fleet.take(worker, tenant, 1, now)
    fleet.release(worker, now)
    return new_realm


def test_first_job_binds_a_worker_for_good() -> None:
    fleet = make("w")
    assert fleet.unbound_for("t") == "w"
    serve(fleet, "w", "t")
    assert fleet.tenant_of("w") == "t"
    assert fleet.idle_of("t") == "w"
    assert fleet.unbound_for("other") is None
    assert not fleet.has_unbound()
    assert fleet.resting == 1


def test_worker_with_a_job_is_not_idle() -> None:
    fleet = make("w")
    fleet.take("w", "t", 1, 0)
    assert fleet.idle == []
    assert fleet.idle_of("t") is None
    assert fleet.least_recent() is None


def test_spares_that_are_bound_are_places_that_lack() -> None:
    fleet = make("v", "w", "spare", workers=2)
    fleet.take("v", "a", 1, 0)
    fleet.take("w", "b", 1, 0)
    assert (fleet.free_places, fleet.unbound_to_come) == (0, 1)
    assert fleet.unbound_for("c") == "spare"
    fleet.take("spare", "c", 1, 0)
    assert (fleet.free_places, fleet.unbound_to_come) == (-1, 0)
    assert not fleet.has_unbound()


def test_place_of_a_removed_worker_is_free() -> None:
    fleet = make("w", "spare", workers=1)
    fleet.take("w", "a", 1, 0)
    fleet.remove("w")
    assert fleet.held("a") == 0
    assert fleet.free_places == 1
    assert fleet.unbound_for("b") == "spare"


def test_removing_a_stranger_changes_nothing() -> None:
    fleet = make("w")
    fleet.remove("nobody")
    assert fleet.idle == ["w"]


def test_least_recent_is_the_bound_one_idle_for_longest() -> None:
    fleet = make("v", "w", "spare", workers=3)
    serve(fleet, "w", "a", 0)
    serve(fleet, "v", "b", 1)
    assert fleet.least_recent() == "w"
    serve(fleet, "w", "a", 2)
    assert fleet.least_recent() == "v"


def test_worker_is_its_tenants_from_its_first_job_on() -> None:
    fleet = make("w")
    serve(fleet, "w", "t", 5.0)
    assert not fleet.bound_for("w", 1.0, 5.9)
    serve(fleet, "w", "t", 5.5)
    assert fleet.bound_for("w", 1.0, 6.0)
    assert fleet.idle_since("w") == 5.5


@pytest.mark.parametrize(
    ("isolation", "realms"), [("process", [False, False]), ("job", [True, True])]
)
def test_realm_is_new_for_every_job_where_that_is_asked_for(
    isolation: str, realms: list[bool]
) -> None:
    fleet = make("w", isolation=isolation)
    assert [serve(fleet, "w", "t") for _ in range(2)] == realms
    assert fleet.tenant_of("w") == "t"


def test_worker_that_may_change_tenants_gets_a_new_realm_when_it_does() -> None:
    fleet = make("w", isolation="isolate")
    assert [serve(fleet, "w", tenant) for tenant in "aabba"] == [False, False, True, False, True]
    assert fleet.tenant_of("w") is None
    assert fleet.free_places == 2


def test_worker_that_had_the_tenant_before_is_preferred() -> None:
    fleet = make("v", "w", isolation="isolate")
    serve(fleet, "w", "t")
    assert fleet.unbound_for("t") == "w"
    assert fleet.unbound_for("other") == "v"


def test_worker_is_worn_after_its_jobs() -> None:
    fleet = make("w", recycle_jobs=2)
    serve(fleet, "w", "t")
    assert fleet.worn("w", 0) is None
    serve(fleet, "w", "t")
    assert fleet.worn("w", 0) == "2 jobs"


def test_worker_is_worn_some_time_after_its_first_job() -> None:
    fleet = make("w", recycle_seconds=60)
    assert fleet.next_worn() is None
    assert fleet.worn("w", 1000) is None
    serve(fleet, "w", "t", 1000)
    serve(fleet, "w", "t", 1050)
    assert fleet.next_worn() == 1060
    assert fleet.worn("w", 1059) is None
    assert fleet.worn("w", 1060) == "in use for 60 s"


def test_zero_means_that_nothing_is_ever_worn() -> None:
    fleet = make("w", recycle_jobs=0, recycle_seconds=0.0)
    for _ in range(20_000):
        serve(fleet, "w", "t")
    assert fleet.worn("w", 1e9) is None
    assert fleet.next_worn() is None
