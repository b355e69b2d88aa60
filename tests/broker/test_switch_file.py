"""The file of what is off: whole or not at all, and never taken for an empty one."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from actionsd_broker import switch_file as module
from actionsd_broker.errors import ConfigError
from actionsd_broker.switch_file import SwitchFile, SwitchFileError, find_switch_file
from actionsd_broker.switches import MOST_SWITCHES, Switch, Switches

OFF = Switches([Switch("acme", "f", "2026-01-01T00:00:00+00:00", "ada", "it loops")])


@pytest.fixture
def file(tmp_path: Path) -> SwitchFile:
    return SwitchFile(tmp_path / "state" / "switches.json")


def test_what_was_written_is_read_again(file: SwitchFile) -> None:
    file.write(OFF)
    assert file.read().entries == OFF.entries


def test_without_a_file_nothing_is_off(file: SwitchFile) -> None:
    assert file.read().entries == ()
    assert file.stamp() is None


def test_nobody_else_may_read_it_and_nothing_else_is_left(file: SwitchFile) -> None:
    file.write(OFF)
    file.write(Switches())
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert [path.name for path in file.path.parent.iterdir()] == [file.path.name]


def test_another_content_has_another_stamp(file: SwitchFile) -> None:
    file.write(OFF)
    before = file.stamp()
    file.write(OFF)
    assert file.stamp() != before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes for another")
def test_root_leaves_it_to_whom_the_directory_belongs(file: SwitchFile) -> None:
    file.path.parent.mkdir()
    os.chown(file.path.parent, 1234, 1235)
    file.write(OFF)
    status = file.path.stat()
    assert (status.st_uid, status.st_gid) == (1234, 1235)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"version": 2, "disabled": []}',
        '{"version": 1, "disabled": [{"tenant": 5}]}',
        '{"version": 1, "disabled": [], "more": 1}',
        '{"version": 1, "disabled": [], "x": "\udcff"}',
        "[" * 100_000,
    ],
)
def test_damaged_file_is_named_with_what_is_wrong(file: SwitchFile, text: str) -> None:
    file.path.parent.mkdir()
    file.path.write_text(text, errors="surrogateescape")
    with pytest.raises(SwitchFileError, match=r"switches\.json: damaged: "):
        file.read()


def test_most_that_can_be_off_can_be_read_again(file: SwitchFile) -> None:
    since = datetime.now(UTC).isoformat()
    entries = [
        Switch(f"{number:\1>200}", "\1" * 200, since, "\1" * 1000, "\1" * 1000)
        for number in range(MOST_SWITCHES)
    ]
    file.write(Switches(entries))
    assert len(file.read()) == MOST_SWITCHES


def test_endless_file_is_not_read_to_its_end(file: SwitchFile) -> None:
    file.path.parent.mkdir()
    file.path.symlink_to("/dev/zero")
    with pytest.raises(SwitchFileError, match="larger than"):
        file.read()


def test_file_that_cannot_be_written_leaves_the_old_one(
    file: SwitchFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write(OFF)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SwitchFileError, match="cannot be written: No space left on device"):
        file.write(Switches())
    assert file.read().entries == OFF.entries
    assert [path.name for path in file.path.parent.iterdir()] == [file.path.name]


def test_other_writers_are_waited_for_but_not_for_ever(
    file: SwitchFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.05)
    with file.locked(), SwitchFile(file.path).locked():
        file.write(OFF)
    assert file.read().entries == OFF.entries


@pytest.mark.parametrize(
    ("metadata", "environment", "path"),
    [
        ("/data/m.db", {}, "/data/switches.json"),
        (None, {"STATE_DIRECTORY": "/s"}, "/s/switches.json"),
        (":memory:", {"STATE_DIRECTORY": "/s"}, "/s/switches.json"),
    ],
)
def test_it_is_beside_the_metadata(
    metadata: str | None, environment: dict[str, str], path: str
) -> None:
    assert find_switch_file(metadata, environment, 1000) == Path(path)


def test_where_there_is_no_place_it_says_what_to_do() -> None:
    with pytest.raises(ConfigError, match="set STATE_DIRECTORY"):
        find_switch_file(":memory:", {}, 1000)
