"""Every message of the protocol, grouped by direction.

A message is a MessagePack map whose `type` names it; unknown types and unknown fields
are refused. Some carry a payload, which stays opaque to whoever only passes it on
(`HAS_PAYLOAD`). docs/protocol.md describes the same for other languages.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from msgspec import Meta, Struct

from actionsd_protocol.errors import FailureKind

MAX_ACTIONS = 64
"""Actions in one job at the most."""

MAX_SCRIPT_CHARACTERS = 512 * 1024
"""Characters of one script at the most."""

SCRIPT_SECONDS = 5.0
"""What a script's top level may take, or the action's timeout if that is less (spec, 1.5)."""

Identifier: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
Text: TypeAlias = Annotated[str, Meta(max_length=1000)]
Source: TypeAlias = Annotated[str, Meta(max_length=MAX_SCRIPT_CHARACTERS)]
ScriptId: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
Seconds: TypeAlias = Annotated[float, Meta(gt=0, le=20)]
MemoryMib: TypeAlias = Annotated[int, Meta(ge=16, le=512)]
Characters: TypeAlias = Annotated[int, Meta(ge=0, le=2**21)]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=10_000)]
StepIndex: TypeAlias = Annotated[int, Meta(ge=0, lt=MAX_ACTIONS)]
Patience: TypeAlias = Annotated[float, Meta(ge=0, le=20)]
Header: TypeAlias = tuple[
    Annotated[str, Meta(max_length=256)], Annotated[str, Meta(max_length=16_384)]
]
RequestId: TypeAlias = Annotated[str, Meta(pattern=r"^[!-~]{1,128}\Z")]
TraceParent: TypeAlias = Annotated[
    str, Meta(pattern=r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\Z")
]
Microseconds: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class Message(Struct, frozen=True, tag_field="type", forbid_unknown_fields=True):
    """What all messages share: a `type` on the wire, immutability, strictness."""


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one action may take, and where that is written down: nowhere else.

    `timeout` is of the function, on the wall clock (spec, 1.2); `cpu` of the top level and
    the function together. `memory` is in MiB, beyond what an idle worker has. `output` is
    characters of mutations and logs as JSON; `logs` are lines, those of the log claim too.
    """

    timeout: Seconds = 20.0
    cpu: Seconds = 5.0
    memory: MemoryMib = 128
    output: Characters = 2**20
    mutations: Count = 1000
    logs: Count = 1000

    def limits(self) -> dict[str, Any]:
        """Return them by name, for whatever else has them."""
        return {name: getattr(self, name) for name in Limits.__struct_fields__}


class Action(Limits, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One action as a job carries it inline: the script and how to run it.

    `name` is the function to call. `realm` "fresh" runs it in an isolate of its own,
    "shared" never does, "auto" decides by what the script does (docs/actions.md, "Realms").
    With `fail_open` it is allowed to fail, and so are we with it (docs/operating.md).
    """

    name: Name
    script: Source
    allowed_to_fail: bool = False
    fail_open: bool = False
    realm: Annotated[str, Meta(pattern=r"^(auto|shared|fresh)\Z")] = "auto"


class Trace(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a job comes from, for the broker's log: nothing is decided by it.

    `request` is an id of the client's choice, `parent` a `traceparent` of W3C Trace Context.
    """

    request: RequestId | None = None
    parent: TraceParent | None = None


# Client to broker


class Hello(Message, frozen=True, tag="hello"):
    """Opens a client's session."""

    client: Text


class Submit(Message, frozen=True, tag="submit"):
    """Asks for one job. Payload: the context document, JSON.

    `id` is the client's own, unique among its jobs in flight. Without `actions` the
    broker takes those that its registry binds to the tenant's trigger. With `check` the
    scripts are loaded and their functions looked up, but not called.
    """

    id: Identifier
    trigger: Text
    tenant: Name
    actions: Annotated[list[Action], Meta(max_length=MAX_ACTIONS)] | None = None
    check: bool = False
    trace: Trace | None = None


class Inquire(Message, frozen=True, tag="inquire"):
    """Asks how the broker does. `id` as in `Submit`: unique among all that is in flight."""

    id: Identifier


class Scale(Message, frozen=True, tag="scale"):
    """Asks for another number of workers: "4", "auto", or "+1" and "-1" for more and fewer."""

    id: Identifier
    workers: Text


class Disable(Message, frozen=True, tag="disable"):
    """Asks that a tenant, an action, one action of one tenant, or with neither all be off."""

    id: Identifier
    tenant: Name | None = None
    action: Name | None = None
    by: Text = ""
    reason: Text = ""


class Enable(Message, frozen=True, tag="enable"):
    """Asks that what a `Disable` of the same tenant and action has switched off be on again."""

    id: Identifier
    tenant: Name | None = None
    action: Name | None = None
    by: Text = ""


class Goodbye(Message, frozen=True, tag="goodbye"):
    """Ends a client's session; results still under way are dropped."""


# Broker to client


class Welcome(Message, frozen=True, tag="welcome"):
    """Answers `Hello`: the session is open. `instance` changes when the broker restarts."""

    broker: Text
    instance: Text
    triggers: Annotated[list[Name], Meta(max_length=64)]


class Result(Message, frozen=True, tag="result"):
    """Answers the `Submit` of the same id. Payload: the result document, JSON."""

    id: Identifier


class Told(Message, frozen=True, tag="told"):
    """Answers the question (`Ask`) of the same id. Payload: the answer document, JSON.

    With an `error` nothing was done, and the document is empty.
    """

    id: Identifier
    error: Text | None = None


class Fault(Message, frozen=True, tag="fault"):
    """Says what the client did against the protocol, and ends the session."""

    message: Text


# Worker to broker


class Layer(Struct, frozen=True, forbid_unknown_fields=True):
    """One part of a worker's seal: whether it stands, and what it is or why it does not."""

    name: Name
    on: bool
    detail: Text


class Ready(Message, frozen=True, tag="ready"):
    """Opens a worker's session: it is sealed and waits for a job.

    What it says of its seal was said before it had a script, and the broker asks the
    kernel too.
    """

    pid: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    v8: Text
    layers: Annotated[list[Layer], Meta(max_length=64)]


class Span(Struct, frozen=True, forbid_unknown_fields=True):
    """What one action took in the worker, wall clock and CPU."""

    wall_us: Microseconds
    cpu_us: Microseconds


class Report(Message, frozen=True, tag="report"):
    """Answers `Assign`: the job is done. Payload: the report document, JSON (report.py)."""

    job: Identifier
    spans: Annotated[list[Span], Meta(max_length=MAX_ACTIONS)]


class Fetch(Message, frozen=True, tag="fetch"):
    """Asks the broker to make an HTTP request. Payload: the body, if `has_body`; else empty.

    `call` counts a job's calls from 1. `step` is the action that asks, by its place in the
    job, and `seconds` is how long it waits for an answer: the broker takes no more.
    """

    job: Identifier
    call: Annotated[int, Meta(ge=1, le=2**31)]
    step: StepIndex
    seconds: Patience
    method: Annotated[str, Meta(max_length=64)]
    url: Annotated[str, Meta(max_length=8192)]
    headers: Annotated[list[Header], Meta(max_length=256)]
    has_body: bool


class GetMetadata(Message, frozen=True, tag="get_metadata"):
    """Asks for the stored metadata of the job's user.

    Neither tenant nor user are named: the broker knows whose the job is.
    """

    job: Identifier
    call: Annotated[int, Meta(ge=1, le=2**31)]
    step: StepIndex
    seconds: Patience


class SetMetadata(Message, frozen=True, tag="set_metadata"):
    """Stores an entry of the job's user's metadata. Payload: the value's bytes."""

    job: Identifier
    call: Annotated[int, Meta(ge=1, le=2**31)]
    step: StepIndex
    seconds: Patience
    key: Annotated[str, Meta(max_length=1000)]


# Broker to worker


class CallFailure(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a call came to nothing: a kind of failure, and words for the script."""

    kind: FailureKind
    message: Text


class Answer(Message, frozen=True, tag="answer"):
    """Answers a worker's call. Payload: the answer document, JSON; empty for a failure.

    For a fetch `{"status", "headers": [[name, value]], "body": text}`; for metadata
    `{"count", "sequence", "timestamp", "metadata"}`, the entries as a context document has
    them; for a write nothing.
    """

    job: Identifier
    call: Annotated[int, Meta(ge=1, le=2**31)]
    failure: CallFailure | None = None


class Step(Limits, frozen=True, forbid_unknown_fields=True):
    """One action of an assigned job. `script` names a source that the worker holds."""

    name: Name
    script: ScriptId
    allowed_to_fail: bool
    fresh: bool
    fail_open: bool = False  # the broker's affair

    @property
    def script_seconds(self) -> float:
        """What its script's top level may take, beside the timeout of its function."""
        return min(SCRIPT_SECONDS, self.timeout)


class Assign(Message, frozen=True, tag="assign"):
    """Gives a worker its next job. Payload: the context document, JSON.

    `scripts` holds the sources that this worker has not been given before; it keeps
    them until `forget` names them. With `new_realm` no former job may have used the realm.
    """

    job: Identifier
    trigger: Name
    steps: Annotated[list[Step], Meta(min_length=1, max_length=MAX_ACTIONS)]
    scripts: dict[ScriptId, Source]
    forget: list[ScriptId]
    check: bool
    new_realm: bool = False


class Stop(Message, frozen=True, tag="stop"):
    """Tells an idle worker to exit."""


Ask: TypeAlias = Inquire | Scale | Disable | Enable
ClientToBroker: TypeAlias = Hello | Submit | Ask | Goodbye
BrokerToClient: TypeAlias = Welcome | Result | Told | Fault
Call: TypeAlias = Fetch | GetMetadata | SetMetadata
WorkerToBroker: TypeAlias = Ready | Report | Call
BrokerToWorker: TypeAlias = Assign | Answer | Stop

HAS_PAYLOAD: frozenset[type[Message]] = frozenset(
    {Submit, Result, Told, Report, Assign, Fetch, SetMetadata, Answer}
)
"""The messages that are followed by a payload."""
