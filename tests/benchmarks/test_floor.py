from __future__ import annotations

import pytest

from benchmarks.figures import Point
from benchmarks.floor import run_floor


@pytest.mark.slow
def test_every_side_of_the_floor_spends_something() -> None:
    run = run_floor(Point(workers=2, in_flight=4), seconds=0.3, warm_up_seconds=0.05)
    assert run.measured.jobs > 0
    assert run.measured.cpu_seconds > 0
    assert all(run.cpu_seconds[side] > 0 for side in ("broker", "worker"))
