"""Calls are answered when their commit is made, and share one when they can."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from actionsd_broker.errors import MetadataFileError
from actionsd_broker.metadata.entry import Entry, UserMetadata
from actionsd_broker.metadata.errors import (
    MetadataKind,
    MetadataRefusedError,
    MetadataUnavailableError,
)
from actionsd_broker.metadata.service import MAX_BATCH_CALLS, MetadataService
from actionsd_broker.metadata.sqlite_store import SqliteStore

NOW = datetime(2026, 5, 1, tzinfo=UTC)


class SlowStore(SqliteStore):
    """A store whose commits wait for a test's word, and are counted."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.may_commit = threading.Event()
        self.may_commit.set()
        self.committing = threading.Event()
        self.commits = 0
        self.failure: Exception | None = None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        with super().transaction():
            yield
            self.committing.set()
            assert self.may_commit.wait(60)
            self.committing.clear()
            if self.failure is not None:
                raise self.failure
        self.commits += 1


class Bench:
    """A service and the store that it has."""

    def __init__(self, service: MetadataService, store: SlowStore) -> None:
        self.service = service
        self.store = store

    async def committing(self) -> None:
        """Wait until a commit is being made."""
        assert await asyncio.to_thread(self.store.committing.wait, 60)

    def set(self, key: str, value: bytes = b"v", user: str = "1") -> asyncio.Task[Entry]:
        return asyncio.create_task(self.service.set("acme", user, key, value))

    async def keys(self, user: str = "1") -> list[str]:
        return [entry.key for entry in (await self.service.get("acme", user)).entries]


@pytest.fixture
def on_bench(tmp_path: Path) -> Callable[..., None]:
    """Run a test with a service of its own."""

    async def run(
        test: Callable[[Bench], Awaitable[None]], max_batch_calls: int = MAX_BATCH_CALLS
    ) -> None:
        stores: list[SlowStore] = []

        def open_store() -> SlowStore:
            stores.append(SlowStore(str(tmp_path / "metadata.db")))
            return stores[0]

        service = await MetadataService.open(
            open_store, lambda: NOW, max_batch_calls=max_batch_calls
        )
        try:
            await test(Bench(service, stores[0]))
        finally:
            stores[0].may_commit.set()
            await service.close()

    return lambda test, **options: asyncio.run(run(test, **options))


def test_what_is_set_is_returned_and_read(on_bench: Callable[..., None]) -> None:
    async def test(bench: Bench) -> None:
        entry = await bench.service.set("acme", "1", "k", b"v")
        assert entry == Entry("k", b"v", NOW, NOW, 1)
        assert await bench.service.get("acme", "1") == UserMetadata((entry,), 1, NOW)
        assert await bench.service.delete("acme", "1", "k")
        assert not await bench.service.delete("acme", "1", "k")

    on_bench(test)


def test_write_is_not_answered_before_its_commit(on_bench: Callable[..., None]) -> None:
    async def test(bench: Bench) -> None:
        bench.store.may_commit.clear()
        task = bench.set("k")
        await bench.committing()
        assert not task.done()
        bench.store.may_commit.set()
        assert (await task).sequence == 1

    on_bench(test)


def test_calls_that_come_during_a_commit_share_the_next(on_bench: Callable[..., None]) -> None:
    async def test(bench: Bench) -> None:
        bench.store.may_commit.clear()
        first = bench.set("first")
        await bench.committing()
        others = [bench.set(f"k{number}", user=str(number)) for number in range(50)]
        await asyncio.sleep(0)  # let them ask
        bench.store.may_commit.set()
        await asyncio.gather(first, *others)
        assert bench.store.commits == 2

    on_bench(test)


def test_commits_are_bounded_by_calls(on_bench: Callable[..., None]) -> None:
    async def test(bench: Bench) -> None:
        await asyncio.gather(*(bench.set(f"k{number}") for number in range(10)))
        assert bench.store.commits == 4

    on_bench(test, max_batch_calls=3)


def test_commits_are_bounded_by_bytes(on_bench: Callable[..., None]) -> None:
    async def test(bench: Bench) -> None:
        value = bytes(500_000)
        await asyncio.gather(*(bench.set("k", value, str(n)) for n in range(34)))
        assert bench.store.commits == 2

    on_bench(test)


def test_writes_of_one_caller_keep_their_order(on_bench: Callable[..., None]) -> None:
    async def test(bench: Bench) -> None:
        tasks = [bench.set("k", str(number).encode()) for number in range(100)]
        entries = await asyncio.gather(*tasks)
        assert [entry.sequence for entry in entries] == list(range(1, 101))
        assert (await bench.service.get("acme", "1")).entries == (entries[-1],)

    on_bench(test)


def test_refused_call_does_not_touch_those_it_shares_with(on_bench: Callable[..., None]) -> None:
    async def test(bench: Bench) -> None:
        tasks = [bench.set("a"), bench.set("b", b""), bench.set("c")]
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(outcomes[1], MetadataRefusedError)
        assert await bench.keys() == ["a", "c"]
        assert bench.store.commits == 1

    on_bench(test)


def test_refused_read_is_answered(on_bench: Callable[..., None]) -> None:
    async def test(bench: Bench) -> None:
        with pytest.raises(MetadataRefusedError):
            await bench.service.get("acme", "")

    on_bench(test)


def test_failed_commit_fails_all_that_share_it_and_no_other(on_bench: Callable[..., None]) -> None:
    async def test(bench: Bench) -> None:
        bench.store.failure = MetadataUnavailableError(MetadataKind.STORAGE, "no", "disk on fire")
        tasks = [bench.set("a"), bench.set("b")]
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [MetadataUnavailableError] * 2
        assert outcomes[0] is not outcomes[1]
        bench.store.failure = None
        await bench.set("c")
        assert await bench.keys() == ["c"]

    on_bench(test)


def test_bug_in_a_store_fails_its_calls_only(on_bench: Callable[..., None]) -> None:
    async def test(bench: Bench) -> None:
        bench.store.failure = ZeroDivisionError()
        with pytest.raises(MetadataUnavailableError):
            await bench.set("a")
        bench.store.failure = None
        await bench.set("b")
        assert await bench.keys() == ["b"]

    on_bench(test)


def test_read_does_not_see_what_is_not_committed(on_bench: Callable[..., None]) -> None:
    async def test(bench: Bench) -> None:
        bench.store.may_commit.clear()
        write = bench.set("a")
        await bench.committing()
        read = asyncio.create_task(bench.keys())
        late = bench.set("b")
        await asyncio.sleep(0)
        bench.store.may_commit.set()
        assert await read == ["a"]
        await asyncio.gather(write, late)

    on_bench(test)


def test_call_cancelled_while_it_waits_is_not_made(on_bench: Callable[..., None]) -> None:
    async def test(bench: Bench) -> None:
        bench.store.may_commit.clear()
        first = bench.set("first")
        await bench.committing()
        cancelled, last = bench.set("cancelled"), bench.set("last")
        await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.sleep(0)
        bench.store.may_commit.set()
        await asyncio.gather(first, last)
        assert await bench.keys() == ["first", "last"]

    on_bench(test)


def test_call_cancelled_during_its_commit_disturbs_nobody(on_bench: Callable[..., None]) -> None:
    async def test(bench: Bench) -> None:
        bench.store.may_commit.clear()
        task = bench.set("a")
        await bench.committing()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        bench.store.may_commit.set()
        assert await bench.keys() == ["a"]

    on_bench(test)


def test_closing_finishes_what_was_asked_for(on_bench: Callable[..., None]) -> None:
    async def test(bench: Bench) -> None:
        tasks = [bench.set(f"k{number}") for number in range(5)]
        await asyncio.sleep(0)
        await bench.service.close()
        assert [task.done() for task in tasks] == [True] * 5
        with pytest.raises(MetadataUnavailableError) as error:
            await bench.service.get("acme", "1")
        assert error.value.kind is MetadataKind.CLOSED

    on_bench(test)


def test_loop_goes_on_while_the_disk_is_slow(on_bench: Callable[..., None]) -> None:
    async def test(bench: Bench) -> None:
        bench.store.may_commit.clear()
        task = bench.set("a")
        await bench.committing()
        for _ in range(100):
            await asyncio.sleep(0)
        assert not task.done()
        bench.store.may_commit.set()
        await task

    on_bench(test)


def test_store_that_cannot_be_opened_leaves_no_thread(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("not a database")
    (tmp_path / "x").chmod(0o600)
    before = threading.active_count()

    async def run() -> None:
        with pytest.raises(MetadataFileError):
            await MetadataService.open(partial(SqliteStore, str(tmp_path / "x")), lambda: NOW)

    asyncio.run(run())
    assert threading.active_count() == before
