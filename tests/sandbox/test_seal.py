"""The whole seal, in the circumstances that it meets: what holds, and what it says of the rest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from container import CAPABILITIES, REFUSED
from seal_bench import Failed, Outcome, Scenario

from actionsd_broker import proof
from actionsd_protocol.messages import Layer

ROOT = os.geteuid() == 0
USER = 1500 if ROOT else None
"""An ordinary user: where the tests run as one, that is who."""

UID = 60700
SYS_CHROOT, SETPCAP, SYS_ADMIN = 18, 8, 21
SETRLIMIT = (160, 302)  # on x86-64, the old call and the new
PDEATHSIG, NO_NEW_PRIVS = 1, 38

LAYERS = [
    "parent death",
    "oom score",
    "namespaces",
    "empty root",
    "no new privileges",
    "not dumpable",
    "resource limits",
    "capabilities",
    "landlock",
    "own uid",
    "thread limit",
    "memory limit",
    "seccomp",
    "self-test",
]

AS_ROOT = {
    "root": Scenario(uid=UID),
    "root in a container": Scenario(uid=UID, refused=REFUSED, capabilities=CAPABILITIES),
    "root without rights": Scenario(uid=UID, capabilities=()),
    "root that may not change": Scenario(uid=UID, capabilities=(SYS_CHROOT, SETPCAP, SYS_ADMIN)),
    "root alone in its namespace": Scenario(uid=UID, lonely_root=True),
    "root without an empty directory": Scenario(uid=UID, no_empty_directory=True),
    "root without mounts": Scenario(uid=UID, refused=("mount",)),
    "root without a new root": Scenario(uid=UID, refused=("pivot_root",)),
    "root without limits": Scenario(uid=UID, refused=SETRLIMIT),
    "root without a filter": Scenario(uid=UID, refused=("seccomp",)),
    "root with privileges to gain": Scenario(uid=UID, refused_options=(NO_NEW_PRIVS,)),
    "root that outlives": Scenario(uid=UID, refused_options=(PDEATHSIG,)),
}
AS_USER = {
    "user": Scenario(user=USER),
    "user in a container": Scenario(user=USER, refused=REFUSED),
    "user without mounts": Scenario(user=USER, refused=("mount",)),
    "user without Landlock": Scenario(user=USER, refused=("landlock_create_ruleset",)),
    "user with capabilities": Scenario(user=USER, refused=("capset",)),
    "user without a parent": Scenario(user=USER, orphaned=True),
    "user that takes memory": Scenario(user=USER, after="len(bytearray(100 * 2**20))"),
    "user that takes less": Scenario(user=USER, after="len(bytearray(40 * 2**20))"),
    "user that looks": Scenario(user=USER, after="os.listdir('/')"),
}

as_root = pytest.mark.skipif(not ROOT, reason="only root can be all that")


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome | Failed]:
    """What came of each scenario that can be played here."""
    script = Path(__file__).parents[1] / "seal_bench.py"
    done = subprocess.run(
        [sys.executable, str(script)],
        input=msgspec.json.encode(AS_USER | (AS_ROOT if ROOT else {})),
        capture_output=True,
        timeout=100,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=dict[str, Outcome | Failed])


Outcomes = dict[str, Outcome | Failed]


def _sealed(outcomes: Outcomes, name: str) -> Outcome:
    outcome = outcomes[name]
    assert isinstance(outcome, Outcome), outcome
    return outcome


def _off(outcome: Outcome) -> dict[str, str]:
    return {layer.name: layer.detail for layer in outcome.layers if not layer.on}


def _missing(outcome: Outcome, uid: int | None) -> list[Layer]:
    return proof.missing(outcome.layers, outcome.threads, uid)


@as_root
def test_root_has_every_layer(outcomes: Outcomes) -> None:
    outcome = _sealed(outcomes, "root")
    assert [layer.name for layer in outcome.layers] == LAYERS
    assert _missing(outcome, UID) == []


def test_user_has_every_layer_but_another_uid(outcomes: Outcomes) -> None:
    outcome = _sealed(outcomes, "user")
    assert [layer.name for layer in outcome.layers] == LAYERS
    assert _off(outcome) == {"own uid": "the daemon does not run as root"}
    assert {layer.name for layer in _missing(outcome, None)} == {"own uid"}


HOLDS = [
    pytest.param("root", marks=as_root),
    pytest.param("root in a container", marks=as_root),
    pytest.param("root without rights", marks=as_root),
    pytest.param("root that may not change", marks=as_root),
    pytest.param("root alone in its namespace", marks=as_root),
    pytest.param("root without an empty directory", marks=as_root),
    pytest.param("root without mounts", marks=as_root),
    pytest.param("root without a new root", marks=as_root),
    "user",
    "user in a container",
    "user without mounts",
    "user without Landlock",
]


@pytest.mark.parametrize("name", HOLDS)
def test_what_is_required_holds(outcomes: Outcomes, name: str) -> None:
    outcome = _sealed(outcomes, name)
    assert proof.fatal(_missing(outcome, None)) == []
    assert outcome.died_with_parent


@pytest.mark.parametrize("name", HOLDS)
def test_every_thread_is_sealed(outcomes: Outcomes, name: str) -> None:
    threads = _sealed(outcomes, name).threads
    assert len(threads) >= 4  # this one, two of libzmq's, V8's
    assert {(its.seccomp, its.no_new_privileges, its.capabilities) for its in threads} == {
        (2, True, 0)
    }


@pytest.mark.parametrize("name", HOLDS)
def test_memory_is_nobody_elses(outcomes: Outcomes, name: str) -> None:
    assert _sealed(outcomes, name).memory_owner == 0  # the kernel's way to say: only root's


@pytest.mark.parametrize(
    ("name", "off"),
    [
        pytest.param("root in a container", {"namespaces"}, marks=as_root),
        ("user in a container", {"namespaces", "empty root", "own uid", "thread limit"}),
        pytest.param(
            "root without rights",
            {"namespaces", "empty root", "own uid", "thread limit"},
            marks=as_root,
        ),
        pytest.param("root that may not change", {"own uid", "thread limit"}, marks=as_root),
        pytest.param("root alone in its namespace", {"own uid", "thread limit"}, marks=as_root),
        pytest.param("root without an empty directory", {"empty root"}, marks=as_root),
        pytest.param("root without mounts", set(), marks=as_root),
        pytest.param("root without a new root", set(), marks=as_root),
        pytest.param(
            "root without limits",
            {"resource limits", "thread limit", "memory limit"},
            marks=as_root,
        ),
        pytest.param("root without a filter", {"seccomp", "self-test"}, marks=as_root),
        pytest.param(
            "root with privileges to gain",
            {"no new privileges", "seccomp", "self-test"},
            marks=as_root,
        ),
        pytest.param("root that outlives", {"parent death"}, marks=as_root),
        ("user without mounts", {"empty root", "own uid"}),
        ("user without Landlock", {"landlock", "own uid"}),
        ("user with capabilities", {"capabilities", "own uid"}),
    ],
)
def test_layer_that_cannot_be_had_is_noted_and_the_rest_goes_on(
    outcomes: Outcomes, name: str, off: set[str]
) -> None:
    outcome = _sealed(outcomes, name)
    assert _off(outcome).keys() == off
    assert {layer.name for layer in outcome.layers} == set(LAYERS)


@pytest.mark.parametrize(
    ("name", "layer", "reason"),
    [
        pytest.param("root in a container", "namespaces", "unshare(", marks=as_root),
        pytest.param("root that may not change", "own uid", "setgroups", marks=as_root),
        pytest.param("root without limits", "memory limit", "not permitted", marks=as_root),
        pytest.param("root without a filter", "seccomp", "takes no filter", marks=as_root),
        pytest.param(
            "root without a filter", "self-test", "not refused: connect, exec", marks=as_root
        ),
        ("user without mounts", "empty root", "mount(/)"),
        ("user without Landlock", "landlock", "a filter around this process"),
        ("user with capabilities", "capabilities", "capset"),
    ],
)
def test_layer_that_cannot_be_had_says_why(
    outcomes: Outcomes, name: str, layer: str, reason: str
) -> None:
    assert reason in _off(_sealed(outcomes, name))[layer]


@as_root
@pytest.mark.parametrize("name", ["root in a container", "root without mounts"])
def test_root_has_an_empty_root_without_mounts_too(outcomes: Outcomes, name: str) -> None:
    details = {layer.name: layer.detail for layer in _sealed(outcomes, name).layers}
    assert details["empty root"] == "an empty directory"


@pytest.mark.parametrize(
    ("name", "moved"),
    [
        pytest.param("root", True, marks=as_root),
        ("user", True),
        ("user in a container", False),
        ("user without mounts", False),
    ],
)
def test_socket_is_reached_where_it_is_then(outcomes: Outcomes, name: str, moved: bool) -> None:
    assert (_sealed(outcomes, name).connected == "/s") is moved


@as_root
@pytest.mark.parametrize("name", ["root that may not change", "root alone in its namespace"])
def test_root_that_stays_root_keeps_its_rights_in_no_thread(outcomes: Outcomes, name: str) -> None:
    threads = _sealed(outcomes, name).threads
    assert {thread.capabilities for thread in threads} == {0}
    assert {thread.uids for thread in threads} == {frozenset({0})}


def test_process_without_its_parent_is_not_sealed_but_ended(outcomes: Outcomes) -> None:
    failed = outcomes["user without a parent"]
    assert isinstance(failed, Failed)
    assert "ParentGoneError" in failed.reason


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("user that takes memory", "MemoryError: "),
        ("user that takes less", str(40 * 2**20)),
        ("user that looks", "PermissionError: [Errno 13] Permission denied: '/'"),
    ],
)
def test_sealed_process_has_what_it_was_given(outcomes: Outcomes, name: str, answer: str) -> None:
    assert _sealed(outcomes, name).answer == answer


@as_root
def test_no_descriptor_of_the_seal_stays_open(outcomes: Outcomes) -> None:
    descriptors = _sealed(outcomes, "user").descriptors
    assert not [path for path in descriptors if path.endswith(("status", "maps", "/"))]
