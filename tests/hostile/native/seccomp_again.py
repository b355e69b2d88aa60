# attack: seccomp_again
# does: sets a filter that allows everything
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import contextlib
import ctypes
import struct

from attack_world import World, call

_PRCTL, _PR_SET_NO_NEW_PRIVS = 157, 38
_SECCOMP, _SET_MODE_FILTER = 317, 1
_RETURN, _ALLOW = 0x06, 0x7FFF0000


def attack(_world: World) -> object:
    with contextlib.suppress(OSError):
        call(_PRCTL, _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    rule = ctypes.create_string_buffer(struct.pack("HBBI", _RETURN, 0, 0, _ALLOW), 8)
    program = struct.pack("HP", 1, ctypes.addressof(rule))
    return call(_SECCOMP, _SET_MODE_FILTER, 0, program)
