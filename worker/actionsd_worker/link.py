"""What a runner asks of the worker's end of its session: a protocol, not a class.

So that whoever runs jobs knows nothing of sockets; `service` has the one that there is.
"""

from __future__ import annotations

from typing import Protocol

from actionsd_protocol.messages import Answer, Assign, Call, Span


class Link(Protocol):
    """The way to the broker, one job after another."""

    @property
    def next_call(self) -> int:
        """The number of the next call of the job."""

    def next_job(self) -> tuple[Assign, bytes] | None:
        """Wait for the next job and its context; None when the broker says stop."""

    def call(self, message: Call, payload: bytes | None, /) -> tuple[Answer, bytes]:
        """Ask the broker something and wait for its answer."""

    def report(self, job: int, costs: list[Span], document: bytes) -> None:
        """Answer the job whose turn it is."""

    def flush_late(self) -> None:
        """Send the reports that have waited for long enough; from any thread."""

    def flush(self) -> None:
        """Send the reports that wait."""
