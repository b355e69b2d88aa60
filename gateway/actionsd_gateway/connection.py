"""A connection to the gateway: how long a request's head may take, and words for errors.

What aiohttp leaves open: it waits for a head as long as for the next request, and says in its
own words, in responses and in the log, what was wrong with one.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiohttp import web

from actionsd_broker import log
from actionsd_gateway.problems import Kind, Problem
from actionsd_gateway.tracing import REQUEST_ID, new_id

LINGER_SECONDS = 2.0
"""What is sent after a refusal is read for so long, for the refusal to be read."""

_SILENT = logging.Logger("aiohttp")  # noqa: LOG001 - without handlers, for nobody to hear it
_SILENT.disabled = True


class Connection(web.RequestHandler):
    """One connection: closed if a request's head has not come in `header_seconds`."""

    __slots__ = ("_busy", "_header_seconds", "_timer")

    def __init__(self, server: web.Server, *, header_seconds: float, idle_seconds: float) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=idle_seconds,
            lingering_time=LINGER_SECONDS,
            auto_decompress=False,
            access_log=None,  # type: ignore[arg-type] # its default is a logger; None is taken
            logger=_SILENT,
        )
        self._header_seconds = header_seconds
        self._busy = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first head."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Wait for nothing any more."""
        self._cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come: where no request is under way, it is of the next one's head."""
        super().data_received(data)
        if not self._busy and self._timer is None:
            self._expect()

    def begun(self) -> None:
        """Take note that a request's head is here."""
        self._busy = True
        self._cancel()

    def ended(self) -> None:
        """Take note that it has its response."""
        self._busy = False

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002 - a stand-in, if its head was malformed
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes what was sent
    ) -> web.StreamResponse:
        """Return the response to what could not even be given to the application."""
        kind = Kind.INTERNAL if status >= Kind.INTERNAL.status else Kind.MALFORMED
        if kind is Kind.INTERNAL and exc is not None:
            log.error("internal_error", at=log.places(exc))
        request_id = new_id()
        log.info("http_refused", kind=kind.slug, request=request_id)
        response = Problem(kind).respond(request_id)
        response.headers[REQUEST_ID] = request_id
        response.headers["Server"] = "actionsd"
        response.force_close()
        return response

    def log_exception(self, *_: Any, **more: Any) -> None:
        """Log where an error came from, without its text."""
        error = more.get("exc_info")
        at = log.places(error) if isinstance(error, BaseException) else ""
        log.error("internal_error", at=at)

    def _expect(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._header_seconds, self._give_up)

    def _give_up(self) -> None:
        self._timer = None
        if not self._busy:
            self.force_close()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Doorway:
    """Makes connections, so many at a time; more are cut off at once."""

    def __init__(
        self, server: web.Server, *, most: int, header_seconds: float, idle_seconds: float
    ) -> None:
        self._server = server
        self._most = most
        self._header_seconds = header_seconds
        self._idle_seconds = idle_seconds
        self._warned = False

    def __call__(self) -> asyncio.Protocol:
        """Return what a new connection is handled by."""
        if len(self._server.connections) >= self._most:
            if not self._warned:
                log.warning("connections_cut_off", connections=self._most)
            self._warned = True
            return _Refusal()
        self._warned = False
        return Connection(
            self._server, header_seconds=self._header_seconds, idle_seconds=self._idle_seconds
        )


class _Refusal(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            transport.abort()
