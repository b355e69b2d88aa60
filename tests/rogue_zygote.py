"""A zygote whose workers are rogues: started in place of the real one by `rogue_daemon`.

Its argument is the directory that it shares with the test. A file `birth` there names the
mode in which the next worker is born.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parent))

from rogue_worker import Rogue

from actionsd_protocol.orders import ORDER_BYTES, WorkerOrders, ZygoteOrders
from actionsd_sandbox import privileges
from actionsd_sandbox.isolate import Engine
from actionsd_sandbox.realm import read_prelude
from actionsd_worker.runner import Runner
from actionsd_worker.zygote import Zygote


class Nursery:
    """Turns a fresh copy of the zygote into a rogue."""

    def __init__(self, control: socket.socket, arena: Path) -> None:
        self._arena = arena
        self._engine = Engine()
        self._pid = os.getpid()
        self._zygote = Zygote(control, self._work)

    def run(self) -> None:
        """Fork rogues until the broker is gone."""
        self._zygote.run()

    def _work(self, orders: WorkerOrders) -> None:
        privileges.die_with(self._pid)
        siblings = [identity for identity, _ in self._zygote._children.values()]
        rogue = Rogue(orders, self._arena, siblings)
        with contextlib.suppress(FileNotFoundError):
            order = (self._arena / "birth").rename(self._arena / f"birth.{os.getpid()}")
            rogue.misbehave(order.read_text())
        runner = Runner(self._engine, rogue)
        rogue.connect(orders.socket)
        runner.prepare()
        rogue.greet(self._engine.version, [])  # in no way sealed
        runner.run()


def main() -> None:
    """Serve the broker's orders."""
    control = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    orders = msgspec.json.decode(control.recv(ORDER_BYTES), type=ZygoteOrders)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    privileges.die_with(orders.parent)
    read_prelude()
    Nursery(control, Path(sys.argv[1])).run()


main()
