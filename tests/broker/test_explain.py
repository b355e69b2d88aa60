"""`actionsd explain` says what would be decided, and its exit status says it too."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from actionsd_broker.cli import main

CONFIG = """\
registry = "actions"

[[fetch.allow]]
host = "localhost"
scheme = "http"
port = 8080
path = "/v1"
private = true
"""
MANIFEST = """\
[actions.hello]
file = "hello.js"

[[fetch.allow]]
host = "192.0.2.7"

[[actions.hello.fetch.allow]]
host = "8.8.8.8"
methods = ["GET", "POST"]
"""


@pytest.fixture
def explain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    (tmp_path / "actionsd.toml").write_text(CONFIG)
    (tmp_path / "actions").mkdir()
    (tmp_path / "actions" / "acme.toml").write_text(MANIFEST)
    (tmp_path / "actions" / "hello.js").write_text("function hello() {}")

    def run(*arguments: str, tenant: str = "acme") -> tuple[int, str]:
        config = str(tmp_path / "actionsd.toml")
        status = main(["explain", *arguments, "--tenant", tenant, "-c", config])
        return status, capsys.readouterr().out

    return run


Explain = Callable[..., tuple[int, str]]


def test_allowed_is_said_with_entry_and_addresses(explain: Explain) -> None:
    status, text = explain("http://localhost:8080/v1/x")
    assert status == 0
    assert "address   127.0.0.1 (loopback)" in text
    assert "entry     [[fetch.allow]] 1 of the configuration" in text


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://localhost:8080/v2", "it is for /v1 and what is below"),
        ("http://localhost:8081/v1", "it is for port 8080, not 8081"),
        ("https://192.0.2.7/", "192.0.2.7 (documentation: private = true would)"),
        ("https://8.8.8.8/", "none of the 2 entries is for 8.8.8.8"),
        ("http://127.1/", "malformed"),
        ("http://localhost:8080/v1/../x", "malformed"),
    ],
)
def test_denied_is_said_with_what_would_have_to_be_written(
    explain: Explain, url: str, words: str
) -> None:
    status, text = explain(url)
    assert status == 1
    assert words in text


def test_entries_of_an_action_hold_for_it_only(explain: Explain) -> None:
    assert explain("https://8.8.8.8/", "--action", "hello", "--method", "post")[0] == 0
    assert explain("https://8.8.8.8/")[0] == 1
    assert explain("https://8.8.8.8/", "--action", "hello", "--method", "PUT")[0] == 1


def test_entries_of_the_configuration_hold_for_every_tenant(explain: Explain) -> None:
    assert explain("http://localhost:8080/v1", tenant="nobody")[0] == 0
    assert explain("https://192.0.2.7/", tenant="nobody")[0] == 1


def test_unknown_action_is_a_mistake_of_the_caller(explain: Explain) -> None:
    assert explain("https://8.8.8.8/", "--action", "nobody")[0] == 2


def test_without_configuration_everything_is_denied(
    actionsd: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = actionsd("explain", "https://example.com/", "--tenant", "acme")
    assert done.returncode == 1
    assert "no entries" in done.stdout
    assert actionsd("explain", "https://example.com/").returncode == 2
