"""A file is opened if it is there, ours, of our version and to be written; else it is said why."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from actionsd_broker.errors import MetadataFileError
from actionsd_broker.metadata.schema import MIGRATIONS, Migration
from actionsd_broker.metadata.sqlite_file import open_file, read_version

VERSION_1 = """
PRAGMA application_id = 1633907812;
PRAGMA user_version = 1;
CREATE TABLE users (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL CHECK (tenant <> ''),
    user_id TEXT NOT NULL CHECK (user_id <> ''), sequence INTEGER NOT NULL,
    changed INTEGER NOT NULL, UNIQUE (tenant, user_id));
CREATE TABLE entries (owner INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 200), value BLOB NOT NULL
    CHECK (typeof(value) = 'blob' AND length(value) BETWEEN 1 AND 500000),
    created INTEGER NOT NULL, changed INTEGER NOT NULL, sequence INTEGER NOT NULL,
    PRIMARY KEY (owner, key));
INSERT INTO users VALUES (1, 'acme', '1', 2, 1777636800123456);
INSERT INTO entries VALUES (1, 'k', x'2276', 1777636800000000, 1777636800123456, 2);
"""
"""A file as the first version left it: this text stays as it is when versions follow."""

NEXT: tuple[Migration, ...] = (
    *MIGRATIONS,
    ("ALTER TABLE entries ADD COLUMN note TEXT NOT NULL DEFAULT ''", "CREATE TABLE more (x)"),
)
BROKEN: tuple[Migration, ...] = (*MIGRATIONS, ("CREATE TABLE more (x)", "CREATE TABLE more (x)"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metadata.db"


@pytest.fixture
def old(path: Path) -> Path:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1)
    path.chmod(0o600)
    return path


def opened(
    path: Path | str,
    migrations: tuple[Migration, ...] = MIGRATIONS,
    *,
    prepare: bool = True,
    busy_seconds: float = 5,
) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(
        open_file(str(path), prepare=prepare, busy_seconds=busy_seconds, migrations=migrations)
    )


def test_file_and_its_directory_are_made_for_us_alone(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "metadata.db"
    with opened(path):
        for name in path.parent.iterdir():
            assert stat.S_IMODE(name.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_visitor_makes_no_file(path: Path) -> None:
    with pytest.raises(MetadataFileError, match=r"metadata.db: there is no metadata file"):
        opened(path, prepare=False)
    assert not path.exists()


def test_empty_file_is_taken_for_a_new_one(path: Path) -> None:
    path.touch(0o600)
    with opened(path) as connection:
        assert read_version(connection) == len(MIGRATIONS)


# Versions


def test_file_of_version_1_is_read(old: Path) -> None:
    with opened(old, prepare=False) as connection:
        assert connection.execute("SELECT value FROM entries").fetchall() == [(b'"v',)]


def test_new_file_is_as_version_1_was(path: Path, tmp_path: Path) -> None:
    def columns(connection: sqlite3.Connection) -> list[object]:
        tables = ("users", "entries")
        return [connection.execute(f"PRAGMA table_info({t})").fetchall() for t in tables]

    with contextlib.closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.executescript(VERSION_1)
        was = columns(connection)
    with opened(path, MIGRATIONS[:1]) as connection:
        assert columns(connection) == was


def test_older_file_is_migrated_with_what_is_in_it(old: Path) -> None:
    with opened(old, NEXT) as connection:
        assert read_version(connection) == 2
        rows = connection.execute("SELECT key, value, note FROM entries").fetchall()
        assert rows == [("k", b'"v', "")]


def test_visitor_does_not_migrate(old: Path) -> None:
    with pytest.raises(MetadataFileError, match=r"of version 1, .* wants 2; restart the daemon"):
        opened(old, NEXT, prepare=False)
    with opened(old) as connection:
        assert read_version(connection) == 1


def test_migration_that_fails_leaves_the_file_as_it_was(old: Path) -> None:
    with pytest.raises(MetadataFileError, match="cannot be opened: table more already exists"):
        opened(old, BROKEN)
    with opened(old) as connection:
        assert read_version(connection) == 1
        assert connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE name = 'more'"
        ).fetchone() == (0,)


@pytest.mark.parametrize("prepare", [True, False])
def test_newer_file_is_refused(old: Path, prepare: bool) -> None:
    with opened(old, NEXT):
        pass
    with pytest.raises(MetadataFileError, match="of version 2, and this actionsd knows 1 at the m"):
        opened(old, prepare=prepare)


# What is no metadata file


@pytest.mark.parametrize("text", [b"hello", b"not a database\n" * 1000])
def test_other_file_is_refused_and_left_alone(path: Path, text: bytes) -> None:
    path.write_bytes(text)
    path.chmod(0o600)
    with pytest.raises(MetadataFileError, match="not a metadata file, nor any other SQLite"):
        opened(path)
    assert path.read_bytes() == text


def test_other_programs_database_is_refused(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE users (name)")
    path.chmod(0o600)
    with pytest.raises(MetadataFileError, match="a database of some other program"):
        opened(path)


def test_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MetadataFileError, match="not a file"):
        opened(tmp_path)


# What may not be written


def test_file_that_others_may_write_to_is_refused(path: Path) -> None:
    path.touch()
    path.chmod(0o660)
    with pytest.raises(MetadataFileError, match="others may write to it; chmod go-w"):
        opened(path)


def test_log_that_others_may_write_to_is_refused(old: Path) -> None:
    log = old.with_name(f"{old.name}-wal")
    log.touch()
    log.chmod(0o666)
    with pytest.raises(MetadataFileError, match="db-wal: others may write to it"):
        opened(old)


def test_file_of_somebody_else_is_refused(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uid = old.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: uid + 1)
    with pytest.raises(MetadataFileError, match=f"belongs to uid {uid}, not to {uid + 1}"):
        opened(old)


def test_read_only_file_system_is_said_to_be_one(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.statvfs(old)
    fields = [*real[:8], real.f_flag | os.ST_RDONLY, real.f_namemax]
    monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result(fields))
    with pytest.raises(MetadataFileError, match="on a file system that is mounted read-only"):
        opened(old)


@pytest.mark.parametrize(
    ("refused", "message"),
    [("metadata.db", "may not be read and written; chmod u"), ("", "SQLite keeps two more files")],
)
def test_what_may_not_be_written_is_named(
    old: Path, monkeypatch: pytest.MonkeyPatch, refused: str, message: str
) -> None:
    # Root may write to everything, and tests may be root's.
    def access(path: Path, _: int, **__: bool) -> bool:
        return path != (old if refused else old.parent)

    monkeypatch.setattr(os, "access", access)
    with pytest.raises(MetadataFileError, match=message):
        opened(old)


@pytest.mark.parametrize("place", ["/proc/metadata.db", "/proc/a/metadata.db", "/dev/null/x"])
def test_place_where_no_file_can_be_made_is_named(place: str) -> None:
    with pytest.raises(MetadataFileError, match=f"{place}: cannot be (made|opened): "):
        opened(place)


# Others


def test_file_that_somebody_keeps_locked_is_said_to_be_so(old: Path) -> None:
    with contextlib.closing(sqlite3.connect(old, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(MetadataFileError, match=r"locked by another process for more than 0.1"):
            opened(old, busy_seconds=0.1)
        other.execute("COMMIT")
    with opened(old):
        pass


OPEN = """
import sys
from actionsd_broker.metadata.sqlite_file import open_file
sys.stdin.readline()
open_file(sys.argv[1], prepare=True, busy_seconds=30).close()
"""


def test_those_who_open_a_new_file_at_once_do_not_disturb_each_other(path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(path)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[1] for process in processes] == [""] * 6
    with opened(path) as connection:
        assert read_version(connection) == len(MIGRATIONS)
