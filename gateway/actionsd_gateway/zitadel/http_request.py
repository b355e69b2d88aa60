"""The few headers that ZITADEL passes on, as the request of an action's context. Pure.

They are those of the API call, which Login V2 makes and not the browser (spec, 7.10).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actionsd_gateway.zitadel.parts import checked, given, member


def http_request(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return `httpRequest` of a context, None where the payload has no headers."""
    headers = member(payload, "headers")
    if headers is None:
        return None
    headers = {name: values for name, values in headers.items() if values is not None}
    checked(headers, dict[str, list[str]], "headers")
    hosts = headers.get("Host") or [None]
    return given(headers=headers, host=hosts[0])
