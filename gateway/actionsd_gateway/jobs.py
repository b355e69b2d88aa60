"""Jobs, as the endpoints ask for them: a result, or a fault of ours by its name."""

from __future__ import annotations

import time
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

PROBE_TENANT = "actionsd-probe"
"""The tenant of the gateway's own jobs; no client may ask for it."""

_PROBE = [Action(name="probe", script="function probe() {}", timeout=1.0)]


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
        self.proved_at = float("-inf")  # when a worker was last known to work, monotonic

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
            result = await self._client.call(
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
        if any(action.outcome == "succeeded" for action in result.actions):
            self.proved_at = time.monotonic()
        return result

    async def probe(self) -> Result | Fault:
        """Have a worker do a job of ours that does nothing."""
        return await self.run("preuserinfo", PROBE_TENANT, b"{}", actions=_PROBE)


def _kind_of(error: ClientError) -> FaultKind:
    lost = isinstance(error, UnreachableError | ConnectionLostError)
    return FaultKind.UNREACHABLE if lost else FaultKind.REFUSED
