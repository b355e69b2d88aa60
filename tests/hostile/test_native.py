"""Native code against the seal: each attack in a process of its own, sealed and as a control.

The control shows that there is something to stop: without the seal the same code gets
what it wants, or meets what its header says. Sealed, it must end as its header says, as
root and as an ordinary user.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attack_header import Header, read_header
from attack_stage import ATTACKS, Result, Stage
from daemon import short_directory

from actionsd_broker import proof

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the attacks know the calls of x86-64 only"
)

HEADERS = [read_header(path) for path in sorted(ATTACKS.glob("*.py"))]

# What may get through, and why that is no harm.
HARMLESS = {
    "flood_stdout": "it writes to /dev/null",
    "jit_range": "W^X is not claimed with the JIT: code there can do what every attack here can",
}

# What is not tried without the seal, and why.
WITHOUT_CONTROL = {"clone_sharing_memory": "parent and child would run on one stack"}

# What the seal was designed against: the least that is tried.
TABLE = """
    add_key af_alg bpf_map broker_environ broker_mem_file broker_sock_sendmsg_fd by_handle
    capset_full chroot_ clone_newuser disk_fill dlopen_new dmesg dumpable_undo execve
    flood_stdout fork fork_bomb i386_int80 inotify io_uring keyctl kill_broker
    kill_other_worker leaked_fds list_root memfd_create memfd_exec mknod_dev mmap_rwx mount
    mq_open msgget native_code netlink nnp_undo oom_adj open_write packet_socket
    pdeathsig_undo perf_event personality pidfd_getfd prlimit_other proc_list ptrace_other
    raw_socket read_passwd rlimit_raise sched_fifo seccomp_again self_mem_write
    setaffinity_other sethostname setns setpriority_other setuid0 shm_open shmget
    sigqueue_other socketpair stat_path tcp_connect tcp_listen tgkill_other thread_bomb
    tiocsti udp_send unix_abstract unix_path unlink_sock unshare_net unshare_user userfaultfd
    userfaultfd_useronly vm_readv_broker vm_writev_broker vsock x32_abi
""".split()  # noqa: SIM905 - a table, to be read as one

_OUTSIDE_REFUSALS = {"EPERM", "EACCES", "ENOSYS", "unsafe"}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with short_directory() as its, Stage(its) as stage:
        yield stage


@pytest.fixture(scope="module")
def contained_stage() -> Iterator[Stage]:
    with short_directory() as its, Stage(its, contained=True) as stage:
        yield stage


def cases(headers: Iterable[Header]) -> list[Any]:
    return [
        pytest.param(header, user, id=f"{header.attack}-{user}")
        for header in headers
        for user in sorted(header.users)
    ]


CASES = cases(HEADERS)
CONTROLS = cases(header for header in HEADERS if header.attack not in WITHOUT_CONTROL)


def test_every_attack_of_the_table_is_tried() -> None:
    assert len(TABLE) == 79
    assert {header.attack for header in HEADERS}.issuperset(TABLE)


def test_attacks_are_what_their_files_are_named_after() -> None:
    names = [path.stem for path in sorted(ATTACKS.glob("*.py"))]
    assert [header.attack for header in HEADERS] == names


def test_nothing_else_may_get_through() -> None:
    getting_through = {h.attack for h in HEADERS if h.sealed & {"harmless", "through"}}
    assert getting_through == set(HARMLESS)


def test_nothing_else_goes_without_a_control() -> None:
    without = {h.attack for h in HEADERS if "none" in h.control | h.control_as_user}
    assert without == set(WITHOUT_CONTROL)


@pytest.mark.parametrize(("header", "user"), CONTROLS)
def test_control_meets_no_seal(stage: Stage, header: Header, user: str) -> None:
    expected = header.control if user == "root" else header.control_as_user
    if user == "root" and not stage.root:
        pytest.skip("not root")
    result = stage.run(header.attack, sealed=False, user=user == "user")
    if result.outcome in _OUTSIDE_REFUSALS - expected and _is_contained():
        pytest.skip(f"a filter around the tests refuses it: {result.outcome}")
    assert result.outcome in expected, result.detail


@pytest.mark.parametrize(("header", "user"), CASES)
def test_sealed_attack_is_stopped(stage: Stage, header: Header, user: str) -> None:
    if user == "root" and not stage.root:
        pytest.skip("not root")
    _check(stage.run(header.attack, sealed=True, user=user == "user"), header)


@pytest.mark.slow
@pytest.mark.parametrize(("header", "user"), CASES)
def test_sealed_attack_is_stopped_in_a_container(
    contained_stage: Stage, header: Header, user: str
) -> None:
    if user == "root" and not contained_stage.root:
        pytest.skip("not root")
    _check(contained_stage.run(header.attack, sealed=True, user=user == "user"), header)


def _check(result: Result, header: Header) -> None:
    off = {layer.name: layer.detail for layer in result.layers if not layer.on}
    assert not off.keys() & set(proof.REQUIRED), off
    expected = {"through" if word == "harmless" else word for word in header.sealed}
    if header.needs in off:
        expected.add("through")  # the seal says so itself
    assert result.outcome in expected, result.detail


def _is_contained() -> bool:
    return "\nSeccomp:\t2" in Path("/proc/self/status").read_text("ascii")
