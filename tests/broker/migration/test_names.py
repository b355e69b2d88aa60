from __future__ import annotations

import pytest

from actionsd_broker.migration.names import FileNames


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("roleClaims", "roleClaims"),
        ("add_me-2", "add_me-2"),
        ("my action", "my_action"),
        ("../../etc/passwd", "______etc_passwd"),
        (".hidden", "_hidden"),
        ("naïve$", "na_ve_"),
        ("a\0b\n", "a_b_"),
        ("", "_"),
        ("x" * 200, "x" * 80),
    ],
)
def test_name_is_safe(text: str, name: str) -> None:
    assert FileNames().take(text) == name


def test_names_that_would_be_the_same_are_told_apart() -> None:
    names = FileNames()
    taken = [names.take(text) for text in ("a b", "a_b", "A_B", "a_b-2", "a/b")]
    assert taken == ["a_b", "a_b-2", "A_B-3", "a_b-2-2", "a_b-4"]
    assert len({name.casefold() for name in taken}) == len(taken)
