"""The files that operators start from: true to the code, and from nowhere in particular."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from pathlib import Path

import pytest

from actionsd_broker.config import Config, MetadataConfig, parse_config

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
EXAMPLE = (PACKAGING / "actionsd.toml").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WHEEL = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
UNCOMMENTED = re.sub(r"(?m)^#(?=[\[a-z])", "", EXAMPLE)

FOR_EXAMPLE = {"endpoint", "registry", "workers", "log_format", "fetch", "secrets", "http"}
"""Keys whose value there is not the default."""


def test_example_is_a_configuration_as_it_stands() -> None:
    parse_config(EXAMPLE, "actionsd.toml")


def test_every_key_of_the_example_is_one() -> None:
    parse_config(UNCOMMENTED, "actionsd.toml")


def test_example_has_every_key() -> None:
    written = tomllib.loads(UNCOMMENTED)
    assert set(Config.__struct_fields__) == set(written)
    assert set(MetadataConfig.__struct_fields__) == set(written["metadata"])


@pytest.mark.parametrize("key", sorted(set(Config.__struct_fields__) - FOR_EXAMPLE - {"metadata"}))
def test_example_has_the_defaults(key: str) -> None:
    assert tomllib.loads(UNCOMMENTED)[key] == getattr(Config(), key)


def test_images_are_named_without_a_registry() -> None:
    recipe = (PACKAGING / "Dockerfile").read_text("utf-8")
    compose = (PACKAGING / "compose.yaml").read_text("utf-8")
    images = re.findall(r"(?m)^FROM (\S+)", recipe) + re.findall(r"(?m)^ +image: (\S+)", compose)
    assert images
    assert not [image for image in images if "." in image.partition("/")[0].partition(":")[0]]


def test_image_is_made_of_what_the_wheel_is_made_of() -> None:
    recipe = (PACKAGING / "Dockerfile").read_text("utf-8")
    ignored = (PACKAGING / "Dockerfile.dockerignore").read_text("utf-8")
    packages: list[str] = WHEEL["packages"]
    roots = {path.partition("/")[0] for path in packages}
    files = {"pyproject.toml", "README.md", "LICENSE"}
    copied = {
        name for line in re.findall(r"(?m)^COPY ([^-].*) \S+$", recipe) for name in line.split()
    }
    assert copied == roots | files
    assert {line[1:] for line in ignored.split() if line.startswith("!")} == roots | files


def test_what_is_compiled_is_there_and_makes_no_class_that_the_interpreter_has_to_make() -> None:
    hook = WHEEL["hooks"]["custom"]
    assert hook["enable-by-default"] is False
    sources: list[str] = hook["modules"]
    for source in sources:
        text = (ROOT / source).read_text("utf-8")
        assert not re.search(r"(?m)^class \w+\(.*(Struct|Structure)\b", text), source


# ZITADEL's own list since 4.15.2 (spec, 6), but for the network that actionsd is in.
DENIED = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "198.18.0.0/15", "::/128", "::1/128", "fc00::/7", "fe80::/10"),
]


def test_zitadel_may_call_actionsd_and_nothing_else_that_it_may_not() -> None:
    compose = (PACKAGING / "compose.yaml").read_text("utf-8")
    denied = re.search(r"localhost,(\S+)", compose)
    ours = re.search(r"ipv4_address: (\S+)", compose)
    assert denied is not None
    assert ours is not None
    around = ipaddress.IPv4Network("192.168.0.0/16").address_exclude(ipaddress.IPv4Network(ours[1]))
    assert sorted(denied[1].split(",")) == sorted([*DENIED, *map(str, around)])
