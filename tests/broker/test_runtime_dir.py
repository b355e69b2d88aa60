"""Sockets are private, and an endpoint has one daemon."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from actionsd_broker.errors import StartError
from actionsd_broker.runtime_dir import Lock, make_private


def test_directory_is_made_for_us_alone(tmp_path: Path) -> None:
    make_private(tmp_path / "a" / "b")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match="file/x: cannot be made"):
        make_private(tmp_path / "file" / "x")


def test_second_daemon_is_told_who_is_first(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "lock")
    with pytest.raises(StartError, match=rf"pid {os.getpid()}\) serves this endpoint"):
        Lock(tmp_path / "lock")
    lock.release()
    Lock(tmp_path / "lock").release()


def test_directory_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(StartError, match="others may write to it"):
        make_private(tmp_path)
