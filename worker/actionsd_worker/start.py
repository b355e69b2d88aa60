"""A worker's start, after the fork: connect, seal, say how that went, serve."""

from __future__ import annotations

import gc
import os

import msgspec

from actionsd_protocol.messages import Layer
from actionsd_protocol.orders import Probe, ProbeAnswer, WorkerOrders
from actionsd_sandbox import probes
from actionsd_sandbox.isolate import Engine
from actionsd_sandbox.seal import SealOrders, seal
from actionsd_worker.runner import Runner
from actionsd_worker.service import Service


class Start:
    """Turns a fresh copy of the zygote into a worker."""

    def __init__(self, engine: Engine, zygote: int) -> None:
        self._engine = engine
        self._zygote = zygote  # its pid, asked before the fork: it may be gone after it

    def work(self, orders: WorkerOrders) -> None:
        """Seal this process and serve jobs until the broker says stop."""
        if orders.probe is not None and not orders.probe.sealed:
            _try(orders.probe)
            return
        service = Service(orders.identity)
        runner = Runner(self._engine, service)
        plan = SealOrders(
            parent=self._zygote,
            uid=orders.uid,
            socket=orders.socket,
            empty=orders.empty,
            memory_bytes=orders.memory_mib * 2**20,
        )
        self._engine.fix_code()
        layers = seal(plan, service.connect, runner.prepare)
        if orders.probe is not None:
            _try(orders.probe)
            return
        gc.freeze()  # what is here now stays: no need to look at it in every collection
        service.greet(self._engine.version, [Layer(*layer) for layer in layers])
        runner.run()


def _try(probe: Probe) -> None:
    attempt = probes.attempt(probe.name)
    os.write(2, msgspec.json.encode(ProbeAnswer(attempt.through, attempt.detail)))
