from __future__ import annotations

import os
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

from actionsd_sandbox import kernel

Start = Callable[[str], CompletedProcess[str]]

_PR_GET_DUMPABLE = 3
_NO_SUCH = 1 << 20


def test_property_is_set_and_asked() -> None:
    assert kernel.prctl(_PR_GET_DUMPABLE) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kernel.prctl(_NO_SUCH, 7), r"prctl\(1048576, 7\): Invalid argument"),
        (lambda: kernel.unshare(1), r"unshare\(0x1\): Invalid argument"),
        (lambda: kernel.mount("none", "/nonexistent", "tmpfs", 0), r"mount\(/nonexistent\): "),
        (lambda: kernel.unmount("/nonexistent"), r"umount\(/nonexistent\): "),
        (lambda: kernel.pivot_root("/nonexistent", "/"), r"pivot_root\(/nonexistent\): "),
    ],
    ids=["prctl", "unshare", "mount", "unmount", "pivot_root"],
)
def test_refusal_says_what_was_asked(call: Callable[[], object], message: str) -> None:
    with pytest.raises(OSError, match=message) as refused:
        call()
    assert refused.value.errno is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="nobody else has capabilities")
def test_capabilities_are_the_calling_threads_own(in_process: Start) -> None:
    ended = in_process("""
import threading
from pathlib import Path
from actionsd_sandbox import kernel

def effective():
    text = Path(f"/proc/self/task/{threading.get_native_id()}/status").read_text()
    print(int(text.split("CapEff:\\t")[1].split()[0], 16) > 0)

go = threading.Event()
other = threading.Thread(target=lambda: (go.wait(), effective()))
other.start()
kernel.clear_capabilities()
effective()
go.set()
other.join()
""")
    assert ended.stdout.split() == ["False", "True"]
