"""What the dispatcher makes of long traffic; the model checks each step by itself."""

from __future__ import annotations

from collections import Counter

import pytest

from actionsd_broker.config import Config
from actionsd_broker.share import Share
from actionsd_protocol.errors import FailureKind
from benchmarks.simulation import Flood, Model, Outcome, Traffic, hour, jain, saturate


def of_light_tenants(outcome: Outcome) -> list[float]:
    """Return how long jobs waited whose tenants send one in some seconds, or less."""
    light = [f"t{number}" for number in range(100, 1000)]
    return sorted(wait for tenant in light for wait in outcome.waits[tenant])


@pytest.mark.slow
def test_light_tenants_begin_soon_beside_floods_for_long() -> None:
    outcome = hour(1800)
    assert {kind for _, kind in outcome.failed} <= {FailureKind.WORKER_LOST}
    waits = of_light_tenants(outcome)
    assert waits[int(len(waits) * 0.99)] <= 0.05
    assert waits[-1] <= 2.0


def test_light_tenants_begin_soon_in_minutes_with_a_flood() -> None:
    waits = of_light_tenants(hour(180))
    assert waits[int(len(waits) * 0.99)] <= 0.05
    assert waits[-1] <= 2.0


@pytest.mark.parametrize("isolation", ["process", "isolate"])
@pytest.mark.parametrize(
    ("workers", "jobs", "weights"),
    [
        (2, [0.1, 0.1], []),
        pytest.param(2, [0.001, 0.01, 0.1, 1.0], [], marks=pytest.mark.slow),
        pytest.param(4, [0.001, 0.1, 0.3, 0.01, 0.03], [], marks=pytest.mark.slow),
        (1, [0.02, 0.02], [1, 2]),
        (2, [0.02, 0.02], [1, 2]),
        pytest.param(4, [0.01, 0.1, 0.02], [1, 2, 4], marks=pytest.mark.slow),
    ],
)
def test_tenants_that_flood_get_cpu_by_their_weights(
    workers: int, jobs: list[float], weights: list[float], isolation: str
) -> None:
    values = saturate(workers, jobs, weights, seconds=60, isolation=isolation)
    assert jain(values) >= 0.98
    assert min(values) >= 0.75 * max(values)


@pytest.mark.parametrize("workers", [2, 4])
def test_single_jobs_beside_a_flood_hardly_ever_wait(workers: int) -> None:
    model = Model(Config(workers=workers))
    model.flood(Flood("loud", 0.1))
    model.flood(Flood("quiet", 0.001, in_flight=1, since=1.0))
    model.run(60)
    waits = sorted(model.outcome.waits["quiet"])
    assert waits[int(len(waits) * 0.99)] < 0.001
    assert waits[-1] <= 0.021  # a process had to start
    # And the flood has all places but one.
    assert model.outcome.cpu["loud"] >= 0.9 * 60 * (workers - 1)
    model.finish()


def test_caps_hold_in_a_crowd_and_nobody_starves() -> None:
    shares = {f"t{number}": Share(at_once=1 + number % 3) for number in range(50)}
    model = Model(Config(workers=8, spares=2, tenant_at_once=4), shares)
    Traffic(model, 100, 200.0, seed=7)
    model.run(60)
    model.finish()
    done = Counter({tenant: len(waits) for tenant, waits in model.outcome.waits.items()})
    assert len(done) == 100
    assert not model.outcome.failed
