"""Jobs, as the endpoints ask for them: a result, or a fault of ours by its name."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from actionsd_client import (
    Action,
    AsyncClient,
    CallTimeoutError,
    ClientError,
    ConnectionLostError,
    Result,
    Trace,
    UnreachableError,
)


class FaultKind(Enum):
    """Why there is no result: the gateway's or the daemon's fault, never a script's."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    REFUSED = "refused"


class Fault(NamedTuple):
    """No result. `detail` is for the log alone."""

    kind: FaultKind
    detail: str


class Jobs:
    """Has jobs run by the daemon; `seconds` is how long it may take for one."""

    def __init__(self, client: AsyncClient, seconds: float) -> None:
        self._client = client
        self._seconds = seconds

    async def run(
        self,
        trigger: str,
        tenant: str,
        context: bytes,
        *,
        actions: list[Action] | None = None,
        trace: Trace | None = None,
    ) -> Result | Fault:
        """Run one job; `context` is the context document, as JSON."""
        try:
            return await self._client.call(
                trigger,
                tenant=tenant,
                context=context,
                actions=actions,
                trace=trace,
                timeout=self._seconds,
            )
        except CallTimeoutError as error:
            return Fault(FaultKind.TIMEOUT, str(error))
        except ClientError as error:
            return Fault(_kind_of(error), str(error))


def _kind_of(error: ClientError) -> FaultKind:
    lost = isinstance(error, UnreachableError | ConnectionLostError)
    return FaultKind.UNREACHABLE if lost else FaultKind.REFUSED
