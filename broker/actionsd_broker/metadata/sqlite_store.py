"""Metadata in an SQLite file: the default backend.

The file is in WAL mode with synchronous = FULL, so a commit returns after the log has been
flushed to the disk, and whatever ends the process in between leaves the last commit.
Other processes may use the file at the same time (`actionsd metadata` does).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from actionsd_broker.metadata.entry import Entry, UserMetadata, UserSummary
from actionsd_broker.metadata.errors import MetadataKind, MetadataUnavailableError
from actionsd_broker.metadata.limits import Limits, check_key, check_tenant, check_user, check_value
from actionsd_broker.metadata.place import MEMORY
from actionsd_broker.metadata.schema import MIGRATIONS, Migration
from actionsd_broker.metadata.sqlite_file import is_busy, open_file, read_version

BUSY_SECONDS = 5.0
"""How long a write waits for another process that is writing."""

_LOG_BYTES = 4 * 2**20
"""The log is put into the file when it is longer than this, SQLite's own choice."""

_TIDY_SECONDS = 0.25
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_GET = """
    SELECT u.sequence, u.changed, e.key, e.value, e.created, e.changed, e.sequence
    FROM users u LEFT JOIN entries e ON e.owner = u.id
    WHERE u.tenant = ? AND u.user_id = ? ORDER BY e.key
"""
_FIND = """
    SELECT e.key, e.value, e.created, e.changed, e.sequence
    FROM users u JOIN entries e ON e.owner = u.id
    WHERE u.tenant = ? AND u.user_id = ? AND e.key = ?
"""
_MEASURE = """
    SELECT count(*), coalesce(sum(length(CAST(e.key AS BLOB)) + length(e.value)), 0)
    FROM users u JOIN entries e ON e.owner = u.id
    WHERE u.tenant = ? AND u.user_id = ? AND e.key <> ?
"""
_ADVANCE = """
    INSERT INTO users (tenant, user_id, sequence, changed) VALUES (?, ?, 1, ?)
    ON CONFLICT (tenant, user_id) DO UPDATE
    SET sequence = sequence + 1, changed = max(changed, excluded.changed)
"""
_OWNER = "SELECT id, sequence, changed FROM users WHERE tenant = ? AND user_id = ?"
_PUT = """
    INSERT INTO entries (owner, key, value, created, changed, sequence) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (owner, key) DO UPDATE
    SET value = excluded.value, changed = excluded.changed, sequence = excluded.sequence
"""
_USERS = """
    SELECT u.user_id, count(e.key),
        coalesce(sum(length(CAST(e.key AS BLOB)) + length(e.value)), 0), u.sequence, u.changed
    FROM users u LEFT JOIN entries e ON e.owner = u.id
    WHERE u.tenant = ? AND u.user_id > ? GROUP BY u.user_id ORDER BY u.user_id LIMIT ?
"""


class SqliteStore:
    """A `MetadataStore` in a file, or in memory; raises MetadataFileError if it cannot open.

    With `prepare` the file is made or migrated where that is needed: for the program whose
    file it is, not for visitors.
    """

    def __init__(
        self,
        path: str,
        limits: Limits | None = None,
        *,
        prepare: bool = True,
        busy_seconds: float = BUSY_SECONDS,
        migrations: Sequence[Migration] = MIGRATIONS,
    ) -> None:
        # Where SQLite, too, puts the log: beside the file that a symbolic link means.
        self._path = path if path == MEMORY else str(Path(path).resolve())
        self._limits = limits or Limits()
        self._busy_seconds = busy_seconds
        self._version = len(migrations)
        self._log_bytes = _LOG_BYTES
        self._connection = open_file(
            self._path, prepare=prepare, busy_seconds=busy_seconds, migrations=migrations
        )
        # Whoever crashed may have written a commit to the log that the disk has not got yet.
        # We can read it, so somebody may rely on it.
        self._checkpoint()

    def get(self, tenant: str, user: str) -> UserMetadata:
        """See MetadataStore."""
        check_user(tenant, user)
        rows = self._all(_GET, tenant, user)
        if not rows:
            return UserMetadata()
        entries = tuple(_entry(*row[2:]) for row in rows if row[2] is not None)
        return UserMetadata(entries, rows[0][0], _date(rows[0][1]))

    def set(self, tenant: str, user: str, key: str, value: bytes, now: datetime) -> Entry:
        """See MetadataStore."""
        check_user(tenant, user)
        check_key(key)
        check_value(value)
        with self._writing():
            found = self._find(tenant, user, key)
            if found is not None and found.value == value:
                return found
            count, size = self._all(_MEASURE, tenant, user, key)[0]
            self._limits.check(count + 1, size + len(key.encode()) + len(value))
            owner, sequence, changed = self._advance(tenant, user, now)
            created = changed if found is None else _microseconds(found.created)
            self._all(_PUT, owner, key, value, created, changed, sequence)
        return _entry(key, value, created, changed, sequence)

    def delete(self, tenant: str, user: str, key: str, now: datetime) -> bool:
        """See MetadataStore."""
        check_user(tenant, user)
        check_key(key)
        with self._writing():
            if self._find(tenant, user, key) is None:
                return False
            owner, *_ = self._advance(tenant, user, now)
            self._all("DELETE FROM entries WHERE owner = ? AND key = ?", owner, key)
        return True

    def forget(self, tenant: str, user: str) -> int:
        """See MetadataStore."""
        check_user(tenant, user)
        with self._writing():
            count: int = self._all(_MEASURE, tenant, user, "")[0][0]
            self._all("DELETE FROM users WHERE tenant = ? AND user_id = ?", tenant, user)
        return count

    def users(self, tenant: str, *, after: str = "", limit: int = 1000) -> list[UserSummary]:
        """See MetadataStore."""
        check_tenant(tenant)
        rows = self._all(_USERS, tenant, after, limit)
        return [
            UserSummary(user, entries, size, sequence, _date(changed))
            for user, entries, size, sequence, changed in rows
        ]

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """See MetadataStore."""
        with self._reported():
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._check_version()
            yield
            with self._reported():
                self._connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # most errors have done it themselves
                self._connection.execute("ROLLBACK")
            raise

    def tidy(self) -> None:
        """Put the log into the file when it is long; another time if somebody reads."""
        if self._log_size() > self._log_bytes:
            self._checkpoint()
            self._log_bytes = self._log_size() + _LOG_BYTES

    def back_up(self, path: str) -> None:
        """Write a copy, as of one moment, to a file that is empty."""
        with self._reported():
            self._connection.execute("VACUUM INTO ?", (path,))

    def close(self) -> None:
        """Close the file; whoever is last puts the log into it."""
        self._connection.close()

    def _find(self, tenant: str, user: str, key: str) -> Entry | None:
        rows = self._all(_FIND, tenant, user, key)
        return _entry(*rows[0]) if rows else None

    def _advance(self, tenant: str, user: str, now: datetime) -> tuple[int, int, int]:
        self._all(_ADVANCE, tenant, user, _microseconds(now))
        owner, sequence, changed = self._all(_OWNER, tenant, user)[0]
        return owner, sequence, changed

    def _all(self, statement: str, *values: object) -> list[Any]:
        with self._reported():
            return self._connection.execute(statement, values).fetchall()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        if self._connection.in_transaction:
            yield
        else:
            with self.transaction():
                yield

    def _check_version(self) -> None:
        # A newer program may have migrated the file meanwhile.
        with self._reported():
            version = read_version(self._connection)
        if version != self._version:
            detail = f"{self._path}: has been migrated to version {version}; restart this program"
            raise _unavailable(detail)

    def _checkpoint(self) -> None:
        # TRUNCATE keeps writers out while it works. SQLite's own, after a commit, does not:
        # up to 3.51.2 it can meet a writer that begins the log anew, and lose commits. It
        # would do without if a writer did not let go, so see first that there is none.
        # All of this can be done later: it may fail, and is not worth a long wait.
        with contextlib.suppress(sqlite3.Error):
            self._wait_for_others(_TIDY_SECONDS)
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("ROLLBACK")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._wait_for_others(self._busy_seconds)

    def _wait_for_others(self, seconds: float) -> None:
        self._connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    def _log_size(self) -> int:
        if self._path == MEMORY:
            return 0
        try:
            return os.stat(f"{self._path}-wal").st_size  # noqa: PTH116 - a name, not a path
        except FileNotFoundError:
            return 0

    @contextlib.contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise  # a bug of ours: the wrong thread, or a closed connection
        except sqlite3.Error as error:
            detail = f"{self._path}: {error}"
            if is_busy(error):
                text = "the metadata store is busy"
                raise MetadataUnavailableError(MetadataKind.BUSY, text, detail) from error
            raise _unavailable(detail) from error


def _unavailable(detail: str) -> MetadataUnavailableError:
    text = "the metadata store does not work"
    return MetadataUnavailableError(MetadataKind.STORAGE, text, detail)


def _entry(key: str, value: bytes, created: int, changed: int, sequence: int) -> Entry:
    return Entry(key, value, _date(created), _date(changed), sequence)


def _microseconds(date: datetime) -> int:
    return (date - _EPOCH) // timedelta(microseconds=1)


def _date(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
