"""What ends a benchmark: always with one clear message."""

from __future__ import annotations


class BenchmarkError(Exception):
    """Something is not there that is needed, or a result is wrong."""
