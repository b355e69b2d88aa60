"""Metadata for an event loop: a store on a thread of its own, and commits that are shared.

A durable commit waits for the disk, whatever is in it. So all calls that come while one
transaction commits go into the next: as many commits as the disk can do, and as many
writes in each as there are who wait. Nobody is answered before the commit that is theirs.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from actionsd_broker import log
from actionsd_broker.metadata.entry import Entry, UserMetadata
from actionsd_broker.metadata.errors import (
    MetadataError,
    MetadataKind,
    MetadataRefusedError,
    MetadataUnavailableError,
)
from actionsd_broker.metadata.store import MetadataStore

MAX_BATCH_CALLS = 256
MAX_BATCH_BYTES = 8 * 2**20
"""Bounds of one transaction, so that the first in it does not wait long for the last."""

T = TypeVar("T")


class _Call(NamedTuple):
    run: Callable[[MetadataStore], Any]
    writes: bool
    size_bytes: int
    future: asyncio.Future[Any]


class _Outcome(NamedTuple):
    call: _Call
    value: Any = None
    error: MetadataError | None = None


class MetadataService:
    """A store's calls, awaited; `open` one, and `close` it.

    Methods raise what the store's do. Who cancels a call that has been taken up does not
    learn how it ended.
    """

    def __init__(self, clock: Callable[[], datetime], max_batch_calls: int) -> None:
        self._clock = clock
        self._max_batch_calls = max_batch_calls
        self._loop = asyncio.get_running_loop()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="metadata")
        self._store: MetadataStore
        self._waiting: deque[_Call] = deque()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    @classmethod
    async def open(
        cls,
        open_store: Callable[[], MetadataStore],
        clock: Callable[[], datetime],
        *,
        max_batch_calls: int = MAX_BATCH_CALLS,
    ) -> MetadataService:
        """Open a store on the service's thread; raises what `open_store` raises."""
        service = cls(clock, max_batch_calls)
        try:
            service._store = await service._on_thread(open_store)
        except BaseException:
            service._executor.shutdown()
            raise
        return service

    async def get(self, tenant: str, user: str) -> UserMetadata:
        """Return all that a user has; what is returned is durable."""
        return await self._ask(lambda store: store.get(tenant, user))

    async def set(self, tenant: str, user: str, key: str, value: bytes) -> Entry:
        """Store a value; return its entry when it is durable."""

        def run(store: MetadataStore) -> Entry:
            return store.set(tenant, user, key, value, self._clock())

        return await self._ask(run, writes=True, size_bytes=len(value))

    async def delete(self, tenant: str, user: str, key: str) -> bool:
        """Delete an entry; return, when that is durable, whether there was one."""

        def run(store: MetadataStore) -> bool:
            return store.delete(tenant, user, key, self._clock())

        return await self._ask(run, writes=True)

    async def close(self) -> None:
        """Finish what has been asked for, then close the store."""
        if self._closed:
            return
        self._closed = True
        if self._task is not None:
            await self._task
        await self._on_thread(self._store.close)
        self._executor.shutdown()

    async def _ask(
        self, run: Callable[[MetadataStore], T], *, writes: bool = False, size_bytes: int = 0
    ) -> T:
        if self._closed:
            raise MetadataUnavailableError(MetadataKind.CLOSED, "the metadata store is closed")
        future: asyncio.Future[T] = self._loop.create_future()
        self._waiting.append(_Call(run, writes, size_bytes, future))
        if self._task is None or self._task.done():
            self._task = self._loop.create_task(self._work())
        return await future

    async def _work(self) -> None:
        while batch := self._next_batch():
            try:
                await self._on_thread(self._execute, batch)
            except Exception as error:  # noqa: BLE001 - a bug of ours fails these calls only
                log.error("internal_error", at=log.places(error))
                text = "the metadata store failed"
                failure = MetadataUnavailableError(MetadataKind.STORAGE, text)
                _settle([_Outcome(call, error=failure) for call in batch])

    def _next_batch(self) -> list[_Call]:
        batch: list[_Call] = []
        size = 0
        while self._waiting and len(batch) < self._max_batch_calls and size < MAX_BATCH_BYTES:
            call = self._waiting.popleft()
            if not call.future.done():  # who asked may have been cancelled
                batch.append(call)
                size += call.size_bytes
        return batch

    async def _on_thread(self, run: Callable[..., T], *arguments: Any) -> T:
        return await self._loop.run_in_executor(self._executor, run, *arguments)

    # On the thread

    def _execute(self, batch: Sequence[_Call]) -> None:
        # Reads first: they need not wait for the disk, and see nothing that is not on it.
        self._answer([self._read(call) for call in batch if not call.writes])
        self._answer(self._commit([call for call in batch if call.writes]))
        self._store.tidy()

    def _read(self, call: _Call) -> _Outcome:
        try:
            return _Outcome(call, call.run(self._store))
        except MetadataError as error:
            _report(error)
            return _Outcome(call, error=error)

    def _commit(self, calls: Sequence[_Call]) -> list[_Outcome]:
        if not calls:
            return []
        try:
            with self._store.transaction():
                return [self._write(call) for call in calls]
        except MetadataUnavailableError as error:
            _report(error)
            return [_Outcome(call, error=error.again()) for call in calls]

    def _write(self, call: _Call) -> _Outcome:
        try:
            return _Outcome(call, call.run(self._store))
        except MetadataRefusedError as error:
            return _Outcome(call, error=error)  # the others' writes are none the worse

    def _answer(self, outcomes: Sequence[_Outcome]) -> None:
        if outcomes:
            self._loop.call_soon_threadsafe(_settle, outcomes)


def _report(error: MetadataError) -> None:
    if isinstance(error, MetadataUnavailableError):
        log.error("metadata_unavailable", kind=error.kind.value, detail=error.detail)


def _settle(outcomes: Sequence[_Outcome]) -> None:
    for call, value, error in outcomes:
        if call.future.done():
            continue
        if error is None:
            call.future.set_result(value)
        else:
            call.future.set_exception(error)
