"""Tells the service manager how the daemon does: systemd's sd_notify(3), in a few lines.

Where nobody listens (no NOTIFY_SOCKET) nothing is said. What cannot be sent is not missed:
a daemon does its work whether or not its manager hears of it.
"""

from __future__ import annotations

import contextlib
import math
import socket
from collections.abc import Mapping


class ServiceManager:
    """Whoever started this process, as its environment says.

    `next_beat` is when `beat` has something to do: half way to when the manager would take
    the daemon for dead (WATCHDOG_USEC).
    """

    def __init__(self, environment: Mapping[str, str], pid: int) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._seconds = math.inf
        meant = environment.get("WATCHDOG_PID", str(pid)) == str(pid)
        micros = environment.get("WATCHDOG_USEC", "")
        if self._address and meant and micros.isdecimal() and int(micros) > 0:
            self._seconds = int(micros) / 2e6
        self.next_beat = math.inf if self._seconds == math.inf else 0.0

    def ready(self, status: str) -> None:
        """Say that clients are served, and a line for people; also after `reloading`."""
        self._say("READY=1", f"STATUS={status}")

    def reloading(self, now: float) -> None:
        """Say that the registry is read again; `now` is of CLOCK_MONOTONIC."""
        self._say("RELOADING=1", f"MONOTONIC_USEC={int(now * 1e6)}")

    def stopping(self) -> None:
        """Say that accepted jobs are finished, and then it ends."""
        self._say("STOPPING=1")

    def beat(self, now: float) -> None:
        """Say that the loop goes round, if it is time to."""
        if now >= self.next_beat:
            self.next_beat = now + self._seconds
            self._say("WATCHDOG=1")

    def _say(self, *lines: str) -> None:
        if not self._address:
            return
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker,
        ):
            speaker.settimeout(0)
            speaker.sendto("\n".join(lines).encode(), self._address)
