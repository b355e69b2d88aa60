"""The gateway's application: which endpoints there are, and what they are made of.

What listens is `server`'s affair.
"""

from __future__ import annotations

import os
import time
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
from actionsd_gateway.zitadel import endpoint
from actionsd_gateway.zitadel.target import make_targets

CONNECT_SECONDS = 2.0
"""For a daemon to answer, before a request is told that there is none."""


class Service:
    """Everything behind the sockets: construct within an event loop, `close` at the end.

    Raises ConfigError where a key of a ZITADEL instance is not there.

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
        targets = make_targets(http.zitadel, os.environ, unix=time.time, monotonic=time.monotonic)
        self.app.add_routes(endpoint.routes(targets, jobs, http.body_seconds))
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
