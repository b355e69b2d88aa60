"""Which call a payload is, and so which job (spec, 7.6 to 7.13). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from actionsd_gateway.zitadel.call import Call
from actionsd_gateway.zitadel.creation import read_post_creation, read_pre_creation
from actionsd_gateway.zitadel.document import PayloadError
from actionsd_gateway.zitadel.functions import read_function
from actionsd_gateway.zitadel.intent import read_intent
from actionsd_gateway.zitadel.parts import text
from actionsd_gateway.zitadel.session import read_session

_Reader = Callable[[Mapping[str, Any]], Call | None]

_REQUESTS: dict[str, _Reader] = {
    "UserService/AddHumanUser": partial(read_pre_creation, inner=False),
    "UserService/CreateUser": partial(read_pre_creation, inner=True),
}
_RESPONSES: dict[str, _Reader] = {
    "UserService/AddHumanUser": partial(read_post_creation, inner=False),
    "UserService/CreateUser": partial(read_post_creation, inner=True),
    "UserService/RetrieveIdentityProviderIntent": read_intent,
    "SessionService/CreateSession": read_session,
    "SessionService/SetSession": read_session,
}
_METHOD = re.compile(r"/zitadel\.(?:user|session)\.v2(?:beta)?\.(\w+/\w+)\Z", re.ASCII)


def read_call(payload: Mapping[str, Any]) -> Call | None:
    """Return the job of a payload, None where v1 would have run none.

    Raises PayloadError for what is malformed, and for calls that no trigger stands for: an
    execution that is set up by mistake should not look as if its actions ran.
    """
    if text(payload, "function") is not None:
        return read_function(payload)
    method = text(payload, "fullMethod")
    if method is None:
        raise PayloadError("neither a function nor a fullMethod, as a call of ZITADEL's has")
    match = _METHOD.match(method)
    readers = _RESPONSES if "response" in payload else _REQUESTS
    reader = None if match is None else readers.get(match[1])
    if reader is None:
        kind = "response" if "response" in payload else "request"
        raise PayloadError(f"fullMethod: no actions run on a {kind} of that method")
    return reader(payload)
