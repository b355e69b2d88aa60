# attack: timer_create
# does: makes timers, a structure of the kernel each
# sealed: EPERM
# control: through
# as: root, user

from __future__ import annotations

import ctypes

from attack_world import World, call

_TIMER_CREATE, _CLOCK_MONOTONIC = 222, 1


def attack(_world: World) -> object:
    return call(_TIMER_CREATE, _CLOCK_MONOTONIC, None, ctypes.byref(ctypes.c_int()))
