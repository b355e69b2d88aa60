"""How many workers there are to be: what may be asked for. Pure but for `usable_cpus`."""

from __future__ import annotations

import os
import re

from actionsd_broker.errors import OperatorError

AUTO = "auto"
"""As many as there are CPUs that this process may use."""

LEAST_WORKERS = 1
MOST_WORKERS = 256

_NUMBER = re.compile(r"([+-]?)([0-9]{1,6})\Z")


class ScaleError(OperatorError):
    """Raised when the number of workers cannot be what was asked for."""


def usable_cpus() -> int:
    """Return how many workers `auto` means on this machine."""
    return min(max(len(os.sched_getaffinity(0)), LEAST_WORKERS), MOST_WORKERS)


def read_number(wanted: str, present: int) -> int:
    """Return how many workers a text asks for, where there are so many at present."""
    if wanted == AUTO:
        return usable_cpus()
    found = _NUMBER.match(wanted)
    if found is None:
        raise ScaleError(f"workers {wanted[:40]!r}: expected a number, +N, -N or {AUTO}")
    sign, digits = found.groups()
    number = int(digits)
    if sign:
        number = present + (number if sign == "+" else -number)
    if not LEAST_WORKERS <= number <= MOST_WORKERS:
        bounds = f"there may be {LEAST_WORKERS} to {MOST_WORKERS}"
        raise ScaleError(f"{number} workers cannot be: {bounds}, and there are {present}")
    return number
