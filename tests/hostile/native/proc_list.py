# attack: proc_list
# does: lists the machine's processes
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

from pathlib import Path

from attack_world import World


def attack(_world: World) -> object:
    return [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]
