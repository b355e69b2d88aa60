"""One connection by hand: against a daemon, and against a peer that says anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq
from daemon import Daemon
from wire import VERSION, entry, framed, packed

from actionsd_client import Action, ClientError, ConnectionLostError, RefusedError, Result
from actionsd_client.connection import Connection, encode_context, make_submission
from actionsd_protocol.frames import FROM_CLIENT, encode
from actionsd_protocol.messages import Fault, Goodbye, Hello, Submit, Welcome
from actionsd_protocol.messages import Result as ResultMessage

PATIENCE_MS = 10_000
WELCOME = framed(Welcome(broker="peer", instance="1", triggers=[]))
SUBMISSION = Submit(id=1, trigger="x", tenant="t")


class Peer:
    """A ROUTER that answers one client with whatever a test wants."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.ROUTER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.bind(endpoint)
        self._client = b""

    def hear(self) -> object:
        """Return what the client says next."""
        assert self.socket.poll(PATIENCE_MS)
        self._client, frame = self.socket.recv_multipart()
        [received] = FROM_CLIENT.decode(frame)
        return received.message

    def say(self, *frames: bytes) -> None:
        self.socket.send_multipart([self._client, *frames])


@pytest.fixture
def peer(short_path: Path) -> Iterator[Peer]:
    peer = Peer(f"ipc://{short_path}/peer")
    yield peer
    peer.socket.close()


@pytest.fixture
def connect() -> Iterator[Callable[[str], Connection]]:
    connections: list[Connection] = []

    def connect(endpoint: str) -> Connection:
        connections.append(Connection(endpoint))
        return connections[-1]

    yield connect
    for connection in connections:
        if not connection.socket.closed:
            connection.close()


@pytest.fixture
def greeted(peer: Peer, connect: Callable[[str], Connection]) -> Connection:
    """A connection that the peer has welcomed, with one job in flight."""
    connection = connect(peer.endpoint)
    assert isinstance(peer.hear(), Hello)
    peer.say(WELCOME)
    assert take(connection) == []
    connection.submit(SUBMISSION, b"{}")
    connection.flush()
    assert peer.hear() == SUBMISSION
    return connection


def take(connection: Connection) -> list[tuple[int, Result]]:
    """Wait until something has come in, and take it."""
    assert connection.socket.poll(PATIENCE_MS)
    return list(connection.receive())


def test_welcome_opens_the_connection(daemon: Daemon, connect: Callable[..., Connection]) -> None:
    connection = connect(daemon.endpoint)
    assert not connection.open
    assert take(connection) == []
    assert connection.open


def test_nothing_to_receive_is_no_result(greeted: Connection) -> None:
    assert list(greeted.receive()) == []
    greeted.check()


def test_submission_before_the_welcome_is_our_mistake(
    peer: Peer, connect: Callable[..., Connection]
) -> None:
    with pytest.raises(ClientError, match="Submit is not allowed when greeted"):
        connect(peer.endpoint).submit(SUBMISSION, b"{}")


def test_id_in_flight_is_not_submitted_again(greeted: Connection) -> None:
    with pytest.raises(ClientError, match="id 1 is already in flight"):
        greeted.submit(SUBMISSION, b"{}")


def test_refused_submission_leaves_its_id_free(greeted: Connection) -> None:
    other = Submit(id=2, trigger="x", tenant="t")
    with pytest.raises(ClientError, match="payload of 4194305 bytes, 4194304 allowed"):
        greeted.submit(other, bytes(2**22 + 1))
    greeted.submit(other, b"{}")


@pytest.mark.parametrize(
    "frames",
    [
        [b""],
        [b"\x01\x80"],
        [VERSION + entry(b"\xc1")],
        [packed({"type": "hello", "client": "x"})],
        [WELCOME],
        [packed({"type": "fault", "message": "x"}, b"{}")],
        [WELCOME, b""],
        [framed(ResultMessage(id=2), b"{}")],
        [framed(ResultMessage(id=1), b"")],
        [framed(ResultMessage(id=1), b"{}")],
        [framed(ResultMessage(id=1), b'{"outcome": "\xff"}')],
        [framed(ResultMessage(id=1), b"[" * 100_000)],
    ],
    ids=[
        "nothing",
        "version",
        "not MessagePack",
        "a client's message",
        "second welcome",
        "superfluous payload",
        "too many frames",
        "result for an unknown id",
        "empty result",
        "result of another shape",
        "result that is not UTF-8",
        "result nested too deeply",
    ],
)
def test_daemon_that_breaks_the_protocol_is_left(
    peer: Peer, greeted: Connection, frames: list[bytes]
) -> None:
    peer.say(*frames)
    with pytest.raises(RefusedError, match="the daemon broke the protocol"):
        take(greeted)


def test_fault_is_raised_with_its_reason(peer: Peer, greeted: Connection) -> None:
    peer.say(framed(Fault(message="no such luck")))
    with pytest.raises(RefusedError, match="the daemon refused: no such luck"):
        take(greeted)
    assert not greeted.open


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        ([b"\x01\x80"], "protocol version 2 expected"),
        ([VERSION + entry(b"junk")], "malformed message"),
        ([packed({"type": "submit"})], "missing required field"),
        ([framed(Hello(client="again")), b""], "a message has 1 frame, this one 2"),
        ([framed(Hello(client="again"))], "Hello is not allowed when open"),
    ],
)
def test_malformed_message_is_refused_by_the_daemon(
    daemon: Daemon, connect: Callable[..., Connection], frames: list[bytes], reason: str
) -> None:
    connection = connect(daemon.endpoint)
    take(connection)
    connection.socket.send_multipart(frames)
    with pytest.raises(RefusedError, match=f"the daemon refused: .*{reason}"):
        take(connection)


def test_close_says_goodbye(peer: Peer, greeted: Connection) -> None:
    greeted.close()
    assert peer.hear() == Goodbye()


def test_daemon_that_goes_away_is_noticed(peer: Peer, greeted: Connection) -> None:
    peer.socket.close()
    assert greeted.monitor.poll(PATIENCE_MS)
    with pytest.raises(ConnectionLostError, match="went away before it answered"):
        greeted.check()


def test_nobody_listening_yet_is_no_loss(
    short_path: Path, connect: Callable[..., Connection]
) -> None:
    connection = connect(f"ipc://{short_path}/nobody")
    assert not connection.socket.poll(200)  # time for an attempt or two
    connection.check()
    assert not connection.open


def test_attempts_before_the_welcome_are_no_loss_after_it(
    short_path: Path, connect: Callable[..., Connection]
) -> None:
    connection = connect(f"ipc://{short_path}/peer")
    assert not connection.socket.poll(200)  # time for a vain attempt or two
    peer = Peer(f"ipc://{short_path}/peer")
    peer.hear()
    peer.say(WELCOME)
    assert take(connection) == []
    try:
        connection.check()
    finally:
        peer.socket.close()


@pytest.mark.parametrize(
    "endpoint", ["nonsense", "ipc://", "tcp://127.0.0.1", "ipc:///" + "x" * 200, "smtp://a:1"]
)
def test_endpoint_that_is_none_is_named(endpoint: str) -> None:
    with pytest.raises(ClientError, match="endpoint"):
        Connection(endpoint).close()


@pytest.mark.parametrize(
    ("trigger", "tenant", "actions", "reason"),
    [
        ("x", "", None, r"length >= 1 - at `\$.tenant`"),
        ("x", "t" * 201, None, r"length <= 200 - at `\$.tenant`"),
        ("x" * 1001, "t", None, r"length <= 1000 - at `\$.trigger`"),
        ("x", "t", [Action(name="f", script="")] * 65, r"length <= 64 - at `\$.actions`"),
        ("x", "t", [Action(name="", script="")], r"`\$.actions\[0\].name`"),
        ("x", "t", [Action(name="f", script="x" * 524_289)], r"`\$.actions\[0\].script`"),
        ("x", "t", [Action(name="f", script="", timeout=0)], r"`\$.actions\[0\].timeout`"),
        ("x", "t", [Action(name="f", script="", timeout=21)], r"`\$.actions\[0\].timeout`"),
        ("x", "t", [Action(name="f", script="", realm="my")], r"`\$.actions\[0\].realm`"),
        ("x", "\ud800", None, "cannot be sent"),
        ("x", "t", [Action(name="f", script="'\ud800'")], "cannot be sent"),
    ],
)
def test_bad_argument_is_the_callers_mistake_and_named(
    trigger: str, tenant: str, actions: list[Action] | None, reason: str
) -> None:
    with pytest.raises(ClientError, match=reason):
        encode(make_submission(1, trigger, tenant, actions, check=False), b"")


@pytest.mark.parametrize("actions", [5, [object()], ["f"]])
def test_argument_of_another_type_is_the_callers_mistake(actions: Any) -> None:
    with pytest.raises((ClientError, TypeError)):
        make_submission(1, "x", "t", actions, check=False)


@pytest.mark.parametrize(
    ("context", "document"),
    [
        ({}, b"{}"),
        ({"claims": {"n": 1, "s": "é"}}, '{"claims":{"n":1,"s":"é"}}'.encode()),
        ({"claims": {"n": 2**70}}, b'{"claims":{"n":1180591620717411303424}}'),
        (b"anything", b"anything"),
    ],
)
def test_context_is_sent_as_json(context: dict[str, object] | bytes, document: bytes) -> None:
    assert encode_context(context) == document


def circular() -> dict[str, object]:
    ring: dict[str, object] = {}
    ring["again"] = ring
    return ring


@pytest.mark.parametrize(
    "value",
    [object(), {1: 2, (1, 2): 3}, "\ud800", circular(), float("nan"), float("inf")],
    ids=["object", "key", "surrogate", "circular", "NaN", "infinity"],
)
def test_context_that_is_not_json_is_refused(value: object) -> None:
    with pytest.raises(ClientError, match="the context is not JSON"):
        encode_context({"claims": {"x": value}})
