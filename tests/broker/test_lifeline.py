"""A process on the lifeline ends with its parent, however that ends."""

from __future__ import annotations

import subprocess
import sys

import psutil

PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], str(os.getpid())])
child.wait()
"""
CHILD = """
import os, sys, time
from actionsd_broker.errors import StartError
from actionsd_broker.lifeline import die_with
try:
    die_with(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
except StartError as error:
    sys.exit(str(error))
print(os.getpid(), flush=True)
time.sleep(60)
"""


def test_child_is_killed_when_its_parent_is() -> None:
    command = [sys.executable, "-c", PARENT, CHILD]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        # The pipe ends when both have.
        assert parent.stdout.read() == ""
    psutil.wait_procs([child], timeout=20)
    assert not child.is_running()


def test_child_of_a_parent_that_is_gone_does_not_begin() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "the daemon that this is for (pid 1) is gone\n"
