from __future__ import annotations

import os
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

Start = Callable[[str], CompletedProcess[str]]

BEGIN = """
import ctypes, os, signal
from pathlib import Path
from actionsd_sandbox import privileges
libc = ctypes.CDLL(None)
def now(name):
    return Path("/proc/self/status").read_text().split(name + ":\\t")[1].split("\\n")[0]
"""


@pytest.mark.parametrize(
    ("step", "question", "before", "after"),
    [
        ("gain_nothing()", "now('NoNewPrivs')", "0", "1"),
        ("hide_memory()", "libc.prctl(3, 0, 0, 0, 0)", "1", "0"),  # PR_GET_DUMPABLE
    ],
    ids=["no new privileges", "not dumpable"],
)
def test_step_changes_what_the_kernel_says(
    in_process: Start, step: str, question: str, before: str, after: str
) -> None:
    ended = in_process(f"{BEGIN}print({question})\nprivileges.{step}\nprint({question})")
    assert ended.stdout.split() == [before, after]


def test_no_capability_is_left(in_process: Start) -> None:
    ended = in_process(f"""{BEGIN}
privileges.drop_capabilities(keep_effective=False)
print({{int(now(name), 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")}})
""")
    assert ended.stdout.strip() == "{0}"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_change_of_uid_reaches_every_thread_with_its_capabilities(in_process: Start) -> None:
    ended = in_process(f"""{BEGIN}
import threading
go = threading.Event()
threading.Thread(target=go.wait).start()
privileges.drop_capabilities(keep_effective=True)
privileges.become(60702)
for status in Path("/proc/self/task").glob("*/status"):
    text = status.read_text()
    print(text.split("Uid:\\t")[1].split()[0], text.split("CapEff:\\t")[1].split()[0])
go.set()
""")
    assert ended.stdout.splitlines() == ["60702 " + "0" * 16] * 2


def test_death_of_the_parent_kills(in_process: Start) -> None:
    ended = in_process(f"""{BEGIN}
privileges.die_with(os.getppid())
number = ctypes.c_int()
libc.prctl(2, ctypes.byref(number), 0, 0, 0)  # PR_GET_PDEATHSIG
print(number.value == signal.SIGKILL)
""")
    assert ended.stdout.strip() == "True"


def test_parent_that_is_gone_is_noticed(in_process: Start) -> None:
    ended = in_process(f"{BEGIN}privileges.die_with(1 << 30)")
    assert "ParentGoneError: the parent (pid 1073741824) is gone" in ended.stderr
