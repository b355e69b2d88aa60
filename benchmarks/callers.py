"""Ways of having one job done: the daemon's client, and those of its peers.

A caller sends the same job again and again. What comes back is looked at in two steps:
whether it is a failure, of every answer; what it says, of some, outside of the measured
time.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import msgspec
from msgspec import Struct

from actionsd_client import Action, AsyncClient
from benchmarks.errors import BenchmarkError
from benchmarks.peers.pool import PoolTarget, make_pool
from benchmarks.workload import TRIGGER, Outcome


class DaemonTarget(Struct, frozen=True, tag="daemon"):
    """A daemon; `script` is set where jobs bring their action with them."""

    endpoint: str
    tenant: str
    script: str | None = None


class HttpTarget(Struct, frozen=True, tag="http"):
    """A server on loopback that takes contexts and answers with outcomes."""

    port: int


Target: TypeAlias = DaemonTarget | HttpTarget | PoolTarget


class Caller(Protocol):
    """Has one job done, and reads what came of it."""

    async def call(self) -> Any:
        """Have one job done; raises BenchmarkError if it fails."""

    def read(self, answer: Any) -> Outcome:
        """Return what an answer says."""

    def action_us(self, answer: Any) -> float | None:
        """Return the CPU that the action itself took, where an answer says so."""

    async def close(self) -> None:
        """Let go of everything."""


def make_caller(target: Target, name: str, context: bytes) -> Caller:
    """Return the caller for a target."""
    match target:
        case DaemonTarget():
            return DaemonCaller(target, name, context)
        case HttpTarget():
            return HttpCaller(target, context)
        case PoolTarget():
            return PoolCaller(target, context)


class DaemonCaller:
    """Our own client, as an identity provider would have it."""

    def __init__(self, target: DaemonTarget, name: str, context: bytes) -> None:
        self._client = AsyncClient(target.endpoint)
        self._tenant = target.tenant
        self._context = context
        self._actions: list[Action] | None = None
        if target.script is not None:
            self._actions = [Action(name=name, script=Path(target.script).read_text())]

    async def call(self) -> Any:
        """Have one job done."""
        result = await self._client.call(
            TRIGGER, tenant=self._tenant, context=self._context, actions=self._actions
        )
        if result.error is not None:
            raise BenchmarkError(f"a job failed: {result.error.kind.value}: {result.error.message}")
        return result

    def read(self, answer: Any) -> Outcome:
        """Return what an answer says."""
        return read_mutations(answer.mutations)

    def action_us(self, answer: Any) -> float | None:
        """Return the CPU that the actions took on V8's thread."""
        return 1e3 * float(sum(action.cpu_ms for action in answer.actions))

    async def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


def read_mutations(mutations: list[dict[str, Any]]) -> Outcome:
    """Return the claims and the logs that mutations come to."""
    claims = {m["key"]: m["value"] for m in mutations if m["op"] == "setClaim"}
    logs = [text for m in mutations if m["op"] == "appendLogIntoClaims" for text in m["value"]]
    return Outcome(claims, logs)


class HttpCaller:
    """HTTP with connections that are kept, and nothing around it: what is measured is not this."""

    def __init__(self, target: HttpTarget, context: bytes) -> None:
        self._port = target.port
        head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(context)}\r\n\r\n"
        self._request = head.encode() + context
        self._kept: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def call(self) -> Any:
        """Have one job done."""
        if self._kept:
            reader, writer = self._kept.pop()
        else:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(self._request)
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(size)
        self._kept.append((reader, writer))
        if not head.startswith(b"HTTP/1.1 200"):
            raise BenchmarkError(f"a job failed: {body.decode(errors='replace')[:500]}")
        return body

    def read(self, answer: Any) -> Outcome:
        """Return what an answer says."""
        return msgspec.json.decode(answer, type=Outcome)

    def action_us(self, answer: Any) -> float | None:  # noqa: ARG002 - it says nothing of that
        """Return nothing."""
        return None

    async def close(self) -> None:
        """Let go of the connections."""
        for _, writer in self._kept:
            writer.close()


class PoolCaller:
    """A pool of Python processes, each with V8 in it."""

    def __init__(self, target: PoolTarget, context: bytes) -> None:
        self._pool, self._run = make_pool(target)
        self._context = context.decode()

    async def call(self) -> Any:
        """Have one job done."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._run, self._context)

    def read(self, answer: Any) -> Outcome:
        """Return what an answer says."""
        return msgspec.json.decode(answer, type=Outcome)

    def action_us(self, answer: Any) -> float | None:  # noqa: ARG002 - it says nothing of that
        """Return nothing."""
        return None

    async def close(self) -> None:
        """End the processes."""
        self._pool.shutdown()
