from __future__ import annotations

from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

Start = Callable[[str], CompletedProcess[str]]

FIXED = "from actionsd_sandbox import limits; import os, resource; limits.set_fixed()\n"


@pytest.mark.parametrize(
    ("attempt", "ending"),
    [
        # Python ignores the signal that comes with the error.
        ("os.write(os.memfd_create('m'), b'x' * 100)", "File too large"),
        ("[os.pipe() for _ in range(40)]", "Too many open files"),
    ],
    ids=["write a file", "open many"],
)
def test_fixed_limit_holds(in_process: Start, attempt: str, ending: str) -> None:
    assert in_process(f"import os\n{attempt}").returncode == 0
    assert ending in in_process(f"{FIXED}{attempt}").stderr


def test_core_is_never_written(in_process: Start) -> None:
    ended = in_process(f"{FIXED}print(resource.getrlimit(resource.RLIMIT_CORE))")
    assert ended.stdout.strip() == "(0, 0)"


def test_memory_beyond_the_wall_is_refused(in_process: Start) -> None:
    ended = in_process("""
from actionsd_sandbox.limits import MemoryWall
MemoryWall().raise_(64 * 2**20)
small = bytearray(32 * 2**20)
try:
    bytearray(64 * 2**20)
except MemoryError:
    print("refused")
""")
    assert ended.stdout.strip() == "refused"
