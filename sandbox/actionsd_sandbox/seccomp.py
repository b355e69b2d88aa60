"""The policy for system calls: what a sealed worker may still ask of the kernel, and why.

Everything is data here; `bpf` makes a filter of it. A worker has opened, connected,
mapped and imported all it needs when the filter is set, so what is left is to compute, to
wait, to get memory, to make V8's threads and to talk over sockets that are open.

Four answers. *Allowed*, some calls with certain arguments only. *Refused* with an errno
where honest code asks and can live with a no. *Killed* where nothing honest ever asks:
whoever does is not our code any more, and the broker sees SIGSYS. Everything that is not
named, calls of kernels to come included, is refused with EPERM.

What was measured on x86_64: which calls a worker needs (by taking each away in turn), and
that the rest of this file holds. The numbers of aarch64 are there, the trial is not.
"""

from __future__ import annotations

import errno
import os
import platform
from typing import NamedTuple

from actionsd_sandbox import bpf, syscalls
from actionsd_sandbox.bpf import ALLOW, INT, KILL, LONG, Condition, Rule, SeccompError, refuse

DEFAULT = refuse(errno.EPERM)

OWN_PID = -1
"""Stands for the pid of the process that is to be sealed."""


class Group(NamedTuple):
    """Calls that get the same answer for the same reason."""

    reason: str
    verdict: int
    calls: tuple[str, ...]


class Filter(NamedTuple):
    """Calls that are allowed (or get another answer) if their arguments fulfil all conditions."""

    reason: str
    calls: tuple[str, ...]
    conditions: tuple[Condition, ...]
    otherwise: int
    then: int = ALLOW


# Memory: PROT_READ | PROT_WRITE, and no other bit.
_NO_EXEC = 0xFFFFFFFFFFFFFFFF & ~0b11
_PRIVATE_ANONYMOUS = 0x02 | 0x20
_HARMLESS_MAP_FLAGS = 0x10 | 0x4000 | 0x20000 | 0x100000
"""FIXED, NORESERVE, STACK (which does nothing), FIXED_NOREPLACE."""

# CLONE_VM | FS | FILES | SIGHAND | THREAD | SYSVSEM | SETTLS | PARENT_SETTID | CHILD_CLEARTID;
# musl adds CLONE_DETACHED, which does nothing.
_GLIBC_THREAD, _MUSL_THREAD = 0x3D0F00, 0x7D0F00

# All flags of a message but NOSIGNAL and DONTWAIT.
_MESSAGE_FLAGS = INT & ~(0x4000 | 0x40)

# Clocks below zero are the CPU of a process, or with the other bit of one of our threads.
_NEGATIVE, _OF_A_THREAD = 0x80000000, 0x4

# FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME say how, not what.
_FUTEX_OPERATION = INT & ~(0x80 | 0x100)

FILTERS = (
    Filter(
        "Private memory only, counted by RLIMIT_DATA and not executable. Shared mappings "
        "and those that grow downwards are not counted. V8 has its one range for code from "
        "its first isolate; WebAssembly alone would want more.",
        ("mmap",),
        (
            Condition(2, _NO_EXEC, (0,)),
            Condition(3, LONG & ~_HARMLESS_MAP_FLAGS, (_PRIVATE_ANONYMOUS,)),
        ),
        refuse(errno.EACCES),
    ),
    Filter(
        "Nothing becomes executable, and no mapping up to the end of one that grows.",
        ("mprotect", "pkey_mprotect"),
        (Condition(2, _NO_EXEC, (0,)),),
        refuse(errno.EACCES),
    ),
    Filter(
        "Giving memory back and hints about it: DONTNEED, FREE, DONTFORK, HUGEPAGE, "
        "NOHUGEPAGE, DONTDUMP, DODUMP. The answer to others is that of an older kernel.",
        ("madvise",),
        (Condition(2, INT, (4, 8, 10, 14, 15, 16, 17)),),
        refuse(errno.EINVAL),
    ),
    Filter(
        "WAIT, WAKE, REQUEUE, CMP_REQUEUE, WAKE_OP, WAIT_BITSET, WAKE_BITSET. Priority "
        "inheritance is where the kernel had its holes, and nobody here uses it.",
        ("futex",),
        (Condition(1, _FUTEX_OPERATION, (0, 1, 3, 4, 5, 9, 10)),),
        refuse(errno.ENOSYS),
    ),
    Filter(
        "A thread of this process, as V8 makes one for each isolate: no process, no namespace.",
        ("clone",),
        (Condition(0, LONG, (_GLIBC_THREAD, _MUSL_THREAD)),),
        KILL,
    ),
    Filter(
        "Over a connection, as libzmq sends and receives: without an address, and with no "
        "flag but NOSIGNAL and DONTWAIT. Urgent bytes (OOB) on local sockets have been a way "
        "from a browser's sandbox into the kernel.",
        ("sendto", "recvfrom"),
        (Condition(3, _MESSAGE_FLAGS, (0,)), Condition(4, LONG, (0,))),
        KILL,
    ),
    Filter(
        "Time, and the CPU of threads of this process. The clock of another process may be "
        "read by anybody: to the nanosecond it tells what a neighbour computes.",
        ("clock_gettime", "clock_getres", "clock_nanosleep"),
        (Condition(0, _NEGATIVE | _OF_A_THREAD, (0, _OF_A_THREAD, _NEGATIVE | _OF_A_THREAD)),),
        refuse(errno.EINVAL),
    ),
    Filter(
        "Ending oneself, as abort() does. No signal for anyone else.",
        ("tgkill",),
        (Condition(0, INT, (OWN_PID,)),),
        KILL,
    ),
    Filter(
        "Naming a thread. V8 names its memory too (SET_VMA) and takes a no; what could "
        "undo the seal (dumpable, parent-death signal) is refused with it.",
        ("prctl",),
        (Condition(0, INT, (15,)),),
        refuse(errno.EINVAL),
    ),
    Filter(
        "The timer over a running script: ITIMER_REAL.",
        ("setitimer",),
        (Condition(0, INT, (0,)),),
        DEFAULT,
    ),
    Filter(
        "Connecting, as all that makes sockets, is death; connecting nothing is how the "
        "sealed process tries whether it would be (selftest).",
        ("connect",),
        (Condition(0, INT, (INT,)),),
        KILL,
        refuse(errno.EPERM),
    ),
    Filter(
        "Running a program is death; running none is the same trial.",
        ("execve",),
        (Condition(0, LONG, (0,)),),
        KILL,
        refuse(errno.EPERM),
    ),
)

GROUPS = (
    Group(
        "Talking and waiting: descriptors that are open, and libzmq's eventfds and epolls.",
        ALLOW,
        (
            *("read", "write", "close", "poll", "ppoll"),
            *("epoll_wait", "epoll_pwait", "epoll_ctl", "fstat", "lseek"),
        ),
    ),
    Group("Memory: RLIMIT_DATA counts it.", ALLOW, ("brk", "munmap")),
    Group(
        "The life of a thread. Without rseq glibc aborts as soon as one starts; getpid is "
        "how libzmq notices a fork.",
        ALLOW,
        (
            *("exit", "exit_group", "set_robust_list", "rseq", "gettid", "getpid"),
            *("sched_yield", "sched_getaffinity", "sched_getparam", "sched_getscheduler"),
            *("getcpu", "getrusage"),
        ),
    ),
    Group(
        "Signals of our own: the timer's handler, faults.",
        ALLOW,
        ("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall"),
    ),
    Group(
        "Time of day, waiting, and randomness.",
        ALLOW,
        ("nanosleep", "gettimeofday", "time", "getrandom"),
    ),
    Group(
        "Its flags are in memory, where a filter cannot look. Without it glibc takes clone.",
        refuse(errno.ENOSYS),
        ("clone3",),
    ),
    Group(
        "It moves a piece of the stack to where it has room to grow, which RLIMIT_DATA does "
        "not count. realloc copies instead.",
        refuse(errno.ENOMEM),
        ("mremap",),
    ),
    Group(
        "Files by their path. V8 asks for /dev/urandom and the machine's clock, Python for "
        "source lines and modules, libc for locales; all of them go on without. EACCES "
        "tells more than EPERM would.",
        refuse(errno.EACCES),
        (
            *("open", "openat", "openat2", "creat", "stat", "lstat", "newfstatat", "statx"),
            *("access", "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd"),
            *("chdir", "fchdir", "getdents", "getdents64", "statfs", "fstatfs", "truncate"),
            *("mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "rename", "renameat"),
            *("renameat2", "link", "linkat", "symlink", "symlinkat", "chmod", "fchmod"),
            *("fchmodat", "chown", "fchown", "lchown", "fchownat", "utime", "utimes"),
            *("utimensat", "futimesat", "inotify_init", "inotify_init1", "inotify_add_watch"),
        ),
    ),
    Group("New processes and programs.", KILL, ("execveat", "fork", "vfork")),
    Group(
        "Other processes: their memory, their descriptors, signals for them.",
        KILL,
        (
            *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise"),
            *("process_mrelease", "kcmp", "kill", "tkill", "rt_sigqueueinfo"),
            *("rt_tgsigqueueinfo", "pidfd_open", "pidfd_getfd", "pidfd_send_signal"),
        ),
    ),
    Group(
        "New sockets, and the calls that pass descriptors. The worker is connected already "
        "and libzmq sends and receives without them.",
        KILL,
        (
            *("socket", "socketpair", "bind", "listen", "accept", "accept4"),
            *("sendmsg", "recvmsg", "sendmmsg", "recvmmsg"),
        ),
    ),
    Group(
        "Namespaces, mounts, devices, files by handle, moving pages between pipes.",
        KILL,
        (
            *("unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "move_mount"),
            *("open_tree", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr"),
            *("mknod", "mknodat", "name_to_handle_at", "open_by_handle_at", "fanotify_init"),
            *("splice", "tee", "vmsplice"),
        ),
    ),
    Group(
        "Privileges, other interfaces of the kernel, more filters.",
        KILL,
        (
            *("setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid"),
            *("setfsuid", "setfsgid", "setgroups", "capset", "personality", "seccomp"),
        ),
    ),
    Group(
        "Parts of the kernel that are large and often broken.",
        KILL,
        (
            *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter"),
            *("io_uring_register", "keyctl", "add_key", "request_key"),
        ),
    ),
    Group(
        "The machine itself.",
        KILL,
        (
            *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load"),
            *("reboot", "syslog", "acct", "swapon", "swapoff", "quotactl", "iopl", "ioperm"),
            *("modify_ldt", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex"),
            *("sethostname", "setdomainname", "vhangup"),
        ),
    ),
    Group(
        "Memory that no limit of ours counts, or that others can reach.",
        KILL,
        (
            *("memfd_create", "memfd_secret", "remap_file_pages"),
            *("shmget", "shmat", "shmctl", "shmdt", "msgget", "msgsnd", "msgrcv", "msgctl"),
            *("semget", "semop", "semctl", "semtimedop"),
            *("mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify"),
            "mq_getsetattr",
        ),
    ),
)


def build(pid: int, machine: str | None = None) -> bytes:
    """Return the filter for a process, by default for this machine.

    Raises SeccompError for a machine whose numbers are not known.
    """
    machine = machine or platform.machine()
    try:
        rules = [rule for its in FILTERS for rule in _rules(its, pid, machine)]
        verdicts = {n: group.verdict for group in GROUPS for n in _numbers(group.calls, machine)}
    except OSError as error:
        raise SeccompError(error.errno, error.strerror) from error
    return bpf.assemble(machine, rules, verdicts, DEFAULT)


def install() -> None:
    """Set the filter for all threads of this process. Raises SeccompError if that fails."""
    bpf.load(build(os.getpid()))


def _rules(its: Filter, pid: int, machine: str) -> list[Rule]:
    conditions = tuple(
        condition._replace(values=tuple(pid if v == OWN_PID else v for v in condition.values))
        for condition in its.conditions
    )
    return [Rule(n, conditions, its.then, its.otherwise) for n in _numbers(its.calls, machine)]


def _numbers(calls: tuple[str, ...], machine: str) -> list[int]:
    numbers = [syscalls.number(call, machine) for call in calls]
    return [number for number in numbers if number is not None]
