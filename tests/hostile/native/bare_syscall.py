# attack: bare_syscall
# does: makes a system call from machine code, past every library
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import ctypes

from attack_world import PAGE, World

# mov eax, 41 (socket); mov edi, 1; mov esi, 1; xor edx, edx; syscall; ret
_SOCKET = bytes.fromhex("b829000000 bf01000000 be01000000 31d2 0f05 c3")


def attack(world: World) -> object:
    ctypes.memmove(world.code.end - PAGE, _SOCKET, len(_SOCKET))
    descriptor: int = ctypes.CFUNCTYPE(ctypes.c_int)(world.code.end - PAGE)()
    if descriptor < 0:
        raise OSError(-descriptor, "refused")
    return descriptor
