"""What the broker orders: first of the zygote, then of each worker, and what it hears.

JSON, one message at a time on a socket that both have from birth. Neither arguments nor
environment carry any of it, as every process of the machine can read those.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

ORDER_BYTES = 16 * 1024
"""An order's or an answer's size at the most."""


class ZygoteOrders(Struct, frozen=True, forbid_unknown_fields=True):
    """How to set up what all workers share; `parent` is the broker's pid."""

    parent: int
    jitless: bool


class Probe(Struct, frozen=True, forbid_unknown_fields=True):
    """An attempt to break out, by its name; as a control, in a process that is not sealed."""

    name: str
    sealed: bool


class WorkerOrders(Struct, frozen=True, forbid_unknown_fields=True):
    """How to start one worker.

    `identity` is its secret name towards the broker; `socket` and `empty` are absolute
    paths of the broker's socket and of an empty directory. With a probe it takes no jobs:
    it makes that attempt, says on standard error how it went (`ProbeAnswer`), and ends.
    """

    identity: str
    socket: str
    empty: str
    uid: int | None
    memory_mib: int
    probe: Probe | None = None


class ProbeAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """How an attempt went: whether it got through, and the kernel's word on it."""

    through: bool
    detail: str


class Spawned(Struct, frozen=True, tag="spawned"):
    """A worker was forked; its pidfd comes with this."""

    identity: str
    pid: int


class Exited(Struct, frozen=True, tag="exited"):
    """A worker has ended; `returncode` is negative for a signal."""

    identity: str
    returncode: int


class Unspawned(Struct, frozen=True, tag="unspawned"):
    """A worker could not be forked; `error` is the errno."""

    identity: str
    error: int


ZygoteAnswer: TypeAlias = Spawned | Exited | Unspawned
