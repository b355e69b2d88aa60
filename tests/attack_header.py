"""What an attack says of itself at its head, in comments: what it does, how it must end.

    # attack: mount
    # does: mounts a file system
    # sealed: killed
    # control: through
    # control as user: EPERM (needs CAP_SYS_ADMIN)
    # as: root, user

An outcome may have its reason in parentheses, and others beside it where machines differ:
`through | ENOSYS (a kernel without it)`. A sealed attack that is `harmless` gets through;
a control that is `none` is not run. `needs` names a layer without which a sealed attack
gets through, and which is not required.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_LINE = re.compile(r"# ([a-z ]+): (.+)")
_REASON = re.compile(r" \(.*?\)")
_KEYS = {"attack", "does", "sealed", "control", "control as user", "needs", "as"}


class Header(NamedTuple):
    """One attack's account of itself."""

    attack: str
    does: str
    sealed: frozenset[str]
    control: frozenset[str]
    control_as_user: frozenset[str]
    needs: str | None
    users: frozenset[str]


def read_header(path: Path) -> Header:
    """Read the comments at the head of a file; raises ValueError if they are not a header."""
    fields = {}
    for line in path.read_text("utf-8").partition("\n\n")[0].splitlines():
        match = _LINE.fullmatch(line)
        if match is None or match[1] not in _KEYS:
            raise ValueError(f"{path.name}: {line}")
        fields[match[1]] = match[2]
    return Header(
        attack=fields["attack"],
        does=fields["does"],
        sealed=_outcomes(fields["sealed"]),
        control=_outcomes(fields["control"]),
        control_as_user=_outcomes(fields.get("control as user", fields["control"])),
        needs=fields.get("needs"),
        users=frozenset(fields["as"].split(", ")),
    )


def _outcomes(text: str) -> frozenset[str]:
    return frozenset(_REASON.sub("", text).split(" | "))
