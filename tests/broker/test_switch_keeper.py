"""What is off in a daemon follows the file, and nothing comes on by itself."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from actionsd_broker.switch_file import SwitchFile, SwitchFileError
from actionsd_broker.switch_keeper import LOOK_SECONDS, SwitchKeeper
from actionsd_broker.switches import EVERYTHING, Scope, Switch, Switches

ACME = Switch("acme", None, "2026-01-01", "ada", "why")
F = Switch(None, "f", "2026-01-02")


@pytest.fixture
def file(tmp_path: Path) -> SwitchFile:
    return SwitchFile(tmp_path / "switches.json")


def started(file: SwitchFile) -> SwitchKeeper:
    keeper = SwitchKeeper(file)
    keeper.open()
    return keeper


def unreadable() -> Switches:
    raise SwitchFileError("no descriptors")


def scopes(keeper: SwitchKeeper) -> list[Scope]:
    return [switch.scope for switch in keeper.switches.entries]


def test_what_was_off_is_off_after_a_restart(file: SwitchFile) -> None:
    assert started(file).change(lambda switches: switches.with_off(ACME), "ada") is None
    assert started(file).switches.entries == (ACME,)


def test_damaged_file_means_at_the_start_that_everything_is_off(file: SwitchFile) -> None:
    file.path.write_text("{")
    keeper = started(file)
    assert scopes(keeper) == [EVERYTHING]
    keeper.change(lambda switches: switches.without(EVERYTHING), "ada")
    assert started(file).switches.entries == ()


def test_damaged_file_changes_nothing_that_is_known(file: SwitchFile) -> None:
    keeper = started(file)
    keeper.change(lambda switches: switches.with_off(ACME), "ada")
    file.path.write_text("{")
    assert not keeper.look(LOOK_SECONDS)
    assert scopes(keeper) == [ACME.scope]
    keeper.change(lambda switches: switches.with_off(F), "ada")
    assert file.read().entries == (ACME, F)


def test_file_that_could_not_be_read_is_obeyed_when_it_can_be(
    file: SwitchFile, monkeypatch: pytest.MonkeyPatch, events: list[logging.LogRecord]
) -> None:
    """No descriptors for a moment, or another owner until somebody says chown."""
    keeper = started(file)
    file.write(Switches([F]))
    with monkeypatch.context() as patch:
        patch.setattr(file, "read", unreadable)
        assert not any(keeper.look(keeper.next_look) for _ in range(3))
    assert [record.getMessage() for record in events] == ["switches_unreadable"]
    assert keeper.look(keeper.next_look)
    assert scopes(keeper) == [F.scope]


def test_file_that_could_not_be_read_at_the_start_says_later_what_is_off(
    file: SwitchFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write(Switches([F]))
    with monkeypatch.context() as patch:
        patch.setattr(file, "read", unreadable)
        keeper = started(file)
        assert scopes(keeper) == [EVERYTHING]
    assert keeper.look(keeper.next_look)
    assert scopes(keeper) == [F.scope]


def test_file_that_has_gone_changes_nothing(file: SwitchFile) -> None:
    keeper = started(file)
    keeper.change(lambda switches: switches.with_off(ACME), "ada")
    file.path.unlink()
    assert not keeper.look(100.0)
    assert scopes(keeper) == [ACME.scope]


def test_what_another_writes_is_taken_over_within_a_second(file: SwitchFile) -> None:
    keeper = started(file)
    assert not keeper.look(5.0)
    file.write(Switches([F]))
    assert not keeper.look(5.0 + LOOK_SECONDS / 2)
    assert keeper.look(keeper.next_look)
    assert scopes(keeper) == [F.scope]


def test_change_keeps_what_another_has_written_just_before(file: SwitchFile) -> None:
    keeper = started(file)
    file.write(Switches([F]))
    keeper.change(lambda switches: switches.with_off(ACME), "ada")
    assert file.read().entries == (F, ACME)


def test_what_cannot_be_kept_is_done_all_the_same(file: SwitchFile) -> None:
    file.path.mkdir()
    (file.path / "in-the-way").touch()
    keeper = SwitchKeeper(file)
    lost = keeper.change(lambda switches: switches.with_off(ACME), "ada")
    assert lost is not None
    assert "cannot be written" in lost
    assert scopes(keeper) == [ACME.scope]


def test_without_a_file_it_lasts_as_long_as_the_process() -> None:
    keeper = SwitchKeeper(None)
    keeper.open()
    assert keeper.change(lambda switches: switches.with_off(ACME), "ada") is not None
    assert scopes(keeper) == [ACME.scope]
    assert not keeper.look(1e9)


def test_log_says_who_switched_what_off_why_and_who_on_again(
    file: SwitchFile, events: list[logging.LogRecord]
) -> None:
    keeper = started(file)
    keeper.change(lambda switches: switches.with_off(ACME), "ada")
    started(file)
    keeper.change(lambda switches: switches.without(ACME.scope), "bob")
    said = [(record.getMessage(), vars(record)["fields"]) for record in events]
    off = ("switched_off", {"tenant": "acme", "by": "ada", "reason": "why"})
    assert said == [off, off, ("switched_on", {"tenant": "acme", "by": "bob"})]
    assert all(record.levelname == "WARNING" for record in events)
