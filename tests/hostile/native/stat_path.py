# attack: stat_path
# does: asks whether a file is there
# sealed: EACCES
# control: through
# as: root, user

from __future__ import annotations

from pathlib import Path

from attack_world import World


def attack(_world: World) -> object:
    return Path("/etc/shadow").stat()
