"""The peers that have to be installed or built, by the names that they are measured under."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple, TypeVar

from benchmarks.errors import BenchmarkError
from benchmarks.peers.errors import MissingPeerError
from benchmarks.peers.goja import Goja
from benchmarks.peers.isolated_vm import IsolatedVm
from benchmarks.peers.server import Server
from benchmarks.peers.workerd import Workerd
from benchmarks.plan import GOJA, ISOLATED_VM, WORKERD, Subject
from benchmarks.workload import Workload

Peer = TypeVar("Peer")


class Installed(NamedTuple):
    """The peers that there are, None where they cannot be had."""

    isolated_vm: IsolatedVm | None = None
    goja: Goja | None = None
    workerd: Workerd | None = None

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """What can be served here."""
        having = ((self.isolated_vm, ISOLATED_VM), (self.goja, GOJA), (self.workerd, WORKERD))
        return tuple(name for peer, names in having if peer is not None for name in names)

    def serving(
        self, subject: Subject, workload: Workload, workers: int
    ) -> AbstractContextManager[Server]:
        """Serve a workload for as long as a block lasts; raises BenchmarkError."""
        match subject:
            case "isolated-vm, fresh context" if self.isolated_vm:
                return self.isolated_vm.serving("context", workload, workers)
            case "isolated-vm, fresh isolate" if self.isolated_vm:
                return self.isolated_vm.serving("isolate", workload, workers)
            case "goja, fresh VM" if self.goja:
                return self.goja.serving(workload, workers)
            case "workerd, no fresh context" if self.workerd:
                return self.workerd.serving(workload, workers)
        raise BenchmarkError(f"{subject}: cannot be started")


def install_peers() -> tuple[Installed, list[str]]:
    """Return the peers that can be had on this machine, and why others cannot."""
    missing: list[str] = []

    def had(peer: Callable[[], Peer]) -> Peer | None:
        try:
            return peer()
        except MissingPeerError as error:
            missing.append(str(error))
            return None

    return Installed(had(IsolatedVm), had(Goja), had(Workerd)), missing
