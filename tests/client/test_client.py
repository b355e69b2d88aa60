"""The blocking client against a real daemon."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq
from daemon import Daemon
from echo_actions import ECHO, LATE, SCRIPT, TRIGGER

from actionsd_client import (
    Action,
    CallTimeoutError,
    Client,
    ClientError,
    ConnectionLostError,
    DeclinedError,
    PendingCall,
    RefusedError,
    Result,
    UnreachableError,
)
from actionsd_protocol.errors import FailureKind

ENDLESS = [Action(name="f", script="function f() { for (;;); }", timeout=15)]


@pytest.fixture
def client(daemon: Daemon) -> Iterator[Client]:
    with Client(daemon.endpoint) as client:
        yield client


def call(client: Client, n: int) -> Result:
    return client.call(TRIGGER, tenant="t", context={"claims": {"n": n}}, actions=ECHO)


def submit(client: Client, actions: list[Action] = ECHO, **claims: int) -> PendingCall:
    return client.submit(TRIGGER, tenant="t", context={"claims": claims}, actions=actions)


def test_call_returns_the_result(client: Client) -> None:
    result = call(client, 1)
    assert result.outcome == "succeeded"
    assert result.error is None
    assert result.mutations == [{"action": "f", "op": "setClaim", "key": "k", "value": 1}]
    assert result.claims() == {"k": 1}
    assert 0 <= result.timing.run_ms <= result.timing.total_ms


@pytest.mark.parametrize("trigger", ["2:4", "preuserinfo", "2:5", "preaccesstoken"])
def test_alias_of_a_trigger_is_understood(client: Client, trigger: str) -> None:
    result = client.call(trigger, tenant="t", context={"claims": {"n": 2}}, actions=ECHO)
    assert result.claims() == {"k": 2}


def test_context_may_be_json(client: Client) -> None:
    result = client.call(TRIGGER, tenant="t", context=b'{"claims": {"n": 3}}', actions=ECHO)
    assert result.claims() == {"k": 3}


def test_actions_run_in_order(client: Client) -> None:
    scripts = [f"function a{n}(ctx, api) {{ api.v1.claims.setClaim('k{n}', 0) }}" for n in range(9)]
    actions = [Action(name=f"a{n}", script=script) for n, script in enumerate(scripts)]
    result = client.call(TRIGGER, tenant="t", context={}, actions=actions)
    assert [action.name for action in result.actions] == [f"a{n}" for n in range(9)]
    assert list(result.claims()) == [f"k{n}" for n in range(9)]


@pytest.mark.parametrize("actions", [None, []])
def test_job_without_actions_succeeds(client: Client, actions: list[Action] | None) -> None:
    result = client.call(TRIGGER, tenant="nobody", context={}, actions=actions)
    assert result.outcome == "succeeded"
    assert result.actions == []


def test_check_does_not_call_the_action(client: Client) -> None:
    result = client.call(TRIGGER, tenant="t", context={}, actions=ENDLESS, check=True)
    assert result.outcome == "succeeded"
    assert result.mutations == []


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("function f( {", FailureKind.SYNTAX_ERROR),
        ("function g() {}", FailureKind.MISSING_FUNCTION),
        ("throw new Error('top level')", FailureKind.SCRIPT_THREW),
    ],
)
def test_check_says_what_is_wrong_with_a_script(
    client: Client, script: str, kind: FailureKind
) -> None:
    actions = [Action(name="f", script=script)]
    result = client.call(TRIGGER, tenant="t", context={}, actions=actions, check=True)
    assert result.error is not None
    assert result.error.kind is kind
    assert result.error.action == "f"


def test_failed_job_is_a_result(client: Client) -> None:
    actions = [Action(name="f", script="function f() { throw new Error('no') }")]
    result = client.call(TRIGGER, tenant="t", context={}, actions=actions)
    assert result.outcome == "failed"
    assert result.error is not None
    assert result.error.kind is FailureKind.SCRIPT_THREW


@pytest.mark.parametrize("actions", [None, ECHO])
def test_unknown_trigger_is_a_failed_result(client: Client, actions: list[Action] | None) -> None:
    result = client.call("complement-token/later", tenant="t", context={}, actions=actions)
    assert result.outcome == "failed"
    assert result.error is not None
    assert result.error.kind is FailureKind.UNKNOWN_TRIGGER
    assert "complement-token/pre-userinfo" in result.error.message


@pytest.mark.parametrize(
    "context",
    [b"", b"{", b"[]", b"\xff", b'{"users": {}}', b'{"claims": 1}', b"[" * 100_000],
    ids=["nothing", "half", "list", "not UTF-8", "unknown key", "wrong type", "deep"],
)
def test_bad_context_is_a_failed_result(daemon: Daemon, context: bytes) -> None:
    with Client(daemon.endpoint) as client:
        result = client.call(TRIGGER, tenant="t", context=context, actions=ECHO)
        assert result.error is not None
        assert result.error.kind is FailureKind.BAD_REQUEST
        assert call(client, 1).outcome == "succeeded"


def call_for_digits(client: Client, digits: int) -> Result:
    script = f"function f(ctx, api) {{ api.v1.claims.setClaim('k', 10n ** {digits - 1}n) }}"
    actions = [Action(name="f", script=script)]
    return client.call(TRIGGER, tenant="t", context={}, actions=actions)


@pytest.mark.parametrize("digits", [23, 1000])
def test_long_number_reaches_the_caller_exactly(client: Client, digits: int) -> None:
    assert call_for_digits(client, digits).claims() == {"k": 10 ** (digits - 1)}


@pytest.mark.parametrize("digits", [1001, 5000])
def test_number_of_more_than_a_thousand_digits_fails_its_job_alone(
    client: Client, digits: int
) -> None:
    other = submit(client, LATE, n=100)
    result = call_for_digits(client, digits)
    assert result.error is not None
    assert result.error.kind is FailureKind.INVALID_VALUE
    assert other.result().outcome == "succeeded"


def chain_of(size: int) -> list[Action]:
    """Return different actions whose submission has so many bytes, or a few less."""
    share = size // 9 - 40
    return [Action(name="f", script=f"function f(){{}}//{n}".ljust(share)) for n in range(9)]


@pytest.mark.parametrize("missing", [100, pytest.param(500, marks=pytest.mark.slow), 5000])
def test_chain_of_almost_the_largest_size_is_run(
    start_daemon: Callable[[], Daemon], missing: int
) -> None:
    with Client(start_daemon().endpoint, connect_timeout=30) as client:
        actions = chain_of(4 * 2**20 - missing)
        result = client.call(TRIGGER, tenant="t", context={}, actions=actions)
        assert result.outcome == "succeeded"


def test_result_of_more_than_a_frame_fails_its_job_and_nothing_else(
    start_daemon: Callable[[], Daemon],
) -> None:
    # 64 claims and 64 messages: just below 4 MiB as a report, just above as a result.
    script = r"""function f(ctx, api) {
      api.v1.claims.setClaim(`k${Math.random()}`, '\u4e2d'.repeat(16000));
      throw new Error('\u0001'.repeat(2850));
    }"""
    actions = [Action(name="f", script=script, allowed_to_fail=True)] * 63
    actions.append(Action(name="f", script=script))
    with Client(start_daemon().endpoint, connect_timeout=30) as client:
        result = client.call(TRIGGER, tenant="t", context={}, actions=actions)
        assert result.outcome == "failed"
        assert call(client, 1).outcome == "succeeded"


def test_results_are_taken_in_any_order(client: Client) -> None:
    pending = [submit(client, n=n) for n in range(100)]
    for n in (*range(99, 49, -1), *range(50)):
        assert pending[n].result().claims() == {"k": n}
    assert all(one.done for one in pending)


def test_quick_job_does_not_wait_for_a_slow_one(client: Client) -> None:
    slow, quick = submit(client, LATE, n=400), submit(client, n=5)
    assert quick.result().claims() == {"k": 5}
    assert not slow.done
    assert slow.result().claims() == {"k": 400}


def test_result_can_be_asked_for_again(client: Client) -> None:
    pending = submit(client, n=6)
    assert pending.result() is pending.result()


def test_thousands_in_flight_are_all_answered(client: Client) -> None:
    pending = [client.submit(TRIGGER, tenant="nobody", context={}, actions=[]) for _ in range(5000)]
    assert {one.result().outcome for one in pending} == {"succeeded"}


def test_late_result_is_a_timeout_and_the_next_call_works(client: Client) -> None:
    with pytest.raises(CallTimeoutError, match=r"no result within 0\.05 s"):
        client.call(TRIGGER, tenant="t", context={"claims": {"n": 300}}, actions=LATE, timeout=0.05)
    assert call(client, 7).claims() == {"k": 7}
    assert submit(client, LATE, n=300).result().claims() == {"k": 300}


def test_nobody_listening_is_unreachable_in_time(short_path: Path) -> None:
    began = time.monotonic()
    with (
        Client(f"ipc://{short_path}/nobody", connect_timeout=0.2) as client,
        pytest.raises(UnreachableError, match=r"is `actionsd serve` running\?"),
    ):
        call(client, 1)
    assert 0.2 <= time.monotonic() - began < 2


def test_listener_that_does_not_answer_is_unreachable(short_path: Path) -> None:
    endpoint = f"ipc://{short_path}/mute"
    mute: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.ROUTER)
    with mute, Client(endpoint, connect_timeout=0.2) as client:
        mute.bind(endpoint)
        with pytest.raises(UnreachableError):
            call(client, 1)


def test_daemon_may_start_after_the_client(start_daemon: Callable[[], Daemon]) -> None:
    # Not waited for: the client is there first.
    with Client(start_daemon().endpoint, connect_timeout=30) as client:
        assert call(client, 8).claims() == {"k": 8}


def test_daemon_restarted_between_calls_is_found_again(start_daemon: Callable[[], Daemon]) -> None:
    first = start_daemon()
    first.wait_ready()
    with Client(first.endpoint) as client:
        for n in range(3):
            assert call(client, n).claims() == {"k": n}
            first.end()
            first = start_daemon()
            first.wait_ready()


def test_daemon_that_dies_loses_the_calls_in_flight_only(
    start_daemon: Callable[[], Daemon],
) -> None:
    first = start_daemon()
    with Client(first.endpoint, connect_timeout=30) as client:
        pending = submit(client, ENDLESS)
        call(client, 1)  # answered after the other was taken
        first.end()
        with pytest.raises(ConnectionLostError, match="went away before it answered"):
            pending.result(10)
        start_daemon().wait_ready()
        assert call(client, 9).claims() == {"k": 9}


def test_call_while_the_daemon_is_down_is_unreachable_and_the_next_works(
    start_daemon: Callable[[], Daemon],
) -> None:
    first = start_daemon()
    with Client(first.endpoint, connect_timeout=30) as client:
        call(client, 1)
        first.end()
        client._connect_seconds = 0.2
        with pytest.raises((UnreachableError, ConnectionLostError)):
            call(client, 2)
        start_daemon().wait_ready()
        client._connect_seconds = 30
        assert call(client, 3).claims() == {"k": 3}


def test_close_loses_the_calls_in_flight(daemon: Daemon) -> None:
    client = Client(daemon.endpoint)
    pending = submit(client, LATE, n=200)
    client.close()
    with pytest.raises(ConnectionLostError, match="the client was closed"):
        pending.result()


def test_closed_client_connects_again_when_used(daemon: Daemon) -> None:
    with Client(daemon.endpoint) as client:
        for n in range(3):
            assert call(client, n).claims() == {"k": n}
            client.close()
            client.close()


def test_broken_protocol_refuses_what_is_in_flight_and_the_next_call_works(client: Client) -> None:
    pending = submit(client, LATE, n=200)
    [connection] = client._links.made
    connection.socket.send(b"\x01")
    with pytest.raises(RefusedError, match="protocol version 2 expected"):
        pending.result()
    assert call(client, 10).claims() == {"k": 10}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tenant": ""}, r"length >= 1 - at `\$.tenant`"),
        ({"tenant": "t" * 201}, r"length <= 200 - at `\$.tenant`"),
        ({"tenant": "\ud800"}, "cannot be sent"),
        ({"trigger": "x" * 1001}, r"length <= 1000 - at `\$.trigger`"),
        ({"context": {"claims": {"x": object()}}}, "the context is not JSON"),
        ({"context": bytes(2**22 + 1)}, "payload of 4194305 bytes, 4194304 allowed"),
        ({"actions": ECHO * 65}, r"length <= 64 - at `\$.actions`"),
        ({"actions": [Action(name="f", script="x" * 524_289)]}, r"`\$.actions\[0\].script`"),
        ({"actions": [Action(name="f", script="x" * 524_288)] * 9}, "envelope of"),
    ],
)
def test_bad_argument_is_named_and_the_next_call_works(
    client: Client, changes: dict[str, Any], reason: str
) -> None:
    arguments = {"trigger": TRIGGER, "tenant": "t", "context": {}, **changes}
    with pytest.raises(ClientError, match=reason):
        client.call(**arguments)
    assert call(client, 11).claims() == {"k": 11}


@pytest.mark.parametrize("character", ["é", "中", "😀"])
def test_long_script_in_any_language_is_run(client: Client, character: str) -> None:
    actions = [Action(name="f", script=f"{SCRIPT} // {character * 500_000}")]
    result = client.call(TRIGGER, tenant="t", context={"claims": {"n": 1}}, actions=actions)
    assert result.claims() == {"k": 1}


def test_endpoint_that_is_none_is_named() -> None:
    with pytest.raises(ClientError, match="endpoint nonsense: "):
        call(Client("nonsense"), 1)


def test_every_thread_has_a_client_of_its_own(daemon: Daemon) -> None:
    claims: dict[int, object] = {}

    def work(number: int) -> None:
        with Client(daemon.endpoint) as client:
            claims[number] = [call(client, number * 100 + n).claims()["k"] for n in range(20)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert claims == {number: [number * 100 + n for n in range(20)] for number in range(8)}


def test_questions_are_answered_between_calls(client: Client) -> None:
    pending = submit(client, LATE, n=200)
    jobs = client.stats()["jobs"]
    assert client.scale("+0") == 2
    assert pending.result().claims() == {"k": 200}
    assert client.stats()["jobs"] >= jobs + 1


def test_refused_question_says_why_and_the_next_call_works(client: Client) -> None:
    with pytest.raises(DeclinedError, match="0 workers cannot be"):
        client.scale(0)
    assert call(client, 4).claims() == {"k": 4}


def test_question_that_is_too_long_is_named(client: Client) -> None:
    with pytest.raises(ClientError, match="workers"):
        client.scale("1" * 2000)
    assert client.scale("+0") == 2


def test_late_answer_to_a_question_is_a_timeout_and_the_next_comes(
    start_daemon: Callable[[], Daemon],
) -> None:
    daemon = start_daemon()
    daemon.wait_ready()
    with Client(daemon.endpoint) as client:
        assert call(client, 1).claims() == {"k": 1}
        daemon.signal(signal.SIGSTOP)
        with pytest.raises(CallTimeoutError):
            client.stats(timeout=0.1)
        daemon.signal(signal.SIGCONT)
        assert client.stats()["jobs"] == 1


def test_daemon_that_dies_loses_a_question(start_daemon: Callable[[], Daemon]) -> None:
    daemon = start_daemon()
    daemon.wait_ready()
    with Client(daemon.endpoint) as client:
        assert call(client, 1).claims() == {"k": 1}
        daemon.signal(signal.SIGSTOP)
        threading.Timer(0.2, daemon.process.kill).start()
        with pytest.raises(ConnectionLostError):
            client.stats()
