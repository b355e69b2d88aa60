"""A real daemon, started for the time of a measurement."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Self

import psutil
from msgspec import Struct

from benchmarks.accounting import brood_cpu, own_cpu
from benchmarks.errors import BenchmarkError
from benchmarks.workload import SITE_PORT, TENANT, TRIGGER, Workload

START_SECONDS = 60.0
STOP_SECONDS = 90.0
CONFIG = f"""
[fetch]
at_once = 1000
[[fetch.allow]]
host = "127.0.0.1"
scheme = "http"
port = {SITE_PORT}
methods = ["GET"]
private = true
[metadata]
path = ":memory:"
"""

_READY = re.compile(r"worker_ready .*pid=(\d+)")


class Settings(Struct, frozen=True):
    """How a daemon is started: what is not said is as operators find it."""

    workers: int
    tenants: Mapping[str, list[Path]] = {}
    isolation: str = "process"
    spares: int = 1
    more: str = ""


class Line(NamedTuple):
    """A line of the log, and when it came."""

    at: float
    text: str


class Daemon:
    """A running daemon: where it is reached, and its processes."""

    def __init__(self, directory: Path, settings: Settings) -> None:
        self.endpoint = f"ipc://{directory}/c"
        config = write_configuration(directory, settings)
        self._places = settings.workers + settings.spares
        self._lines: list[Line] = []
        self._news = threading.Condition()
        command = [sys.executable, "-m", "actionsd_broker.cli", "serve", "--config", str(config)]
        self.started_at = time.perf_counter()
        self._process = subprocess.Popen(
            [*command, "--endpoint", self.endpoint],
            stderr=subprocess.PIPE,
            text=True,
            cwd=directory,
            env={**os.environ, "STATE_DIRECTORY": str(directory)},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.broker = psutil.Process(self._process.pid)

    @classmethod
    @contextlib.contextmanager
    def running(cls, settings: Settings) -> Iterator[Self]:
        """Run a daemon for as long as the block lasts, from when it is ready."""
        # A socket's path must be short, so not below the checkout.
        with tempfile.TemporaryDirectory(prefix="actionsd-bench-") as directory:
            daemon = cls(Path(directory), settings)
            try:
                daemon.wait_for(lambda text: text.startswith("actionsd ready"), START_SECONDS)
                yield daemon
            finally:
                daemon.stop()

    @property
    def zygote(self) -> psutil.Process:
        """The process that workers are forked from."""
        return self.broker.children()[0]

    @property
    def workers(self) -> list[psutil.Process]:
        """The workers that live now, spares included."""
        return self.zygote.children()

    @property
    def status(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.poll()

    def cpu(self) -> dict[str, float]:
        """Return the CPU seconds of each side so far."""
        return {"broker": own_cpu(self.broker), "worker": brood_cpu(self.zygote)}

    def wait_full(self) -> None:
        """Wait until every worker is ready, spares included: some come after the ready line."""
        until = time.perf_counter() + START_SECONDS
        while True:
            with self._news:
                found = [_READY.search(line.text) for line in self._lines]
            ready = {int(match[1]) for match in found if match}
            alive = {worker.pid for worker in self.workers}
            if len(alive) >= self._places and alive <= ready:
                return
            if time.perf_counter() > until:
                raise BenchmarkError("the daemon's workers were not ready in time")
            time.sleep(0.005)

    def wait_for(self, wanted: Callable[[str], bool], seconds: float, after: float = 0.0) -> Line:
        """Return the first line of the log, after a moment, that is as wanted."""
        until = time.perf_counter() + seconds
        seen = 0
        with self._news:
            while True:
                for line in self._lines[seen:]:
                    if line.at >= after and wanted(line.text):
                        return line
                seen = len(self._lines)
                left = until - time.perf_counter()
                if left <= 0 or not self._reader.is_alive():
                    words = "\n".join(line.text for line in self._lines[-10:])
                    raise BenchmarkError(f"the daemon did not do what was waited for:\n{words}")
                self._news.wait(min(left, 0.5))

    def stop(self) -> None:
        """End it, and wait for that."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _read(self) -> None:
        for text in self._process.stderr or ():
            with self._news:
                self._lines.append(Line(time.perf_counter(), text.rstrip("\n")))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()


def settings_for(workload: Workload, workers: int, *, inline: bool) -> Settings:
    """Return how a daemon is started for one workload: registered, unless jobs bring it."""
    return Settings(workers, {} if inline else {TENANT: [workload.script]})


def write_configuration(directory: Path, settings: Settings) -> Path:
    """Write a daemon's configuration, and its registry if it has one."""
    lines = [
        f"workers = {settings.workers}",
        f"spares = {settings.spares}",
        f'isolation = "{settings.isolation}"',
        settings.more,
    ]
    if settings.tenants:
        registry = directory / "actions"
        registry.mkdir()
        for tenant, scripts in settings.tenants.items():
            (registry / f"{tenant}.toml").write_text(make_manifest(scripts))
            for script in scripts:
                (registry / script.name).write_bytes(script.read_bytes())
        lines.append('registry = "actions"')
    config = directory / "actionsd.toml"
    config.write_text("\n".join(lines) + CONFIG)
    return config


def make_manifest(scripts: list[Path]) -> str:
    """Return a tenant's manifest: these scripts, in a row, on the trigger of the load."""
    tables = [f"[actions.{s.stem}]\nfile = {json.dumps(s.name)}" for s in scripts]
    flow = f"{json.dumps(TRIGGER)} = {json.dumps([s.stem for s in scripts])}"
    return "\n".join([*tables, "[flows]", flow, ""])
