"""The zygote's start: import everything, initialise V8, wait for orders to fork workers.

Standard input is a socket to the broker; the first message on it is for the zygote.
"""

from __future__ import annotations

import os
import signal
import socket

import msgspec

from actionsd_protocol.orders import ORDER_BYTES, ZygoteOrders
from actionsd_sandbox import privileges
from actionsd_sandbox.isolate import JITLESS, Engine
from actionsd_sandbox.realm import read_prelude
from actionsd_worker.start import Start
from actionsd_worker.zygote import Zygote


def main() -> None:
    """Fork workers until the broker is gone."""
    control = socket.socket(fileno=os.dup(0))
    # What is left open here is open in every worker.
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    orders = msgspec.json.decode(control.recv(ORDER_BYTES), type=ZygoteOrders)
    # Ctrl-C in a terminal reaches the whole process group; the broker decides, not we.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    privileges.die_with(orders.parent)
    privileges.gain_nothing()
    engine = Engine(JITLESS if orders.jitless else ())
    read_prelude()  # while there are files
    Zygote(control, Start(engine, os.getpid()).work).run()


if __name__ == "__main__":
    main()
