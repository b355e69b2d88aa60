"""How many descriptors this process may have open."""

from __future__ import annotations

import resource


def raise_limit() -> None:
    """Allow as many as the system lets us: each connection and worker takes one.

    ZeroMQ aborts the process when there is none.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
