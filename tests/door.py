"""The workers' socket without a broker behind it, and peers that come to it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import zmq
from zmtp import Peer, RefusedError

from actionsd_broker.backend import Backend, Event
from actionsd_broker.connections import Connections

OURS = os.getpid()


class Door:
    """A backend; `workers` are the pids that count as a worker's: at first, that of the test."""

    def __init__(self, directory: Path) -> None:
        self.path = str(directory / "w")
        self.workers = {OURS}
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self.backend = Backend(self._context, f"ipc://{self.path}", self.workers.__contains__)
        self._peers: list[Peer] = []

    @property
    def connections(self) -> Connections:
        """Who is connected."""
        return self.backend.connections

    def connect(self) -> Peer:
        """Return a peer that has not said anything."""
        peer = Peer(self.path)
        self._peers.append(peer)
        return peer

    def let_in(self, peer: Peer, ticket: str, identity: str | None = None) -> bool:
        """Have a peer shake hands while its ticket is looked at; tell whether it is let in."""
        refusals: list[RefusedError] = []

        def shake() -> None:
            try:
                peer.let_in(ticket.encode(), (identity or ticket).encode())
            except RefusedError as error:
                refusals.append(error)

        thread = threading.Thread(target=shake)
        thread.start()
        while thread.is_alive():
            if self.backend.tickets.socket.poll(10):
                self.backend.tickets.answer()
        return not refusals

    def hear(self, count: int) -> list[Event]:
        """Wait for so many events of workers."""
        events: list[Event] = []
        while len(events) < count:
            assert self.backend.socket.poll(10_000), "nothing came"
            events += self.backend.receive()
        return events

    def close(self) -> None:
        """Close everything."""
        for peer in self._peers:
            peer.close()
        self.backend.close()
        self._context.term()
