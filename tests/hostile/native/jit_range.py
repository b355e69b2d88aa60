# attack: jit_range
# does: writes machine code where V8 has its own, and runs it
# sealed: harmless (W^X is not claimed with the JIT; code can do what the calls above can)
# control: through
# as: root, user

from __future__ import annotations

import ctypes

from attack_world import PAGE, World

_ANSWER = bytes.fromhex("b82a000000c3")  # mov eax, 42; ret


def attack(world: World) -> object:
    ctypes.memmove(world.code.end - PAGE, _ANSWER, len(_ANSWER))
    return ctypes.CFUNCTYPE(ctypes.c_int)(world.code.end - PAGE)()
