"""A running daemon: scaled while it works, and asked how it does."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import pytest
from daemon import Daemon

from actionsd_client import Action, AsyncClient, Client, DeclinedError, Result
from actionsd_protocol.errors import FailureKind

JOBS_EACH = 60
TENANTS = ("red", "green", "blue")
SCRIPT = """function f(ctx, api) {
  if (ctx.v1.claims.bad) throw new Error('bad');
  const end = Date.now() + ctx.v1.claims.ms; while (Date.now() < end);
  api.v1.claims.setClaim('got', ctx.v1.claims.n);
}"""
ACTIONS = [Action(name="f", script=SCRIPT)]


def call(client: Client, tenant: str, n: int = 0, *, bad: bool = False) -> Result:
    context = {"claims": {"n": n, "ms": 1, "bad": bad}}
    return client.call("preuserinfo", tenant=tenant, context=context, actions=ACTIONS)


async def load(daemon: Daemon, tenant: str) -> list[object]:
    """Run a tenant's jobs, four at a time; return what they claimed, in their order."""
    at_once = asyncio.Semaphore(4)
    async with AsyncClient(daemon.endpoint) as client:

        async def run(n: int) -> object:
            async with at_once:
                context = {"claims": {"n": n, "ms": 20}}
                result = await client.call(
                    "preuserinfo", tenant=tenant, context=context, actions=ACTIONS
                )
            assert result.error is None, result.error
            return result.claims()["got"]

        return list(await asyncio.gather(*map(run, range(JOBS_EACH))))


def wait_workers(daemon: Daemon, count: int) -> None:
    daemon.wait_for(lambda: len(daemon.workers()) == count, f"{count} workers")


async def scale_under_load(daemon: Daemon) -> list[list[object]]:
    jobs = [asyncio.create_task(load(daemon, tenant)) for tenant in TENANTS]
    with Client(daemon.endpoint) as client:
        for workers in (3, 1):
            assert await asyncio.to_thread(client.scale, workers) == workers
            # One to spare. Turns may have another under way for a moment.
            await asyncio.to_thread(wait_workers, daemon, workers + 1)
    return await asyncio.gather(*jobs)


def test_scaling_under_load_loses_no_job(start_daemon: Callable[..., Daemon]) -> None:
    daemon = start_daemon(workers=1)
    daemon.wait_ready()
    answers = asyncio.run(scale_under_load(daemon))
    assert answers == [list(range(JOBS_EACH))] * len(TENANTS)
    with Client(daemon.endpoint) as client:
        document = client.stats()
    assert (document["workers"], document["jobs"]) == (1, JOBS_EACH * len(TENANTS))
    assert document["failed"] == 0
    # Some may have gone for other reasons: who is one too many then is not replaced.
    assert sum(document["retirements"].values()) >= 2
    assert [line for line in daemon.lines if "scaled" in line][-1].endswith("scaled workers=1")


def test_signals_scale_by_one_and_stay_within_bounds(start_daemon: Callable[..., Daemon]) -> None:
    daemon = start_daemon(workers=1)
    daemon.wait_ready()
    daemon.signal(signal.SIGTTIN)
    daemon.wait_line("scaled workers=2")
    wait_workers(daemon, 3)
    daemon.signal(signal.SIGHUP)
    daemon.wait_line("reload_ignored")
    daemon.signal(signal.SIGTTOU)
    daemon.wait_line("scaled workers=1")
    wait_workers(daemon, 2)
    daemon.signal(signal.SIGTTOU)
    assert "0 workers cannot be" in daemon.wait_line("not_scaled")
    with Client(daemon.endpoint) as client:
        assert call(client, "t").outcome == "succeeded"


def test_number_that_cannot_be_is_declined_and_nothing_else(daemon: Daemon) -> None:
    with Client(daemon.endpoint) as client:
        for wanted in ("0", "257", "many"):
            with pytest.raises(DeclinedError, match=r"1 to 256|expected a number"):
                client.scale(wanted)
        assert client.scale("+0") == 2
        assert call(client, "t", 5).claims() == {"got": 5}


def test_scaling_is_declined_while_draining(start_daemon: Callable[..., Daemon]) -> None:
    daemon = start_daemon(workers=1)
    daemon.wait_ready()
    with Client(daemon.endpoint) as client:
        context = {"claims": {"n": 1, "ms": 2000}}
        job = client.submit("preuserinfo", tenant="t", context=context, actions=ACTIONS)
        daemon.wait_for(
            lambda: any(each["state"] == "busy" for each in client.stats()["processes"]), "a job"
        )
        daemon.signal(signal.SIGTERM)
        daemon.wait_line("draining")
        with pytest.raises(DeclinedError, match="shutting down"):
            client.scale(3)
        assert client.stats()["broker"]["draining"] is True
        assert job.result().claims() == {"got": 1}
    assert daemon.wait_exit() == 0


def test_auto_is_the_number_of_cpus(start_daemon: Callable[..., Daemon]) -> None:
    cpus = len(os.sched_getaffinity(0))
    daemon = start_daemon("--workers", "auto")
    assert f", {cpus} workers" in daemon.wait_line("actionsd ready")
    with Client(daemon.endpoint) as client:
        client.scale(cpus + 1)
        assert client.scale("auto") == cpus


def test_stats_show_tenants_actions_failures_and_workers(
    start_daemon: Callable[..., Daemon],
) -> None:
    daemon = start_daemon(workers=1)
    daemon.wait_ready()
    with Client(daemon.endpoint) as client:
        for n in range(3):
            call(client, "acme", n)
        call(client, "globex", bad=True)
        document = client.stats()
    assert (document["jobs"], document["failed"], document["waiting"]) == (4, 1, 0)
    totals = {entry["tenant"]: entry["total"] for entry in document["tenants"]}
    assert {tenant: total["count"] for tenant, total in totals.items()} == {"acme": 3, "globex": 1}
    assert totals["globex"]["failures"] == {FailureKind.SCRIPT_THREW.value: 1}
    acme = totals["acme"]
    assert acme["queue"]["count"] == acme["run"]["count"] == acme["cpu"]["count"] == 3
    assert acme["run"]["sum_ms"] >= acme["cpu"]["sum_ms"] > 0
    assert acme["fetch"]["count"] == 0
    names = {(entry["tenant"], entry["action"]) for entry in document["actions"]}
    assert names == {("acme", "f"), ("globex", "f")}
    states = Counter(process["state"] for process in document["processes"])
    assert states.keys() <= {"idle", "starting", "ending"}
    served = {process["tenant"]: process["jobs"] for process in document["processes"]}
    assert served.get("globex") == 1
    assert document["broker"]["pid"] == daemon.process.pid
    assert document["broker"]["memory_bytes"] > 0


def test_worker_that_was_killed_is_among_the_restarts(
    start_daemon: Callable[..., Daemon],
) -> None:
    daemon = start_daemon(workers=1)
    daemon.wait_ready()
    daemon.kill_worker(0)
    daemon.wait_line("worker_replaced")
    with Client(daemon.endpoint) as client:
        [reason] = client.stats()["restarts"]
    assert "SIGKILL" in reason


def test_table_is_drawn_again_in_a_terminal_until_interrupted(daemon: Daemon) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "actionsd_broker.cli", "stats"]
    arguments = ["--endpoint", daemon.endpoint, "--interval", "0.2"]
    # In the background of a shell, where continuous integration may run us, SIGINT is ignored,
    # and so it would be in a child.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen([*command, *arguments], stdout=theirs, stderr=subprocess.PIPE)
    signal.signal(signal.SIGINT, before)
    os.close(theirs)
    try:
        seen = b""
        while seen.count(b"\x1b[H\x1b[J") < 3:
            seen += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30)[1] == b""
    finally:
        os.close(ours)
        process.kill()
        process.communicate()
    assert b"workers 2, to spare 1" in seen
    assert process.returncode == 0
