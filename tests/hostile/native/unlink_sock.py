# attack: unlink_sock
# does: removes a file, as it might the broker's socket
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

from pathlib import Path

from attack_world import World


def attack(world: World) -> None:
    Path(world.target).unlink()
