"""The connections of a client: to each of its endpoints one at the most.

What both clients share of balancing and failing over. They do the waiting, and know what is
in flight; which endpoint is next, `balance` decides.
"""

from __future__ import annotations

from actionsd_client.balance import LONGEST_PAUSE_SECONDS, Balance
from actionsd_client.connection import Connection
from actionsd_client.errors import UnreachableError


class Links:
    """Endpoints, and the connections that have been made to them."""

    def __init__(self, endpoints: tuple[str, ...]) -> None:
        self.endpoints = endpoints
        self.several = len(endpoints) > 1
        self.made: list[Connection] = []
        self._places: list[Connection | None] = [None] * len(endpoints)
        self._balance = Balance(len(endpoints))

    def choose(self) -> Connection | None:
        """Return the open connection that the next job goes to, if one is open."""
        if not self.several:
            sole = self._places[0]
            return sole if sole is not None and sole.open else None
        loads = [
            len(each.in_flight) if each is not None and each.open else None for each in self._places
        ]
        place = self._balance.choose(loads)
        return None if place is None else self._places[place]

    def due(self, now: float) -> list[int]:
        """Return the places to connect to now. ZeroMQ itself goes on trying a sole one."""
        if not self.several:
            return [] if self.made else [0]
        return [
            place
            for place, each in enumerate(self._places)
            if (each is None or not each.open) and self._balance.due(place, now)
        ]

    def connect(self, place: int, now: float) -> tuple[Connection | None, Connection]:
        """Begin to connect; return the vain attempt that this replaces, and the new one."""
        # A place that is never asked again, as no call is made, must not be knocked at ten
        # times a second; where we come back ourselves, ZeroMQ may take longer and longer.
        longest = LONGEST_PAUSE_SECONDS if self.several else 0.0
        connection = Connection(self.endpoints[place], longest_pause_seconds=longest)
        stale = self._places[place]
        if stale is not None:
            self.made.remove(stale)
        self._places[place] = connection
        self.made.append(connection)
        self._balance.tried(place, now)
        return stale, connection

    def remove(self, connection: Connection, now: float) -> None:
        """Forget a connection that was lost or given up."""
        place = self._places.index(connection)
        self._places[place] = None
        self.made.remove(connection)
        if connection.open:
            self._balance.lost(place, now)

    def hurry(self) -> None:
        """Have every endpoint tried at once."""
        self._balance.hurry()

    def unreachable(self) -> UnreachableError:
        """Return the error that names all endpoints."""
        names = " or ".join(self.endpoints)
        return UnreachableError(f"no daemon answers at {names}; is `actionsd serve` running?")
