"""What machine this is, and with what it is measured."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import psutil
import zmq
from msgspec import Struct
from py_mini_racer import MiniRacer

from actionsd_protocol import __version__, session


class Machine(Struct, frozen=True):
    """What figures depend on."""

    cpu: str
    cores: int
    memory_gib: float
    kernel: str
    python: str
    v8: str
    zeromq: str
    actionsd: str
    compiled: bool
    load_average: tuple[float, float, float]
    date: str

    def __str__(self) -> str:
        """Return the line for people."""
        load = ", ".join(f"{value:.2f}" for value in self.load_average)
        how = " compiled" if self.compiled else ""
        return (
            f"{self.cpu}, {self.cores} cores, {self.memory_gib:g} GiB, Linux {self.kernel}, "
            f"Python {self.python}, V8 {self.v8}, ZeroMQ {self.zeromq}, "
            f"actionsd {self.actionsd}{how}, load average {load}, {self.date}"
        )


def look_at_machine() -> Machine:
    """Return this machine."""
    with MiniRacer() as racer:
        v8 = racer.v8_version
    load = os.getloadavg()
    return Machine(
        cpu=find_cpu_model(Path("/proc/cpuinfo").read_text()),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
        kernel=platform.release(),
        python=platform.python_version(),
        v8=v8,
        zeromq=zmq.zmq_version(),
        actionsd=__version__,
        compiled=not str(session.__file__).endswith(".py"),
        load_average=(round(load[0], 2), round(load[1], 2), round(load[2], 2)),
        date=datetime.now(UTC).date().isoformat(),
    )


def find_cpu_model(cpuinfo: str) -> str:
    """Return the processor's name from the kernel's account of it."""
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("model name", "Model", "cpu model"):
            return value.strip()
    return platform.machine() or "unknown processor"
