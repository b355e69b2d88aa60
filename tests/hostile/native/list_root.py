# attack: list_root
# does: lists the root directory
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

from pathlib import Path

from attack_world import World


def attack(_world: World) -> object:
    return list(Path("/").iterdir())
