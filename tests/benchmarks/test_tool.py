from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.peers import tool
from benchmarks.peers.errors import MissingPeerError
from benchmarks.peers.tool import find_tool, kept, npm_install, run_tool


def test_what_is_made_is_kept_in_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert kept("x") == Path("/cache/actionsd-benchmarks/x")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert kept("x") == Path("/home/me/.cache/actionsd-benchmarks/x")


def test_a_tool_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingPeerError, match=r"^goja: there is no go here$"):
        find_tool("goja", "go")


def test_what_a_tool_says_is_returned_though_it_fails() -> None:
    code = "import sys; print('out', flush=True); sys.exit('err')"
    assert run_tool("x", [sys.executable, "-c", code]) == "out\nerr\n"


def test_a_tool_that_takes_too_long_is_ended_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "TOOL_SECONDS", 0.05)
    with pytest.raises(MissingPeerError, match=r"x: python\S* took too long"):
        run_tool("x", [sys.executable, "-c", "import time; time.sleep(100)"])


def test_npm_installs_in_a_directory_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\npwd\ncat package.json\necho $*\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    directory = tmp_path / "some" / "where"
    said = npm_install("x", "package@1", directory)
    assert said == f'{directory}\n{{"private": true}}install package@1\n'
