# attack: dlopen_new
# does: loads a library that nobody has loaded
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

import ctypes
import errno

from attack_world import World


def attack(_world: World) -> object:
    try:
        return ctypes.CDLL("libBrokenLocale.so.1")
    except OSError as error:  # the dynamic loader's, with no errno but a text
        raise PermissionError(errno.EACCES, str(error)) from error
