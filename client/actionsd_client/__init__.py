"""Clients of the daemon: `Client` for ordinary code, `AsyncClient` for asyncio.

with Client() as client:
    result = client.call("complement-token/pre-userinfo", tenant="acme", context={...})
"""

from actionsd_client.aio import AsyncClient
from actionsd_client.client import Client, PendingCall
from actionsd_client.errors import (
    CallTimeoutError,
    ClientClosedError,
    ClientError,
    ConnectionLostError,
    DeclinedError,
    RefusedError,
    UnreachableError,
)
from actionsd_protocol.messages import Action, Trace
from actionsd_protocol.result import Result

__all__ = [
    "Action",
    "AsyncClient",
    "CallTimeoutError",
    "Client",
    "ClientClosedError",
    "ClientError",
    "ConnectionLostError",
    "DeclinedError",
    "PendingCall",
    "RefusedError",
    "Result",
    "Trace",
    "UnreachableError",
]
