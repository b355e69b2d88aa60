"""Many short jobs in flight, one of which turns out not to be: it alone pays for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from daemon import Daemon

from actionsd_client import Action, AsyncClient, Result
from actionsd_protocol.errors import FailureKind

JOBS = 200
CULPRIT = 90
WARM_JOBS = 40
TIMEOUT_SECONDS = 4.0
SCRIPT = """const f = (ctx, api) => {
  if (ctx.v1.claims.evil) { EVIL }
  api.v1.claims.setClaim('got', ctx.v1.claims.n);
}"""
LOOP = "for (;;);"
BOMB = "const kept = []; for (;;) kept.push(new Array(100000).fill(kept.length));"


async def run(daemon: Daemon, evil: str) -> tuple[dict[int, Result], dict[int, float]]:
    """Run the jobs; return their results, and how many seconds each took."""
    results: dict[int, Result] = {}
    seconds: dict[int, float] = {}
    script = SCRIPT.replace("EVIL", evil)
    actions = [Action(name="f", script=script, timeout=TIMEOUT_SECONDS, memory=64)]
    async with AsyncClient(daemon.endpoint) as client:

        async def call(number: int) -> None:
            context = {"claims": {"n": number, "evil": number == CULPRIT}}
            begun = time.monotonic()
            answer = await client.call("preuserinfo", tenant="t", context=context, actions=actions)
            assert number not in results
            results[number], seconds[number] = answer, time.monotonic() - begun

        for number in range(JOBS, JOBS + WARM_JOBS):  # until they are known to be short
            await call(number)
        await asyncio.gather(*map(call, range(JOBS)))
    return results, seconds


@pytest.mark.parametrize(
    ("evil", "kind"), [(LOOP, FailureKind.TIMEOUT), (BOMB, FailureKind.MEMORY_LIMIT)]
)
def test_one_that_is_not_short_fails_alone_and_nobody_waits_for_it(
    start_daemon: Callable[..., Daemon], evil: str, kind: FailureKind
) -> None:
    daemon = start_daemon("--workers", "2")
    daemon.wait_ready()
    results, seconds = asyncio.run(run(daemon, evil))
    error = results.pop(CULPRIT).error
    assert error is not None
    assert (error.kind, error.action) == (kind, "f")
    assert [results[number].claims() for number in sorted(results)] == [
        {"got": number} for number in range(JOBS + WARM_JOBS) if number != CULPRIT
    ]
    culprits_seconds = seconds.pop(CULPRIT)
    assert max(seconds.values()) < TIMEOUT_SECONDS / 2
    if kind is FailureKind.TIMEOUT:
        assert culprits_seconds < 2 * TIMEOUT_SECONDS
