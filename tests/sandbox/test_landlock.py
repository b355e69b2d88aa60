from __future__ import annotations

import errno
import os
import struct
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

from actionsd_sandbox import landlock, syscalls
from actionsd_sandbox.landlock import LandlockError

Start = Callable[[str], CompletedProcess[str]]


def _abi() -> int:
    try:
        return syscalls.invoke("landlock_create_ruleset", 0, 0, 1)
    except OSError:
        return 0


with_landlock = pytest.mark.skipif(_abi() == 0, reason="this kernel has no Landlock")
with_tcp = pytest.mark.skipif(_abi() < 4, reason="this kernel's Landlock knows no TCP")
with_scopes = pytest.mark.skipif(_abi() < 6, reason="this kernel's Landlock knows no scopes")


@pytest.mark.parametrize(
    ("abi", "files", "tcp", "scopes"),
    [
        (1, 0x1FFF, 0, 0),
        (2, 0x3FFF, 0, 0),
        (3, 0x7FFF, 0, 0),
        (4, 0x7FFF, 3, 0),
        (5, 0xFFFF, 3, 0),
        (6, 0xFFFF, 3, 3),
        (7, 0xFFFF, 3, 3),
    ],
)
def test_ruleset_handles_all_that_an_abi_has(abi: int, files: int, tcp: int, scopes: int) -> None:
    assert struct.unpack("=3Q", landlock.ruleset(abi)) == (files, tcp, scopes)


def test_newer_kernel_gives_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def invoke(call: str, attributes: int, *_: int) -> int:
        calls.append(call)
        asks_for_version = attributes == 0
        return 9 if asks_for_version else os.open(os.devnull, os.O_RDONLY)

    monkeypatch.setattr(syscalls, "invoke", invoke)
    assert landlock.restrict() == landlock.KNOWN_ABI
    assert calls[-1] == "landlock_restrict_self"


@pytest.mark.parametrize(
    ("error", "way_out"),
    [
        (errno.ENOSYS, "built without"),
        (errno.EOPNOTSUPP, "lsm="),
        (errno.EPERM, "no-new-privs"),
        (errno.EMFILE, "Too many"),
    ],
)
def test_refusal_says_the_way_out(
    monkeypatch: pytest.MonkeyPatch, error: int, way_out: str
) -> None:
    def invoke(*_: object) -> int:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(syscalls, "invoke", invoke)
    with pytest.raises(LandlockError, match=way_out) as refused:
        landlock.restrict()
    assert refused.value.errno == error


RESTRICTED = """
import ctypes, errno, os, signal, socket, sys, threading
from actionsd_sandbox import landlock
from actionsd_sandbox import privileges

def attempt(it):
    try:
        it()
        print("through")
    except OSError as error:
        print(errno.errorcode[error.errno])

outside = socket.socket(socket.AF_UNIX)
outside.bind("\\0" + os.urandom(8).hex())
outside.listen()
tcp = socket.create_server(("127.0.0.1", 0))
pipe = os.pipe()
child = os.fork()
if child == 0:
    privileges.gain_nothing()
    os.read(pipe[0], 1)
    os._exit(0)
pid = os.fork()
if pid:
    status = os.waitpid(pid, 0)[1]
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status))
privileges.gain_nothing()
landlock.restrict()
"""


@with_landlock
@pytest.mark.parametrize(
    ("attempt", "outcome"),
    [
        ("lambda: open('/etc/passwd')", "EACCES"),
        ("lambda: os.listdir('/')", "EACCES"),
        ("lambda: open('/proc/self/status')", "EACCES"),
        ("lambda: open('made', 'w')", "EACCES"),
        ("lambda: os.mkdir('made')", "EACCES"),
        ("lambda: os.execv('/bin/true', ['true'])", "EACCES"),
        pytest.param(
            "lambda: socket.create_connection(tcp.getsockname())", "EACCES", marks=with_tcp
        ),
        pytest.param("lambda: socket.create_server(('127.0.0.1', 0))", "EACCES", marks=with_tcp),
        pytest.param(
            "lambda: socket.socket(socket.AF_UNIX).connect(outside.getsockname())",
            "EPERM",
            marks=with_scopes,
        ),
        pytest.param("lambda: os.kill(child, 0)", "EPERM", marks=with_scopes),
        ("lambda: os.kill(os.getpid(), 0)", "through"),
        ("lambda: os.write(pipe[1], b'')", "through"),
    ],
)
def test_restricted_process_reaches_only_what_it_has(
    in_process: Start, attempt: str, outcome: str
) -> None:
    ended = in_process(f"{RESTRICTED}\nattempt({attempt})\nsys.stdout.flush()\nos._exit(0)")
    assert ended.stdout.strip() == outcome, ended.stderr


@with_landlock
def test_threads_made_later_are_restricted_too(in_process: Start) -> None:
    ended = in_process(f"""{RESTRICTED}
thread = threading.Thread(target=attempt, args=[lambda: os.listdir("/")])
thread.start()
thread.join()
sys.stdout.flush()
os._exit(0)
""")
    assert ended.stdout.strip() == "EACCES", ended.stderr


@with_landlock
def test_process_that_may_gain_privileges_cannot_be_restricted(in_process: Start) -> None:
    ended = in_process("""
import os
from actionsd_sandbox import landlock
if os.getuid() == 0:
    os.setresuid(1500, 1500, 1500)
try:
    landlock.restrict()
except landlock.LandlockError as error:
    print(error.strerror)
""")
    assert "no-new-privs is not set" in ended.stdout
