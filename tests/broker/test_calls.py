"""Calls of workers are carried out for the job that they have, and end with it."""

from __future__ import annotations

import base64
import logging
import select
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import msgspec
import pytest
from servers import Site, answering, silence, site

from actionsd_broker.calls import METADATA_SECONDS, Answered, Calls
from actionsd_broker.config import Config, MetadataConfig
from actionsd_broker.errors import MetadataFileError
from actionsd_broker.fetch.limits import FetchTable
from actionsd_broker.fetch.rules import AllowTable, Rule, make_rules
from actionsd_broker.fetch.vault import Vault
from actionsd_broker.job import Job
from actionsd_broker.metadata.sqlite_store import SqliteStore
from actionsd_broker.plan import make_plan
from actionsd_protocol.errors import FailureKind, RemoteProtocolError
from actionsd_protocol.messages import Action, Call, Fetch, GetMetadata, SetMetadata

PATIENCE_SECONDS = 30.0
ALICE = b'{"user": {"id": "alice"}}'


def no_rules(_tenant: str, _action: str) -> tuple[Rule, ...]:
    return ()


def job(
    *names: str,
    tenant: str = "acme",
    context: bytes = ALICE,
    check: bool = False,
) -> Job:
    plan = make_plan([Action(name=name, script="") for name in names or ("f",)])
    return Job(7, tenant, "preuserinfo", plan, context, check, 0.0)


def fetch(url: str, call: int = 1, step: int = 0, seconds: float = 20.0) -> Fetch:
    return Fetch(7, call, step, seconds, "GET", url, [], has_body=False)


def store(key: str, call: int = 1, seconds: float = 20.0) -> SetMetadata:
    return SetMetadata(job=7, call=call, step=0, seconds=seconds, key=key)


def read(call: int = 1) -> GetMetadata:
    return GetMetadata(job=7, call=call, step=0, seconds=1.0)


class Desk:
    """Calls under test, and their answers one by one."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self._answered: list[Answered] = []
        self._jobs: dict[str, Job] = {}

    def give(self, worker: str, given: Job) -> None:
        self._jobs[worker] = given

    def begin(self, worker: str, message: Call, payload: bytes = b"") -> None:
        answered = self.calls.begin(worker, self._jobs[worker], message, payload)
        if answered is not None:
            self._answered.append(answered)

    def answer(self) -> Answered:
        while not self._answered:
            readable, _, _ = select.select([self.calls.fileno()], [], [], PATIENCE_SECONDS)
            assert readable, "no answer"
            self._answered += self.calls.take()
        return self._answered.pop(0)

    def ask(self, worker: str, message: Call, payload: bytes = b"") -> Answered:
        self.begin(worker, message, payload)
        return self.answer()


def allowing(there: Site, **limits: int) -> Config:
    return Config(fetch=FetchTable(allow=(there.rule(),), **limits))


@contextmanager
def desk(
    config: Config | None = None, rules: Callable[[str, str], tuple[Rule, ...]] = no_rules
) -> Iterator[Desk]:
    calls = Calls(config or Config(), Vault(), rules)
    calls.start()
    try:
        yield Desk(calls)
    finally:
        calls.close()


def failure(answered: Answered) -> tuple[FailureKind, str]:
    assert answered.message.failure is not None
    return answered.message.failure.kind, answered.message.failure.message


def keys(answered: Answered) -> list[str]:
    assert answered.message.failure is None
    return [entry["key"] for entry in msgspec.json.decode(answered.payload)["metadata"]]


def test_fetch_brings_status_headers_and_text_and_is_counted() -> None:
    with (
        site(answering("h\xe9".encode(), 404, ("X-A: 1",))) as there,
        desk(allowing(there)) as here,
    ):
        here.give("w", job("f", "g"))
        answered = here.ask("w", fetch(there.url(), step=1))
        counted = here.calls.ended("w")
    assert (answered.worker, answered.message.job, answered.message.call) == ("w", 7, 1)
    document = msgspec.json.decode(answered.payload)
    assert (document["status"], document["body"]) == (404, "h\xe9")
    assert ["X-A", "1"] in document["headers"]
    assert dict(counted.counts) == {1: 1}
    assert set(counted.seconds) == {1}
    assert 0 < counted.seconds[1] < PATIENCE_SECONDS


def test_body_that_is_no_utf8_is_mended() -> None:
    with site(answering(b"a\xffb")) as there, desk(allowing(there)) as here:
        here.give("w", job())
        answered = here.ask("w", fetch(there.url()))
    assert msgspec.json.decode(answered.payload)["body"] == "a\ufffdb"


def test_answer_that_no_frame_can_hold_is_a_failed_fetch() -> None:
    # Six characters of JSON for each byte.
    with site(answering(b"\x01" * 2**20)) as there, desk(allowing(there)) as here:
        here.give("w", job())
        kind, text = failure(here.ask("w", fetch(there.url())))
    assert kind is FailureKind.FETCH_FAILED
    assert "more than" in text


def test_rules_are_those_of_the_tenant_and_the_action_that_asks() -> None:
    asked: list[tuple[str, str]] = []
    with site(answering()) as there:

        def rules(tenant: str, action: str) -> tuple[Rule, ...]:
            asked.append((tenant, action))
            allowed = (there.rule(),) if (tenant, action) == ("acme", "g") else ()
            return make_rules(allowed, "the test")

        with desk(rules=rules) as here:
            here.give("w", job("f", "g"))
            denied = here.ask("w", fetch(there.url(), 1, step=0))
            allowed = here.ask("w", fetch(there.url(), 2, step=1))
            here.give("v", job("f", "g", tenant="other"))
            others = here.ask("v", fetch(there.url(), 1, step=1))
    assert failure(denied)[0] is failure(others)[0] is FailureKind.FETCH_DENIED
    assert allowed.message.failure is None
    assert asked == [("acme", "f"), ("acme", "g"), ("other", "g")]


def test_denial_tells_the_script_little_and_the_log_all(
    events: list[logging.LogRecord],
) -> None:
    table = AllowTable(host="localhost", scheme="http", port=81, methods=("GET",), path="/")
    with desk(Config(fetch=FetchTable(allow=(table,)))) as here:
        here.give("w", job())
        kind, text = failure(here.ask("w", fetch("http://localhost:81/")))
    assert kind is FailureKind.FETCH_DENIED
    assert "127.0.0.1" not in text
    (record,) = [record for record in events if record.getMessage() == "fetch_denied"]
    reason = vars(record)["fields"]["reason"]
    assert "127.0.0.1" in reason
    assert "tenant acme, action f" in reason


def test_one_fetch_too_many_fails_before_it_is_made() -> None:
    with site(answering()) as there, desk(allowing(there, per_job=1)) as here:
        here.give("w", job())
        here.ask("w", fetch(there.url(), 1))
        kind, text = failure(here.ask("w", fetch(there.url(), 2)))
        here.calls.ended("w")
        here.give("w", job())
        again = here.ask("w", fetch(there.url(), 1))
        assert len(there.asked) == 2
    assert (kind, "more than 1 fetches" in text) == (FailureKind.FETCH_FAILED, True)
    assert again.message.failure is None


def test_fetch_ends_when_the_time_of_its_action_does() -> None:
    with site(silence) as there, desk(allowing(there)) as here:
        here.give("w", job())
        kind, text = failure(here.ask("w", fetch(there.url(), seconds=0.05)))
    assert kind is FailureKind.FETCH_FAILED
    assert "time was up" in text


def test_job_that_ends_takes_its_fetch_with_it() -> None:
    with site(silence) as there, desk(allowing(there)) as here:
        here.give("w", job())
        here.begin("w", fetch(there.url()))
        wait(lambda: there.at_once == 1)
        here.calls.ended("w")
        wait(lambda: there.sockets_to_it() == 0)
        here.give("v", job())
        answered = here.ask("v", read())
    assert answered.worker == "v"  # and no answer for the other came before it


def test_metadata_is_kept_by_tenant_and_user() -> None:
    with desk() as here:
        for worker, who in [
            ("a", job()),
            ("b", job(tenant="other")),
            ("c", job(context=b'{"user": {"id": "bob"}}')),
        ]:
            here.give(worker, who)
            assert here.ask(worker, store(worker), b'"x"').payload == b""
        found = {worker: here.ask(worker, read(2)) for worker in "abc"}
    assert {worker: keys(answered) for worker, answered in found.items()} == {
        "a": ["a"],
        "b": ["b"],
        "c": ["c"],
    }
    entry = msgspec.json.decode(found["a"].payload)["metadata"][0]
    assert base64.b64decode(entry["value"]) == b'"x"'
    assert entry["resourceOwner"] == "acme"


def test_acknowledged_write_is_in_the_file(tmp_path: Path) -> None:
    config = Config(metadata=MetadataConfig(path=str(tmp_path / "m.db")))
    with desk(config) as here:
        here.give("w", job())
        here.ask("w", store("k"), b"1")
    with desk(config) as here:
        here.give("w", job())
        assert keys(here.ask("w", read())) == ["k"]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep every writer out of a file, as a slow disk would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def test_store_that_does_not_answer_is_waited_for_as_long_as_its_action_waits(
    tmp_path: Path,
) -> None:
    path = tmp_path / "m.db"
    with desk(Config(metadata=MetadataConfig(path=str(path)))) as here:
        here.give("w", job())
        begun = time.monotonic()
        with locked(path):
            kind, text = failure(here.ask("w", store("k", seconds=0.2), b"1"))
    assert (kind, text) == (FailureKind.METADATA_FAILED, "no answer in time")
    assert time.monotonic() - begun < METADATA_SECONDS


def test_write_that_was_given_up_before_its_turn_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, begun = tmp_path / "m.db", threading.Event()
    transaction = SqliteStore.transaction

    def tell(store: SqliteStore) -> AbstractContextManager[None]:
        begun.set()
        return transaction(store)

    monkeypatch.setattr(SqliteStore, "transaction", tell)
    with desk(Config(metadata=MetadataConfig(path=str(path)))) as here:
        here.give("first", job())
        here.give("second", job())
        with locked(path):
            here.begin("first", store("first"), b"1")
            assert begun.wait(PATIENCE_SECONDS)
            answered = here.ask("second", store("second", seconds=0.2), b"2")
        assert (answered.worker, failure(answered)[1]) == ("second", "no answer in time")
        assert here.answer().worker == "first"
        assert keys(here.ask("first", read(2))) == ["first"]


@pytest.mark.parametrize(
    ("message", "value", "word"),
    [
        (store("k" * 201), b"1", "200 characters"),
        (store("k"), b"x" * 500_001, "500000 bytes"),
        (store(""), b"1", "1 to 200"),
    ],
)
def test_metadata_that_cannot_be_stored_says_why(
    message: SetMetadata, value: bytes, word: str
) -> None:
    with desk() as here:
        here.give("w", job())
        kind, text = failure(here.ask("w", message, value))
    assert kind is FailureKind.METADATA_FAILED
    assert word in text


@pytest.mark.parametrize(
    "context", [b"{}", b'{"user": {}}', b'{"user": {"id": 1}}', b"no JSON", b'{"user": null}']
)
def test_metadata_of_nobody_is_refused(context: bytes) -> None:
    with desk() as here:
        here.give("w", job(context=context))
        kind, text = failure(here.ask("w", read()))
    assert kind is FailureKind.METADATA_FAILED
    assert "user.id" in text


def test_scripts_that_are_checked_get_nothing() -> None:
    with site(answering()) as there, desk(allowing(there)) as here:
        here.give("w", job(check=True))
        found = [
            failure(here.ask("w", fetch(there.url(), 1)))[0],
            failure(here.ask("w", store("k", 2), b"1"))[0],
        ]
        assert there.asked == []
    assert found == [FailureKind.FETCH_FAILED, FailureKind.METADATA_FAILED]


@pytest.mark.parametrize("steps", [(2,), (1, 0)])
def test_action_that_cannot_be_running_does_not_ask(steps: tuple[int, ...]) -> None:
    with desk() as here:
        here.give("w", job("f", "g"))
        *before, last = steps
        for call, step in enumerate(before, 1):
            here.ask("w", fetch("http://a.example/", call, step))
        with pytest.raises(RemoteProtocolError, match=f"action {last}, which does not run"):
            here.begin("w", fetch("http://a.example/", len(steps), last))


def test_file_that_cannot_be_opened_is_the_operators_to_mend(tmp_path: Path) -> None:
    (tmp_path / "m.db").write_text("no database")
    (tmp_path / "m.db").chmod(0o600)
    config = Config(metadata=MetadataConfig(path=str(tmp_path / "m.db")))
    calls = Calls(config, Vault(), no_rules)
    with pytest.raises(MetadataFileError, match=r"m\.db"):
        calls.start()


def wait(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    turn = threading.Event()
    for _ in range(int(PATIENCE_SECONDS / 0.01)):
        if condition():
            return
        turn.wait(0.01)
    raise AssertionError("it is not so")
