# attack: i386_int80
# does: makes a system call by the numbers of 32-bit programs
# sealed: killed
# control: through | crashed (a kernel without them)
# as: root, user

from __future__ import annotations

import ctypes
import os

from attack_world import PAGE, World

# push rbx; mov eax, 20 (getpid, as i386 counts); int 0x80; pop rbx; ret
_GETPID = bytes.fromhex("53 b814000000 cd80 5b c3")


def attack(world: World) -> object:
    ctypes.memmove(world.code.end - PAGE, _GETPID, len(_GETPID))
    return ctypes.CFUNCTYPE(ctypes.c_int)(world.code.end - PAGE)() == os.getpid()
