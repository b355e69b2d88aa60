"""docs/configuration.md, and the pages that it refers to, name every key that there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from actionsd_broker.config import Config, MetadataConfig
from actionsd_broker.fetch.limits import FetchTable
from actionsd_broker.fetch.vault import SecretTable
from actionsd_broker.http_config import ClientTable, HttpConfig
from actionsd_broker.zitadel_config import ZitadelTable

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE = (DOCS / "configuration.md").read_text()
TABLES = {"metadata", "fetch", "secrets", "http"}


def defaults() -> dict[str, str]:
    rows = re.findall(r"^\| `([a-z_]+)` \| `?([^`|]*)`? \|", PAGE, re.MULTILINE)
    return {key: value.strip() for key, value in rows}


@pytest.mark.parametrize("key", [k for k in Config.__struct_fields__ if k not in TABLES])
def test_key_is_on_the_page_with_its_default(key: str) -> None:
    assert f"| `{key}` |" in PAGE
    match getattr(Config(), key):
        case None:
            pass  # said in words
        case bool(default):
            assert defaults()[key] == str(default).lower()
        case float(default):
            assert defaults()[key] == f"{default:g}"
        case default:
            assert defaults()[key] == str(default)


@pytest.mark.parametrize(
    ("table", "page", "form"),
    [
        (MetadataConfig, "configuration.md", "`metadata.{}`"),
        (FetchTable, "configuration.md", "{}`"),
        (SecretTable, "configuration.md", "`{}`"),
        (HttpConfig, "http.md", "`{}`"),
        (ClientTable, "http.md", "`{}`"),
        (ZitadelTable, "zitadel-target.md", "`{}`"),
    ],
)
def test_key_of_a_table_is_on_its_page(table: Any, page: str, form: str) -> None:
    text = (DOCS / page).read_text()
    elsewhere = {"clients", "zitadel", "allow"}  # tables of their own
    keys = [key for key in table.__struct_fields__ if key not in elsewhere]
    assert [key for key in keys if form.format(key) not in text] == []
