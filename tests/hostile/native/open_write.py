# attack: open_write
# does: makes a file
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

from pathlib import Path

from attack_world import World


def attack(world: World) -> object:
    path = Path(f"{world.target}-made")
    path.touch()
    path.unlink()
    return path
