"""A daemon beside a server that its scripts may fetch from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from echo import daemon_beside, echo_site

from actionsd_client import Client


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server on loopback (echo.py)."""
    with echo_site() as port:
        yield port


@pytest.fixture(scope="module")
def client(port: int) -> Iterator[Client]:
    """A client of a daemon whose scripts may fetch from that server."""
    with daemon_beside(port) as daemon, Client(daemon.endpoint) as client:
        yield client
