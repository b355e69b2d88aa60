"""Runs a command as an ordinary container would: its capabilities, its seccomp profile.

    python tests/container.py COMMAND ...

The capabilities are the fourteen that container engines leave to root. The filter refuses
with EPERM what their usual profile refuses; clone3 is unknown there, as its flags cannot
be looked at.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys
from collections.abc import Collection, Iterable, Sequence

from actionsd_sandbox import bpf, kernel, syscalls

CAPABILITIES = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)
"""CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP, NET_BIND_SERVICE,
NET_RAW, SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP."""

REFUSED = (
    *("unshare", "setns", "mount", "umount2", "pivot_root", "move_mount", "open_tree"),
    *("fsopen", "fsmount", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup"),
    *("io_uring_enter", "io_uring_register", "keyctl", "add_key", "request_key"),
    *("kexec_load", "init_module", "finit_module", "delete_module", "open_by_handle_at"),
    *("reboot", "swapon", "swapoff", "settimeofday", "sethostname", "setdomainname"),
)
_NEW_NAMESPACES = 0x7E020000
_NO_CALL = -1  # one that this machine has not


def main(command: list[str]) -> None:
    """Become a container of one process, and run a command in it."""
    refuse(REFUSED)
    if os.geteuid() == 0:
        keep_capabilities(CAPABILITIES)
    os.execvp(command[0], command)  # noqa: S606 - that is what this program is for


def refuse(calls: Iterable[str | int], options: Sequence[int] = ()) -> None:
    """Set a filter that refuses calls, by name or number, new namespaces, prctl's options."""
    machine = platform.machine()
    numbers = {name if isinstance(name, int) else _number(name) for name in calls} - {_NO_CALL}
    verdicts = dict.fromkeys(numbers, bpf.refuse(errno.EPERM))
    rules = []
    if _number("unshare") in numbers:
        verdicts[_number("clone3")] = bpf.refuse(errno.ENOSYS)
        ordinary = bpf.Condition(0, _NEW_NAMESPACES, (0,))
        rules.append(bpf.Rule(_number("clone"), (ordinary,), bpf.ALLOW, bpf.refuse(errno.EPERM)))
    if options:
        its = bpf.Condition(0, bpf.INT, tuple(options))
        rules.append(bpf.Rule(_number("prctl"), (its,), bpf.refuse(errno.EPERM), bpf.ALLOW))
    if os.geteuid() != 0:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    bpf.load(bpf.assemble(machine, rules, verdicts, bpf.ALLOW))


def _number(name: str) -> int:
    number = syscalls.number(name)
    return _NO_CALL if number is None else number


def keep_capabilities(wanted: Collection[int]) -> None:
    """Drop all but some capabilities, for programs to come too."""
    for capability in range(64):
        try:
            known = kernel.prctl(kernel.PR_CAPBSET_READ, capability)
        except OSError:
            break
        if known and capability not in wanted:
            kernel.prctl(kernel.PR_CAPBSET_DROP, capability)
    mask = sum(1 << capability for capability in wanted)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)(mask, mask, 0, 0, 0, 0)
    assert ctypes.CDLL(None).capset(header, sets) == 0


if __name__ == "__main__":
    main(sys.argv[1:])
