"""Registries are loaded whole or not at all, with every problem named."""

from __future__ import annotations

from pathlib import Path

import pytest

from actionsd_broker.errors import RegistryError
from actionsd_broker.plan import EMPTY
from actionsd_broker.registry import load_registry
from actionsd_broker.share import Share
from actionsd_protocol.messages import Limits
from actionsd_protocol.triggers import PRE_ACCESS_TOKEN, PRE_USERINFO

MANIFEST = """\
[actions.hello]
file = "hello.js"
timeout = 2.5
memory = 64
allowed_to_fail = true

[actions.other]
file = "hello.js"

[flows]
"complement-token/pre-userinfo" = ["hello", "other"]
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "acme.toml").write_text(MANIFEST)
    (tmp_path / "hello.js").write_text("function hello() {}")
    return tmp_path


def problems(directory: Path) -> list[str]:
    with pytest.raises(RegistryError) as caught:
        load_registry(directory)
    return [line.replace(str(directory), "D") for line in caught.value.problems]


def test_flow_is_planned_in_its_order(directory: Path) -> None:
    plan = load_registry(directory).plan("acme", PRE_USERINFO)
    steps = [(step.name, step.timeout, step.allowed_to_fail) for step in plan.steps]
    assert steps == [("hello", 2.5, True), ("other", 20.0, False)]


def test_limits_of_the_manifest_are_those_of_the_step(directory: Path) -> None:
    every = "cpu = 0.5\nmemory = 64\noutput = 5\nmutations = 4\nlogs = 3"
    (directory / "acme.toml").write_text(MANIFEST.replace("memory = 64", every))
    step, other = load_registry(directory).plan("acme", PRE_USERINFO).steps
    assert step.limits() == {
        "timeout": 2.5,
        "cpu": 0.5,
        "memory": 64,
        "output": 5,
        "mutations": 4,
        "logs": 3,
    }
    assert other.limits() == Limits().limits()


def test_tenants_share_of_the_workers_is_what_its_manifest_says(directory: Path) -> None:
    assert load_registry(directory).shares == {"acme": Share()}
    (directory / "acme.toml").write_text("weight = 2\nat_once = 4\n" + MANIFEST)
    assert load_registry(directory).shares == {"acme": Share(2.0, 4)}


def test_what_is_not_bound_runs_nothing(directory: Path) -> None:
    registry = load_registry(directory)
    assert registry.plan("acme", PRE_ACCESS_TOKEN) is EMPTY
    assert registry.plan("nobody", PRE_USERINFO) is EMPTY


def test_trigger_may_be_named_by_alias(directory: Path) -> None:
    (directory / "acme.toml").write_text(MANIFEST.replace("complement-token/pre-userinfo", "2:4"))
    assert len(load_registry(directory).plan("acme", PRE_USERINFO).steps) == 2


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("hello.js", "gone.js", "D/acme.toml:2: D/gone.js: cannot be read: No such file"),
        ("hello.js", "../x.js", "D/acme.toml:2: ../x.js is outside of the registry"),
        ("timeout = 2.5", "timeout = 21", "D/acme.toml:3: Expected `float` <= 20.0"),
        ("timeout = 2.5", 'timeout = "2"', "D/acme.toml:3: Expected `float`"),
        (
            "timeout = 2.5",
            "time_out = 2",
            "D/acme.toml:3: Object contains unknown field `time_out`",
        ),
        ("memory = 64", "memory = 8", "D/acme.toml:4: Expected `int` >= 16"),
        ("memory = 64", "memory = 64.5", "D/acme.toml:4: Expected `int`"),
        ("memory = 64", "cpu = 0", "D/acme.toml:4: Expected `float` > 0.0"),
        ("pre-userinfo", "pre-user", "D/acme.toml:11: unknown trigger 'complement-token/pre-user'"),
        ('"other"]', '"another"]', "D/acme.toml:11: no action 'another' in [actions]"),
        ("[flows]", "[flow]", "D/acme.toml:10: Object contains unknown field `flow`"),
        ("[flows]", "[flows", "D/acme.toml: Expected ']'"),
        ("[actions.hello]", "weight = 0\n[actions.hello]", "D/acme.toml:1: Expected `float` >= "),
        ("[actions.hello]", "\nat_once = -1\n[actions.hello]", "D/acme.toml:2: Expected `int` >="),
    ],
)
def test_mistake_is_named_with_file_line_and_reason(
    directory: Path, old: str, new: str, problem: str
) -> None:
    (directory / "acme.toml").write_text(MANIFEST.replace(old, new))
    assert problems(directory)[0].startswith(problem)


ENTRIES = """
[[fetch.allow]]
host = "a.com"

[[fetch.allow]]
host = "b.com"

[[actions.hello.fetch.allow]]
host = "c.com"
"""


def test_entries_hold_for_the_tenant_and_those_of_an_action_for_it_only(directory: Path) -> None:
    (directory / "acme.toml").write_text(MANIFEST + ENTRIES)
    registry = load_registry(directory)
    assert [str(rule.host) for rule in registry.rules("acme")] == ["a.com", "b.com"]
    own = registry.rules("acme", "hello")[-1]
    assert own.name == "[[fetch.allow]] 1 of action hello of tenant acme"
    assert len(registry.rules("acme", "other")) == 2
    assert registry.rules("nobody") == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("b.com", "127.1", "D/acme.toml:17: the host is no IPv4 address"),
        ("c.com", "*.com", "D/acme.toml:20: a * needs a name of two labels"),
        ('"b.com"', "5", "D/acme.toml:17: Expected `str`, got `int`"),
    ],
)
def test_mistake_in_an_entry_is_named_with_its_line(
    directory: Path, old: str, new: str, problem: str
) -> None:
    (directory / "acme.toml").write_text(MANIFEST + ENTRIES.replace(old, new))
    assert problems(directory)[0].startswith(problem)


def test_every_problem_is_named_at_once(directory: Path) -> None:
    (directory / "beta.toml").write_text("[flows]\nx = []\ny = []\n")
    (directory / "acme.toml").write_text("nonsense")
    assert len(problems(directory)) == 3


def test_two_manifests_of_one_tenant_are_refused(directory: Path) -> None:
    (directory / "beta.toml").write_text('tenant = "acme"\n')
    assert problems(directory) == ["D/beta.toml:1: tenant 'acme' is in D/acme.toml already"]


def test_trigger_bound_under_two_names_is_refused(directory: Path) -> None:
    more = MANIFEST + '"preuserinfo" = ["hello"]\n'
    (directory / "acme.toml").write_text(more)
    assert "bound twice" in problems(directory)[0]


def test_script_that_is_not_text_is_refused(directory: Path) -> None:
    (directory / "hello.js").write_bytes(b"\xff\xfe")
    assert problems(directory)[0].endswith("hello.js: not UTF-8 text")


def test_directory_without_manifests_is_refused(tmp_path: Path) -> None:
    assert "holds no manifest" in problems(tmp_path)[0]
    assert "not a directory" in problems(tmp_path / "none")[0]


def test_action_fails_open_only_where_its_manifest_says_so(directory: Path) -> None:
    manifest = MANIFEST.replace("allowed_to_fail", "fail_open")
    (directory / "acme.toml").write_text(manifest)
    plan = load_registry(directory).plan("acme", PRE_USERINFO)
    assert [step.fail_open for step in plan.steps] == [True, False]
