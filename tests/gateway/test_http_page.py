"""docs/http.md is true: its keys, problems and figures are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from actionsd_broker.config import parse_config
from actionsd_broker.http_config import ClientTable, HttpConfig
from actionsd_gateway.figures import Figures
from actionsd_gateway.metrics import families
from actionsd_gateway.problems import Kind
from actionsd_gateway.traffic import Traffic

PAGE = (Path(__file__).parents[2] / "docs" / "http.md").read_text()


def cells(pattern: str) -> list[tuple[str, ...]]:
    return re.findall(pattern, PAGE, re.MULTILINE)


def test_configuration_of_the_page_is_one() -> None:
    [text] = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    http = parse_config(text, "docs/http.md").http
    assert http is not None
    assert set(http.clients) == {"idp"}


@pytest.mark.parametrize("table", [HttpConfig, ClientTable])
def test_every_key_is_on_the_page(table: type[HttpConfig | ClientTable]) -> None:
    for key in table.__struct_fields__:
        assert f"`{key}`" in PAGE or f"[http.{key}." in PAGE, key


def test_defaults_are_those_of_the_page() -> None:
    rows = cells(r"^\| `(\w+)` \| `?([\d.:]+)`? \|")
    assert len(rows) == 8
    for key, default in rows:
        assert str(default) == f"{getattr(HttpConfig(), key)}".removesuffix(".0"), key


def test_problems_are_those_of_the_page() -> None:
    rows = cells(r"^\| (\d{3}) \| ((?:`[\w-]+`(?:, )?)+) \|")
    told = {(slug, int(status)) for status, slugs in rows for slug in re.findall(r"[\w-]+", slugs)}
    assert told == {(kind.slug, kind.status) for kind in Kind}


def test_figures_are_those_of_the_page() -> None:
    named = set(re.findall(r"`(actionsd_\w+)`", PAGE))
    named |= {f"actionsd_job_{time}_seconds" for time in re.findall(r"`…_(\w+)_…`", PAGE)}
    # A family of a counter is called without its `_total`.
    own = {family.name for family in Figures(Traffic()).registry.collect()}
    theirs = {family.name for family in families({})}
    assert {name.removesuffix("_total") for name in named} == own | theirs
