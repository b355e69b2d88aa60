"""Secrets are read from where the configuration says, or their absence is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from actionsd_broker.errors import ConfigError
from actionsd_broker.fetch.policy import Refusal
from actionsd_broker.fetch.redirects import Outgoing
from actionsd_broker.fetch.secret_values import load_vault
from actionsd_broker.fetch.vault import SecretTable, Vault

HOSTS = ("a.com",)


def value_of(vault: Vault) -> str:
    answer = vault.fill(Outgoing("GET", (("X", "{{secret:s}}"),)), "acme", "a.com")
    assert not isinstance(answer, Refusal)
    return answer.outgoing.headers[0][1]


def test_value_comes_from_the_environment() -> None:
    vault = load_vault({"s": SecretTable(HOSTS, env="TOKEN")}, {"TOKEN": "value-one"})
    assert value_of(vault) == "value-one"


def test_value_comes_from_a_file_without_its_last_line_break(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("value two\n")
    assert value_of(load_vault({"s": SecretTable(HOSTS, file=str(path))}, {})) == "value two"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file"),
        (b"\xff\xfe123456", "not UTF-8"),
        (b"short", "8 characters are the least"),
        (b"x" * 20_000, "are the most"),
    ],
)
def test_file_that_will_not_do_is_named(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=f"secret s: .*{message}") as caught:
        load_vault({"s": SecretTable(HOSTS, file=str(path))}, {})
    assert content is None or content.decode("latin-1") not in str(caught.value)


def test_missing_variable_is_named() -> None:
    with pytest.raises(ConfigError, match="has no TOKEN"):
        load_vault({"s": SecretTable(HOSTS, env="TOKEN")}, {})
