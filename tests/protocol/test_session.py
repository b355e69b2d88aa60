"""Sessions: every message in every state against the table, and two ends that agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from actionsd_protocol import messages as m
from actionsd_protocol.errors import LocalProtocolError, ProtocolError, RemoteProtocolError
from actionsd_protocol.session import (
    CLIENT_TABLE,
    SENDERS,
    WORKER_TABLE,
    ClientSession,
    Role,
    State,
    WorkerSession,
)

Session: TypeAlias = ClientSession | WorkerSession

BUSY_WITH = 7
ASKED = 8
ASSIGN = m.Assign(
    job=BUSY_WITH,
    trigger="x",
    steps=[m.Step(name="f", script="0" * 32, timeout=1.0, allowed_to_fail=False, fresh=False)],
    scripts={},
    forget=[],
    check=False,
)
SAMPLES: dict[type[m.Message], m.Message] = {
    m.Hello: m.Hello(client="c"),
    m.Submit: m.Submit(id=1, trigger="x", tenant="t"),
    m.Inquire: m.Inquire(id=2),
    m.Scale: m.Scale(id=3, workers="4"),
    m.Disable: m.Disable(id=4, tenant="t"),
    m.Enable: m.Enable(id=5, action="f"),
    m.Goodbye: m.Goodbye(),
    m.Welcome: m.Welcome(broker="b", instance="i", triggers=[]),
    m.Result: m.Result(id=BUSY_WITH),
    m.Told: m.Told(id=ASKED),
    m.Fault: m.Fault(message="why"),
    m.Ready: m.Ready(pid=1, v8="14", layers=[]),
    m.Report: m.Report(job=BUSY_WITH, spans=[]),
    m.Fetch: m.Fetch(BUSY_WITH, 1, 0, 1.0, "GET", "http://a/", [], has_body=False),
    m.GetMetadata: m.GetMetadata(job=BUSY_WITH, call=1, step=0, seconds=1.0),
    m.SetMetadata: m.SetMetadata(job=BUSY_WITH, call=1, step=0, seconds=1.0, key="k"),
    m.Assign: ASSIGN,
    m.Answer: m.Answer(job=BUSY_WITH, call=1),
    m.Stop: m.Stop(),
}
ENDS = [
    (ClientSession, CLIENT_TABLE, Role.CLIENT),
    (ClientSession, CLIENT_TABLE, Role.BROKER),
    (WorkerSession, WORKER_TABLE, Role.WORKER),
    (WorkerSession, WORKER_TABLE, Role.BROKER),
]
CASES = [
    pytest.param(
        make,
        table,
        role,
        state,
        kind,
        id=f"{make.__name__}-{role.value}-{state.value}-{kind.__name__}",
    )
    for make, table, role in ENDS
    for state in table
    for kind in SAMPLES
]


def session_in(make: type[Session], role: Role, state: State) -> Session:
    session = make(role)
    session.state = state
    if isinstance(session, ClientSession):
        session.in_flight = {BUSY_WITH}
        session.questions = {ASKED}
    elif isinstance(session, WorkerSession) and state in (State.BUSY, State.WAITING):
        session.jobs.append(BUSY_WITH)
        session.call = 1 if state is State.WAITING else 0
    return session


def client_session(*, role: Role = Role.BROKER, in_flight: tuple[int, ...] = ()) -> ClientSession:
    session = ClientSession(role)
    session.state = State.OPEN
    session.in_flight = set(in_flight)
    return session


@pytest.mark.parametrize(("make", "table", "role", "state", "kind"), CASES)
def test_sending_follows_the_table(
    make: type[Session],
    table: Mapping[State, Mapping[type[m.Message], State]],
    role: Role,
    state: State,
    kind: type[m.Message],
) -> None:
    session = session_in(make, role, state)
    following = table[state].get(kind) if SENDERS[kind] is role else None
    if following is None:
        with pytest.raises(LocalProtocolError):
            session.send(SAMPLES[kind])
    else:
        session.send(SAMPLES[kind])
    assert session.state is (following or state)


@pytest.mark.parametrize(("make", "table", "role", "state", "kind"), CASES)
def test_receiving_follows_the_table(
    make: type[Session],
    table: Mapping[State, Mapping[type[m.Message], State]],
    role: Role,
    state: State,
    kind: type[m.Message],
) -> None:
    session = session_in(make, role, state)
    following = table[state].get(kind) if SENDERS[kind] is not role else None
    if following is None:
        with pytest.raises(RemoteProtocolError):
            session.receive(SAMPLES[kind])
    else:
        session.receive(SAMPLES[kind])
    assert session.state is (following or State.BROKEN)


@pytest.mark.parametrize("kind", SAMPLES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(("make", "_table", "role"), ENDS)
def test_broken_session_stays_broken(
    make: type[Session], _table: object, role: Role, kind: type[m.Message]
) -> None:
    session = session_in(make, role, State.BROKEN)
    for verb in (session.send, session.receive):
        with pytest.raises(ProtocolError):
            verb(SAMPLES[kind])
        assert session.state is State.BROKEN


@pytest.mark.parametrize(
    ("make", "role", "start"),
    [(ClientSession, Role.CLIENT, State.NEW), (WorkerSession, Role.WORKER, State.STARTING)],
)
def test_session_begins_at_the_start(make: type[Session], role: Role, start: State) -> None:
    assert make(role).state is start


@pytest.mark.parametrize("table", [CLIENT_TABLE, WORKER_TABLE])
def test_table_leads_nowhere_outside_itself(
    table: Mapping[State, Mapping[type[m.Message], State]],
) -> None:
    assert {state for row in table.values() for state in row.values()} <= table.keys()


def test_every_message_has_a_sender() -> None:
    assert set(SENDERS) == set(m.Message.__subclasses__())


# Whoever would send what is wrong is told and goes on; whoever receives it breaks off.
both_ways = pytest.mark.parametrize(
    ("verb", "error", "state"),
    [
        ("send", LocalProtocolError, State.OPEN),
        ("receive", RemoteProtocolError, State.BROKEN),
    ],
)


@both_ways
def test_id_in_flight_is_not_taken_twice(
    verb: str, error: type[ProtocolError], state: State
) -> None:
    role = Role.CLIENT if verb == "send" else Role.BROKER
    session = client_session(role=role, in_flight=(1,))
    with pytest.raises(error, match="id 1 is already in flight"):
        getattr(session, verb)(m.Submit(id=1, trigger="x", tenant="t"))
    assert session.state is state
    assert session.in_flight == {1}


@both_ways
def test_result_for_an_unknown_id_is_refused(
    verb: str, error: type[ProtocolError], state: State
) -> None:
    role = Role.BROKER if verb == "send" else Role.CLIENT
    session = client_session(role=role, in_flight=(2, 3))
    with pytest.raises(error, match="no job with id 1 is in flight"):
        getattr(session, verb)(m.Result(id=1))
    assert session.state is state
    assert session.in_flight == {2, 3}


def test_answered_id_is_free_again() -> None:
    session = client_session()
    for _ in range(3):
        session.receive(m.Submit(id=1, trigger="x", tenant="t"))
        session.send(m.Result(id=1))
    assert not session.in_flight


def test_result_is_not_accepted_twice() -> None:
    session = client_session(role=Role.CLIENT, in_flight=(1,))
    session.receive(m.Result(id=1))
    with pytest.raises(RemoteProtocolError, match="no job with id 1"):
        session.receive(m.Result(id=1))


def test_results_come_in_any_order() -> None:
    session = client_session(role=Role.CLIENT, in_flight=(1, 2, 3))
    for number in (2, 3, 1):
        session.receive(m.Result(id=number))
    assert session.state is State.OPEN


@pytest.mark.parametrize("job", [0, BUSY_WITH - 1, BUSY_WITH + 1])
def test_report_for_another_job_breaks_the_session(job: int) -> None:
    session = session_in(WorkerSession, Role.BROKER, State.BUSY)
    with pytest.raises(RemoteProtocolError, match=f"Report for job {job}, assigned was 7"):
        session.receive(m.Report(job=job, spans=[]))
    assert session.state is State.BROKEN


@pytest.mark.parametrize(
    "message",
    [
        m.Inquire(id=1),
        m.Scale(id=1, workers="2"),
        m.Disable(id=1),
        m.Enable(id=1),
        m.Submit(id=1, trigger="x", tenant="t"),
    ],
)
@pytest.mark.parametrize("first", [m.Inquire(id=1), m.Submit(id=1, trigger="x", tenant="t")])
def test_jobs_and_questions_in_flight_share_their_ids(first: m.Message, message: m.Message) -> None:
    session = client_session()
    session.receive(first)
    with pytest.raises(RemoteProtocolError, match="id 1 is already in flight"):
        session.receive(message)


def test_job_is_not_answered_by_told_nor_a_question_by_a_result() -> None:
    session = client_session(in_flight=(1,))
    session.receive(m.Inquire(id=2))
    for message in (m.Told(id=1), m.Result(id=2)):
        with pytest.raises(LocalProtocolError):
            session.send(message)
    session.send(m.Told(id=2))
    session.receive(m.Inquire(id=2))


def test_report_is_not_accepted_twice() -> None:
    session = session_in(WorkerSession, Role.BROKER, State.BUSY)
    session.receive(SAMPLES[m.Report])
    with pytest.raises(RemoteProtocolError, match="Report is not allowed when idle"):
        session.receive(SAMPLES[m.Report])


def asking(*calls: m.Message) -> WorkerSession:
    """Return a broker's session with a worker that has a job and has asked for something."""
    session = WorkerSession(Role.BROKER)
    session.receive(SAMPLES[m.Ready])
    session.send(ASSIGN)
    for call in calls:
        session.receive(call)
    return session


@pytest.mark.parametrize(
    "call",
    [
        m.GetMetadata(job=BUSY_WITH + 1, call=1, step=0, seconds=1.0),
        m.GetMetadata(job=BUSY_WITH, call=2, step=0, seconds=1.0),
        m.GetMetadata(job=BUSY_WITH, call=0, step=0, seconds=1.0),
    ],
)
def test_call_for_another_job_or_out_of_turn_breaks_the_session(call: m.Message) -> None:
    session = asking()
    with pytest.raises(RemoteProtocolError, match=r"for job 8|where 1 was due"):
        session.receive(call)
    assert session.state is State.BROKEN


def test_calls_of_a_job_are_numbered_and_of_the_next_again() -> None:
    session = asking(SAMPLES[m.GetMetadata])
    session.send(m.Answer(job=BUSY_WITH, call=1))
    session.receive(m.SetMetadata(job=BUSY_WITH, call=2, step=0, seconds=1.0, key="k"))
    session.send(m.Answer(job=BUSY_WITH, call=2))
    session.receive(m.Report(job=BUSY_WITH, spans=[]))
    session.send(ASSIGN)
    session.receive(SAMPLES[m.GetMetadata])
    assert session.state is State.WAITING


@pytest.mark.parametrize("answer", [(BUSY_WITH + 1, 1), (BUSY_WITH, 2)])
def test_answer_to_another_call_is_not_sent(answer: tuple[int, int]) -> None:
    session = asking(SAMPLES[m.GetMetadata])
    with pytest.raises(LocalProtocolError):
        session.send(m.Answer(job=answer[0], call=answer[1]))
    assert session.state is State.WAITING


def test_worker_has_one_job_after_another() -> None:
    session = WorkerSession(Role.WORKER)
    session.send(SAMPLES[m.Ready])
    for _ in range(3):
        session.receive(SAMPLES[m.Assign])
        session.send(SAMPLES[m.Report])
    assert session.state is State.IDLE
    assert not session.jobs


def assign(job: int) -> m.Assign:
    return msgspec.structs.replace(ASSIGN, job=job)


def having(*jobs: int) -> WorkerSession:
    """Return a broker's session with a worker that was given these jobs."""
    session = WorkerSession(Role.BROKER)
    session.receive(SAMPLES[m.Ready])
    for job in jobs:
        session.send(assign(job))
    return session


def test_worker_is_idle_when_the_last_of_its_jobs_is_done() -> None:
    session = having(1, 2, 3)
    states = []
    for job in (1, 2, 3):
        assert session.job == job
        session.receive(m.Report(job=job, spans=[]))
        states.append(session.state)
    assert states == [State.BUSY, State.BUSY, State.IDLE]
    with pytest.raises(RemoteProtocolError, match="Report is not allowed when idle"):
        session.receive(m.Report(job=3, spans=[]))


@pytest.mark.parametrize(
    "message", [m.Report(job=2, spans=[]), m.GetMetadata(job=2, call=1, step=0, seconds=1.0)]
)
def test_job_whose_turn_it_is_not_is_neither_reported_nor_asks(message: m.Message) -> None:
    session = having(1, 2)
    with pytest.raises(RemoteProtocolError, match="for job 2, assigned was 1"):
        session.receive(message)
    assert session.state is State.BROKEN


def test_worker_with_jobs_left_is_not_stopped() -> None:
    session = having(1, 2)
    session.receive(m.Report(job=1, spans=[]))
    with pytest.raises(LocalProtocolError, match="Stop is not allowed when busy"):
        session.send(m.Stop())


def test_calls_of_each_job_are_counted_from_1() -> None:
    session = having(BUSY_WITH, 8)
    session.receive(SAMPLES[m.GetMetadata])
    session.send(SAMPLES[m.Answer])
    session.receive(SAMPLES[m.Report])
    session.receive(m.GetMetadata(job=8, call=1, step=0, seconds=1.0))
    assert session.state is State.WAITING


def test_job_that_was_on_its_way_when_a_worker_called_does_not_disturb_the_call() -> None:
    broker, worker = having(BUSY_WITH), WorkerSession(Role.WORKER)
    worker.send(SAMPLES[m.Ready])
    worker.receive(ASSIGN)
    broker.send(assign(8))
    worker.send(SAMPLES[m.GetMetadata])
    broker.receive(SAMPLES[m.GetMetadata])
    worker.receive(assign(8))
    broker.send(SAMPLES[m.Answer])
    worker.receive(SAMPLES[m.Answer])
    assert (broker.state, broker.jobs) == (worker.state, worker.jobs)
    assert worker.state is State.BUSY


ids = st.integers(0, 3)
any_message = st.one_of(
    *[st.just(sample) for sample in SAMPLES.values()],
    st.builds(m.Submit, id=ids, trigger=st.just("x"), tenant=st.just("t")),
    st.builds(m.Result, id=ids),
    st.builds(m.Inquire, id=ids),
    st.builds(m.Scale, id=ids, workers=st.just("auto")),
    st.builds(m.Disable, id=ids),
    st.builds(m.Enable, id=ids),
    st.builds(m.Told, id=ids),
    st.builds(m.Report, job=ids, spans=st.just([])),
    ids.map(assign),
)


def memory(session: Session) -> tuple[set[int], set[int]] | list[int]:
    if isinstance(session, ClientSession):
        return set(session.in_flight), set(session.questions)
    return list(session.jobs)


class TwoEnds(RuleBasedStateMachine):
    """Two machines back to back. Whatever one end may send, the other takes, and only that."""

    make: Callable[[Role], Session] = ClientSession
    roles = (Role.CLIENT, Role.BROKER)

    def __init__(self) -> None:
        super().__init__()
        self.near, self.far = self.make(self.roles[0]), self.make(self.roles[1])
        self.said: list[tuple[m.Message, bool]] = []

    def twin(self, forth: bool) -> Session:
        """Make another receiver with the same past."""
        twin = self.make(self.roles[1] if forth else self.roles[0])
        for message, went_forth in self.said:
            if went_forth is forth:
                twin.receive(message)
            else:
                twin.send(message)
        return twin

    @rule(message=any_message, forth=st.booleans())
    def say(self, message: m.Message, forth: bool) -> None:
        sender, receiver = (self.near, self.far) if forth else (self.far, self.near)
        before = sender.state, memory(sender)
        try:
            sender.send(message)
        except LocalProtocolError:
            assert (sender.state, memory(sender)) == before
            with pytest.raises(RemoteProtocolError):
                self.twin(forth).receive(message)
        else:
            receiver.receive(message)
            self.said.append((message, forth))

    @rule()
    def open(self) -> None:
        """Leave the start at once: random messages seldom do."""
        for message, forth in (
            (m.Hello(client="c"), True),
            (SAMPLES[m.Welcome], False),
            (SAMPLES[m.Ready], True),
        ):
            sender, receiver = (self.near, self.far) if forth else (self.far, self.near)
            if type(message) in sender._table[sender.state]:
                sender.send(message)
                receiver.receive(message)
                self.said.append((message, forth))

    @invariant()
    def agree(self) -> None:
        assert self.near.state is self.far.state
        assert self.near.state is not State.BROKEN
        assert memory(self.near) == memory(self.far)


class TwoEndsOfAWorker(TwoEnds):
    """The same for broker and worker."""

    make = WorkerSession
    roles = (Role.WORKER, Role.BROKER)


TestClientAndBrokerAgree = TwoEnds.TestCase
TestWorkerAndBrokerAgree = TwoEndsOfAWorker.TestCase
