"""The worker's start: import everything, make V8, connect, serve.

The broker writes one line of JSON to our standard input: where to connect, as whom, and
its own pid. Arguments and environment would show it to every process of the machine.
"""

from __future__ import annotations

import gc
import signal
import sys

import msgspec

from actionsd_sandbox.isolate import Engine
from actionsd_sandbox.limits import apply_limits
from actionsd_worker.runner import Runner
from actionsd_worker.service import Service


class Orders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the broker tells a worker at its start."""

    endpoint: str
    identity: str
    parent: int


def main() -> None:
    """Serve jobs until the broker says stop."""
    orders = msgspec.json.decode(sys.stdin.buffer.readline(), type=Orders)
    # Ctrl-C in a terminal reaches the whole process group; the broker decides, not we.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    apply_limits(orders.parent)
    engine = Engine()
    service = Service(orders.endpoint, orders.identity.encode())
    runner = Runner(engine, service)
    gc.freeze()  # what is here now stays: no need to look at it in every collection
    runner.run(lambda: service.greet(engine.version))
    service.close()


if __name__ == "__main__":
    main()
