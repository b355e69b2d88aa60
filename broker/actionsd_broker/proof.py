"""Is a worker sealed? What it says itself, held against the kernel's own account. Pure.

What a worker says was said before it had any script. The kernel's word is on the page
`/proc/PID/task/TID/status` of each of its threads, which the broker reads (kernel_word).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from actionsd_protocol.messages import Layer

REQUIRED = (
    "parent death",
    "no new privileges",
    "not dumpable",
    "resource limits",
    "capabilities",
    "memory limit",
    "seccomp",
    "self-test",
)
"""Without one of these a script could reach something, or outlive somebody. The other
layers are second locks: what they refuse, seccomp refuses too."""


class ThreadWord(NamedTuple):
    """What the kernel says of one thread."""

    seccomp: int
    no_new_privileges: bool
    capabilities: int  # effective, permitted and inheritable, as one mask
    uids: frozenset[int]


_FILTERED = 2
"""SECCOMP_MODE_FILTER."""


def missing(layers: Sequence[Layer], threads: Sequence[ThreadWord], uid: int | None) -> list[Layer]:
    """Return the layers that do not stand, whatever the worker says.

    `uid` is what the worker was to become, None if it was to stay who it is.
    """
    contradictions = {layer.name: layer for layer in _contradictions(threads, uid)}
    known = {layer.name for layer in layers}
    unsaid = [
        contradictions.get(name, Layer(name, on=False, detail="not mentioned"))
        for name in dict.fromkeys((*REQUIRED, *contradictions))
        if name not in known
    ]
    judged = [contradictions.get(layer.name, layer) if layer.on else layer for layer in layers]
    return [layer for layer in (*judged, *unsaid) if not layer.on]


def fatal(layers: Sequence[Layer]) -> list[Layer]:
    """Return those of the missing layers that nothing may be served without."""
    return [layer for layer in layers if layer.name in REQUIRED]


def refusal(layers: Sequence[Layer]) -> str:
    """Return what to tell the operator when these missing layers keep us from serving."""
    reasons = "\n".join(f"  {layer.name}: {layer.detail}" for layer in layers)
    return (
        f"a worker cannot be sealed here, so nothing is served; missing:\n{reasons}\n"
        "`actionsd doctor` says what each would take. To serve without, knowing that a "
        'script may then reach this machine, set sandbox = "best-effort" in the configuration.'
    )


def describe(missing_: Sequence[Layer]) -> str:
    """Return the state of a seal in a few words, for the ready line."""
    if fatal(missing_):
        return f"NOT SEALED (missing: {', '.join(layer.name for layer in missing_)})"
    if missing_:
        return f"sealed (without: {', '.join(layer.name for layer in missing_)})"
    return "sealed"


def _contradictions(threads: Sequence[ThreadWord], uid: int | None) -> list[Layer]:
    wrong = []
    if not threads or any(thread.seccomp != _FILTERED for thread in threads):
        wrong.append("seccomp")
    if any(not thread.no_new_privileges for thread in threads):
        wrong.append("no new privileges")
    if any(thread.capabilities for thread in threads):
        wrong.append("capabilities")
    if uid is not None and any(thread.uids != {uid} for thread in threads):
        wrong.append("own uid")
    return [Layer(name, on=False, detail="the kernel says otherwise") for name in wrong]
