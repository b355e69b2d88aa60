"""Where a job comes from is in the log beside what became of it."""

from __future__ import annotations

from collections.abc import Callable

from daemon import Daemon

from actionsd_client import Action, Client, Trace

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_failures_and_denials_are_logged_with_the_request_that_asked(
    start_daemon: Callable[..., Daemon],
) -> None:
    daemon = start_daemon()
    daemon.wait_ready()
    script = 'function f() { require("zitadel/http").fetch("https://denied.example/"); }'
    with Client(daemon.endpoint) as client:
        result = client.call(
            "preuserinfo",
            tenant="acme",
            context={},
            actions=[Action(name="f", script=script)],
            trace=Trace("req-1", PARENT),
        )
    assert result.outcome == "failed"
    for event in ("fetch_denied", "action_failed"):
        line = daemon.wait_line(f" {event} ")
        assert "tenant=acme" in line
        assert f"request=req-1 trace={PARENT}" in line
