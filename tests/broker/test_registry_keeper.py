"""One registry is served until another is known to be fit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from actionsd_broker.answers import nothing_to_do, refused
from actionsd_broker.errors import RegistryError
from actionsd_broker.registry_check import CheckJob
from actionsd_broker.registry_keeper import RegistryKeeper
from actionsd_broker.share import Share
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.triggers import PRE_USERINFO


class Desk:
    """Stands where the broker's queue is: keeps what was asked for."""

    def __init__(self, directory: Path | None, *, lenient: bool = False) -> None:
        self.asked: list[CheckJob] = []
        self.allotted: list[Mapping[str, Share]] = []
        self.keeper = RegistryKeeper(
            directory, self.asked.append, self.allotted.append, lenient=lenient
        )


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "acme.toml").write_text('[actions.f]\nfile = "f.js"\n[flows]\n"2:4" = ["f"]\n')
    (tmp_path / "f.js").write_text("function f() {}")
    return tmp_path


def test_without_a_directory_it_is_ready_and_empty() -> None:
    desk = Desk(None)
    desk.keeper.start()
    desk.keeper.reload()
    assert desk.keeper.ready
    assert desk.asked == []


def test_registry_takes_over_when_its_scripts_are_fit(directory: Path) -> None:
    desk = Desk(directory)
    ready_at_first = desk.keeper.ready
    desk.keeper.start()
    assert not ready_at_first
    assert [(job.tenant, job.trigger) for job in desk.asked] == [("acme", PRE_USERINFO)]
    desk.keeper.answer(nothing_to_do())
    assert desk.keeper.ready
    assert len(desk.keeper.registry.actions) == 1
    assert desk.allotted == [{"acme": Share()}]


def test_first_registry_that_is_unfit_is_an_error_of_the_start(directory: Path) -> None:
    desk = Desk(directory)
    desk.keeper.start()
    desk.keeper.answer(refused(FailureKind.SYNTAX_ERROR, "no"))
    with pytest.raises(RegistryError, match=r"f.js: action f: no"):
        desk.keeper.raise_start_error()


def test_later_registry_that_is_unfit_changes_nothing(directory: Path) -> None:
    desk = Desk(directory)
    desk.keeper.start()
    desk.keeper.answer(nothing_to_do())
    before = desk.keeper.registry
    desk.keeper.reload()
    desk.keeper.answer(refused(FailureKind.SYNTAX_ERROR, "no"))
    desk.keeper.raise_start_error()
    assert desk.keeper.registry is before


def test_checks_that_are_all_refused_at_once_end(tmp_path: Path) -> None:
    names = [f"f{number}" for number in range(2000)]
    manifest = "".join(f'[actions.{name}]\nfile = "f.js"\n' for name in names)
    (tmp_path / "acme.toml").write_text(manifest)
    (tmp_path / "f.js").write_text("1")
    keeper: RegistryKeeper
    keeper = RegistryKeeper(
        tmp_path, lambda _: keeper.answer(refused(FailureKind.OVERLOADED, "full"))
    )
    keeper.start()
    with pytest.raises(RegistryError) as caught:
        keeper.raise_start_error()
    assert len(caught.value.problems) == 2000


def test_second_reload_waits_for_the_first(directory: Path) -> None:
    desk = Desk(directory)
    desk.keeper.start()
    desk.keeper.reload()
    assert len(desk.asked) == 1


def test_lenient_keeper_bears_an_unfit_first_registry_until_another_is_fit(
    directory: Path,
) -> None:
    (directory / "f.js").unlink()
    desk = Desk(directory, lenient=True)
    with pytest.raises(RegistryError, match=r"f.js: cannot be read"):
        desk.keeper.raise_start_error()
    assert not desk.keeper.ready
    (directory / "f.js").write_text("function f() {}")
    desk.keeper.reload()
    desk.keeper.answer(nothing_to_do())
    desk.keeper.raise_start_error()
    assert desk.keeper.ready


def test_unfit_first_registry_is_no_error_while_a_mended_one_is_checked(directory: Path) -> None:
    desk = Desk(directory, lenient=True)
    desk.keeper.start()
    desk.keeper.answer(refused(FailureKind.SYNTAX_ERROR, "no"))
    desk.keeper.reload()
    desk.keeper.raise_start_error()  # which it would, had it not been loaded again
    desk.keeper.answer(refused(FailureKind.SYNTAX_ERROR, "no"))
    with pytest.raises(RegistryError):
        desk.keeper.raise_start_error()


def test_reload_before_there_is_a_worker_takes_the_mended_registry(directory: Path) -> None:
    desk = Desk(directory, lenient=True)
    (directory / "f.js").write_text("function f() { return 1 }")
    desk.keeper.reload()
    assert desk.asked == []
    desk.keeper.start()
    [asked] = desk.asked
    assert "return 1" in "".join(asked.plan.sources.values())
