from __future__ import annotations

import time

import pytest

from actionsd_broker.migration.script_text import read_script


def test_comments_are_blank_and_lines_stay() -> None:
    source = "a; // fetch('x')\n/* one\n two */ b 'it''s' // end"
    script = read_script(source)
    assert len(script.code) == len(source)
    assert "fetch" not in script.code
    assert "two" not in script.code
    assert script.line(script.code.index("b '")) == 3


def test_texts_are_found_with_their_places() -> None:
    source = 'f(\'a//b\', "c\\"d", `e\n${g}`)'
    script = read_script(source)
    assert script.code == source
    assert [each.text for each in script.literals] == ["a//b", 'c\\"d', "e\n${g}"]
    assert [each.is_template for each in script.literals] == [False, False, True]
    assert all(source[each.start] == each.quote for each in script.literals)
    assert all(source[each.end - 1] == each.quote for each in script.literals)


@pytest.mark.parametrize(
    "source", ["'abc\nx()", '"abc', "`abc\n\nx()", "/* abc\nx()", "'\\", "/'/"]
)
def test_what_is_not_ended_does_no_harm(source: str) -> None:
    script = read_script(source)
    assert len(script.code) == len(source)
    assert script.literals == ()


@pytest.mark.parametrize("part", ["/*", "'\\", '\\"', "`${", "//", "'\"`", "a'b\n"])
def test_script_of_nothing_but_beginnings_is_read_at_once(part: str) -> None:
    begun = time.process_time()
    read_script(part * (400_000 // len(part)))
    assert time.process_time() - begun < 2
