"""The tables of ZITADEL instances are checked, and their keys are elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from actionsd_broker.errors import ConfigError
from actionsd_broker.zitadel_config import (
    KeySource,
    ZitadelTable,
    check_instance,
    locate_instance,
    read_signing_keys,
)

KEY = {"env": "ZITADEL_KEY"}


def table(**more: Any) -> ZitadelTable:
    return msgspec.convert({"signing_keys": [KEY], **more}, ZitadelTable)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"payload": "jwt", "jwks_url": "https://id.example/oauth/v2/keys"},
        {"payload": "jwt", "jwks_url": "http://127.0.0.1:8080/oauth/v2/keys"},
        {"payload": "jwt", "jwks_url": "http://[::1]:8080/keys"},
        {"payload": "jwe", "jwks_file": "jwks.json", "jwe_keys": [{"file": "key.pem"}]},
    ],
)
def test_table_that_says_enough_is_right(more: dict[str, Any]) -> None:
    assert check_instance(table(**more)) is None


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"signing_keys": [{}]}, "signing_keys: expected either"),
        ({"signing_keys": [{"file": "a", "env": "B"}]}, "signing_keys: expected either"),
        ({"jwks_url": "https://x/"}, "jwks_url: of no use"),
        ({"jwks_file": "x"}, "jwks_file: of no use"),
        ({"jwe_keys": [KEY]}, "jwe_keys: of no use"),
        ({"payload": "jwt"}, "needs either jwks_url or jwks_file"),
        ({"payload": "jwt", "jwks_file": "x", "jwks_url": "https://x/"}, "needs either"),
        ({"payload": "jwe", "jwks_file": "x"}, "jwe needs jwe_keys"),
        *(
            ({"payload": "jwt", "jwks_url": url}, "jwks_url: expected https")
            for url in (
                "http://id.example/keys",
                "ftp://id.example/",
                "https://",
                "https://a@id.example/",
                "https://id.example:x/",
                "https://[::1/",
                "https://id.example/a b",
                "keys",
            )
        ),
    ],
)
def test_mistake_is_named_with_its_key(more: dict[str, Any], problem: str) -> None:
    assert problem in (check_instance(table(**more)) or "")


@pytest.mark.parametrize(
    "more",
    [
        {"signing_keys": []},
        {"signing_keys": ["the-key-itself"]},
        {"signing_key": "x"},
        {"payload": "xml"},
        {"tolerance_seconds": 0},
        {"failure_status": 500},
        {"failure_status": 200},
        {"failure_message": ""},
        {"unsupported": "ignore"},
        {"default_tenant": ""},
        {"repeat_seconds": -1},
    ],
)
def test_values_out_of_range_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        table(**more)


def test_paths_are_relative_to_the_file() -> None:
    located = locate_instance(
        table(signing_keys=[{"file": "a"}, KEY], jwe_keys=[{"file": "/b"}], jwks_file="c"),
        Path("/etc/actionsd"),
    )
    assert located.signing_keys == (KeySource(file="/etc/actionsd/a"), KeySource(**KEY))
    assert located.jwe_keys == (KeySource(file="/b"),)
    assert located.jwks_file == "/etc/actionsd/c"


def test_keys_come_from_files_and_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("from-a-file\n")
    keys = table(signing_keys=[{"file": str(path)}, KEY])
    environ = {"ZITADEL_KEY": "from-the-environment"}
    assert read_signing_keys("main", keys, environ) == (b"from-a-file", b"from-the-environment")


@pytest.mark.parametrize(
    ("source", "environ", "reason"),
    [
        (KEY, {}, "has no ZITADEL_KEY"),
        (KEY, {"ZITADEL_KEY": "short"}, "8 characters"),
        ({"file": "/no/such/file"}, {}, "No such file"),
        ({"file": "/"}, {}, "directory"),
        ({"file": "/dev/zero"}, {}, "65536 bytes"),
    ],
)
def test_key_that_is_not_there_is_named(
    source: dict[str, str], environ: dict[str, str], reason: str
) -> None:
    with pytest.raises(ConfigError, match=rf"http\.zitadel\.main\.signing_keys\[0\].*{reason}"):
        read_signing_keys("main", table(signing_keys=[source]), environ)
