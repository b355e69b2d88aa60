"""Reads the secrets of the configuration, at start and on reload."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from actionsd_broker.errors import ConfigError
from actionsd_broker.fetch.hosts import read_pattern
from actionsd_broker.fetch.vault import Secret, SecretTable, Vault

MIN_CHARACTERS = 8
MAX_CHARACTERS = 8 * 1024


def load_vault(tables: Mapping[str, SecretTable], environ: Mapping[str, str]) -> Vault:
    """Return the vault with every secret's value; raises ConfigError that names the secret."""
    return Vault(_load(name, table, environ) for name, table in tables.items())


def _load(name: str, table: SecretTable, environ: Mapping[str, str]) -> Secret:
    value = _read(name, table, environ)
    if len(value) < MIN_CHARACTERS:
        # It would be found, and taken out, where it is not meant.
        raise ConfigError(f"secret {name}: {MIN_CHARACTERS} characters are the least")
    if len(value) > MAX_CHARACTERS:
        raise ConfigError(f"secret {name}: {MAX_CHARACTERS} characters are the most")
    return Secret(
        name=name,
        value=value,
        hosts=tuple(read_pattern(host) for host in table.hosts),
        tenants=None if table.tenants is None else frozenset(table.tenants),
    )


def _read(name: str, table: SecretTable, environ: Mapping[str, str]) -> str:
    if table.env is not None:
        if table.env not in environ:
            raise ConfigError(f"secret {name}: the environment has no {table.env}")
        return environ[table.env]
    try:
        text = Path(table.file or "").read_text("utf-8")
    except OSError as error:
        raise ConfigError(f"secret {name}: {table.file}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ConfigError(f"secret {name}: {table.file}: not UTF-8 text") from None
    return text.removesuffix("\n").removesuffix("\r")
