"""What a store keeps, for whom, with which dates and sequences, and what it refuses."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from actionsd_broker.metadata.entry import UserMetadata
from actionsd_broker.metadata.errors import (
    MetadataError,
    MetadataKind,
    MetadataRefusedError,
    MetadataUnavailableError,
)
from actionsd_broker.metadata.limits import Limits
from actionsd_broker.metadata.place import MEMORY
from actionsd_broker.metadata.sqlite_store import SqliteStore
from actionsd_broker.metadata.store import MetadataStore

NOW = datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(seconds=5)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "metadata.db")


@pytest.fixture
def store(path: str) -> Iterator[SqliteStore]:
    with contextlib.closing(SqliteStore(path)) as store:
        yield store


def kind_of(error: pytest.ExceptionInfo[MetadataError]) -> MetadataKind:
    return error.value.kind


def values(metadata: UserMetadata) -> dict[str, bytes]:
    return {entry.key: entry.value for entry in metadata.entries}


def test_it_is_what_the_interface_says(store: SqliteStore) -> None:
    interface: MetadataStore = store
    assert interface.get("acme", "1") == UserMetadata((), 0, None)


def test_new_entry_has_the_date_and_the_first_sequence(store: SqliteStore) -> None:
    entry = store.set("acme", "1", "k", b"v", NOW)
    assert entry == ("k", b"v", NOW, NOW, 1)
    assert store.get("acme", "1") == UserMetadata((entry,), 1, NOW)


def test_changed_entry_keeps_its_date_of_creation(store: SqliteStore) -> None:
    store.set("acme", "1", "k", b"v", NOW)
    assert store.set("acme", "1", "k", b"w", LATER) == ("k", b"w", NOW, LATER, 2)


def test_same_value_again_is_no_change(store: SqliteStore) -> None:
    first = store.set("acme", "1", "k", b"v", NOW)
    assert store.set("acme", "1", "k", b"v", LATER) == first
    assert store.get("acme", "1").sequence == 1


def test_entries_come_in_the_order_of_their_keys(store: SqliteStore) -> None:
    for key in ("b", "é", "a", "B", "\U0001f600", "\uffff"):
        store.set("acme", "1", key, b"v", NOW)
    keys = [entry.key for entry in store.get("acme", "1").entries]
    assert keys == ["B", "a", "b", "é", "\uffff", "\U0001f600"]


def test_users_and_tenants_are_kept_apart(store: SqliteStore) -> None:
    for tenant, user in (("a", "1"), ("a", "2"), ("b", "1")):
        store.set(tenant, user, "k", f"{tenant}{user}".encode(), NOW)
    store.forget("a", "2")
    assert values(store.get("a", "1")) == {"k": b"a1"}
    assert values(store.get("b", "1")) == {"k": b"b1"}
    assert values(store.get("a", "2")) == {}


def test_any_bytes_come_back(store: SqliteStore) -> None:
    value = bytes(range(256)) * 1953
    store.set("acme", "1", "k", value, NOW)
    assert values(store.get("acme", "1")) == {"k": value}


def test_deletion_counts_in_the_sequence(store: SqliteStore) -> None:
    store.set("acme", "1", "k", b"v", NOW)
    assert store.delete("acme", "1", "k", LATER)
    assert store.get("acme", "1") == UserMetadata((), 2, LATER)
    assert store.set("acme", "1", "k", b"v", LATER).sequence == 3


def test_deleting_what_is_not_there_changes_nothing(store: SqliteStore) -> None:
    assert not store.delete("acme", "1", "k", NOW)
    assert store.get("acme", "1") == UserMetadata()
    assert store.users("acme") == []


def test_forgotten_user_leaves_nothing(store: SqliteStore) -> None:
    store.set("acme", "1", "k", b"v", NOW)
    store.set("acme", "1", "l", b"v", NOW)
    assert store.forget("acme", "1") == 2
    assert store.forget("acme", "1") == 0
    assert store.get("acme", "1") == UserMetadata()
    assert store.users("acme") == []


def test_dates_never_go_back(store: SqliteStore) -> None:
    store.set("acme", "1", "k", b"v", LATER)
    assert store.set("acme", "1", "k", b"w", NOW).changed == LATER
    assert store.set("acme", "1", "l", b"w", NOW).created == LATER


def test_users_are_listed_with_what_they_have(store: SqliteStore) -> None:
    store.set("acme", "2", "ké", b"1234", NOW)
    store.set("acme", "1", "k", b"v", NOW)
    store.delete("acme", "1", "k", LATER)
    store.set("other", "3", "k", b"v", NOW)
    assert store.users("acme") == [("1", 0, 0, 2, LATER), ("2", 1, 7, 1, NOW)]


def test_users_are_listed_in_pages(store: SqliteStore) -> None:
    for user in ("1", "2", "3"):
        store.set("acme", user, "k", b"v", NOW)
    assert [u.user for u in store.users("acme", limit=2)] == ["1", "2"]
    assert [u.user for u in store.users("acme", after="2", limit=2)] == ["3"]


def test_what_was_set_is_there_when_the_file_is_opened_again(path: str) -> None:
    with contextlib.closing(SqliteStore(path)) as store:
        entry = store.set("acme", "1", "k", b"v", NOW)
    with contextlib.closing(SqliteStore(path)) as store:
        assert store.get("acme", "1").entries == (entry,)


def test_memory_is_gone_with_the_store() -> None:
    with contextlib.closing(SqliteStore(MEMORY)) as store:
        store.set("acme", "1", "k", b"v", NOW)
        store.tidy()
        assert values(store.get("acme", "1")) == {"k": b"v"}
    with contextlib.closing(SqliteStore(MEMORY)) as store:
        assert values(store.get("acme", "1")) == {}


def test_commit_waits_for_the_disk(store: SqliteStore) -> None:
    def pragma(name: str) -> object:
        return store._connection.execute(f"PRAGMA {name}").fetchone()[0]

    full = 2
    assert pragma("synchronous") == full
    assert pragma("journal_mode") == "wal"


# What is refused


@pytest.mark.parametrize("key", ["", "k" * 201, "a\0b", "\ud800"])
def test_bad_key_is_refused(store: SqliteStore, key: str) -> None:
    with pytest.raises(MetadataRefusedError) as error:
        store.set("acme", "1", key, b"v", NOW)
    assert kind_of(error) is MetadataKind.BAD_KEY
    with pytest.raises(MetadataRefusedError):
        store.delete("acme", "1", key, NOW)


@pytest.mark.parametrize(
    ("tenant", "user"), [("", "1"), ("acme", ""), ("acme", "1\0"), ("a", "\udfff")]
)
def test_bad_user_is_refused(store: SqliteStore, tenant: str, user: str) -> None:
    for call in (
        lambda: store.get(tenant, user),
        lambda: store.set(tenant, user, "k", b"v", NOW),
        lambda: store.delete(tenant, user, "k", NOW),
        lambda: store.forget(tenant, user),
    ):
        with pytest.raises(MetadataRefusedError) as error:
            call()
        assert kind_of(error) is MetadataKind.BAD_USER


@pytest.mark.parametrize("size", [0, 500_001])
def test_bad_value_is_refused(store: SqliteStore, size: int) -> None:
    with pytest.raises(MetadataRefusedError, match=f"1 to 500000 bytes, not {size}") as error:
        store.set("acme", "1", "k", bytes(size), NOW)
    assert kind_of(error) is MetadataKind.BAD_VALUE
    assert store.get("acme", "1") == UserMetadata()


def test_longest_key_and_value_are_stored(store: SqliteStore) -> None:
    key, value = "\U0001f600" * 200, bytes(500_000)
    store.set("acme", "1", key, value, NOW)
    assert values(store.get("acme", "1")) == {key: value}


def test_user_has_so_many_entries_at_the_most(path: str) -> None:
    with contextlib.closing(SqliteStore(path, Limits(entries=2))) as store:
        for key in ("a", "b", "a"):
            store.set("acme", "1", key, b"v", NOW)
        with pytest.raises(MetadataRefusedError, match="2 metadata entries") as error:
            store.set("acme", "1", "c", b"v", NOW)
        assert kind_of(error) is MetadataKind.TOO_MUCH
        store.set("acme", "2", "c", b"v", NOW)
        store.delete("acme", "1", "a", NOW)
        store.set("acme", "1", "c", b"v", NOW)


def test_user_has_so_many_bytes_at_the_most(path: str) -> None:
    with contextlib.closing(SqliteStore(path, Limits(size_bytes=20))) as store:
        store.set("acme", "1", "a", bytes(9), NOW)
        store.set("acme", "1", "é", bytes(8), NOW)
        with pytest.raises(MetadataRefusedError, match="20 bytes"):
            store.set("acme", "1", "a", bytes(10), NOW)
        store.set("acme", "1", "a", bytes(8) + b"x", NOW)


# Transactions


def test_transaction_is_made_as_a_whole(store: SqliteStore) -> None:
    with store.transaction():
        store.set("acme", "1", "a", b"v", NOW)
        store.set("acme", "1", "b", b"v", NOW)
    assert store.get("acme", "1").sequence == 2


def test_transaction_that_fails_is_not_made(store: SqliteStore) -> None:
    def fail() -> None:
        with store.transaction():
            store.set("acme", "1", "a", b"v", NOW)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert store.get("acme", "1") == UserMetadata()
    store.set("acme", "1", "a", b"v", NOW)


def test_refused_call_leaves_the_rest_of_a_transaction(store: SqliteStore) -> None:
    with store.transaction():
        store.set("acme", "1", "a", b"v", NOW)
        with pytest.raises(MetadataRefusedError):
            store.set("acme", "1", "b", b"", NOW)
    assert values(store.get("acme", "1")) == {"a": b"v"}


def test_others_see_a_transaction_when_it_is_made(store: SqliteStore, path: str) -> None:
    with contextlib.closing(SqliteStore(path)) as other:
        with store.transaction():
            store.set("acme", "1", "a", b"v", NOW)
            assert other.get("acme", "1") == UserMetadata()
        assert values(other.get("acme", "1")) == {"a": b"v"}


# Trouble


def test_write_gives_up_when_another_process_does_not_let_go(store: SqliteStore, path: str) -> None:
    with contextlib.closing(SqliteStore(path, busy_seconds=0.05)) as other:
        with store.transaction():
            store.set("acme", "1", "a", b"v", NOW)
            with pytest.raises(MetadataUnavailableError, match="busy") as error:
                other.set("acme", "2", "a", b"v", NOW)
            assert kind_of(error) is MetadataKind.BUSY
            assert "metadata.db: database is locked" in error.value.detail
        other.set("acme", "2", "a", b"v", NOW)


def test_file_that_a_newer_program_migrated_meanwhile_is_not_written(
    store: SqliteStore, path: str
) -> None:
    with contextlib.closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 9")
    with pytest.raises(MetadataUnavailableError) as error:
        store.set("acme", "1", "a", b"v", NOW)
    assert "migrated to version 9; restart" in error.value.detail


FULL_DISK = """
import resource, sys
from datetime import UTC, datetime
from actionsd_broker.metadata.errors import MetadataUnavailableError
from actionsd_broker.metadata.sqlite_store import SqliteStore

store, now = SqliteStore(sys.argv[1]), datetime.now(UTC)
store.set("acme", "1", "before", b"v", now)
limit = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
try:
    store.set("acme", "1", "large", bytes(400_000), now)
except MetadataUnavailableError as error:
    print(error.kind.value, error.detail)
assert [e.key for e in store.get("acme", "1").entries] == ["before"]
resource.setrlimit(resource.RLIMIT_FSIZE, limit)
store.set("acme", "1", "large", bytes(400_000), now)
"""


def test_full_disk_fails_the_write_and_nothing_else(path: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, path], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"storage {path}: ")
    with contextlib.closing(SqliteStore(path)) as store:
        assert [e.key for e in store.get("acme", "1").entries] == ["before", "large"]


def test_damaged_file_is_said_to_be_so(path: str) -> None:
    with contextlib.closing(SqliteStore(path)) as store:
        for number in range(50):
            store.set("acme", "1", f"k{number}", bytes(3000), NOW)
    with Path(path).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 200_000)
    with (
        contextlib.closing(SqliteStore(path)) as store,
        pytest.raises(MetadataUnavailableError) as error,
    ):
        store.get("acme", "1")
    assert "malformed" in error.value.detail


# The log


def test_log_is_put_into_the_file_when_it_is_long(store: SqliteStore, path: str) -> None:
    log = Path(f"{path}-wal")
    for number in range(20):
        store.set("acme", "1", "k", bytes([number]) * 400_000, NOW)
        store.tidy()
        assert log.stat().st_size < 5 * 2**20
    assert Path(path).stat().st_size > 400_000


def test_reader_holds_up_the_log_and_nothing_else(store: SqliteStore, path: str) -> None:
    log = Path(f"{path}-wal")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM entries").fetchone() == (0,)
        for number in range(20):
            store.set("acme", "1", "k", bytes([number]) * 400_000, NOW)
            store.tidy()
        assert log.stat().st_size > 5 * 2**20
    for number in range(20):
        store.set("acme", "1", "k", bytes([100 + number]) * 400_000, NOW)
        store.tidy()
    assert log.stat().st_size < 5 * 2**20


def test_log_beside_the_target_of_a_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "link.db").symlink_to(tmp_path / "disk" / "real.db")
    with contextlib.closing(SqliteStore(str(tmp_path / "link.db"))) as store:
        store.set("acme", "1", "k", b"v", NOW)
        assert store._log_size() > 0
    assert sorted(p.name for p in (tmp_path / "disk").iterdir()) == ["real.db"]
