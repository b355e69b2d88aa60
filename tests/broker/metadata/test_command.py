"""`actionsd metadata`: JSON for programs, words for people, a status for scripts."""

from __future__ import annotations

import base64
import contextlib
import functools
import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from actionsd_broker import cli
from actionsd_broker.metadata.sqlite_store import SqliteStore

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
USER = ("--tenant", "acme", "--user", "1")


class Stdin(io.TextIOWrapper):
    """Standard input with some bytes in it."""

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metadata.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    """A store as a daemon has it: open all the time."""
    with contextlib.closing(SqliteStore(str(path))) as store:
        yield store


@pytest.fixture
def metadata(path: Path, store: SqliteStore) -> Callable[..., int]:
    assert store is not None

    def run(verb: str, *arguments: str) -> int:
        return cli.main(["metadata", verb, "--path", str(path), *arguments])

    return run


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the directory, and something on standard input."""
    (tmp_path / "value").write_bytes(b"\x00\xff")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", Stdin(b"from stdin\n"))


def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def stored(store: SqliteStore) -> dict[str, bytes]:
    return {entry.key: entry.value for entry in store.get("acme", "1").entries}


def test_get_prints_all_entries(
    metadata: Callable[..., int], store: SqliteStore, capsys: pytest.CaptureFixture[str]
) -> None:
    store.set("acme", "1", "text", b"caf\xc3\xa9", NOW)
    store.set("acme", "1", "other", b"\xff", NOW)
    assert metadata("get", *USER) == 0
    document = printed(capsys)
    assert (document["count"], document["sequence"]) == (2, 2)
    other, text = document["metadata"]
    assert (other["key"], other["value"], "text" in other) == ("other", "/w==", False)
    assert (text["key"], text["value"], text["text"]) == ("text", "Y2Fmw6k=", "café")
    assert text["creationDate"] == "2026-05-01T12:00:00.000000Z"


def test_get_prints_one_entry(
    metadata: Callable[..., int], store: SqliteStore, capsys: pytest.CaptureFixture[str]
) -> None:
    store.set("acme", "1", "k", b"v", NOW)
    assert metadata("get", *USER, "k") == 0
    assert printed(capsys)["value"] == "dg=="


def test_entry_that_is_not_there_exits_1(
    metadata: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    for verb in ("get", "delete"):
        assert metadata(verb, *USER, "k") == 1
        output = capsys.readouterr()
        assert (output.out, output.err) == ("", "user 1 of acme has no entry 'k'\n")


def test_user_who_has_nothing_is_an_answer(
    metadata: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert metadata("get", *USER) == 0
    assert printed(capsys) == {"count": 0, "sequence": 0, "timestamp": "", "metadata": []}


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        (["v"], b"v"),
        (["-5"], b"-5"),
        (['{"a": 1}'], b'{"a": 1}'),
        (["-"], b"from stdin\n"),
        (["--base64", "/w=="], b"\xff"),
        (["--file", "value"], b"\x00\xff"),
        (["value", "--file"], b"\x00\xff"),
        (["caf\udce9"], b"caf\xe9"),
    ],
)
@pytest.mark.usefixtures("surroundings")
def test_set_stores_the_bytes_that_it_is_given(
    metadata: Callable[..., int], store: SqliteStore, arguments: list[str], value: bytes
) -> None:
    assert metadata("set", *USER, "k", *arguments) == 0
    assert stored(store) == {"k": value}


def test_set_prints_the_entry(
    metadata: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert metadata("set", *USER, "k", "v") == 0
    output = capsys.readouterr()
    assert json.loads(output.out)["value"] == "dg=="
    assert output.err == "'k' of user 1 has 1 bytes, sequence 1\n"


def test_base64_may_have_line_ends(
    metadata: Callable[..., int], store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = bytes(range(200))
    monkeypatch.setattr(sys, "stdin", Stdin(base64.encodebytes(value)))
    assert metadata("set", *USER, "k", "-", "--base64") == 0
    assert stored(store) == {"k": value}


def test_list_prints_users(
    metadata: Callable[..., int], store: SqliteStore, capsys: pytest.CaptureFixture[str]
) -> None:
    with store.transaction():
        for number in range(1001):
            store.set("acme", f"{number:04}", "k", b"v", NOW)
    assert metadata("list", "--tenant", "acme") == 0
    document = printed(capsys)
    assert (document["tenant"], document["count"]) == ("acme", 1001)
    assert document["users"][-1] == {
        "user": "1000",
        "count": 1,
        "bytes": 2,
        "sequence": 1,
        "timestamp": "2026-05-01T12:00:00.000000Z",
    }


def test_list_prints_a_users_entries_without_values(
    metadata: Callable[..., int], store: SqliteStore, capsys: pytest.CaptureFixture[str]
) -> None:
    store.set("acme", "1", "k", b"secret", NOW)
    assert metadata("list", *USER) == 0
    output = capsys.readouterr().out
    entry = json.loads(output)["metadata"][0]
    assert (entry["key"], entry["bytes"]) == ("k", 6)
    assert "secret" not in output
    assert "value" not in entry


def test_delete_deletes_one_entry(
    metadata: Callable[..., int], store: SqliteStore, capsys: pytest.CaptureFixture[str]
) -> None:
    store.set("acme", "1", "a", b"v", NOW)
    store.set("acme", "1", "b", b"v", NOW)
    assert metadata("delete", *USER, "a") == 0
    assert printed(capsys) == {"deleted": 1}
    assert stored(store) == {"b": b"v"}


def test_delete_all_forgets_a_user(
    metadata: Callable[..., int], store: SqliteStore, capsys: pytest.CaptureFixture[str]
) -> None:
    store.set("acme", "1", "a", b"v", NOW)
    store.set("acme", "1", "b", b"v", NOW)
    assert metadata("delete", *USER, "--all") == 0
    assert printed(capsys) == {"deleted": 2}
    assert store.users("acme") == []


def test_backup_is_a_whole_file_that_nobody_else_may_read(
    metadata: Callable[..., int],
    store: SqliteStore,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    store.set("acme", "1", "k", b"v", NOW)
    copy = tmp_path / "copy.db"
    assert metadata("backup", str(copy)) == 0
    assert printed(capsys) == {"path": str(copy), "bytes": copy.stat().st_size}
    assert copy.stat().st_mode & 0o777 == 0o600
    store.set("acme", "1", "k", b"w", NOW)
    with contextlib.closing(SqliteStore(str(copy), prepare=False)) as backup:
        assert stored(backup) == {"k": b"v"}
    assert sorted(p.name for p in tmp_path.glob("copy*")) == ["copy.db"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["set", *USER, "", "v"], "a metadata key has 1 to 200 characters, not 0"),
        (["set", *USER, "k", ""], "a metadata value has 1 to 500000 bytes, not 0"),
        (["set", *USER, "k", "x", "--base64"], "the value is not base64: "),
        (["set", *USER, "k", "--file", "none"], "none: cannot be read: No such file"),
        (["get", "--tenant", "", "--user", "1"], "a tenant's name has 1 to 200"),
        (["get", "--tenant", "acme", "--user", ""], "a user's id has 1 to 200"),
        (["list", "--tenant", "\udcff"], "a tenant's name has no half of a surrogate"),
        (["backup", "/proc/x"], "/proc/x: cannot be written: "),
        (["backup", "/dev/null"], "/dev/null: exists"),
    ],
)
def test_bad_input_exits_2_with_one_clear_message(
    metadata: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    assert metadata(*arguments) == 2
    output = capsys.readouterr()
    assert output.err.startswith(f"actionsd: {message}")
    assert len(output.err.splitlines()) == 1
    assert output.out == ""


def test_file_that_is_not_there_is_not_made_by_accident(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "none.db")
    for verb in (["get", *USER], ["set", *USER, "k", "v"], ["delete", *USER, "--all"]):
        assert cli.main(["metadata", verb[0], "--path", path, *verb[1:]]) == 2
        assert "there is no metadata file; the daemon makes it" in capsys.readouterr().err
    assert cli.main(["metadata", "set", "--path", path, *USER, "k", "v", "--create"]) == 0
    assert cli.main(["metadata", "get", "--path", path, *USER, "k"]) == 0


def test_file_is_the_one_that_the_configuration_names(
    tmp_path: Path, store: SqliteStore, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store.set("acme", "1", "k", b"v", NOW)
    config = tmp_path / "actionsd.toml"
    config.write_text(f'[metadata]\npath = "{path.name}"\nuser_entries = 1\n')
    assert cli.main(["metadata", "get", "-c", str(config), *USER, "k"]) == 0
    assert cli.main(["metadata", "set", "-c", str(config), *USER, "l", "v"]) == 2
    assert "a user has 1 metadata entries at the most" in capsys.readouterr().err


def test_default_is_the_daemons(
    tmp_path: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.set("acme", "1", "k", b"v", NOW)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    assert cli.main(["metadata", "get", *USER, "k"]) == 0


def test_metadata_in_memory_cannot_be_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "actionsd.toml"
    config.write_text('[metadata]\npath = ":memory:"\n')
    assert cli.main(["metadata", "get", "-c", str(config), *USER]) == 2
    assert 'not in a file (":memory:"), only in the daemon' in capsys.readouterr().err


def test_store_that_fails_is_told_in_full(
    metadata: Callable[..., int],
    path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    impatient = functools.partial(SqliteStore, busy_seconds=0.05)
    monkeypatch.setattr("actionsd_broker.commands.metadata.SqliteStore", impatient)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert metadata("set", *USER, "k", "v") == 2
    error = capsys.readouterr().err
    assert error.startswith(f"actionsd: the metadata store is busy: {path}: database is locked")


def test_usage_is_explained(actionsd: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    assert "actionsd metadata get --tenant" in actionsd("metadata", "--help").stdout
    assert actionsd("metadata", "delete", *USER).returncode == 2
    assert actionsd("metadata", "set", *USER, "k").returncode == 2
