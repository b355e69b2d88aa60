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


def main(command: list[str]) -> None:
    """Become a container of one process, and run a command in it."""
    machine = platform.machine()
    clone, clone3 = syscalls.number("clone", machine), syscalls.number("clone3", machine)
    assert clone is not None
    assert clone3 is not None
    numbers = [syscalls.number(name, machine) for name in REFUSED]
    verdicts = {n: bpf.refuse(errno.EPERM) for n in numbers if n is not None}
    verdicts[clone3] = bpf.refuse(errno.ENOSYS)
    ordinary = bpf.Condition(0, _NEW_NAMESPACES, (0,))
    rules = [bpf.Rule(clone, (ordinary,), bpf.ALLOW, bpf.refuse(errno.EPERM))]
    if os.geteuid() != 0:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    bpf.load(bpf.assemble(machine, rules, verdicts, bpf.ALLOW))
    if os.geteuid() == 0:
        keep_capabilities()
    os.execvp(command[0], command)  # noqa: S606 - that is what this program is for


def keep_capabilities() -> None:
    """Drop all but a container's capabilities, for programs to come too."""
    for capability in range(64):
        try:
            known = kernel.prctl(kernel.PR_CAPBSET_READ, capability)
        except OSError:
            break
        if known and capability not in CAPABILITIES:
            kernel.prctl(kernel.PR_CAPBSET_DROP, capability)
    mask = sum(1 << capability for capability in CAPABILITIES)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)(mask, mask, 0, 0, 0, 0)
    assert ctypes.CDLL(None).capset(header, sets) == 0


if __name__ == "__main__":
    main(sys.argv[1:])
