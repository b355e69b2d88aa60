"""Where the metadata is, when nobody says. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from actionsd_broker.errors import ConfigError

MEMORY = ":memory:"
"""Instead of a path: nowhere, gone with the process."""

_FILE = "metadata.db"


def find_place(path: str | None, environment: Mapping[str, str], uid: int) -> str:
    """Return the configured path, or the default of a daemon for a user and an environment.

    Raises ConfigError where there is no default.
    """
    if path is not None:
        return path
    # systemd's StateDirectory=; of several, the first.
    given = environment.get("STATE_DIRECTORY", "").partition(":")[0]
    if given:
        return f"{given}/{_FILE}"
    if uid == 0:
        return f"/var/lib/actionsd/{_FILE}"
    base = environment.get("XDG_STATE_HOME", "")
    if base.startswith("/"):
        return f"{base}/actionsd/{_FILE}"
    home = environment.get("HOME", "")
    if home.startswith("/"):
        return f"{home}/.local/state/actionsd/{_FILE}"
    raise ConfigError(
        "nowhere to keep metadata: there is no home directory; in the configuration, give "
        f'`path` in the table [metadata] ("{MEMORY}" to keep it in memory)'
    )
