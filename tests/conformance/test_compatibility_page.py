"""Every difference that docs/compatibility.md names has the test that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "compatibility.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "| here |" not in line]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:40])
def test_difference_has_its_test(row: str) -> None:
    named = re.search(r"`([\w/]+)` \|$", row)
    assert named is not None, "no test is named in the last column"
    if "/" in named[1]:
        assert (TESTS / "conformance" / "cases" / named[1] / "expected.json").is_file()
    else:
        sources = (path.read_text("utf-8") for path in TESTS.rglob("test_*.py"))
        assert any(f"def {named[1]}(" in source for source in sources)
