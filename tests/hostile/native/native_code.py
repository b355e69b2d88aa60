# attack: native_code
# does: writes machine code, then makes it executable
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

import ctypes

from attack_world import (
    MAP_PRIVATE,
    PAGE,
    PROT_EXEC,
    PROT_READ,
    PROT_WRITE,
    World,
    call,
    map_memory,
)

_MPROTECT = 10
_ANSWER = bytes.fromhex("b82a000000c3")  # mov eax, 42; ret


def attack(_world: World) -> object:
    page = map_memory(PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE)
    ctypes.memmove(page, _ANSWER, len(_ANSWER))
    call(_MPROTECT, page, PAGE, PROT_READ | PROT_EXEC)
    return ctypes.CFUNCTYPE(ctypes.c_int)(page)()
