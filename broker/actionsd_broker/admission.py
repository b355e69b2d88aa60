"""A worker's first words: who it is, whether it is sealed, and so whether it may have jobs.

What a worker says of its seal is held against what the kernel says (`proof`), before its
first job. Where the configuration requires a seal, a worker without one gets none.
"""

from __future__ import annotations

from typing import Any

from actionsd_broker import kernel_word, log, proof
from actionsd_broker.backend import Started
from actionsd_broker.errors import StartError
from actionsd_broker.sentry import Sentry
from actionsd_broker.supervisor import Supervisor, short
from actionsd_protocol.errors import RemoteProtocolError
from actionsd_protocol.messages import Layer


class Admission:
    """Lets workers in, or kills them. `layers` and `missing` are of the latest one's seal.

    `hidden` where /proc shows no workers: then there is nothing to be held against their word.
    """

    def __init__(self, supervisor: Supervisor, sentry: Sentry, *, required: bool) -> None:
        self._supervisor = supervisor
        self._sentry = sentry
        self._required = required
        self.layers: list[Layer] = []
        self.missing: list[Layer] = []
        self.v8 = ""
        self.hidden = False

    def admit(self, started: Started) -> bool:
        """Tell whether this worker may have jobs; raises RemoteProtocolError if it lies."""
        worker, pid, v8, layers = started
        if self._supervisor.worker_of(pid) != worker:
            raise RemoteProtocolError(f"claims to be pid {pid}")
        self.v8, self.layers = v8, list(layers)
        threads = kernel_word.threads(pid)
        if not threads:
            # Or else it has ended in between, and its exit will be heard of.
            self.hidden = kernel_word.hidden(pid)
            return False
        self.missing = proof.missing(layers, threads, self._supervisor.uid(worker))
        if self._required and proof.fatal(self.missing):
            self._refuse(worker)
            return False
        try:
            self._sentry.ready(worker, pid)
        except OSError:
            return False  # as above
        self._supervisor.ready(worker)
        log.info("worker_ready", worker=short(worker), pid=pid)
        return True

    def check(self) -> None:
        """Raise StartError if the latest worker was refused for its seal, or cannot be seen."""
        if self.hidden:
            raise StartError(
                "/proc does not show the workers, so nobody can tell whether they are sealed, or "
                "what memory they take: it is mounted with hidepid, as by ProtectProc=invisible "
                "of a systemd unit; mount it without, or set ProtectProc=default"
            )
        if self._required and (fatal := proof.fatal(self.missing)):
            raise StartError(proof.refusal(fatal))

    def announce(self) -> None:
        """Log what is missing of the seal."""
        for layer in self.missing:
            level = log.error if layer.name in proof.REQUIRED else log.info
            level("sandbox_layer_missing", layer=layer.name, reason=layer.detail)

    def describe(self) -> dict[str, Any]:
        """Return the state of the latest worker's seal, as part of a document."""
        missing = {layer.name for layer in self.missing}
        return {
            "layers": [each.name for each in self.layers if each.name not in missing],
            "missing": [{"layer": each.name, "reason": each.detail} for each in self.missing],
        }

    def _refuse(self, worker: str) -> None:
        names = ", ".join(layer.name for layer in proof.fatal(self.missing))
        log.error("worker_not_sealed", worker=short(worker), missing=names)
        self._supervisor.kill(worker)
