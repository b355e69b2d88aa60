# attack: sched_fifo
# does: takes a core for itself
# sealed: EPERM
# control: through
# control as user: EPERM (needs CAP_SYS_NICE)
# as: root, user

from __future__ import annotations

import os

from attack_world import World


def attack(_world: World) -> None:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
