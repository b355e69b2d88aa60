"""A peer: isolated-vm behind Node's http (isolated_vm.js), installed when first needed."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Literal, TypeAlias

from benchmarks.peers.errors import MissingPeerError
from benchmarks.peers.server import Server, serving
from benchmarks.peers.tool import find_tool, kept, npm_install, run_tool
from benchmarks.workload import Workload

Mode: TypeAlias = Literal["context", "isolate"]

SERVER = Path(__file__).with_suffix(".js")
# It is bound to V8's C++ interface, so each release fits some versions of Node.
RELEASES = ((24, "7"), (22, "6"), (18, "5"))


class IsolatedVm:
    """An installed isolated-vm."""

    def __init__(self) -> None:
        """Install it, unless that was done before; raises MissingPeerError."""
        self._node = find_tool("isolated-vm", "node")
        release = release_for(run_tool("isolated-vm", [self._node, "--version"]))
        self._modules = kept(f"isolated-vm-{release}")
        if not self._works():
            print("isolated-vm: being installed, once; it is compiled", file=sys.stderr)
            said = npm_install("isolated-vm", f"isolated-vm@{release}", self._modules)
            if not self._works():
                raise MissingPeerError(
                    f"isolated-vm: it cannot be installed or loaded: {said[-300:]}"
                )

    def serving(
        self, mode: Mode, workload: Workload, workers: int
    ) -> contextlib.AbstractContextManager[Server]:
        """Serve a workload for as long as a block lasts; the process's children do the work."""
        return serving(
            "isolated-vm",
            [self._node, SERVER, mode, workload.script, workload.name, str(workers)],
            environment=self._environment,
        )

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
