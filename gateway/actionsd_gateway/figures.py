"""The gateway's own figures, and `/metrics`, which has them and the daemons'."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from actionsd_gateway.daemons import Daemons
from actionsd_gateway.metrics import DaemonsCollector
from actionsd_gateway.traffic import Traffic

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Figures:
    """Counts requests, in a registry of its own. Labels are bounded: routes by their template."""

    def __init__(self, traffic: Traffic) -> None:
        self.registry = CollectorRegistry()
        labels = ["route", "method"]
        self._requests = Counter(
            "actionsd_http_requests",
            "Requests answered",
            [*labels, "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "actionsd_http_request_seconds",
            "From a request's head to its response",
            labels,
            buckets=_SECONDS,
            registry=self.registry,
        )
        in_flight = Gauge(
            "actionsd_http_in_flight", "Requests for jobs under way", registry=self.registry
        )
        in_flight.set_function(lambda: traffic.in_flight)

    def note(self, route: str, method: str, status: int, seconds: float) -> None:
        """Take in one request."""
        labels = route, method if method in _METHODS else "other"
        self._requests.labels(*labels, str(status)).inc()
        self._seconds.labels(*labels).observe(seconds)


def routes(figures: Figures, daemons: Daemons) -> list[web.RouteDef]:
    """Return the endpoint."""

    async def metrics(_: web.Request) -> web.Response:
        scrape = CollectorRegistry(auto_describe=False)
        scrape.register(DaemonsCollector(await daemons.documents()))
        body = generate_latest(figures.registry) + generate_latest(scrape)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    return [web.get("/metrics", metrics)]
