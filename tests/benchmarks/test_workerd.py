"""The peer workerd, with a stand-in for its binary: it is 160 MB."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from benchmarks.peers.errors import MissingPeerError
from benchmarks.peers.workerd import Workerd, find_binary, worker_text
from benchmarks.workload import WORKLOADS, load_workloads

[W2] = load_workloads(WORKLOADS, ["w2"])

STAND_IN = f"""#!{sys.executable}
import os, pathlib, socket, sys
if sys.argv[1:] == ["--version"]:
    sys.exit()
_, command, _, listener, _, _, config = sys.argv
assert command == "serve" and pathlib.Path(config).with_name("worker.js").is_file()
listening = socket.socket(fileno=int(listener.removeprefix("http=")))
port = listening.getsockname()[1]
print('{{"event":"listen","socket":"http","port":%d}}' % port, flush=True)
while True:
    connection, _ = listening.accept()
    connection.sendall(b"%d" % os.getpid())
    connection.close()
"""


def put_binary(directory: Path, text: str) -> Path:
    """Put a binary where npm would."""
    binary = directory / "node_modules/@cloudflare/workerd-linux-64/bin/workerd"
    binary.parent.mkdir(parents=True)
    binary.write_text(text)
    binary.chmod(0o755)
    return binary


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return where the peer is kept, with no tool to be found."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "actionsd-benchmarks" / "workerd-1"


@pytest.mark.usefixtures("cache")
def test_without_npm_the_reason_is_said() -> None:
    with pytest.raises(MissingPeerError, match=r"^workerd: there is no npm here$"):
        Workerd()


def test_what_cannot_be_installed_is_said(
    cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho no such package\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingPeerError, match="cannot be installed or run: no such package"):
        Workerd()
    assert (cache / "package.json").is_file()


@pytest.mark.parametrize("text", ["#!/bin/sh\nexit 1\n", "of another machine"])
def test_a_binary_that_does_not_run_here_is_none(tmp_path: Path, text: str) -> None:
    put_binary(tmp_path, text)
    assert find_binary(tmp_path) is None


def test_what_is_installed_serves_with_as_many_processes_on_one_port(cache: Path) -> None:
    put_binary(cache, STAND_IN)
    with Workerd().serving(W2, 2) as server:
        pids = {process.pid for process in server.processes}
        seen = set()
        for _ in range(100):  # the kernel draws one of two for each
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
                seen.add(int(connection.recv(100)))
            if seen == pids:
                break
    assert len(pids) == 2
    assert seen == pids
    assert not any(process.is_running() for process in server.processes)


def test_script_is_between_what_it_needs_and_what_serves_it() -> None:
    text = worker_text(W2)
    order = ["function run(", W2.script.read_text(), "function serve(", "\nserve(w2);\n"]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
