"""Servers of a test's own on loopback: HTTP that is written by hand, and names."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import zlib
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import psutil

from actionsd_broker.fetch.hosts import Address
from actionsd_broker.fetch.policy import Policy
from actionsd_broker.fetch.resolver import ResolveError
from actionsd_broker.fetch.rules import AllowTable, make_rules

T = TypeVar("T")

PATIENCE_SECONDS = 20.0

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def run(scenario: Coroutine[Any, Any, T]) -> T:
    """Run a scenario to its end, which comes in time."""

    async def patiently() -> T:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await scenario

    return asyncio.run(patiently())


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    while not condition():  # noqa: ASYNC110 - it may be anything, and `run` has a limit
        await asyncio.sleep(0.001)


def descriptors() -> set[str]:
    """Return the descriptors that this process has open."""
    return {path.name for path in Path("/proc/self/fd").iterdir()}


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


def answering(
    body: bytes | str = b"ok", status: int = 200, headers: tuple[str, ...] = ()
) -> Answer:
    """Return an answer that is always the same."""
    content = body.encode() if isinstance(body, str) else body

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} Why", f"Content-Length: {len(content)}", *headers]
        writer.write("\r\n".join([*lines, "", ""]).encode() + content)

    return answer


def writing(data: bytes) -> Answer:
    """Return an answer that is these bytes, be they HTTP or not."""

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return answer


def repeating(head: bytes, part: bytes) -> Answer:
    """Return an answer without end."""

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)

    return answer


def dripping(head: bytes, part: bytes) -> Answer:
    """Return an answer that comes slowly and has no end."""

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            await writer.drain()
            await asyncio.sleep(0.02)
            writer.write(part)

    return answer


def bombing(total_bytes: int) -> Answer:
    """Return an answer that unpacks to so many bytes, a thousand times its own; made on the way."""

    async def answer(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n")
        compressor = zlib.compressobj(9, wbits=31)
        zeros = bytes(2**20)
        for _part in range(total_bytes // len(zeros)):
            writer.write(compressor.compress(zeros))
            await writer.drain()
            await asyncio.sleep(0)

    return answer


async def silence(_: Asked, __: asyncio.StreamWriter) -> None:
    """Answer nothing, ever."""
    await asyncio.Event().wait()


class Site:
    """An HTTP server that answers by `answer`, or by the path in `answers`.

    Or without having listened, if it does not `listen`. Each request has a connection of its
    own, unless the server `keeps` them open.
    """

    def __init__(
        self,
        answer: Answer = answering(),  # noqa: B008 - it has no state
        answers: dict[str, Answer] | None = None,
        tls: ssl.SSLContext | None = None,
        *,
        listen: bool = True,
        keeps: bool = False,
    ) -> None:
        self._answer = answer
        self._listen = listen
        self._keeps = keeps
        self.answers = answers or {}
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()
        self.asked: list[Asked] = []
        self.connections = 0
        self.at_once = 0
        self.most_at_once = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """Return a URL of this site."""
        return f"{'http' if self._tls is None else 'https'}://{host}:{self.port}{path}"

    def rule(self, host: str = "127.0.0.1", *methods: str, path: str = "/") -> AllowTable:
        """Return an entry that allows this site."""
        return AllowTable(
            host=host,
            scheme="http" if self._tls is None else "https",
            port=self.port,
            methods=methods or ("GET", "POST", "PUT", "HEAD"),
            path=path,
            private=True,
        )

    def sockets_to_it(self, pid: int | None = None) -> int:
        """Return how many sockets a process has that were dialled to the site; or this one."""
        connections = psutil.Process(pid).net_connections("tcp")
        return sum(bool(each.raddr) and each.raddr.port == self.port for each in connections)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await self._exchange(reader, writer)
            while self._keeps and not writer.is_closing():
                await self._exchange(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.at_once -= 1
            self._tasks.discard(task)
            writer.transport.abort() if self._tls else writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await _read(reader) if self._listen else Asked("", "", {}, b"")
        self.asked.append(asked)
        path = asked.path.partition("?")[0]
        await self.answers.get(path, self._answer)(asked, writer)
        await writer.drain()


@contextmanager
def site(
    answer: Answer = answering(),  # noqa: B008 - as above
    answers: dict[str, Answer] | None = None,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Site]:
    """Run a site on a thread of its own, for those who do not run a loop."""
    begun, end = threading.Event(), asyncio.Event()
    sites: list[tuple[Site, asyncio.AbstractEventLoop]] = []

    async def serve() -> None:
        async with Site(answer, answers, tls) as running:
            sites.append((running, asyncio.get_running_loop()))
            begun.set()
            await end.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert begun.wait(PATIENCE_SECONDS)
    running, loop = sites[0]
    try:
        yield running
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()


async def _read(reader: asyncio.StreamReader) -> Asked:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = lines[0].split(" ")
    headers = {}
    for line in lines[1:-2]:
        name, _, value = line.partition(": ")
        headers[name.lower()] = value
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, path, headers, body)


def policy(*tables: AllowTable, tenant: str = "acme") -> Policy:
    """Return a policy with these entries."""
    return Policy(tenant, make_rules(tables, "the test"), "probe")


class Names:
    """A resolver that knows these names, and counts how often it is asked."""

    def __init__(self, **names: str) -> None:
        self._names = {name.replace("_", "."): found for name, found in names.items()}
        self.asked: list[str] = []

    async def addresses(self, name: str) -> tuple[Address, ...]:
        """Return the addresses of a name."""
        self.asked.append(name)
        if name not in self._names:
            raise ResolveError(f"there is no {name}")
        return tuple(ip_address(found) for found in self._names[name].split())


class NameServer(asyncio.DatagramProtocol):
    """A DNS server: each question for an address takes the next of a name's answers."""

    def __init__(self, **names: list[str]) -> None:
        self._names = {f"{name.replace('_', '.')}.": found for name, found in names.items()}
        self.questions: list[str] = []
        self.mute = False
        self.failing: set[str] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, ("127.0.0.1", 0), family=socket.AF_INET
        )
        self.port: int = self._transport.get_extra_info("sockname")[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a question."""
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = str(question.name), question.rdtype.name
        self.questions.append(f"{name} {kind}")
        if self.mute:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        known = self._names.get(name)
        if kind in self.failing:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif known is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif kind == "A":
            records = known.pop(0) if len(known) > 1 else known[0]
            answer.answer.append(dns.rrset.from_text(name, 0, "IN", "A", *records.split()))
        self._transport.sendto(answer.to_wire(), addr)
