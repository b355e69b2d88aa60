"""What keeps a peer from being measured."""

from __future__ import annotations

from benchmarks.errors import BenchmarkError


class MissingPeerError(BenchmarkError):
    """The peer cannot be had on this machine; the message says why."""
