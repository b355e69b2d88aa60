"""docs/protocol.md is true: its example runs, and so does what it says of the wire.

Nothing of ours speaks here, only pyzmq and msgpack, as with a client in another language.
"""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import msgpack
import msgspec
import pytest
import zmq
from daemon import Daemon
from wire import VERSION, entry, packed

from actionsd_protocol import messages
from actionsd_protocol.context import KEYS
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.frames import MAX_FRAME_BYTES
from actionsd_protocol.triggers import ALIASES, OPS, TRIGGERS

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text("utf-8")
TRIGGER = "complement-token/pre-userinfo"
SCRIPT = "function f(ctx, api) { api.v1.claims.setClaim('k', ctx.v1.claims.n) }"
LATE = """function f(ctx, api) {
  const end = Date.now() + ctx.v1.claims.n; while (Date.now() < end);
  api.v1.claims.setClaim('k', ctx.v1.claims.n);
}"""
HELLO = {"type": "hello", "client": "test"}
GOODBYE = {"type": "goodbye"}
JOB = {"type": "submit", "id": 1, "trigger": TRIGGER, "tenant": "t"}
ACTIONS = [{"name": "f", "script": SCRIPT}]


class Wire:
    """A DEALER socket and MessagePack."""

    def __init__(self, endpoint: str) -> None:
        self.socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.connect(endpoint)
        self._unread: list[tuple[dict[str, Any], bytes]] = []

    def send(self, message: dict[str, Any], payload: bytes = b"") -> None:
        self.socket.send(packed(message, payload))

    def submit(self, number: int, n: int, script: str = SCRIPT, tenant: str = "t") -> None:
        job = {**JOB, "id": number, "tenant": tenant, "actions": [{"name": "f", "script": script}]}
        self.send(job, json.dumps({"claims": {"n": n}}).encode())

    def receive(self) -> tuple[dict[str, Any], bytes]:
        if not self._unread:
            assert self.socket.poll(30_000), "no answer"
            [frame] = self.socket.recv_multipart()
            self._unread = take_apart(frame)
        return self._unread.pop(0)

    def result(self) -> tuple[int, dict[str, Any]]:
        message, document = self.receive()
        assert message.keys() == {"type", "id"}
        return message["id"], json.loads(document)

    def fault(self) -> str:
        message, payload = self.receive()
        assert message.keys() == {"type", "message"}
        assert message["type"] == "fault"
        assert payload == b""
        return str(message["message"])

    def greet(self) -> dict[str, Any]:
        self.send(HELLO)
        message, payload = self.receive()
        assert message["type"] == "welcome"
        assert payload == b""
        return message


def take_apart(frame: bytes) -> list[tuple[dict[str, Any], bytes]]:
    """Return the messages in a frame, as the page says."""
    assert frame[:1] == VERSION
    messages = []
    start = 1
    while start < len(frame):
        envelope, payload = struct.unpack_from("<II", frame, start)
        middle = start + 8 + envelope
        messages.append((msgpack.unpackb(frame[start + 8 : middle]), frame[middle:][:payload]))
        start = middle + payload
    return messages


@pytest.fixture
def connect() -> Iterator[Callable[[Daemon], Wire]]:
    wires: list[Wire] = []

    def connect(daemon: Daemon) -> Wire:
        wires.append(Wire(daemon.endpoint))
        return wires[-1]

    yield connect
    for wire in wires:
        wire.socket.close()


@pytest.fixture
def new(daemon: Daemon, connect: Callable[[Daemon], Wire]) -> Wire:
    """A connection on which nothing was said."""
    return connect(daemon)


@pytest.fixture
def wire(new: Wire) -> Wire:
    """A connection with an open session."""
    new.greet()
    return new


def section(title: str) -> str:
    """Return the text below a heading, without the sections below it."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def rows(text: str) -> set[str]:
    """Return the first column of the tables in a text, as far as it is code."""
    cells = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_example_prints_what_the_page_says(
    start_daemon: Callable[[], Daemon], tmp_path: Path
) -> None:
    [program] = re.findall(r"```python\n(.*?)```", section("A complete client"), re.DOTALL)
    [output] = re.findall(r"```text\n(.*?)```", section("A complete client"), re.DOTALL)
    (tmp_path / "client.py").write_text(program)
    daemon = start_daemon()
    daemon.wait_ready()
    command = [sys.executable, "-W", "error", "-I", "client.py", daemon.endpoint]
    run = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, output, "")


def test_page_names_every_failure_kind() -> None:
    assert rows(section("Failure kinds")) == {kind.value for kind in FailureKind}


def test_page_names_every_key_of_a_context() -> None:
    keys = section("The context document").split("\n\n")[1]
    assert re.findall(r"`(\w+)`", keys) == list(KEYS)


def test_page_names_every_message_of_a_worker_with_its_fields() -> None:
    lines = re.findall(r"^\| `(\w+)` \| (worker|broker) \| (.*) \| .* \|$", PAGE, re.MULTILINE)
    named = {(tag, sender): set(re.findall(r"`(\w+)`", fields)) for tag, sender, fields in lines}
    directions = {"worker": messages.WorkerToBroker, "broker": messages.BrokerToWorker}
    assert named == {
        (kind.__struct_config__.tag, sender): set(kind.__struct_fields__)
        for sender, kinds in directions.items()
        for kind in get_args(kinds)
    }


def test_page_names_every_mutation() -> None:
    names = re.findall(r"^\| ((?:`\w+`,? ?)+) \|", section("Mutations"), re.MULTILINE)
    named = {name for row in names for name in re.findall(r"`(\w+)`", row)}
    assert named - {"op"} == set().union(*OPS.values())


def test_page_names_every_trigger_and_alias() -> None:
    names = re.findall(r"`([^`]+)`", section("Triggers").partition("\n\nAny")[0])
    assert sorted(names) == sorted([*TRIGGERS, *ALIASES])


@pytest.mark.parametrize(
    ("title", "types"),
    [
        (
            "Client to broker",
            [
                messages.Hello,
                messages.Submit,
                messages.Action,
                messages.Trace,
                messages.Inquire,
                messages.Scale,
                messages.Disable,
                messages.Enable,
            ],
        ),
        ("Broker to client", [messages.Welcome, messages.Result, messages.Told, messages.Fault]),
    ],
)
def test_page_names_every_field_of_the_clients_session(title: str, types: list[Any]) -> None:
    fields = {name for kind in types for name in kind.__struct_encode_fields__}
    assert rows(section(title)) == fields


def test_page_names_the_limits() -> None:
    assert f"({MAX_FRAME_BYTES} bytes)" in section("Sockets")
    assert f"0 to {messages.MAX_SCRIPT_CHARACTERS} characters" in PAGE
    assert f"0 to {messages.MAX_ACTIONS} actions" in PAGE


LIMITS: Any = msgspec.inspect.type_info(messages.Limits)


@pytest.mark.parametrize("field", LIMITS.fields, ids=lambda field: field.name)
def test_page_says_the_bounds_and_default_of_every_limit(field: Any) -> None:
    if isinstance(field.type, msgspec.inspect.IntType):
        kind = f"integer, {field.type.ge} to {field.type.le}"
    else:
        kind = f"number, above {field.type.gt:g}, at most {field.type.le:g}"
    default = f"{field.default:g}" if kind.startswith("number") else f"{field.default}"
    assert f"| `{field.name}` | {kind}; default {default} |" in section("Client to broker")


def test_hello_is_welcomed_with_instance_and_triggers(new: Wire) -> None:
    welcome = new.greet()
    assert welcome.keys() == {"type", "broker", "instance", "triggers"}
    assert welcome["broker"].startswith("actionsd/")
    assert welcome["triggers"] == list(TRIGGERS)


def test_two_clients_of_one_broker_see_the_same_instance(
    daemon: Daemon, connect: Callable[[Daemon], Wire]
) -> None:
    assert connect(daemon).greet()["instance"] == connect(daemon).greet()["instance"]


def test_result_has_the_keys_of_the_page(wire: Wire) -> None:
    wire.submit(1, 5)
    number, result = wire.result()
    assert number == 1
    assert list(result) == ["outcome", "error", "actions", "mutations", "logs", "timing"]
    assert result["mutations"] == [{"op": "setClaim", "action": "f", "key": "k", "value": 5}]
    keys = ["name", "outcome", "error", "wall_ms", "cpu_ms", "fetches"]
    assert list(result["actions"][0]) == keys
    assert list(result["timing"]) == ["queue_ms", "run_ms", "total_ms"]


def test_failure_has_the_keys_of_the_page(wire: Wire) -> None:
    wire.submit(1, 5, "function f() {\n  throw new Error('no') }")
    _, result = wire.result()
    failure, error = result["error"], result["actions"][0]["error"]
    assert (failure["kind"], failure["action"]) == ("script_threw", "f")
    assert failure["message"].startswith("Error: no")
    assert (error["kind"], error["line"], error["column"]) == ("script_threw", 2, 9)


def test_metadata_and_logs_are_as_on_the_page(wire: Wire) -> None:
    script = """function f(ctx, api) {
      require('zitadel/log').warn('careful');
      api.v1.user.setMetadata('m', 'hi');
      api.v1.claims.appendLogIntoClaims('one');
    }"""
    wire.submit(1, 5, script)
    _, result = wire.result()
    key = "urn:zitadel:iam:action:f:log"
    assert result["mutations"] == [
        {"op": "setMetadata", "action": "f", "key": "m", "value": "ImhpIg=="},
        {"op": "appendLogIntoClaims", "action": "f", "key": key, "value": ["one"]},
    ]
    assert [line["level"] for line in result["logs"]] == ["warning"]


def test_results_come_in_any_order(wire: Wire) -> None:
    wire.submit(1, 300, LATE)
    wire.submit(2, 1, tenant="u")
    assert [wire.result()[0] for _ in range(2)] == [2, 1]


def test_id_may_be_used_again_after_its_result(wire: Wire) -> None:
    for n in range(3):
        wire.submit(1, n)
        assert wire.result()[1]["mutations"][0]["value"] == n


@pytest.mark.parametrize("number", [0, 2**53 - 1])
def test_id_comes_back_as_it_was(wire: Wire, number: int) -> None:
    wire.submit(number, 1)
    assert wire.result()[0] == number


def test_inquire_and_scale_are_told(wire: Wire) -> None:
    wire.send({"type": "inquire", "id": 4})
    message, document = wire.receive()
    assert message == {"type": "told", "id": 4, "error": None}
    assert json.loads(document)["workers"] == 2
    wire.send({"type": "scale", "id": 4, "workers": "+0"})
    message, document = wire.receive()
    assert (message["id"], message["error"]) == (4, None)
    assert json.loads(document) == {"workers": 2}


def test_number_of_workers_that_cannot_be_is_told_and_no_fault(wire: Wire) -> None:
    wire.send({"type": "scale", "id": 4, "workers": "0"})
    message, document = wire.receive()
    assert message["type"] == "told"
    assert "0 workers cannot be" in message["error"]
    assert document == b""


def test_figures_have_the_keys_of_their_page(wire: Wire) -> None:
    wire.submit(1, 5)
    wire.result()
    wire.send({"type": "inquire", "id": 1})
    document = json.loads(wire.receive()[1])
    text = (Path(__file__).parents[2] / "docs" / "operating.md").read_text("utf-8")
    [table] = re.findall(r"### The document\n.*?\n(\|.*?)\n\n", text, re.DOTALL)
    assert rows(table) == set(document)
    assert all(f"`{key}`" in table for key in document["processes"][0])


def test_question_with_the_id_of_a_job_in_flight_gives_a_fault(wire: Wire) -> None:
    wire.submit(1, 100, LATE)
    wire.send({"type": "inquire", "id": 1})
    assert "id 1 is already in flight" in wire.fault()


def test_unknown_trigger_is_a_result_and_no_fault(wire: Wire) -> None:
    wire.send({**JOB, "trigger": "never"}, b"{}")
    _, result = wire.result()
    assert result["error"]["kind"] == "unknown_trigger"
    assert result["error"]["action"] is None
    assert result["actions"] == []


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        ([b"\x01" + packed(JOB)[1:]], "protocol version 2 expected"),
        ([packed(JOB)[1:]], "protocol version 2 expected"),
        ([packed(JOB), b"{}"], "a message has 1 frame, this one 2"),
        ([b"", packed(GOODBYE)], "a message has 1 frame, this one 2"),
        ([VERSION], "a frame that ends before a message begins"),
        ([packed(JOB) + b"{}"], "a frame that ends before a message begins"),
        ([packed(JOB)[:-1]], "a message that is longer than its frame"),
        ([VERSION + packed(GOODBYE)[1:] * 65], "more than 64 messages in one frame"),
        ([VERSION + entry(b"{}", b"{}")], "malformed message"),
        ([packed({**JOB, "type": "welcome"}, b"{}")], "welcome"),
        ([packed({**JOB, "priority": 1}, b"{}")], "unknown field `priority`"),
        ([packed({"type": "submit", "id": 1}, b"{}")], "missing required field"),
        ([packed({**JOB, "id": "1"}, b"{}")], "Expected `int`, got `str` - at `$.id`"),
        ([packed({**JOB, "id": 2**53}, b"{}")], "`$.id`"),
        ([packed({**JOB, "tenant": b"t"}, b"{}")], "`$.tenant`"),
        ([packed({**JOB, "tenant": ""}, b"{}")], "`$.tenant`"),
        ([packed({**JOB, "actions": ACTIONS * 65}, b"{}")], "`$.actions`"),
        ([packed({**JOB, "actions": [{**ACTIONS[0], "timeout": 21}]}, b"{}")], "timeout"),
        ([packed({**JOB, "actions": [{"name": "f"}]}, b"{}")], "missing required field `script`"),
        ([packed(GOODBYE, b"{}")], "superfluous payload"),
        ([packed(HELLO)], "Hello is not allowed when open"),
        ([packed(GOODBYE) + packed(JOB)[1:]], "Submit is not allowed when ended"),
        ([packed(GOODBYE) + packed(GOODBYE)[1:]], "Goodbye is not allowed when ended"),
    ],
)
def test_violation_gives_a_fault_and_a_new_hello_works(
    wire: Wire, frames: list[bytes], reason: str
) -> None:
    wire.socket.send_multipart(frames)
    assert reason in wire.fault()
    wire.greet()
    wire.submit(1, 6)
    assert wire.result()[1]["outcome"] == "succeeded"


@pytest.mark.parametrize("message", [JOB, GOODBYE])
def test_anything_before_hello_gives_a_fault_and_a_hello_works(
    new: Wire, message: dict[str, Any]
) -> None:
    new.send(message, b"{}" if message is JOB else b"")
    assert "is not allowed when new" in new.fault()
    new.greet()


def test_messages_that_share_a_frame_are_taken_in_their_order(new: Wire) -> None:
    context = json.dumps({"claims": {"n": 1}}).encode()
    jobs = [packed({**JOB, "id": number, "actions": ACTIONS}, context) for number in range(60)]
    new.socket.send(VERSION + b"".join(whole[1:] for whole in (packed(HELLO), *jobs)))
    assert new.receive()[0]["type"] == "welcome"
    assert sorted(new.result()[0] for _ in jobs) == list(range(60))


def test_example_of_a_frame_is_as_the_page_says() -> None:
    whole = packed(GOODBYE)
    assert len(whole) == 23
    assert whole.hex(" ").startswith("02 0e 00 00 00 00 00 00 00 ")
    for words in ("it takes 23 bytes", "`02`", "`0e 00 00 00`", "`00 00 00 00`", "is 14 bytes"):
        assert words in section("Frames")


def test_id_in_flight_gives_a_fault(wire: Wire) -> None:
    wire.submit(1, 200, LATE)
    wire.submit(1, 2)
    assert wire.fault() == "id 1 is already in flight"
    wire.greet()


def test_goodbye_ends_the_session(wire: Wire) -> None:
    wire.send(GOODBYE)
    wire.send(JOB, b"{}")
    assert wire.fault() == "Submit is not allowed when new"


@pytest.mark.parametrize("ending", ["goodbye", "fault"])
def test_result_of_an_ended_session_is_dropped(wire: Wire, ending: str) -> None:
    wire.submit(1, 400, LATE)
    if ending == "fault":
        wire.submit(1, 0)
        wire.fault()
    else:
        wire.send(GOODBYE)
    wire.greet()
    wire.submit(1, 900, LATE, tenant="u")
    number, result = wire.result()
    assert number == 1
    assert result["mutations"][0]["value"] == 900


def test_violation_of_one_client_is_not_felt_by_another(
    wire: Wire, daemon: Daemon, connect: Callable[[Daemon], Wire]
) -> None:
    other = connect(daemon)
    other.send(GOODBYE)
    wire.submit(1, 7)
    assert other.fault()
    assert wire.result()[1]["mutations"][0]["value"] == 7


def test_oversized_frame_closes_the_connection(wire: Wire) -> None:
    monitor: zmq.Socket[bytes] = wire.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    wire.socket.send(bytes(MAX_FRAME_BYTES + 1))
    assert monitor.poll(30_000)
    wire.socket.disable_monitor()
    monitor.close()
    wire.greet()


def test_restarted_broker_has_another_instance_and_needs_another_hello(
    start_daemon: Callable[[], Daemon], connect: Callable[[Daemon], Wire]
) -> None:
    first = start_daemon()
    wire = connect(first)
    instance = wire.greet()["instance"]
    monitor: zmq.Socket[bytes] = wire.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    first.end()
    assert monitor.poll(30_000)
    wire.socket.disable_monitor()
    monitor.close()
    start_daemon()
    wire.send(JOB, b"{}")
    assert wire.fault() == "Submit is not allowed when new"
    assert wire.greet()["instance"] != instance


@pytest.mark.parametrize("name", [*TRIGGERS, *ALIASES])
def test_every_trigger_of_the_page_runs(wire: Wire, name: str) -> None:
    script = "function f() { require('zitadel/log').log('ran') }"
    wire.send({**JOB, "trigger": name, "actions": [{"name": "f", "script": script}]}, b"{}")
    assert [line["message"] for line in wire.result()[1]["logs"]] == ["ran"]


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_the_page_is_accepted(wire: Wire, key: str) -> None:
    script = "function f() {}"
    job = {**JOB, "actions": [{"name": "f", "script": script}]}
    wire.send(job, json.dumps({key: None}).encode())
    assert wire.result()[1]["outcome"] == "succeeded"
