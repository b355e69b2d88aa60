"""The break-glass switch of a real daemon, and actions that fail open in it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest
from daemon import Daemon

from actionsd_broker import cli
from actionsd_broker.commands import switch
from actionsd_broker.switch_file import NAME, SwitchFile
from actionsd_broker.switches import Switch, Switches
from actionsd_client import Action, AsyncClient, Client, Result
from actionsd_protocol.errors import FailureKind

Start: TypeAlias = Callable[..., Daemon]


class Done(NamedTuple):
    """What a command has come to."""

    returncode: int
    stdout: str
    stderr: str


Command: TypeAlias = Callable[..., Done]


@pytest.fixture
def actionsd(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command in this process, where a test runs many."""

    def run(*arguments: str) -> Done:
        return Done(cli.main(arguments), *capsys.readouterr())

    return run


@pytest.fixture
def state(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A daemon's state, where the command looks as well, and does not wait long for an answer."""
    monkeypatch.setenv("STATE_DIRECTORY", str(short_path))
    monkeypatch.setattr(switch, "CONNECT_SECONDS", 0.3)
    return short_path


@pytest.fixture
def own_daemon(start_daemon: Start) -> Daemon:
    """A daemon with one worker, that a test may stop or end."""
    daemon = start_daemon(workers=1)
    daemon.wait_ready()
    return daemon


SLOW = """function slow(ctx, api) {
  const end = Date.now() + ctx.v1.claims.ms; while (Date.now() < end);
}"""
GOOD = Action(name="good", script="function good(ctx, api) { api.v1.claims.setClaim('a', 1) }")
BAD = Action(name="bad", script="function bad(ctx, api) { api.v1.claims.setClaim('bad', 1) }")
MANIFEST = '[actions.good]\nfile = "good.js"\n[flows]\n"2:4" = ["good"]\n'


def call(client: Client, *actions: Action, tenant: str = "t") -> Result:
    return client.call("2:4", tenant=tenant, context={}, actions=actions or None)


def outcomes(result: Result) -> list[tuple[str, str]]:
    return [(action.name, action.outcome) for action in result.actions]


LEFT_OUT = [("bad", "skipped"), ("good", "succeeded")]


async def disable_while_jobs_wait(daemon: Daemon) -> list[Result]:
    context = {"claims": {"ms": 700}}
    async with AsyncClient(daemon.endpoint) as client:
        slow = [Action(name="slow", script=SLOW)]
        first = asyncio.create_task(client.call("2:4", tenant="t", context=context, actions=slow))
        jobs = [
            asyncio.create_task(
                client.call("2:4", tenant="t", context=context, actions=[BAD, GOOD])
            )
            for _ in range(50)
        ]
        while (await client.stats())["waiting"] < len(jobs):
            pass  # each question is a wait
        told = await client.disable(action="bad", by="ada", reason="it locks everybody out")
        assert [switch["reason"] for switch in told["disabled"]] == ["it locks everybody out"]
        assert (await first).error is None
        return list(await asyncio.gather(*jobs))


def test_disabled_action_does_not_run_in_jobs_that_wait_nor_after_a_restart(
    own_daemon: Daemon, start_daemon: Start
) -> None:
    results = asyncio.run(disable_while_jobs_wait(own_daemon))
    assert {tuple(outcomes(result)) for result in results} == {tuple(LEFT_OUT)}
    assert {tuple(result.claims()) for result in results} == {("a",)}
    own_daemon.end()
    daemon = start_daemon(workers=1)
    daemon.wait_ready()
    assert 'reason="it locks everybody out"' in daemon.wait_line("switched_off")
    with Client(daemon.endpoint) as client:
        assert outcomes(call(client, BAD, GOOD)) == LEFT_OUT
        assert client.enable(action="bad")["disabled"] == []
        assert call(client, BAD).claims() == {"bad": 1}


def test_operator_switches_lists_and_is_told_what_is_doubtful(
    start_daemon: Start, actionsd: Command, tmp_path: Path
) -> None:
    registry = tmp_path / "registry"
    registry.mkdir()
    (registry / "acme.toml").write_text(MANIFEST)
    (registry / "good.js").write_text(GOOD.script)
    daemon = start_daemon(registry=registry, workers=1)
    daemon.wait_ready()
    at = ("--endpoint", daemon.endpoint)
    done = actionsd("disable", "--tenant", "acme", "--reason", "why", *at)
    assert (done.returncode, done.stdout, done.stderr) == (0, "tenant acme: off\n", "")
    with Client(daemon.endpoint) as client:
        assert outcomes(call(client, tenant="acme")) == [("good", "skipped")]
    assert "is it spelt right?" in actionsd("disable", "--action", "godo", *at).stderr
    listed = json.loads(actionsd("switches", "--json", *at).stdout)
    assert [(each["tenant"], each["action"]) for each in listed] == [("acme", None), (None, "godo")]
    assert "OFF tenant acme" in actionsd("stats", "--once", *at).stdout
    done = actionsd("enable", "--tenant", "acme", *at)
    assert (done.returncode, done.stdout) == (0, "tenant acme: on\n")
    assert "still off:\nOFF action godo" in done.stderr
    done = actionsd("enable", "--all", *at)
    assert done.returncode == 1
    assert "everything: was not switched off" in done.stderr


@pytest.mark.parametrize(
    ("options", "mistake"),
    [
        ((), "say what: --tenant T, --action A, both, or --all"),
        (("--all", "--tenant", "t"), "--all is everything"),
        (("--tenant", ""), "--tenant: Expected `str` of length >= 1"),
        (("--action", "f", "--reason", "x" * 1001), "--reason: Expected `str` of length <= 1000"),
    ],
)
def test_what_is_to_be_off_must_be_said_clearly(
    actionsd: Command, options: tuple[str, ...], mistake: str
) -> None:
    done = actionsd("disable", *options)
    assert done.returncode == 2
    assert mistake in done.stderr


def test_daemon_that_hung_obeys_what_was_written_meanwhile(
    own_daemon: Daemon, actionsd: Command, state: Path
) -> None:
    own_daemon.signal(signal.SIGSTOP)
    done = actionsd("disable", "--all", "--endpoint", own_daemon.endpoint)
    assert done.returncode == 0
    assert f"written to {state}/{NAME} instead" in done.stderr
    own_daemon.signal(signal.SIGCONT)
    own_daemon.wait_line("switched_off all=yes")
    with Client(own_daemon.endpoint) as client:
        assert outcomes(call(client, GOOD)) == [("good", "skipped")]


def test_reason_that_is_not_utf_8_keeps_nobody_from_switching(
    actionsd: Command, state: Path
) -> None:
    endpoint = f"ipc://{state}/c"
    given = actionsd(
        "disable", "--all", "--reason", os.fsdecode(b"caf\xe9"), "--endpoint", endpoint
    )
    assert given.returncode == 0
    [entry] = SwitchFile(state / NAME).read().entries
    assert entry.reason == "caf?"


# A name that is too long stands for a directory that may not be looked at.
@pytest.mark.parametrize("directory", ["none", "x" * 300])
def test_nothing_is_written_where_no_daemon_has_its_state(
    actionsd: Command, state: Path, monkeypatch: pytest.MonkeyPatch, directory: str
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", f"{state}/{directory}")
    done = actionsd("disable", "--all", "--endpoint", f"ipc://{state}/c")
    assert done.returncode == 2
    assert "Nothing was done" in done.stderr
    assert not list(state.iterdir())


def test_daemons_that_live_are_switched_whatever_is_wrong_with_another(
    own_daemon: Daemon, actionsd: Command, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", f"{state}/none")
    monkeypatch.setenv("ACTIONSD_ENDPOINT", f"ipc://{state}/none,{own_daemon.endpoint}")
    done = actionsd("disable", "--all")
    assert done.returncode == 1
    assert "Nothing was done: there is no" in done.stderr
    with Client(own_daemon.endpoint) as client:
        assert outcomes(call(client, GOOD)) == [("good", "skipped")]


def test_damaged_file_means_that_everything_is_off_until_somebody_says_otherwise(
    start_daemon: Start, short_path: Path
) -> None:
    (short_path / NAME).write_text("{")
    daemon = start_daemon(workers=1)
    daemon.wait_ready()
    assert f"{short_path}/{NAME}: damaged" in daemon.wait_line("switches_unreadable")
    with Client(daemon.endpoint) as client:
        assert outcomes(call(client, GOOD)) == [("good", "skipped")]
        client.enable()
        assert call(client, GOOD).claims() == {"a": 1}


def test_where_everything_is_off_neither_workers_nor_a_registry_are_needed(
    start_daemon: Start, short_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (short_path / "sitecustomize.py").write_text(
        "import subprocess\n"
        "real = subprocess.Popen.__init__\n"
        "def init(self, args, *more, **options):\n"
        "    real(self, [*args[:1], '-c', 'raise SystemExit(\"no V8 here\")'], *more, **options)\n"
        "subprocess.Popen.__init__ = init\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(short_path))
    SwitchFile(short_path / NAME).write(Switches([Switch(None, None, "2026-01-01")]))
    daemon = start_daemon(registry=tmp_path)  # without a manifest
    daemon.wait_ready()
    assert "registry_refused" in daemon.log()
    with Client(daemon.endpoint) as client:
        assert call(client).outcome == "succeeded"
        assert outcomes(call(client, GOOD)) == [("good", "skipped")]
        client.enable()
    assert daemon.wait_exit() == 2  # as it would have ended at the start


def test_where_everything_is_off_secrets_may_be_mended_later(
    start_daemon: Start, short_path: Path
) -> None:
    SwitchFile(short_path / NAME).write(Switches([Switch(None, None, "2026-01-01")]))
    secret = short_path / "secret"
    daemon = start_daemon(
        workers=1,
        config=f'[secrets.crm]\nfile = "{secret}"\nhosts = ["crm.example"]\n',
    )
    daemon.wait_ready()
    assert "secrets_refused" in daemon.log()
    secret.write_text("s3cret s3cret")
    secret.chmod(0o600)
    daemon.signal(signal.SIGHUP)
    daemon.wait_line("secrets_loaded")
    with Client(daemon.endpoint) as client:
        client.enable()
        assert call(client, GOOD).claims() == {"a": 1}


def test_action_that_fails_open_is_tolerated_when_its_worker_is_lost(daemon: Daemon) -> None:
    slow = Action(name="slow", script=SLOW, fail_open=True)
    with Client(daemon.endpoint) as client:
        context = {"claims": {"ms": 15_000}}
        pending = client.submit("2:4", tenant="open", context=context, actions=[slow])

        def busy() -> list[int]:
            return [each["pid"] for each in client.stats()["processes"] if each["state"] == "busy"]

        daemon.wait_for(lambda: bool(busy()), "a busy worker")
        os.kill(busy()[0], signal.SIGKILL)
        result = pending.result()
        assert (result.outcome, result.error, result.mutations) == ("succeeded", None, [])
        [action] = result.actions
        assert action.outcome == "tolerated"
        assert action.error is not None
        assert action.error.kind is FailureKind.WORKER_LOST
        assert "tenant=open" in daemon.wait_line("failed_open")
        assert client.stats()["failures"] == {"worker_lost": 1}
