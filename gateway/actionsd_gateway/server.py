"""The gateway as a process: sockets and TLS, the ready line, the end after SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import prometheus_client
from aiohttp import web

from actionsd_broker import log
from actionsd_broker.errors import ConfigError, StartError
from actionsd_broker.http_config import Address, HttpConfig, read_address
from actionsd_gateway.connection import Connection
from actionsd_gateway.entrance import Entrance, open_entrances
from actionsd_gateway.service import Service

HANDSHAKE_SECONDS = 10.0
CLOSE_SECONDS = 2.0
"""For connections to be closed at the end, when all has been answered."""

_NO_PEM = "no PEM certificate with its unencrypted key"
_REASONS = {"KEY_VALUES_MISMATCH": "the key is not the certificate's (KEY_VALUES_MISMATCH)"}

OPERATIONS_CONNECTIONS = 64
"""At an address of its own, where clients cannot take them all."""


def serve(http: HttpConfig, endpoints: Sequence[str]) -> None:
    """Serve until SIGTERM or SIGINT; raises ConfigError or StartError if that cannot be."""
    context = None if http.certificate is None else load_certificate(http)
    # A line more for each figure, which nobody reads.
    prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call] # it has no types
    asyncio.run(_serve(http, endpoints, context))


def load_certificate(http: HttpConfig) -> ssl.SSLContext:
    """Return what TLS is spoken by; raises ConfigError that names the files."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    files = http.certificate if http.key is None else f"{http.certificate}, {http.key}"
    for key, file in (("certificate", http.certificate), ("key", http.key)):
        _check_readable(key, file)
    try:
        # A password is never asked for: nobody sits there.
        context.load_cert_chain(http.certificate or "", http.key, password=lambda: "")
    except ssl.SSLError as error:
        reason = _REASONS.get(error.reason, error.reason) or _NO_PEM
        raise ConfigError(f"http.certificate: {files}: {reason}") from error
    except OSError as error:
        raise ConfigError(f"http.certificate: {files}: {error.strerror}") from error
    return context


def _check_readable(key: str, file: str | None) -> None:
    # What loads them says why, but not which of the two.
    if file is None:
        return
    try:
        with Path(file).open("rb"):
            pass
    except OSError as error:
        raise ConfigError(f"http.{key}: {file}: {error.strerror}") from error


async def _serve(
    http: HttpConfig, endpoints: Sequence[str], context: ssl.SSLContext | None
) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_log_error)
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    loop.add_signal_handler(signal.SIGHUP, log.warning, "reload_ignored")
    async with contextlib.AsyncExitStack() as stack:
        service, where = await start(stack, http, endpoints, context)
        _say_ready(where)
        await told.wait()
        log.info("http_draining", requests=service.traffic.in_flight)
        if not await service.traffic.drain(http.drain_seconds):
            log.warning("http_drain_gave_up", requests=service.traffic.in_flight)
    log.info("http_stopped")


async def start(
    stack: contextlib.AsyncExitStack,
    http: HttpConfig,
    endpoints: Sequence[str],
    context: ssl.SSLContext | None = None,
) -> tuple[Service, list[str]]:
    """Serve until the stack is closed; return the service, and the URLs of where it is."""
    service = Service(http, endpoints)
    stack.callback(service.close)
    where = [await _listen(stack, service.app, http.listen, http, context)]
    if service.operations is not None and http.operations is not None:
        where.append(await _listen(stack, service.operations, http.operations, http))
    return service, where


async def _listen(
    stack: contextlib.AsyncExitStack,
    app: web.Application,
    listen: str,
    http: HttpConfig,
    context: ssl.SSLContext | None = None,
) -> str:
    """Listen until the stack is closed; return the URL of where."""
    address = read_address(listen)
    if address is None:
        raise ConfigError(f"{listen}: expected HOST:PORT or [IPV6]:PORT")
    runner = web.AppRunner(app, shutdown_timeout=CLOSE_SECONDS, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    if runner.server is None:
        raise StartError("the gateway's server was not set up")
    handlers = runner.server

    def connect() -> asyncio.Protocol:
        return Connection(
            handlers, header_seconds=http.header_seconds, idle_seconds=http.idle_seconds
        )

    most = http.connections if listen == http.listen else OPERATIONS_CONNECTIONS
    entrances = _bind(address, most)
    for entrance in entrances:
        stack.callback((await _open(connect, entrance, context)).close)
    if context is None and not address.is_loopback:
        log.warning("plain_http", address=str(address))
    port = entrances[0].getsockname()[1]
    return f"{'http' if context is None else 'https'}://{Address(address.host, port)}"


def _bind(address: Address, most: int) -> list[Entrance]:
    try:
        return open_entrances(address, most)
    except socket.gaierror as error:
        raise StartError(f"{address}: no address of this machine: {error.strerror}") from error
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise StartError(f"{address}: cannot listen: {reason}") from error


async def _open(
    connect: Callable[[], asyncio.Protocol], entrance: Entrance, context: ssl.SSLContext | None
) -> asyncio.Server:
    more: dict[str, Any] = {} if context is None else {"ssl_handshake_timeout": HANDSHAKE_SECONDS}
    loop = asyncio.get_running_loop()
    try:
        return await loop.create_server(connect, sock=entrance, ssl=context, backlog=512, **more)
    except OSError as error:  # somebody else listens there, who was not yet when we were bound
        raise StartError(f"{entrance.getsockname()}: cannot listen: {error.strerror}") from error


def _say_ready(where: Sequence[str]) -> None:
    text = f"actionsd gateway ready: {', operations at '.join(where)}"
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - for people and scripts that wait


def _log_error(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # Never asyncio's own words: they may have in them what was sent.
    error = context.get("exception")
    log.error("internal_error", at=log.places(error) if isinstance(error, Exception) else "")
