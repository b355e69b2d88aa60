from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.peers.installed import Installed, install_peers
from benchmarks.workload import WORKLOADS, load_workloads

[W2] = load_workloads(WORKLOADS, ["w2"])


def test_each_peer_that_cannot_be_had_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    installed, missing = install_peers()
    assert installed.subjects == ()
    assert [reason.partition(":")[0] for reason in missing] == ["isolated-vm", "goja", "workerd"]


def test_what_is_not_installed_cannot_be_started() -> None:
    with pytest.raises(BenchmarkError, match="workerd, no fresh context: cannot be started"):
        Installed().serving("workerd, no fresh context", W2, 1)
