"""The gateway's own figures: bounded labels, whatever is asked."""

from __future__ import annotations

from actionsd_gateway.figures import Figures
from actionsd_gateway.traffic import Traffic


def test_requests_are_counted_by_route_method_and_status() -> None:
    figures = Figures(traffic := Traffic())
    for method in ("GET", "BREW", "x" * 1000):
        figures.note("/healthz", method, 200, 0.002)
    traffic.enter()
    value = figures.registry.get_sample_value
    labels = {"route": "/healthz", "method": "GET"}
    assert value("actionsd_http_requests_total", {**labels, "status": "200"}) == 1
    assert value("actionsd_http_request_seconds_bucket", {**labels, "le": "0.001"}) == 0
    assert value("actionsd_http_request_seconds_bucket", {**labels, "le": "0.0025"}) == 1
    others = {"route": "/healthz", "method": "other", "status": "200"}
    assert value("actionsd_http_requests_total", others) == 2
    assert value("actionsd_http_in_flight") == 1
