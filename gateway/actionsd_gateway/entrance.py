"""Where connections come in: so many at a time, more are cut off before anything is made of them.

Counted are sockets, from when the system hands one over until it is closed: also those whose
TLS has not begun, and those whose end waits for somebody to read.
"""

from __future__ import annotations

import errno
import os
import socket
from typing import Any

from actionsd_broker import log
from actionsd_broker.http_config import Address


class Crowd:
    """The connections that are open, of all entrances to one address; `most` may be."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: list[socket.socket] = []
        self._warned = False

    def admit(self, connection: socket.socket) -> bool:
        """Count a new connection in; False if it is one too many."""
        if len(self._open) >= self._most:
            self._open = [each for each in self._open if each.fileno() != -1]
        if len(self._open) < self._most:
            self._warned = False
            self._open.append(connection)
            return True
        if not self._warned:
            log.warning("connections_cut_off", connections=self._most)
        self._warned = True
        return False


class Entrance(socket.socket):
    """A socket that listens, and cuts off whom the crowd does not admit."""

    def __init__(self, crowd: Crowd, family: int, kind: int, protocol: int) -> None:
        super().__init__(family, kind, protocol)
        self._crowd = crowd

    def accept(self) -> tuple[socket.socket, Any]:
        """Return the next connection; raises ConnectionAbortedError where it was cut off."""
        connection, peer = super().accept()
        if not self._crowd.admit(connection):
            connection.close()
            raise ConnectionAbortedError  # as if it had gone by itself: the loop asks again
        return connection, peer


def open_entrances(address: Address, most: int) -> list[Entrance]:
    """Bind to each place that an address stands for; raises OSError (gaierror for its name)."""
    crowd, entrances = Crowd(most), list[Entrance]()
    places = socket.getaddrinfo(
        address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    try:
        for family, kind, protocol, _, place in dict.fromkeys(places):
            try:
                entrance = Entrance(crowd, family, kind, protocol)
            except OSError:
                continue  # localhost is two, and not every system speaks IPv6
            entrances.append(entrance)
            entrance.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                # Or [::] would take 0.0.0.0 as well, which may be another's.
                entrance.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            entrance.bind(place)
    except OSError:
        for entrance in entrances:
            entrance.close()
        raise
    if not entrances:
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
    return entrances
