"""Where the daemon is, when nobody says."""

from __future__ import annotations

from collections.abc import Mapping

SOCKET = "broker.sock"


def runtime_directory(environment: Mapping[str, str], uid: int) -> str:
    """Return the directory of the daemon's sockets, for a user and an environment."""
    base = environment.get("XDG_RUNTIME_DIR")
    if base:
        return f"{base}/actionsd"
    return "/run/actionsd" if uid == 0 else f"/tmp/actionsd-{uid}"  # noqa: S108 - checked on use


def default_endpoint(environment: Mapping[str, str], uid: int) -> str:
    """Return the endpoint that a daemon without configuration serves."""
    return f"ipc://{runtime_directory(environment, uid)}/{SOCKET}"
