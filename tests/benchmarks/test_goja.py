from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.peers.errors import MissingPeerError
from benchmarks.peers.goja import SOURCE, Goja


def test_without_go_the_reason_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(MissingPeerError, match="there is no go here"):
        Goja()


def test_what_cannot_be_built_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho no such module\nexit 1\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(MissingPeerError, match="cannot be built: no such module"):
        Goja()


def test_what_was_built_is_built_again_only_when_its_source_is_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    go.write_text(f"#!/bin/sh\necho built >> {tmp_path}/builds\necho > goja\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    Goja()
    Goja()
    assert (tmp_path / "builds").read_text() == "built\n"
    (tmp_path / "actionsd-benchmarks" / "goja" / "main.go").write_text("package main // before\n")
    Goja()
    assert (tmp_path / "builds").read_text() == "built\n" * 2


def test_what_was_built_stays_when_another_build_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    place = tmp_path / "actionsd-benchmarks" / "goja"
    shutil.copytree(SOURCE, place)
    (place / "goja").touch()
    Goja()
    (place / "main.go").write_text("package main // before\n")
    with pytest.raises(MissingPeerError):
        Goja()
    assert (place / "goja").exists()
