# attack: oom_adj
# does: keeps the kernel from choosing it when memory runs out
# sealed: EACCES
# control: through | EACCES (a root without CAP_SYS_RESOURCE)
# control as user: EACCES (needs CAP_SYS_RESOURCE)
# as: root, user

from __future__ import annotations

import os

from attack_world import World


def attack(_world: World) -> object:
    return os.write(os.open("/proc/self/oom_score_adj", os.O_WRONLY), b"-1")
