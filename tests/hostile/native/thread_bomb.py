# attack: thread_bomb
# does: makes threads without end; stops after 60
# sealed: EAGAIN
# needs: thread limit
# control: through
# as: root, user

from __future__ import annotations

import errno
import threading

from attack_world import World

_BOUND = 60


def attack(_world: World) -> object:
    threading.stack_size(1 << 16)  # so that memory is not what stops it
    enough = threading.Event()
    threads = [threading.Thread(target=enough.wait) for _ in range(_BOUND)]
    begun = 0
    try:
        for thread in threads:
            thread.start()
            begun += 1
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, f"{error}, after {begun}") from error
    finally:
        enough.set()
        for thread in threads[:begun]:
            thread.join()
        threading.stack_size(0)
    return begun
