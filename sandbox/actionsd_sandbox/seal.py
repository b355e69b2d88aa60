"""The seal: one checklist that takes from a process whatever its scripts must not have.

Assume that a script runs native code in its worker. After `seal` such code can compute,
within bounds of memory and threads, and speak on the one socket that is connected; no
files, no sockets, no processes, no signals. docs/security.md says what each layer stops
and what none does. Facts behind the order: sealed-worker.md, 9.

A layer that the system does not give is noted, not passed over: the broker reads the
notes, asks the kernel itself, and decides whether to serve.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from actionsd_sandbox import landlock, limits, namespaces, privileges, seccomp, selftest


class Layer(NamedTuple):
    """One part of the wall: whether it stands, and what it is or why it does not."""

    name: str
    on: bool
    detail: str


class SealOrders(NamedTuple):
    """What the seal must know: pids and uids as numbers, absolute paths, sizes in bytes.

    `uid` is this worker's alone, None where the daemon does not run as root; `socket` the
    broker's, `empty` an empty directory.
    """

    parent: int
    uid: int | None
    socket: str
    empty: str
    memory_bytes: int


class _Checklist:
    """Takes one step after the other and notes how each ended; if twice, the second time."""

    def __init__(self) -> None:
        self._layers: dict[str, Layer] = {}

    @property
    def layers(self) -> list[Layer]:
        """Every layer that was noted."""
        return list(self._layers.values())

    def note(self, name: str, step: Callable[[], str]) -> bool:
        """Take a step; tell whether it worked."""
        try:
            layer = Layer(name, on=True, detail=step())
        except privileges.ParentGoneError:
            raise
        except OSError as error:
            layer = Layer(name, on=False, detail=str(error))
        self._layers[name] = layer
        return layer.on

    def miss(self, name: str, why: str) -> None:
        """Note a layer that cannot be had here, unless it was noted already."""
        self._layers.setdefault(name, Layer(name, on=False, detail=why))


def seal(
    orders: SealOrders, connect: Callable[[str], None], warm_up: Callable[[], None]
) -> list[Layer]:
    """Seal this process; return every layer with how it went.

    Call with one thread and V8 initialised. `connect` is called with the path at which
    the broker's socket is then, and returns when the connection stands; `warm_up` does
    once whatever needs files or new code pages. Raises ParentGoneError.
    """
    todo = _Checklist()
    # 1. Whatever happens from here on, do not outlive the broker.
    todo.note("parent death", lambda: privileges.die_with(orders.parent))
    # 2. While /proc is ours: both files are closed to us once we cannot be dumped.
    todo.note("oom score", limits.offer_to_oom_killer)
    wall = limits.MemoryWall()
    # 3. Namespaces want a process of one thread, so they come before any library's.
    alone = todo.note("namespaces", namespaces.enter)
    rooted = alone and todo.note(
        "empty root", lambda: namespaces.empty_root(orders.empty, orders.socket)
    )
    # 4. What no later step needs, and what Landlock asks for. The trial comes first: we can
    #    be dumped again after it.
    obstacle = None if orders.uid is None else privileges.obstacle(orders.uid)
    todo.note("no new privileges", privileges.gain_nothing)
    todo.note("not dumpable", privileges.hide_memory)
    todo.note("resource limits", limits.set_fixed)
    # 5. Capabilities go thread by thread, so before there are more; those that root keeps
    #    for step 9 go with its uid, from every thread.
    drops = orders.uid is not None and obstacle is None
    todo.note("capabilities", lambda: privileges.drop_capabilities(keep_effective=drops))
    # 6. Files and network are closed from here; a socket's path is not Landlock's business.
    todo.note("landlock", _restrict)
    # 7. ZeroMQ's threads start, restricted as we are; afterwards no socket can be made.
    connect(namespaces.SOCKET if rooted else orders.socket)
    # 8. V8 maps its one range of executable pages now, as it may not later.
    warm_up()
    # 9. Root becomes nobody, in every thread. The kernel forgets step 1 and 4 with it.
    left = _leave_root_user(todo, orders, obstacle, rooted=rooted)
    todo.miss("empty root", "needs namespaces, or root")
    # 10. Threads are counted for each user, but root's: a bound where that is this worker
    #     alone.
    if left or (alone and orders.uid is None):
        todo.note("thread limit", limits.limit_threads)
    else:
        todo.miss("thread limit", "needs namespaces, or a uid of its own")
    # 11. Everything that an idle worker needs is in memory: what comes now is a script's.
    todo.note("memory limit", lambda: wall.raise_(orders.memory_bytes))
    # 12. The wall itself, around every thread; nothing above could be done behind it.
    todo.note("seccomp", _filter)
    # 13. Not hope: try it.
    todo.note("self-test", selftest.run)
    return todo.layers


def _leave_root_user(
    todo: _Checklist, orders: SealOrders, obstacle: OSError | None, *, rooted: bool
) -> bool:
    uid = orders.uid
    if uid is None or obstacle is not None:
        todo.miss("own uid", str(obstacle or "the daemon does not run as root"))
        return False
    if not rooted:
        todo.note("empty root", lambda: namespaces.leave_root(orders.empty))
    left = todo.note("own uid", lambda: privileges.become(uid))
    todo.note("parent death", lambda: privileges.die_with(orders.parent))
    todo.note("not dumpable", privileges.hide_memory)
    return left


def _restrict() -> str:
    return f"no files, TCP, abstract sockets or signals (ABI {landlock.restrict()})"


def _filter() -> str:
    seccomp.install()
    return "a filter for system calls, around every thread"
