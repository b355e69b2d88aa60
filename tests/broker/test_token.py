"""`actionsd token`: the token, and lines that a configuration takes."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

import pytest

from actionsd_broker import cli
from actionsd_broker.config import load_config


@pytest.mark.parametrize("name", ["idp", "idp.example-1"])
def test_printed_lines_let_the_printed_token_in(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["token", name]) == 0
    printed = capsys.readouterr()
    token = printed.out.strip()
    file = tmp_path / "actionsd.toml"
    file.write_text(printed.err)
    http = load_config(file).http
    assert http is not None
    assert http.clients[name].token_sha256 == (hashlib.sha256(token.encode()).hexdigest(),)
    assert token not in printed.err


def test_name_that_the_configuration_would_refuse_gets_no_token(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["token", "a b"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("actionsd: client 'a b': a name has letters")


def test_every_token_is_another(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["token"])
    cli.main(["token"])
    first, second = capsys.readouterr().out.split()
    assert not secrets.compare_digest(first, second)
    assert len(first) > 40
