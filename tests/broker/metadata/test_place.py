"""Metadata is kept where an operator would look for a daemon's state."""

from __future__ import annotations

import pytest

from actionsd_broker.errors import ConfigError
from actionsd_broker.metadata.place import MEMORY, find_place


@pytest.mark.parametrize("path", ["/data/m.db", "m.db", MEMORY])
def test_configured_path_comes_first(path: str) -> None:
    assert find_place(path, {"STATE_DIRECTORY": "/s", "HOME": "/h"}, 0) == path


@pytest.mark.parametrize(
    ("environment", "uid", "place"),
    [
        ({"STATE_DIRECTORY": "/var/lib/x", "XDG_STATE_HOME": "/y"}, 5, "/var/lib/x/metadata.db"),
        ({"STATE_DIRECTORY": "/var/lib/x:/var/lib/z"}, 5, "/var/lib/x/metadata.db"),
        ({"XDG_STATE_HOME": "/y"}, 0, "/var/lib/actionsd/metadata.db"),
        ({"XDG_STATE_HOME": "/y", "HOME": "/h"}, 5, "/y/actionsd/metadata.db"),
        ({"XDG_STATE_HOME": "y", "HOME": "/h"}, 5, "/h/.local/state/actionsd/metadata.db"),
        ({"STATE_DIRECTORY": "", "HOME": "/h"}, 5, "/h/.local/state/actionsd/metadata.db"),
    ],
)
def test_default_is_a_file_of_the_users_state(
    environment: dict[str, str], uid: int, place: str
) -> None:
    assert find_place(None, environment, uid) == place


def test_user_without_a_home_is_told_what_to_configure() -> None:
    with pytest.raises(ConfigError, match=r"`path` in the table \[metadata\]"):
        find_place(None, {}, 5)
