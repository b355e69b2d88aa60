"""The daemon as a whole: real processes, signals, deaths, reloads."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from daemon import Daemon

from actionsd_client import Action, Client, Result
from actionsd_protocol.errors import FailureKind

TRIGGER = "complement-token/pre-userinfo"
SLOW = """function slow(ctx, api) {
  const end = Date.now() + ctx.v1.claims.ms; while (Date.now() < end);
  api.v1.claims.setClaim('done', true);
}"""
ECHO = "function echo(ctx, api) { api.v1.claims.setClaim('m', ctx.v1.claims.n) }"


def slow(client: Client, ms: int, timeout: float = 20.0) -> Callable[[], Result]:
    pending = client.submit(
        TRIGGER,
        tenant="t",
        context={"claims": {"ms": ms}},
        actions=[Action(name="slow", script=SLOW, timeout=timeout)],
    )
    return pending.result


def echo(client: Client, n: int, tenant: str = "t") -> Result:
    return client.call(
        TRIGGER,
        tenant=tenant,
        context={"claims": {"n": n}},
        actions=[Action(name="echo", script=ECHO)],
    )


def test_ready_line_names_endpoint_engine_and_workers(daemon: Daemon) -> None:
    line = daemon.wait_line("actionsd ready")
    assert daemon.endpoint in line
    assert "V8 14." in line
    assert "2 workers" in line


def test_killed_worker_fails_its_job_and_is_replaced(daemon: Daemon) -> None:
    with Client(daemon.endpoint) as client:
        before = {worker.pid for worker in daemon.workers()}
        started = wait_started(daemon)
        answer = slow(client, 15_000)
        victim = next(iter(busy(daemon)))
        os.kill(victim, signal.SIGKILL)
        result = answer()
        assert result.error is not None
        assert result.error.kind is FailureKind.WORKER_LOST
        assert "SIGKILL" in result.error.message
        assert echo(client, 5).claims() == {"m": 5}
    daemon.wait_line("worker_ready", count=started + 1)
    assert len({worker.pid for worker in daemon.workers()} - before) == 1


def wait_started(daemon: Daemon) -> int:
    """Wait until all workers that were ever started have been ready; return how many."""
    started = sum("worker_started" in line for line in daemon.lines)
    daemon.wait_line("worker_ready", count=started)
    return started


def busy(daemon: Daemon) -> list[int]:
    """Wait until a worker spends CPU, and not on its own start; return who does."""
    wait_started(daemon)
    before = {worker.pid: cpu_seconds(worker) for worker in daemon.workers()}
    until = time.monotonic() + 60
    while time.monotonic() < until:
        spending = [
            w.pid for w in daemon.workers() if cpu_seconds(w) > before.get(w.pid, 1e9) + 0.02
        ]
        if spending:
            return spending
        time.sleep(0.01)
    raise AssertionError("no worker got busy")


def cpu_seconds(worker: psutil.Process) -> float:
    return sum(worker.cpu_times()[:2])


def test_idle_worker_that_dies_is_replaced(daemon: Daemon) -> None:
    count = wait_started(daemon)
    daemon.kill_worker(0)
    daemon.wait_line("worker_ready", count=count + 1)
    assert len(daemon.workers()) == 3  # one to spare


def test_tenants_do_not_meet_in_a_process(start_daemon: Callable[..., Daemon]) -> None:
    daemon = start_daemon(workers=1)
    daemon.wait_ready()
    with Client(daemon.endpoint) as client:
        for n, tenant in enumerate("aabcab"):  # three tenants on two processes
            assert echo(client, n, tenant).claims() == {"m": n}
    retired = [line.split("worker=")[1].split()[0] for line in daemon.lines if "retired" in line]
    assert len(set(retired)) >= 3


def test_action_that_keeps_ending_workers_is_refused_and_others_run(
    start_daemon: Callable[..., Daemon],
) -> None:
    daemon = start_daemon()
    daemon.wait_ready()
    deaf = "function deaf() { Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1) }"
    kinds = []
    with Client(daemon.endpoint) as client:
        for _ in range(4):
            actions = [Action(name="deaf", script=deaf, timeout=0.1)]
            result = client.call(TRIGGER, tenant="t", context={}, actions=actions)
            assert result.error is not None
            kinds.append(result.error.kind)
        assert echo(client, 7).claims() == {"m": 7}
    assert kinds == [FailureKind.TIMEOUT] * 3 + [FailureKind.POISONED]


def test_worker_of_an_action_that_took_too_long_is_not_used_again(
    start_daemon: Callable[..., Daemon],
) -> None:
    daemon = start_daemon()
    daemon.wait_ready()
    with Client(daemon.endpoint) as client:
        slow(client, 10**9, timeout=0.1)()
    assert 'reason="a fault"' in daemon.wait_line("worker_retired")


def test_endless_loop_fails_in_time_and_the_next_job_succeeds(daemon: Daemon) -> None:
    with Client(daemon.endpoint) as client:
        result = slow(client, 10**9, timeout=1.0)()
        assert result.error is not None
        assert result.error.kind is FailureKind.TIMEOUT
        assert result.actions[0].wall_ms >= 1000
        assert echo(client, 6).claims() == {"m": 6}


def test_builtin_that_does_not_listen_costs_the_worker_its_life(daemon: Daemon) -> None:
    deaf = "function deaf() { Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1) }"
    with Client(daemon.endpoint) as client:
        actions = [Action(name="deaf", script=deaf, timeout=0.2)]
        result = client.call(TRIGGER, tenant="t", context={}, actions=actions)
        assert result.error is not None
        assert result.error.kind is FailureKind.TIMEOUT
        assert result.error.action == "deaf"


def test_heap_bomb_fails_with_memory_limit(daemon: Daemon) -> None:
    bomb = "function bomb() { const a = []; for (;;) a.push(new Array(1000).fill(1.5)) }"
    with Client(daemon.endpoint) as client:
        actions = [Action(name="bomb", script=bomb)]
        result = client.call(TRIGGER, tenant="t", context={}, actions=actions)
        assert result.error is not None
        assert result.error.kind is FailureKind.MEMORY_LIMIT


def test_worker_that_is_stopped_by_a_signal_is_killed_when_late(
    start_daemon: Callable[..., Daemon],
) -> None:
    daemon = start_daemon(workers=1)
    daemon.wait_ready()
    with Client(daemon.endpoint) as client:
        answer = slow(client, 10**6, timeout=3.0)
        victim = psutil.Process(next(iter(busy(daemon))))
        victim.suspend()  # it cannot end by itself any more: the broker has to step in
        result = answer()
        assert result.error is not None
        assert result.error.kind is FailureKind.TIMEOUT
    assert "reason=late" in daemon.wait_line("worker_killed")


def test_sigterm_finishes_accepted_jobs_and_refuses_new_ones(
    start_daemon: Callable[..., Daemon],
) -> None:
    daemon = start_daemon()
    daemon.wait_ready()
    with Client(daemon.endpoint) as client:
        answers = [slow(client, 1500) for _ in range(4)]
        busy(daemon)
        daemon.signal(signal.SIGTERM)
        daemon.wait_line("draining")
        refused = echo(client, 1)
        assert refused.error is not None
        assert refused.error.kind is FailureKind.OVERLOADED
        assert [answer().claims() for answer in answers] == [{"done": True}] * 4
    assert daemon.wait_exit() == 0


def test_drain_that_takes_too_long_tells_the_clients_and_ends(
    short_path: Path, start_daemon: Callable[..., Daemon]
) -> None:
    (short_path / "a.toml").write_text("drain_seconds = 0.3\n")
    daemon = start_daemon("-c", str(short_path / "a.toml"))
    daemon.wait_ready()
    with Client(daemon.endpoint) as client:
        answer = slow(client, 15_000)
        busy(daemon)
        daemon.signal(signal.SIGTERM)
        result = answer()
        assert result.error is not None
        assert result.error.kind is FailureKind.WORKER_LOST
        assert "shut down" in result.error.message
    assert daemon.wait_exit() == 0


def test_second_sigterm_does_not_wait(start_daemon: Callable[..., Daemon]) -> None:
    daemon = start_daemon()
    daemon.wait_ready()
    with Client(daemon.endpoint) as client:
        slow(client, 15_000)
        busy(daemon)
        daemon.signal(signal.SIGTERM)
        daemon.wait_line("draining")
        daemon.signal(signal.SIGTERM)
        assert daemon.wait_exit() == 0


def test_workers_do_not_outlive_a_broker_that_is_killed(
    start_daemon: Callable[..., Daemon],
) -> None:
    daemon = start_daemon()
    daemon.wait_ready()
    workers = daemon.workers()
    daemon.process.kill()
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []


MANIFEST = '[actions.hello]\nfile = "hello.js"\n[flows]\npreuserinfo = ["hello"]\n'


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    (tmp_path / "acme.toml").write_text(MANIFEST)
    write_hello(tmp_path, "one")
    return tmp_path


def write_hello(registry: Path, value: str, name: str = "hello") -> None:
    script = f"function {name}(ctx, api) {{ api.v1.claims.setClaim('v', '{value}') }}"
    (registry / "hello.js").write_text(script)


def hello(client: Client) -> dict[str, object]:
    return client.call(TRIGGER, tenant="acme", context={}).claims()


def test_reload_takes_a_good_registry_and_keeps_running_on_a_bad_one(
    registry: Path, start_daemon: Callable[..., Daemon]
) -> None:
    daemon = start_daemon(registry=registry)
    daemon.wait_ready()
    with Client(daemon.endpoint) as client:
        assert hello(client) == {"v": "one"}
        write_hello(registry, "two")
        daemon.signal(signal.SIGHUP)
        daemon.wait_line("registry_loaded", count=2)
        assert hello(client) == {"v": "two"}
        write_hello(registry, "three", name="helo")
        daemon.signal(signal.SIGHUP)
        line = daemon.wait_line("registry_refused")
        assert "hello.js: action hello: function not found" in line
        assert hello(client) == {"v": "two"}
        (registry / "acme.toml").write_text("nonsense")
        daemon.signal(signal.SIGHUP)
        assert "acme.toml" in daemon.wait_line("registry_refused", count=2)
        assert hello(client) == {"v": "two"}


def test_daemon_does_not_start_with_a_bad_registry(
    registry: Path, start_daemon: Callable[..., Daemon]
) -> None:
    (registry / "hello.js").write_text("function hello() {\n  let a = ;\n}")
    daemon = start_daemon(registry=registry)
    assert daemon.wait_exit() == 2
    assert "hello.js:2:11: action hello: SyntaxError" in daemon.log()
    assert "Traceback" not in daemon.log()


def test_trigger_without_actions_succeeds_without_a_worker(daemon: Daemon) -> None:
    with Client(daemon.endpoint) as client:
        result = client.call(TRIGGER, tenant="nobody", context={})
    assert result.outcome == "succeeded"
    assert result.actions == []


def test_second_daemon_on_an_endpoint_is_refused(
    daemon: Daemon, start_daemon: Callable[..., Daemon]
) -> None:
    second = start_daemon("--endpoint", daemon.endpoint)
    assert second.wait_exit() == 2
    assert f"another actionsd (pid {daemon.process.pid}) serves this endpoint" in second.log()


def test_daemon_whose_workers_cannot_start_says_why(
    short_path: Path, start_daemon: Callable[..., Daemon], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Workers are started without our environment, but with our site-packages: a broken
    # V8 there is what an operator would see.
    (short_path / "sitecustomize.py").write_text(
        "import subprocess, sys\n"
        "real = subprocess.Popen.__init__\n"
        "def init(self, args, *more, **options):\n"
        "    real(self, [*args[:1], '-c', 'raise SystemExit(\"no V8 here\")'], *more, **options)\n"
        "subprocess.Popen.__init__ = init\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(short_path))
    daemon = start_daemon()
    assert daemon.wait_exit() == 2
    assert "workers do not start; the last one said:" in daemon.log()
    assert "no V8 here" in daemon.log()
