"""What each layer of the seal is for, and what it takes where a machine lacks it. Pure."""

from __future__ import annotations

import datetime as dt
import re

ADVICE = {
    "parent death": "needs prctl(2), which every Linux has",
    "oom score": "needs /proc, writable",
    "namespaces": "run as an ordinary user where the system lets them make user namespaces "
    "(sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns), or "
    "as root with CAP_SYS_ADMIN; an ordinary container has neither, and needs neither",
    "empty root": "comes with namespaces, or as root with CAP_SYS_CHROOT",
    "no new privileges": "needs Linux 3.5",
    "not dumpable": "needs prctl(2), which every Linux has",
    "resource limits": "the hard limits of the daemon are lower than what it sets; see ulimit -H",
    "capabilities": "needs capset(2), which every Linux has",
    "landlock": "needs Linux 5.13 with landlock among /sys/kernel/security/lsm",
    "own uid": "run the daemon as root with CAP_SETUID and CAP_SETGID; each worker then has a "
    "uid that nobody else has",
    "thread limit": "comes with namespaces, or with a uid of its own",
    "memory limit": "needs /proc, and Linux 4.7",
    "seccomp": "needs Linux 4.14 with seccomp filters, on x86-64",
    "self-test": "something lets through what the other layers should stop: report it",
}
"""By the layer's name in actionsd_sandbox.seal."""

_FIRST = 144, dt.date(2026, 1, 13)
_CADENCE = dt.timedelta(weeks=4)
_VERSION = re.compile(r"^(\d+)\.(\d+)\.")


def v8_age_days(version: str, today: dt.date) -> int | None:
    """Return about how many days ago a V8 was released, None if the version says nothing.

    V8 14.4 is that of Chrome 144, and Chrome comes every four weeks.
    """
    match = _VERSION.match(version)
    if match is None:
        return None
    milestone, date = _FIRST
    released = date + (int(match[1]) * 10 + int(match[2]) - milestone) * _CADENCE
    return (today - released).days
