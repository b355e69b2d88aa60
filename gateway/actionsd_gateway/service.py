"""The gateway's application: which endpoints there are, and what they are made of.

What listens is `server`'s affair.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from actionsd_broker.http_config import HttpConfig
from actionsd_client import AsyncClient
from actionsd_gateway import figures, health, openapi, triggers
from actionsd_gateway.clients import Clients
from actionsd_gateway.daemons import Daemons
from actionsd_gateway.figures import Figures
from actionsd_gateway.front import make_front
from actionsd_gateway.health import Readiness
from actionsd_gateway.jobs import Jobs
from actionsd_gateway.traffic import Traffic

CONNECT_SECONDS = 2.0
"""For a daemon to answer, before a request is told that there is none."""


class Service:
    """Everything behind the sockets: construct within an event loop, `close` at the end.

    `operations` is the application for the operator's own address, None if there is none.
    """

    def __init__(self, http: HttpConfig, endpoints: Sequence[str]) -> None:
        self.traffic = Traffic()
        self._client = AsyncClient(endpoints, connect_timeout=CONNECT_SECONDS)
        self._daemons = Daemons(endpoints)
        jobs = Jobs(self._client, http.job_seconds)
        self._readiness = Readiness(jobs)
        front = make_front(self.traffic, own := Figures(self.traffic))
        operations = [
            *health.routes(self.traffic, self._readiness),
            *figures.routes(own, self._daemons),
        ]
        self.app = web.Application(middlewares=[front], client_max_size=http.body_kib * 1024)
        self.app.add_routes(triggers.routes(Clients(http.clients), jobs, http.body_seconds))
        self.app.add_routes(openapi.routes(http))
        # ZITADEL's targets are plugged in here; `with_bodies` keeps body_seconds for them:
        # self.app.add_routes(with_bodies(endpoint.routes(…, jobs), http.body_seconds)).
        self.operations: web.Application | None = None
        if http.operations is None:
            self.app.add_routes(operations)
        else:
            self.operations = web.Application(middlewares=[front])
            self.operations.add_routes(operations)

    def close(self) -> None:
        """Let go of the daemons."""
        self._readiness.close()
        self._daemons.close()
        self._client.close()
