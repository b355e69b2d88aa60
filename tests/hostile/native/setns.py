# attack: setns
# does: enters another process's namespace
# sealed: killed
# control: through
# control as user: EPERM (needs CAP_SYS_ADMIN)
# as: root, user

from __future__ import annotations

from attack_world import World, call, open_or_any

_SETNS = 308


def attack(world: World) -> object:
    return call(_SETNS, open_or_any(f"/proc/{world.broker}/ns/net"), 0)
