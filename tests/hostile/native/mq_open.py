# attack: mq_open
# does: makes a queue with a name
# sealed: killed
# control: through
# as: root, user

from __future__ import annotations

import os

from attack_world import World, call

_MQ_OPEN, _MQ_UNLINK = 240, 241


def attack(_world: World) -> object:
    name = f"actionsd-{os.getpid()}".encode()
    call(_MQ_OPEN, name, os.O_CREAT | os.O_RDWR, 0o600, None)
    return call(_MQ_UNLINK, name)
