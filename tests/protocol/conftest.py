"""One hypothesis profile for the protocol: no timing, no database, no luck needed."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Without a database nothing is written beside the sources. Deriving examples from the
# test itself makes a run on CI find what a run here finds.
settings.register_profile(
    "protocol",
    deadline=None,
    database=None,
    derandomize=True,
    max_examples=150,
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("protocol")
