"""The systemd unit: sound, hardened, and without what would keep the seal from standing."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "packaging" / "actionsd.service"

MOST_EXPOSED = 2.5
"""By systemd's own reckoning: 10 is a process that nothing was taken from."""

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, with a program that is there."""
    text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text("utf-8"))
    (tmp_path / UNIT.name).write_text(text)
    return tmp_path / UNIT.name


def settings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"(?m)^(\w+)=(.*)$", UNIT.read_text("utf-8")):
        found.setdefault(key, []).extend(value.split())
    return found


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ANALYZE), *map(str, arguments)], capture_output=True, text=True, check=False
    )


@needs_systemd
def test_systemd_finds_nothing_wrong_with_it(unit: Path) -> None:
    done = analyze("verify", unit)
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_it_is_as_hardened_as_the_seal_allows(unit: Path) -> None:
    words = analyze("security", "--offline=yes", "--no-pager", unit).stdout
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", words)
    assert exposure is not None, words
    assert float(exposure[1]) <= MOST_EXPOSED


def test_workers_may_still_seal_themselves() -> None:
    found = settings()
    assert {"user", "net", "mnt", "ipc", "uts", "cgroup"} <= set(found["RestrictNamespaces"])
    calls = {"@mount", "seccomp", "landlock_create_ruleset", "landlock_restrict_self"}
    assert calls <= set(found["SystemCallFilter"])
    assert found["MemoryDenyWriteExecute"] == ["no"]
    assert found["ProtectProc"] == ["default"]


def test_neither_the_end_nor_a_lack_of_memory_strikes_workers_before_the_broker() -> None:
    found = settings()
    assert (found["KillMode"], found["OOMPolicy"]) == (["mixed"], ["continue"])
    drain_seconds = 60
    assert int(found["TimeoutStopSec"][0]) > drain_seconds
