# attack: inotify
# does: watches what others do with files
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

from attack_world import World, call

_INOTIFY_INIT1, _INOTIFY_ADD_WATCH, _IN_OPEN = 294, 254, 0x20


def attack(_world: World) -> object:
    return call(_INOTIFY_ADD_WATCH, call(_INOTIFY_INIT1, 0), b"/etc", _IN_OPEN)
