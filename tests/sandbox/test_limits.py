from __future__ import annotations

from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

Start = Callable[[str], CompletedProcess[str]]

APPLY = """
import ctypes, os, resource, signal
from actionsd_sandbox.limits import apply_limits
apply_limits(os.getppid())
libc = ctypes.CDLL(None)
"""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("resource.getrlimit(resource.RLIMIT_CORE)", "(0, 0)"),
        ("libc.prctl(3, 0, 0, 0, 0)", "0"),  # PR_GET_DUMPABLE
        ("libc.prctl(39, 0, 0, 0, 0)", "1"),  # PR_GET_NO_NEW_PRIVS
    ],
    ids=["no core dump", "not dumpable", "no new privileges"],
)
def test_limit_is_set(in_process: Start, question: str, answer: str) -> None:
    assert in_process(f"{APPLY}print({question})").stdout.strip() == answer


def test_death_of_the_parent_kills(in_process: Start) -> None:
    ended = in_process(f"""{APPLY}
number = ctypes.c_int()
libc.prctl(2, ctypes.byref(number), 0, 0, 0)  # PR_GET_PDEATHSIG
print(number.value == signal.SIGKILL)
""")
    assert ended.stdout.strip() == "True"


def test_parent_that_is_gone_is_noticed(in_process: Start) -> None:
    ended = in_process("""
from actionsd_sandbox.limits import LimitError, apply_limits
try:
    apply_limits(1 << 30)
except LimitError as error:
    print(error)
""")
    assert ended.stdout.strip() == f"the broker (pid {1 << 30}) is gone"


def test_refusal_of_the_kernel_is_told(in_process: Start) -> None:
    ended = in_process("""
from actionsd_sandbox import limits
try:
    limits._prctl(-1, 0)
except limits.LimitError as error:
    print(error)
""")
    assert "prctl(-1, 0): Invalid argument" in ended.stdout
