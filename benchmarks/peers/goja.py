"""A peer: goja behind Go's http (goja/main.go), built when first needed.

Built with Go's modules where they can be had, else with what GOPATH has, as distributions
pack it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.errors import BenchmarkError
from benchmarks.peers.errors import MissingPeerError
from benchmarks.workload import Workload

PEERS = Path(__file__).parent
SOURCE = PEERS / "goja"
BUILD_SECONDS = 600


class Goja:
    """A server that was built."""

    def __init__(self) -> None:
        """Build it, unless that was done before; raises MissingPeerError."""
        place = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self._binary = place / "actionsd-benchmarks" / "goja" / "goja"
        source = max(file.stat().st_mtime for file in SOURCE.iterdir())
        if not self._binary.exists() or self._binary.stat().st_mtime < source:
            self._build()

    @contextlib.contextmanager
    def serving(self, workload: Workload, workers: int) -> Iterator[tuple[int, psutil.Process]]:
        """Serve a workload; yields the port and the process."""
        process = subprocess.Popen(
            [self._binary, PEERS / "shim.js", workload.script, workload.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "GOMAXPROCS": str(workers)},
        )
        try:
            line = "" if process.stdout is None else process.stdout.readline()
            if not line.strip().isdigit():
                raise BenchmarkError("goja's server did not start")
            yield int(line), psutil.Process(process.pid)
        finally:
            process.communicate(timeout=30)

    def _build(self) -> None:
        go = shutil.which("go")
        if go is None:
            raise MissingPeerError("goja: there is no go here")
        print("goja: being built, once", file=sys.stderr)
        building = self._binary.parent
        shutil.rmtree(building, ignore_errors=True)
        shutil.copytree(SOURCE, building)  # Go writes down what it took
        said = ""
        for modules in ("on", "off"):
            said = self._go(go, building, modules)
            if self._binary.exists():
                return
        raise MissingPeerError(f"goja: it cannot be built: {said[-300:]}")

    def _go(self, go: str, building: Path, modules: str) -> str:
        environment = {**os.environ, "GO111MODULE": modules, "GOFLAGS": "-mod=mod"}
        if modules == "off":
            del environment["GOFLAGS"]
        try:
            done = subprocess.run(
                [go, "build", "-o", self._binary, "."],
                cwd=building,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=BUILD_SECONDS,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise MissingPeerError("goja: go took too long") from error
        return done.stdout
