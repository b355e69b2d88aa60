"""Attempts to get out of a sealed process, for `actionsd doctor`: harmless if they succeed.

Each makes one system call, or a few, that code running in a worker might make. Without
the seal all of them succeed where the machine itself allows it; that control is run too,
for a refusal means something only where there was something to refuse.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

_LIBC = ctypes.CDLL(None, use_errno=True)
_REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS)
_PTRACE_TRACEME = 0
_IO_URING_SETUP = 425
_ADD_KEY, _KEYCTL_SESSION = 248, -3
_NEWUSER = 0x10000000
_EXECUTABLE = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
_ANONYMOUS = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS


class Attempt(NamedTuple):
    """How a probe went: whether it got through, and the kernel's word on it."""

    through: bool
    detail: str


def attempt(name: str) -> Attempt:
    """Run one probe in this process. A wall may end the process instead."""
    ctypes.set_errno(0)
    try:
        PROBES[name]()
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, str(error.errno))
        # Another error comes from behind the wall: the kernel has looked at what we want.
        return Attempt(error.errno not in _REFUSALS, code)
    return Attempt(through=True, detail="succeeded")


def _call(result: int) -> None:
    if result == -1:
        raise OSError(ctypes.get_errno(), "refused")


def _connect(family: int, kind: int, address: object) -> None:
    with socket.socket(family, kind) as probe:
        probe.settimeout(1)
        probe.connect(address)  # type: ignore[arg-type] # as each family wants it


def _listen() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        probe.listen()


def _fork() -> None:
    if (child := os.fork()) == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _map_executable() -> None:
    address = _LIBC.mmap(None, mmap.PAGESIZE, _EXECUTABLE, _ANONYMOUS, -1, 0)
    _call(-1 if address == -1 else 0)


PROBES: dict[str, Callable[[], object]] = {
    "read a file": lambda: os.close(os.open("/etc/passwd", os.O_RDONLY)),
    "list the root directory": lambda: list(Path("/").iterdir()),
    "read the parent's environment": lambda: os.open(f"/proc/{os.getppid()}/environ", os.O_RDONLY),
    "create a file": lambda: os.open("/tmp", os.O_TMPFILE | os.O_RDWR),  # noqa: S108 - it never gets a name
    "connect over TCP": lambda: _connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 1)),
    "send over UDP": lambda: _connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 1)),
    "connect to a local socket": lambda: _connect(socket.AF_UNIX, socket.SOCK_STREAM, "\0none"),
    "listen": _listen,
    "start a process": _fork,
    "run a program": lambda: _call(_LIBC.execve(b"/nonexistent", None, None)),
    "signal the parent": lambda: os.kill(os.getppid(), 0),
    "be traced": lambda: _call(_LIBC.ptrace(_PTRACE_TRACEME, 0, None, None)),
    "make executable memory": _map_executable,
    "make an anonymous file": lambda: os.memfd_create("probe"),
    "use io_uring": lambda: _call(_LIBC.syscall(_IO_URING_SETUP, 1, None)),
    "use a keyring": lambda: _call(
        _LIBC.syscall(_ADD_KEY, b"user", b"actionsd-probe", b"x", 1, _KEYCTL_SESSION)
    ),
    "enter a namespace": lambda: _call(_LIBC.unshare(_NEWUSER)),
}
