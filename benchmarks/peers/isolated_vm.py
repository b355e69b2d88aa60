"""A peer: isolated-vm behind Node's http (isolated_vm.js), installed when first needed."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeAlias

import psutil

from benchmarks.errors import BenchmarkError
from benchmarks.peers.errors import MissingPeerError
from benchmarks.workload import Workload

Mode: TypeAlias = Literal["context", "isolate"]

SERVER = Path(__file__).with_suffix(".js")
INSTALL_SECONDS = 600
# It is bound to V8's C++ interface, so each release fits some versions of Node.
RELEASES = ((24, "7"), (22, "6"), (18, "5"))


class IsolatedVm:
    """An installed isolated-vm."""

    def __init__(self) -> None:
        """Install it, unless that was done before; raises MissingPeerError."""
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            raise MissingPeerError(
                f"isolated-vm: there is no {'node' if node is None else 'npm'} here"
            )
        self._node = node
        release = release_for(_output([node, "--version"]))
        place = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self._modules = place / "actionsd-benchmarks" / f"isolated-vm-{release}"
        if not self._works():
            print("isolated-vm: being installed, once; it is compiled", file=sys.stderr)
            self._modules.mkdir(parents=True, exist_ok=True)
            (self._modules / "package.json").write_text('{"private": true}')
            said = _output([npm, "install", f"isolated-vm@{release}"], cwd=self._modules)
            if not self._works():
                raise MissingPeerError(
                    f"isolated-vm: it cannot be installed or loaded: {said[-300:]}"
                )

    @contextlib.contextmanager
    def serving(
        self, mode: Mode, workload: Workload, workers: int
    ) -> Iterator[tuple[int, psutil.Process]]:
        """Serve a workload; yields the port and the process, whose children do the work."""
        process = subprocess.Popen(
            [self._node, str(SERVER), mode, str(workload.script), workload.name, str(workers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment,
        )
        try:
            line = "" if process.stdout is None else process.stdout.readline()
            if not line.strip().isdigit():
                raise BenchmarkError("isolated-vm's server did not start")
            yield int(line), psutil.Process(process.pid)
        finally:
            process.communicate(timeout=30)

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "NODE_PATH": str(self._modules / "node_modules")}

    def _works(self) -> bool:
        code = "new (require('isolated-vm').Isolate)().createContextSync().evalSync('1')"
        done = subprocess.run(
            [self._node, "-e", code], capture_output=True, env=self._environment, check=False
        )
        return done.returncode == 0


def release_for(node: str) -> str:
    """Return the release that fits a Node such as `v20.1.0`; raises MissingPeerError."""
    major = int(node.strip().removeprefix("v").partition(".")[0])
    for least, release in RELEASES:
        if major >= least:
            return release
    raise MissingPeerError(f"isolated-vm: Node {node.strip()} is too old")


def _output(command: list[str], cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MissingPeerError(f"isolated-vm: {command[0]} took too long") from error
    return done.stdout
