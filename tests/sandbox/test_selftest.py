from __future__ import annotations

from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

from actionsd_sandbox import selftest

Start = Callable[[str], CompletedProcess[str]]


def test_process_without_a_seal_fails_with_everything_that_got_through() -> None:
    with pytest.raises(OSError, match="not refused: open, connect, exec, executable mapping"):
        selftest.run()


def test_sealed_process_passes(in_process: Start) -> None:
    ended = in_process("""
from actionsd_sandbox import privileges, seccomp, selftest
privileges.gain_nothing()
seccomp.install()
print(selftest.run())
""")
    assert ended.stdout == "refused: open, connect, exec, executable mapping\n"


@pytest.mark.parametrize("name", selftest.PROBES)
def test_single_hole_is_named(in_process: Start, name: str) -> None:
    ended = in_process(f"""
from actionsd_sandbox import privileges, seccomp, selftest
privileges.gain_nothing()
seccomp.install()
selftest.PROBES[{name!r}] = lambda: 0
selftest.run()
""")
    assert ended.stderr.endswith(f"OSError: not refused: {name}\n")


def test_error_from_behind_the_wall_counts_as_a_hole() -> None:
    # Unsealed, three of them fail too: for what they ask, not because they may not.
    assert all(probe() == -1 for name, probe in selftest.PROBES.items() if name in "connect exec")
