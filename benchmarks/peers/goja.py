"""A peer: goja behind Go's http, or in a loop (goja/main.go), built when first needed.

Built with Go's modules where they can be had, else with what GOPATH has, as distributions
pack it.
"""

from __future__ import annotations

import contextlib
import filecmp
import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.peers.errors import MissingPeerError
from benchmarks.peers.loop import Looped, run_loop
from benchmarks.peers.server import Server, serving
from benchmarks.peers.tool import find_tool, kept, run_tool
from benchmarks.workload import Workload

PEERS = Path(__file__).parent
SOURCE = PEERS / "goja"


class Goja:
    """A server that was built."""

    def __init__(self) -> None:
        """Build it, unless that was done before; raises MissingPeerError."""
        self._place = kept("goja")
        self._binary = self._place / "goja"
        if not self._binary.exists() or not self._is_of_this_source():
            self._build()

    def serving(
        self, workload: Workload, workers: int
    ) -> contextlib.AbstractContextManager[Server]:
        """Serve a workload for as long as a block lasts."""
        return serving(
            "goja",
            [self._binary, PEERS / "shim.js", workload.script, workload.name],
            environment={**os.environ, "GOMAXPROCS": str(workers)},
        )

    def run_loop(self, workload: Workload, seconds: float) -> Looped:
        """Run one job after another in one process, each in a new VM; raises BenchmarkError."""
        return run_loop("goja", [self._binary, PEERS / "shim.js"], workload, seconds, Looped)

    def _is_of_this_source(self) -> bool:
        names = [file.name for file in SOURCE.iterdir()]
        same, _, _ = filecmp.cmpfiles(SOURCE, self._place, names, shallow=False)
        return same == names

    def _build(self) -> None:
        go = find_tool("goja", "go")
        print("goja: being built, once", file=sys.stderr)
        said = ""
        with tempfile.TemporaryDirectory() as directory:
            building = Path(directory) / "source"
            shutil.copytree(SOURCE, building)  # Go writes down there what it took
            for modules in ("on", "off"):
                said = run_go(go, building, modules)
                if (building / "goja").exists():
                    self._binary.unlink(missing_ok=True)
                    shutil.copytree(SOURCE, self._place, dirs_exist_ok=True)
                    shutil.move(building / "goja", self._binary)
                    return
        raise MissingPeerError(f"goja: it cannot be built: {said[-300:]}")


def run_go(go: str, building: Path, modules: str) -> str:
    """Build `goja` in a directory with the source, with Go's modules `on` or `off`."""
    environment = {**os.environ, "GO111MODULE": modules, "GOFLAGS": "-mod=mod"}
    if modules == "off":
        del environment["GOFLAGS"]
    command = [go, "build", "-o", "goja", "."]
    return run_tool("goja", command, cwd=building, environment=environment)
