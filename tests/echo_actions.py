"""Actions for tests of clients: they give back a number of their context, at once or later."""

from __future__ import annotations

from actionsd_client import Action

TRIGGER = "complement-token/pre-userinfo"
SCRIPT = "function f(ctx, api) { api.v1.claims.setClaim('k', ctx.v1.claims.n) }"
ECHO = [Action(name="f", script=SCRIPT)]
"""Gives `n` back, as the claim `k`."""

LATE = [
    Action(
        name="f",
        script="""function f(ctx, api) {
          const end = Date.now() + ctx.v1.claims.n; while (Date.now() < end);
          api.v1.claims.setClaim('k', ctx.v1.claims.n);
        }""",
    )
]
"""Does so after `n` milliseconds."""
