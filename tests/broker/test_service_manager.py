"""What the service manager hears of the daemon."""

from __future__ import annotations

import math
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from daemon import Daemon

from actionsd_broker.service_manager import ServiceManager

TIMEOUT_SECONDS = 60


@pytest.fixture
def ear(short_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(f"{short_path}/notify")
        ear.settimeout(TIMEOUT_SECONDS)
        yield ear


def test_manager_hears_of_start_reload_and_end(
    ear: socket.socket, short_path: Path, start_daemon: Callable[..., Daemon], tmp_path: Path
) -> None:
    (tmp_path / "acme.toml").write_text('[actions.f]\nfile = "f.js"\n')
    (tmp_path / "f.js").write_text("function f() {}")
    environment = {"NOTIFY_SOCKET": f"{short_path}/notify", "WATCHDOG_USEC": "200000"}
    daemon = start_daemon(registry=tmp_path, workers=1, environment=environment)

    def hear() -> str:
        while (words := ear.recv(1000).decode()) == "WATCHDOG=1":
            pass
        return words

    assert hear() == f"READY=1\nSTATUS=serving {daemon.endpoint}"
    daemon.signal(signal.SIGHUP)
    assert hear().startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert hear().startswith("READY=1\n")
    daemon.wait_line("registry_loaded", count=2)
    daemon.signal(signal.SIGTERM)
    assert hear() == "STOPPING=1"
    assert daemon.wait_exit() == 0


def test_loop_that_goes_round_is_told_twice_in_the_managers_patience(ear: socket.socket) -> None:
    environment = {"NOTIFY_SOCKET": ear.getsockname(), "WATCHDOG_USEC": "3000000"}
    manager = ServiceManager(environment, 7)
    for now in (10.0, 11.0, 11.4, 11.5):
        manager.beat(now)
    assert [ear.recv(100), ear.recv(100)] == [b"WATCHDOG=1"] * 2
    assert manager.next_beat == 13.0


def test_abstract_address_is_understood() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("")  # the kernel chooses
        ear.settimeout(TIMEOUT_SECONDS)
        address = "@" + ear.getsockname()[1:].decode()
        ServiceManager({"NOTIFY_SOCKET": address}, 7).stopping()
        assert ear.recv(100) == b"STOPPING=1"


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"WATCHDOG_USEC": "1000"},
        {"NOTIFY_SOCKET": "/no/such", "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "8"},
        {"NOTIFY_SOCKET": "/no/such", "WATCHDOG_USEC": "soon"},
    ],
)
def test_watchdog_that_is_not_ours_is_not_fed(environment: dict[str, str]) -> None:
    manager = ServiceManager(environment, 7)
    assert manager.next_beat == math.inf
    manager.ready("nobody hears this")
