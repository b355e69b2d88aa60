"""Configurations are read strictly, and mistakes are named with their place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from actionsd_broker.config import (
    Config,
    MetadataConfig,
    check_endpoint,
    load_config,
    parse_config,
)
from actionsd_broker.errors import ConfigError
from actionsd_broker.metadata.limits import Limits
from actionsd_broker.metadata.place import MEMORY


def test_empty_file_means_defaults() -> None:
    assert parse_config("", "x.toml") == Config()


def test_registry_is_relative_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "actionsd.toml"
    path.write_text('registry = "actions"\nworkers = 4\n')
    config = load_config(path)
    assert config.registry == str(tmp_path / "actions")
    assert config.workers == 4


def test_tenants_are_kept_apart_unless_the_file_says_otherwise() -> None:
    assert Config().isolation == "process"
    assert parse_config('isolation = "isolate"', "x.toml").isolation == "isolate"


def test_metadata_is_relative_to_the_file_unless_it_is_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "actionsd.toml"
    for value, place in (("m.db", str(tmp_path / "m.db")), ("/m.db", "/m.db"), (MEMORY, MEMORY)):
        path.write_text(f'[metadata]\npath = "{value}"\n')
        assert load_config(path).metadata.path == place
    path.write_text("[metadata]\nuser_kib = 8\n")
    assert load_config(path).metadata == MetadataConfig(user_kib=8)
    assert load_config(path).metadata.limits == Limits(1000, 8192)


def test_metadata_is_in_memory_where_nobody_says() -> None:
    assert Config().metadata.path is None
    assert Config().changed(workers=3).metadata == MetadataConfig()


@pytest.mark.parametrize("text", ["recycle_jobs = 0\nrecycle_seconds = 0", "spares = 0"])
def test_zero_is_allowed_where_it_has_a_meaning(text: str) -> None:
    parse_config(text, "x.toml")


def test_secrets_files_are_relative_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "actionsd.toml"
    path.write_text('[secrets.x]\nfile = "x.txt"\nhosts = ["a.com"]\n')
    assert load_config(path).secrets["x"].file == str(tmp_path / "x.txt")


def test_entries_and_secrets_outlive_the_command_line() -> None:
    text = '[[fetch.allow]]\nhost="a.b"\n[secrets.x]\nenv="X"\nhosts=["a.b"]\n'
    config = parse_config(text, "x.toml")
    changed = config.changed(workers=4)
    assert (changed.fetch, changed.secrets) == (config.fetch, config.secrets)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("workers = 0", r"x.toml:1: .*>= 1.*workers"),
        ('\nworkers = "two"', r"x.toml:2: Expected `int`.*workers"),
        ("workers = 2\nworker = 3", r"x.toml:2: .*unknown field `worker`"),
        ("workers =", r"x.toml: Invalid value \(at"),
        ("spares = -1", r"x.toml:1: .*>= 0.*spares"),
        ("tenant_at_once = -1", r"x.toml:1: .*>= 0.*tenant_at_once"),
        ('isolation = "thread"', r"x.toml:1: .*'thread'.*isolation"),
        ("recycle_jobs = 0.5", r"x.toml:1: Expected `int`.*recycle_jobs"),
        ("recycle_seconds = inf", r"x.toml:1: .*recycle_seconds"),
        ('log_level = "loud"', r"x.toml:1: .*log_level"),
        ("[metadata]\npath = 1", r"x.toml:2: Expected `str.*metadata.path"),
        ("[metadata]\nfile = 'x'", r"x.toml:2: .*unknown field `file`"),
        ("[metadata]\nuser_kib = 2049", r"x.toml:2: .*<= 2048.*user_kib"),
        ('endpoint = "tcp://0.0.0.0:5000"', "expected ipc://PATH"),
        ('endpoint = "http://x"', "expected ipc://PATH"),
        ("[fetch]\nat_once = 0", r"x.toml:2: .*at_once"),
        ('[[fetch.allow]]\nhost="a.b"\n[[fetch.allow]]\nport=0', r"x.toml:4: .*port"),
        ("[[fetch.allow]]\nport=1", r"x.toml:1: .*missing required field `host`"),
        ('[[fetch.allow]]\nhost="a.b"\n[[fetch.allow]]\nhost="127.1"', r"x.toml:4: .*no IPv4"),
        ('[fetch]\nallow=[{host="a.b", path="x"}]', r"x.toml:2: a path starts with /"),
        ('[[fetch.allow]]\nhost="a.b"\nhosts="c"', r"x.toml:3: .*unknown field `hosts`"),
        ('[secrets.x]\nfile="a"', r"x.toml:1: secret x: expected hosts"),
        ('[secrets.x]\nhosts=["a.b"]', r"x.toml:1: secret x: expected either file or env"),
        ('[secrets.x]\nfile="f"\nenv="E"\nhosts=["a"]', r"x.toml:1: secret x: expected either"),
        ('[secrets.x]\nfile="f"\nhosts=["*"]', r"x.toml:1: secret x: a \* stands for"),
        ('[secrets."a b"]\nfile="f"\nhosts=["a"]', r"x.toml:1: secret a b: a secret's name"),
    ],
)
def test_mistake_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_config(text, "x.toml")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none.toml: cannot be read: No such file"):
        load_config(tmp_path / "none.toml")


@pytest.mark.parametrize("endpoint", ["ipc:///run/x", "tcp://127.0.0.1:5000", "tcp://[::1]:5000"])
def test_endpoint_on_this_machine_is_served(endpoint: str) -> None:
    check_endpoint(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "ipc://",
        "ipc://" + "x" * 100,
        "ipc://@abstract",
        "ipc://*",
        "tcp://*:1",
        "tcp://127.0.0.1:0",
        "tcp://127.0.0.1:99999",
        "tcp://127.0.0.1:abc",
        "inproc://x",
    ],
)
def test_endpoint_that_strangers_reach_is_refused(endpoint: str) -> None:
    with pytest.raises(ConfigError):
        check_endpoint(endpoint)


def test_command_line_is_checked_like_a_file() -> None:
    with pytest.raises(ConfigError, match="workers"):
        Config().changed(workers=0)


def test_auto_is_as_many_workers_as_there_are_cpus() -> None:
    cpus = len(os.sched_getaffinity(0))
    assert parse_config('workers = "auto"', "x").workers == cpus
    assert Config().changed(workers="auto").workers == cpus


@pytest.mark.parametrize("workers", ['"many"', "0", "257", '"2"'])
def test_number_of_workers_that_cannot_be_is_named_with_its_line(workers: str) -> None:
    with pytest.raises(ConfigError, match=r"x:1: .*`\$.workers`"):
        parse_config(f"workers = {workers}", "x")
