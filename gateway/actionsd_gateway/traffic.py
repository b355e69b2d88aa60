"""What is under way at the gateway, and whether it takes more."""

from __future__ import annotations

import asyncio


class Traffic:
    """Counts jobs' requests in flight; `draining` from when the gateway is told to stop."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.draining = False
        self._still = asyncio.Event()
        self._still.set()

    def enter(self) -> None:
        """Take note of a request."""
        self.in_flight += 1
        self._still.clear()

    def leave(self) -> None:
        """Take note that it is answered."""
        self.in_flight -= 1
        if self.in_flight == 0:
            self._still.set()

    async def drain(self, seconds: float) -> bool:
        """Refuse new requests from now on and wait for the others; False if time ran out."""
        self.draining = True
        try:
            async with asyncio.timeout(seconds):
                await self._still.wait()
        except TimeoutError:
            return False
        return True
