"""Opens a metadata file: is it there, is it ours, may we write to it, what version is it.

SQLite alone would fail late and with few words, or fall back to reading only. Whatever is
found wrong here is the operator's to mend, so each message says what, and what to do.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from actionsd_broker.errors import MetadataFileError
from actionsd_broker.metadata.place import MEMORY
from actionsd_broker.metadata.schema import APPLICATION_ID, MIGRATIONS, Migration

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def open_file(
    path: str,
    *,
    prepare: bool,
    busy_seconds: float,
    migrations: Sequence[Migration] = MIGRATIONS,
) -> sqlite3.Connection:
    """Return a connection to a file, by its absolute path, or to memory.

    With `prepare` the file is made if there is none, and migrated if it is of an older
    version. Without, it is visited while a daemon may have it open. Raises
    MetadataFileError.
    """
    if path != MEMORY:
        _check_file(Path(path), create=prepare)
    with _explained(path, busy_seconds):
        connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
        try:
            _check_contents(connection, path)
            _set_up(connection, path, busy_seconds)
            _migrate(connection, path, migrations, prepare=prepare)
        except BaseException:
            connection.close()
            raise
    return connection


def read_version(connection: sqlite3.Connection) -> int:
    """Return the version of the schema in a file."""
    return _pragma(connection, "user_version")


def is_busy(error: sqlite3.Error) -> bool:
    """Return whether an error says that somebody else has the file."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _BUSY  # the rest says why exactly


# Nothing in here may open the file itself: closing it would drop the locks that SQLite has
# for another connection of this process, for POSIX locks belong to processes.


def _check_file(path: Path, *, create: bool) -> None:
    try:
        status = path.stat()
    except FileNotFoundError:
        if not create:
            raise MetadataFileError(
                f"{path}: there is no metadata file; the daemon makes it when it starts"
            ) from None
        _create(path)
        status = path.stat()
    except OSError as error:
        raise MetadataFileError(f"{path}: cannot be opened: {error.strerror}") from error
    _check_status(path, status)
    for name in (f"{path}-wal", f"{path}-shm"):
        # What is in the log counts as much as what is in the file.
        with contextlib.suppress(FileNotFoundError):
            _check_status(Path(name), Path(name).lstat())
    _check_access(path)


def _create(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):  # somebody else was first
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        _sync(path.parent)
        _sync(path.parent.parent)
    except OSError as error:
        raise MetadataFileError(f"{path}: cannot be made: {error.strerror}") from error


def _sync(directory: Path) -> None:
    # A new name is durable when its directory is.
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_status(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise MetadataFileError(f"{path}: not a file")
    # Root may: SQLite gives the files that it makes beside it to the file's owner.
    uid = os.geteuid()
    if uid not in (status.st_uid, 0):
        raise MetadataFileError(
            f"{path}: belongs to uid {status.st_uid}, not to {uid}; do this as that user"
        )
    if status.st_mode & 0o022:
        raise MetadataFileError(f"{path}: others may write to it; chmod go-w")


def _check_access(path: Path) -> None:
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        raise MetadataFileError(f"{path}: on a file system that is mounted read-only")
    if not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
        raise MetadataFileError(f"{path}: may not be read and written; chmod u+rw")
    if not os.access(path.parent, os.W_OK | os.X_OK, effective_ids=True):
        raise MetadataFileError(
            f"{path.parent}: may not be written to, and SQLite keeps two more files there"
        )


def _check_contents(connection: sqlite3.Connection, path: str) -> None:
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    ours = _pragma(connection, "application_id") == APPLICATION_ID
    if tables and not ours:
        raise MetadataFileError(f"{path}: a database of some other program")


def _set_up(connection: sqlite3.Connection, path: str, busy_seconds: float) -> None:
    if path != MEMORY:
        _write_ahead(connection, busy_seconds)
    for pragma in (
        "synchronous = FULL",  # a commit waits for the disk
        "foreign_keys = ON",
        "trusted_schema = OFF",
        "cell_size_check = ON",
        # SqliteStore.tidy does it, in a way that no writer can get between.
        "wal_autocheckpoint = 0",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection, busy_seconds: float) -> None:
    # Two who open a new file may meet here, and SQLite does not wait in this one place.
    until = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _migrate(
    connection: sqlite3.Connection, path: str, migrations: Sequence[Migration], *, prepare: bool
) -> None:
    wanted = len(migrations)
    if read_version(connection) == wanted:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Somebody else may just have done it.
        version = read_version(connection)
        _check_version(path, version, wanted, prepare=prepare)
        for migration in migrations[version:]:
            for statement in migration:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {wanted}")
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _check_version(path: str, version: int, wanted: int, *, prepare: bool) -> None:
    if version > wanted:
        raise MetadataFileError(
            f"{path}: of version {version}, and this actionsd knows {wanted} at the most; "
            "it has been used by a newer one"
        )
    if version < wanted and not prepare:
        raise MetadataFileError(
            f"{path}: of version {version}, this actionsd wants {wanted}; "
            "restart the daemon first, which brings it up to date"
        )


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


@contextlib.contextmanager
def _explained(path: str, busy_seconds: float) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_busy(error):
            text = f"locked by another process for more than {busy_seconds:g} s"
        elif getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_NOTADB:
            text = "not a metadata file, nor any other SQLite database"
        else:
            text = f"cannot be opened: {error}"
        raise MetadataFileError(f"{path}: {text}") from error
