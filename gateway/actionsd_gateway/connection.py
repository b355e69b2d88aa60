"""A connection to the gateway: how long a request's head may take, and words for errors.

What aiohttp leaves open: it waits for a head as long as for the next request, and without end
for a response to be taken; it says in its own words, in responses and in the log, what was wrong
with a request.
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

TAKE_SECONDS = 30.0
"""A response that is not taken is held for so long; then its connection is cut off."""

_GRACE_SECONDS = 0.05

_SILENT = logging.Logger("aiohttp")  # noqa: LOG001 - without handlers, for nobody to hear it
_SILENT.disabled = True


class Connection(web.RequestHandler):
    """One connection: closed if a request's head has not come in `header_seconds`."""

    __slots__ = ("_busy", "_header_seconds", "_taking", "_timer")

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
        self._taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first head."""
        super().connection_made(transport)
        if isinstance(transport, asyncio.Transport):
            # To be told of every byte that waits: with zero, TLS would be told without one.
            transport.set_write_buffer_limits(high=1, low=0)
        self._expect()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Wait for nothing any more."""
        self._cancel()
        self._cancel_taking()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for what was sent to be taken: also a connection's end waits for that."""
        super().pause_writing()
        loop = asyncio.get_running_loop()
        self._taking = loop.call_later(TAKE_SECONDS, self._cut_off)

    def resume_writing(self) -> None:
        """Take note that it was."""
        self._cancel_taking()
        super().resume_writing()

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

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send a response; one of aiohttp's own, to what it did not let in, in our words."""
        if REQUEST_ID not in resp.headers:
            resp = self.handle_error(request, resp.status)
        return await super().finish_response(request, resp, start_time)

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
        # A head that came in this very moment is still on its way to `begun`.
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_GRACE_SECONDS, self._hang_up)

    def _hang_up(self) -> None:
        self._timer = None
        if not self._busy:
            self.force_close()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _cut_off(self) -> None:
        self._taking = None
        if self.transport is not None:
            log.info("http_not_taken")
            self.transport.abort()

    def _cancel_taking(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None
