"""Where the daemon is, or where several are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actionsd_client.errors import ClientError

VARIABLE = "ACTIONSD_ENDPOINT"
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


def split_endpoints(text: str) -> tuple[str, ...]:
    """Return the endpoints in a text that has commas between them, each once."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def find_endpoints(
    given: str | Sequence[str] | None, environment: Mapping[str, str], uid: int
) -> tuple[str, ...]:
    """Return where a client connects: what it was given, or the environment, or the default."""
    if given is None:
        named = split_endpoints(environment.get(VARIABLE, ""))
        return named or (default_endpoint(environment, uid),)
    endpoints = (given,) if isinstance(given, str) else tuple(dict.fromkeys(given))
    if not endpoints:
        raise ClientError("no endpoint was given")
    return endpoints
