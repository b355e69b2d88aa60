"""What workers ask the broker for while a job runs: fetches, and the user's metadata.

A call is bound to the job that its worker has: the tenant and the user are the job's, and
the allowlist that of the tenant and of the action that asks. A worker cannot name another:
of the job's own actions it says which one asks, and only forwards.
Calls are carried out on a thread of their own (`outside`), and end with their job.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from actionsd_broker import log
from actionsd_broker.config import Config
from actionsd_broker.fetch.fetcher import Fetcher
from actionsd_broker.fetch.limits import Allowance
from actionsd_broker.fetch.outcomes import (
    FetchDenied,
    FetchFailed,
    FetchRequest,
    FetchResponse,
    Outcome,
)
from actionsd_broker.fetch.policy import Policy
from actionsd_broker.fetch.rules import Rule, make_rules
from actionsd_broker.fetch.vault import Vault
from actionsd_broker.job import Job
from actionsd_broker.metadata.document import describe_user
from actionsd_broker.metadata.errors import MetadataError
from actionsd_broker.metadata.place import MEMORY
from actionsd_broker.metadata.service import MetadataService
from actionsd_broker.metadata.sqlite_store import SqliteStore
from actionsd_broker.outside import Crashed, OutOfTime, Outside
from actionsd_protocol.errors import FailureKind, RemoteProtocolError
from actionsd_protocol.frames import MAX_PAYLOAD_BYTES
from actionsd_protocol.messages import Answer, Call, CallFailure, Fetch, GetMetadata, SetMetadata

Rules = Callable[[str, str], tuple[Rule, ...]]
"""What a tenant's action may fetch, by their names, beside what everybody may."""

METADATA_SECONDS = 5.0
"""For the store to answer, at the most; an action's own time may be less."""

_TEXT = 1000


class Fetches(NamedTuple):
    """How many fetches a job asked for, and how long they took, by the action's place."""

    counts: Mapping[int, int]
    seconds: Mapping[int, float]


NOTHING = Fetches({}, {})
"""Those of a job that asked for nothing."""


class Answered(NamedTuple):
    """An answer for a worker."""

    worker: str
    message: Answer
    payload: bytes


class _User(msgspec.Struct):
    id: str = ""


class _Context(msgspec.Struct):
    """As much of a context document as says whose it is."""

    user: _User | None = None


class _Open(NamedTuple):
    worker: str
    job: int
    call: int
    is_fetch: bool
    step: int
    begun_at: float
    origin: dict[str, str]  # for the log


class _Account:
    """What a worker's present job has asked for."""

    def __init__(self, job: Job, fetches: int) -> None:
        self.job = job
        self.allowance = Allowance(fetches)
        self.step = 0  # the action that asked last, by its place in the job
        self.fetches: Counter[int] = Counter()  # by the action's place
        self.seconds: dict[int, float] = {}  # that fetches took, likewise

    def fetched(self, call: _Open, now: float) -> None:
        """Take note that a fetch has ended, or is not waited for any more."""
        self.seconds[call.step] = self.seconds.get(call.step, 0.0) + now - call.begun_at

    @cached_property
    def user(self) -> str:
        """Whose metadata the job may have: the broker reads it only if that is asked for."""
        return _user_of(self.job.context)


class Calls:
    """Carries out workers' calls. `fileno` is for the poll loop: readable when some are done."""

    def __init__(self, config: Config, vault: Vault, rules: Rules) -> None:
        self._per_job = config.fetch.per_job
        self._common = make_rules(config.fetch.allow, "the configuration")
        self._rules = rules
        self._fetcher = Fetcher(config.fetch, vault)
        self._place = config.metadata
        self._metadata: MetadataService | None = None
        self._outside = Outside()
        self._accounts: dict[str, _Account] = {}
        self._open: dict[int, _Open] = {}
        self._number = 0

    def start(self) -> None:
        """Start; raises MetadataFileError where the metadata cannot be opened."""
        self._outside.start()
        try:
            self._metadata = self._outside.run(self._open_metadata())
        except BaseException:
            self._outside.close()
            raise

    def use(self, vault: Vault) -> None:
        """Take these secrets from now on; what is under way keeps what it began with."""
        self._fetcher.vault = vault

    def fileno(self) -> int:
        """Return the descriptor that is readable while there are answers to take."""
        return self._outside.fileno()

    def ended(self, worker: str) -> Fetches:
        """Take note that a worker's job is over, and end its call; return its fetches."""
        account = self._accounts.pop(worker, None)
        if account is None:
            return NOTHING
        for number in [n for n, call in self._open.items() if call.worker == worker]:
            call = self._open.pop(number)
            if call.is_fetch:
                account.fetched(call, time.monotonic())
            self._outside.cancel(number)
        return Fetches(account.fetches, account.seconds)

    def begin(self, worker: str, job: Job, message: Call, payload: bytes) -> Answered | None:
        """Begin a call of the job that a worker runs; return its answer if there is one at once.

        Raises RemoteProtocolError if the action that asks cannot be running.
        """
        account = self._accounts.get(worker)
        if account is None:
            account = self._accounts[worker] = _Account(job, self._per_job)
        if not account.step <= message.step < len(account.job.plan.steps):
            raise RemoteProtocolError(f"a call of action {message.step}, which does not run")
        account.step = message.step
        if job.check:
            return refuse(worker, message, "scripts are being checked: nothing is asked for")
        refusal = self._refusal(account, message)
        if refusal is not None:
            return refuse(worker, message, refusal)
        self._number += 1
        self._open[self._number] = _open(worker, message, job.named())
        if isinstance(message, Fetch):
            self._fetch(self._number, account.job, message, payload)
        else:
            self._ask_store(self._number, account, message, payload)
        return None

    def take(self) -> list[Answered]:
        """Return the answers of the calls that are done."""
        answers = []
        for number, outcome in self._outside.take():
            call = self._open.pop(number, None)
            if call is not None:
                if call.is_fetch:
                    self._accounts[call.worker].fetched(call, time.monotonic())
                answers.append(_answer(call, outcome))
        return answers

    def close(self) -> None:
        """End every call; close the store, and connections that were kept."""
        if self._metadata is not None:
            self._outside.run(self._metadata.close())
            self._outside.run(self._fetcher.close())
        self._outside.close()

    @staticmethod
    def _refusal(account: _Account, message: Call) -> str | None:
        if isinstance(message, Fetch):
            account.fetches[message.step] += 1
            too_many = account.allowance.take()
            return None if too_many is None else too_many.reason
        if account.user == "":
            return "the context names no user (user.id) whose metadata it could be"
        return None

    async def _open_metadata(self) -> MetadataService:
        place, limits = self._place.path or MEMORY, self._place.limits
        return await MetadataService.open(
            lambda: SqliteStore(place, limits, prepare=True), lambda: datetime.now(UTC)
        )

    def _fetch(self, number: int, job: Job, message: Fetch, payload: bytes) -> None:
        action = job.plan.steps[message.step].name
        rules = (*self._common, *self._rules(job.tenant, action))
        policy = Policy(job.tenant, rules, action)
        headers = tuple((name, value) for name, value in message.headers)
        body = payload if message.has_body else None
        request = FetchRequest(message.method, message.url, headers, body)
        deadline = time.monotonic() + message.seconds
        self._outside.call(
            number, lambda: self._fetcher.fetch(request, policy, deadline), deadline + 1.0
        )

    def _ask_store(
        self, number: int, account: _Account, message: GetMetadata | SetMetadata, value: bytes
    ) -> None:
        store, tenant, user = self._metadata, account.job.tenant, account.user
        if store is None:
            raise RuntimeError("calls before `start`")

        async def ask() -> Any:
            try:
                if isinstance(message, GetMetadata):
                    return describe_user(await store.get(tenant, user), tenant)
                # If its time is up before the store has taken it up, it is not made at all.
                await store.set(tenant, user, message.key, value)
            except MetadataError as error:
                return error
            return None

        # Not longer than the action waits: a worker that waits cannot be called back, and
        # would be ended for it, and its script blamed, when only the disk is slow.
        patience = min(METADATA_SECONDS, message.seconds)
        self._outside.call(number, ask, time.monotonic() + patience)


def refuse(worker: str, message: Call, text: str) -> Answered:
    """Return an answer that says why a call is not even begun."""
    call = _open(worker, message, {})
    return _fail(call, _kind_of(call), text)


def _open(worker: str, message: Call, origin: dict[str, str]) -> _Open:
    is_fetch, now = isinstance(message, Fetch), time.monotonic()
    return _Open(worker, message.job, message.call, is_fetch, message.step, now, origin)


def _user_of(context: bytes) -> str:
    try:
        document = msgspec.json.decode(context, type=_Context)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""  # what is wrong with it, the worker says
    return "" if document.user is None else document.user.id


def _answer(call: _Open, outcome: object) -> Answered:
    match outcome:
        case OutOfTime():
            return _fail(call, _kind_of(call), "no answer in time")
        case Crashed(where):
            log.error("internal_error", at=where)
            return _fail(call, _kind_of(call), "the broker failed; see its log")
        case MetadataError():
            return _fail(call, FailureKind.METADATA_FAILED, str(outcome))
        case FetchResponse() | FetchDenied() | FetchFailed():
            return _answer_fetch(call, outcome)
        case _:
            return _accept(call, b"" if outcome is None else msgspec.json.encode(outcome))


def _answer_fetch(call: _Open, outcome: Outcome) -> Answered:
    match outcome:
        case FetchResponse(status, headers, body):
            text = body.decode("utf-8", "replace")
            document = {"status": status, "headers": headers, "body": text}
            return _accept(call, msgspec.json.encode(document))
        case FetchDenied(_, reason, explanation):
            log.warning("fetch_denied", **call.origin, reason=explanation)
            return _fail(call, FailureKind.FETCH_DENIED, reason)
        case FetchFailed(_, reason, explanation):
            log.info("fetch_failed", **call.origin, reason=explanation)
            return _fail(call, FailureKind.FETCH_FAILED, reason)


def _kind_of(call: _Open) -> FailureKind:
    return FailureKind.FETCH_FAILED if call.is_fetch else FailureKind.METADATA_FAILED


def _accept(call: _Open, document: bytes) -> Answered:
    if len(document) > MAX_PAYLOAD_BYTES:  # written as JSON it grows
        return _fail(call, _kind_of(call), f"the answer has more than {MAX_PAYLOAD_BYTES} bytes")
    return Answered(call.worker, Answer(job=call.job, call=call.call), document)


def _fail(call: _Open, kind: FailureKind, text: str) -> Answered:
    failure = CallFailure(kind, text[:_TEXT])
    return Answered(call.worker, Answer(job=call.job, call=call.call, failure=failure), b"")
