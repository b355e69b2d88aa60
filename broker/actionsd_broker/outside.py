"""An asyncio loop on a thread of its own, for what the broker's loop must not wait for.

The broker's loop starts calls by a number and takes their outcomes when a descriptor is
readable; neither side ever waits for the other. All methods are for one thread, the broker's.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from actionsd_broker import log

T = TypeVar("T")

_CLOSE_SECONDS = 5.0
"""For calls to end after they were cancelled; ours do at once."""


@dataclass(frozen=True)
class OutOfTime:
    """The outcome of a call that was still under way at its deadline."""


@dataclass(frozen=True)
class Crashed:
    """The outcome of a call that raised: where, but not its text, which may quote anything."""

    where: str


class _Call(NamedTuple):
    number: int
    serial: int  # a number may come again; this does not
    make: Callable[[], Coroutine[Any, Any, Any]]
    deadline: float


class Outside:
    """Carries calls out. Start it before the first, close it after the last."""

    def __init__(self) -> None:
        self._descriptor = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name="outside", daemon=True)
        self._running = threading.Event()
        self._open: dict[int, int] = {}  # number to serial: calls whose outcome is awaited
        self._serial = 0
        self._done: deque[tuple[int, int, Any]] = deque()
        # What follows is the other thread's.
        self._loop: asyncio.AbstractEventLoop
        self._end: asyncio.Event
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def start(self) -> None:
        """Start the thread; return when it can take calls."""
        self._thread.start()
        self._running.wait()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Carry something out while the caller waits: at the start and at the end."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def fileno(self) -> int:
        """Return the descriptor that is readable while there are outcomes to take."""
        return self._descriptor

    def call(
        self, number: int, make: Callable[[], Coroutine[Any, Any, Any]], deadline: float
    ) -> None:
        """Carry out the coroutine that `make` returns, by a deadline of `time.monotonic`."""
        if number in self._open:
            raise ValueError(f"call {number} is under way")
        self._serial += 1
        self._open[number] = self._serial
        call = _Call(number, self._serial, make, deadline)
        self._loop.call_soon_threadsafe(self._begin, call)

    def cancel(self, number: int) -> None:
        """End a call, if it is under way; it has no outcome any more."""
        serial = self._open.pop(number, None)
        if serial is not None:
            self._loop.call_soon_threadsafe(self._cancel, serial)

    def take(self) -> list[tuple[int, Any]]:
        """Return the outcomes since the last time: the coroutine's value, or why there is none."""
        with suppress(BlockingIOError):
            os.eventfd_read(self._descriptor)  # before looking, so that none is overlooked
        taken = []
        while self._done:
            number, serial, outcome = self._done.popleft()
            if self._open.get(number) == serial:
                del self._open[number]
                taken.append((number, outcome))
        return taken

    def close(self) -> None:
        """End every call and the thread."""
        self._open.clear()
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(_CLOSE_SECONDS)
        if self._thread.is_alive():  # it keeps its descriptor, and ends with the process
            log.error("outside_stuck", calls=len(self._tasks))
            return
        os.close(self._descriptor)
        self._done.clear()

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(_report)
        self._end = asyncio.Event()
        self._running.set()
        await self._end.wait()
        # What is still under way, `asyncio.run` cancels and waits for.

    def _begin(self, call: _Call) -> None:
        if not self._end.is_set():
            task = self._loop.create_task(self._carry_out(call))
            self._tasks[call.serial] = task
            task.add_done_callback(lambda _: self._tasks.pop(call.serial))

    def _cancel(self, serial: int) -> None:
        if serial in self._tasks:
            self._tasks[serial].cancel()

    async def _carry_out(self, call: _Call) -> None:
        outcome = await _outcome(call)
        self._done.append((call.number, call.serial, outcome))
        os.eventfd_write(self._descriptor, 1)


async def _outcome(call: _Call) -> Any:
    limit = asyncio.timeout_at(call.deadline)
    try:
        async with limit:
            return await call.make()
    except Exception as error:  # noqa: BLE001 - whatever it is, the job must hear of its end
        if isinstance(error, TimeoutError) and limit.expired():
            return OutOfTime()
        return Crashed(log.places(error))


def _report(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    where = "" if error is None else log.places(error)
    log.error("outside_error", message=context.get("message", ""), where=where)
