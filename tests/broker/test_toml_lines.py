"""Values of a TOML file are found again by their path."""

from __future__ import annotations

import pytest

from actionsd_broker.toml_lines import find_line

TEXT = """\
tenant = "acme"

[actions.one]
file = "one.js"
timeout = 3

[actions."two.js"]
file = "two.js"
actions.timeout = 4

[flows]
"complement-token/pre-userinfo" = ["one"]

[[fetch.allow]]
host = "a"

[[fetch.allow]]
host = "b"
[[actions.one.fetch.allow]]
host = "c"
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (["tenant"], 1),
        (["actions", "one"], 3),
        (["actions", "one", "timeout"], 5),
        (["actions", "two.js", "file"], 8),
        (["flows", "complement-token/pre-userinfo"], 12),
        (["fetch", "allow", "0", "host"], 15),
        (["fetch", "allow", "1"], 17),
        (["fetch", "allow", "1", "host"], 18),
        (["actions", "one", "fetch", "allow", "0", "host"], 20),
        (["actions", "gone"], 3),
        (["nowhere"], None),
        ([], None),
    ],
)
def test_line_of_a_key(keys: list[str], line: int | None) -> None:
    assert find_line(TEXT, keys) == line
