"""docs/fetch.md has every key, and the defaults that hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec import Struct

from actionsd_broker.config import parse_config
from actionsd_broker.fetch.limits import FetchTable
from actionsd_broker.fetch.outcomes import Fault
from actionsd_broker.fetch.rules import AllowTable
from actionsd_broker.fetch.vault import SecretTable

PAGE = (Path(__file__).parents[3] / "docs" / "fetch.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| ([^|]*?) \|", PAGE, re.MULTILINE))


@pytest.mark.parametrize("key", [key for key in FetchTable.__struct_fields__ if key != "allow"])
def test_limit_is_there_with_its_default(key: str) -> None:
    assert float(ROWS[key]) == getattr(FetchTable(), key)


@pytest.mark.parametrize("table", [AllowTable, SecretTable])
def test_every_key_is_there(table: type[Struct]) -> None:
    for key in table.__struct_fields__:
        assert f"`{key}`" in PAGE or f"{key} = " in PAGE


def test_every_kind_of_failure_is_there() -> None:
    assert [fault.value for fault in Fault if f"`{fault.value}`" not in PAGE] == []


def test_examples_are_valid() -> None:
    for example in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL):
        own = example.split("# and for one of its actions")[0]
        parse_config(own, "docs/fetch.md")
