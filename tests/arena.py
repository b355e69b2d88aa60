"""A daemon whose workers are rogues when told to be, and what a test sees of it."""

from __future__ import annotations

import re
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Self

import psutil
from daemon import PATIENCE_SECONDS, Daemon
from rogue_mode import Mode

from actionsd_client import Action, Client, Result
from actionsd_client.client import PendingCall

PROGRAM = Path(__file__).parent / "rogue_daemon.py"
TRIGGER = "complement-token/pre-userinfo"
SCRIPT = "function act(ctx, api) { api.v1.claims.setClaim('m', ctx.v1.claims.n) }"
SECRET = "SECRET of a user"  # noqa: S105 - a marker that must not be in the log

WORKERS = 3
"""Two that may have jobs, and one to spare."""

# Rogues are not sealed. A worker has little memory, so that one that fills it soon has.
# What may be fetched is a server that never answers: such a call stays under way.
CONFIG = """
sandbox = "best-effort"
memory_mib = 128
[[fetch.allow]]
host = "127.0.0.1"
scheme = "http"
port = {port}
private = true
"""


class Breach(NamedTuple):
    """Who misbehaved, and when: a pid, and seconds of the monotonic clock."""

    pid: int
    at: float


class Arena:
    """A daemon and the directory that its workers share with a test."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._mute = socket.create_server(("127.0.0.1", 0))
        port = self._mute.getsockname()[1]
        (directory / "mute").write_text(f"http://127.0.0.1:{port}/")
        config = directory / "a.toml"
        config.write_text(CONFIG.format(port=port))
        arguments = ["-c", str(config), "--workers", str(WORKERS - 1)]
        self.daemon = Daemon(directory, arguments, [sys.executable, str(PROGRAM), str(directory)])
        self.daemon.wait_ready()

    def end(self) -> None:
        """End the daemon and the server."""
        self.daemon.end()
        self._mute.close()

    @property
    def workers_path(self) -> str:
        """Where workers connect."""
        return self.daemon.endpoint.removeprefix("ipc://") + ".workers"

    def act(
        self, client: Client, tenant: str, n: int, *, rogue: str | None = None, **limits: Any
    ) -> Result:
        """Run an action that sets one claim, in a worker that may be told to misbehave."""
        return self.begin(client, tenant, n, rogue=rogue, **limits).result()

    def begin(
        self, client: Client, tenant: str, n: int, *, rogue: str | None = None, **limits: Any
    ) -> PendingCall:
        """Have it run, and do not wait for its result."""
        claims = {"n": n, "secret": SECRET, "rogue": rogue}
        action = Action(name="act", script=SCRIPT, **limits)
        return client.submit(TRIGGER, tenant=tenant, context={"claims": claims}, actions=[action])

    def order_birth(self, mode: Mode) -> None:
        """Have the next worker born in a mode."""
        order = self._directory / "order"
        order.write_text(str(mode))
        order.rename(self._directory / "birth")  # whole, or not at all

    def breach(self, mode: Mode) -> Breach:
        """Wait until a worker misbehaves in this way."""
        found: list[Breach] = []

        def look() -> bool:
            path = self._directory / "breaches"
            for line in path.read_text().splitlines() if path.exists() else []:
                name, pid, at = line.split()
                if name == str(mode):
                    found.append(Breach(int(pid), float(at)))
            return bool(found)

        self.wait(look, f"nobody did {mode}")
        return found[-1]

    def name_of(self, pid: int) -> str:
        """Return a worker's name in the log."""
        match = re.search(rf"worker_started worker=(\w+) pid={pid}\b", self.daemon.log())
        assert match is not None
        return match[1]

    def wait_whole(self) -> None:
        """Wait until all workers are ready that should be."""

        def whole() -> bool:
            return len(self._named("worker_ready") - self._named("worker_exited")) == WORKERS

        self.wait(whole, "the fleet is not whole again")

    def wait(self, condition: Callable[[], bool], otherwise: str) -> None:
        """Wait for a condition."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < until, f"{otherwise}\n{self.daemon.log()[-5000:]}"
            time.sleep(0.002)

    def broker_bytes(self) -> int:
        """Return what the broker holds."""
        held: int = psutil.Process(self.daemon.process.pid).memory_info().rss
        return held

    def reset_peak(self) -> None:
        """Have the kernel take note of the most that the broker holds from now on."""
        Path(f"/proc/{self.daemon.process.pid}/clear_refs").write_text("5")

    def peak_bytes(self) -> int:
        """Return the most that the broker has held since."""
        status = Path(f"/proc/{self.daemon.process.pid}/status").read_text("ascii")
        match = re.search(r"VmHWM:\s*(\d+) kB", status)
        assert match is not None
        return int(match[1]) * 1024

    def _named(self, event: str) -> set[str]:
        return set(re.findall(rf" {event} worker=(\w+)", self.daemon.log()))


class Neighbour:
    """Another tenant, who runs job after job and looks at each result."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.done = 0
        self.wrong: list[str] = []
        self.slowest_seconds = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        self.wait_done()
        return self

    def __exit__(self, *_error: object) -> None:
        self._enough.set()
        self._thread.join()

    def wait_done(self) -> None:
        """Wait until one more job is done."""
        before = self.done
        self._arena.wait(lambda: self.done > before or bool(self.wrong), "the neighbour waits")

    def _run(self) -> None:
        with Client(self._arena.daemon.endpoint) as client:
            while not self._enough.is_set() and not self.wrong:
                begun = time.monotonic()
                result = self._arena.act(client, "neighbour", self.done)
                self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - begun)
                if result.error is not None:
                    self.wrong.append(f"{result.error.kind.value}: {result.error.message}")
                elif result.claims() != {"m": self.done}:
                    self.wrong.append(str(result.claims()))
                self.done += 1
                self._enough.wait(0.002)  # a tenant, not a load
