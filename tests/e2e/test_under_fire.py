"""Two thousand jobs while a worker is killed every second: none lost, none answered twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from daemon import Daemon

from actionsd_client import Action, AsyncClient, Result
from actionsd_protocol.errors import FailureKind

JOBS = 2000
LANES = 32
TENANTS = 5
KILL_SECONDS = 1.0
SCRIPT = """function roles(ctx, api) {
  const flat = [];
  ctx.v1.user.grants.grants.forEach(g => g.roles.forEach(r => flat.push(g.projectId + ':' + r)));
  api.v1.claims.setClaim('roles', flat);
  api.v1.claims.setClaim('number', ctx.v1.claims.sub);
  // About 3 ms of work, so that the load lasts long enough to be shot at.
  const end = Date.now() + 3; while (Date.now() < end);
}"""
GRANTS = [{"projectId": f"p{n % 7}", "roles": ["viewer", f"r{n}"]} for n in range(20)]
ROLES = [f"p{n % 7}:{role}" for n in range(20) for role in ("viewer", f"r{n}")]


async def load(client: AsyncClient, results: dict[int, Result]) -> None:
    """Send jobs on many lanes until all are answered."""
    numbers = iter(range(JOBS))
    actions = [Action(name="roles", script=SCRIPT)]

    async def lane() -> None:
        for number in numbers:
            context = {"claims": {"sub": f"user-{number}"}, "userGrants": GRANTS}
            assert number not in results
            results[number] = await client.call(
                "preuserinfo", tenant=f"t{number % TENANTS}", context=context, actions=actions
            )

    await asyncio.gather(*[lane() for _ in range(LANES)])


async def shoot(daemon: Daemon, done: asyncio.Event) -> int:
    """Kill a random worker every second until all is done; return how many."""
    chance = random.Random(1)  # noqa: S311 - a victim, not a secret
    kills = 0
    while True:
        try:
            await asyncio.wait_for(done.wait(), KILL_SECONDS)
        except TimeoutError:
            daemon.kill_worker(chance.randrange(60))
            kills += 1
        else:
            return kills


async def under_fire(daemon: Daemon) -> tuple[dict[int, Result], int]:
    results: dict[int, Result] = {}
    done = asyncio.Event()
    shooter = asyncio.create_task(shoot(daemon, done))
    async with AsyncClient(daemon.endpoint) as client:
        await load(client, results)
    done.set()
    return results, await shooter


def test_only_jobs_of_killed_workers_fail(start_daemon: Callable[..., Daemon]) -> None:
    # How long a job waits is not the matter here: a slow machine takes its time for new workers.
    daemon = start_daemon(config="queue_seconds = 60")
    daemon.wait_ready()
    results, kills = asyncio.run(under_fire(daemon))
    assert sorted(results) == list(range(JOBS))
    lost = {n for n, result in results.items() if result.outcome == "failed"}
    for number in lost:
        error = results[number].error
        assert error is not None
        assert error.kind is FailureKind.WORKER_LOST
    for number in results.keys() - lost:
        assert results[number].claims() == {"roles": ROLES, "number": f"user-{number}"}
    assert kills >= 2
    # Each kill costs one job at the most: those that shared its worker are run again.
    assert len(lost) <= kills
