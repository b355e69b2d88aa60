from __future__ import annotations

import subprocess
import sys

import psutil

from benchmarks.accounting import brood_cpu, children_cpu, memory_of, own_cpu

BURN = "import time\nwhile time.process_time() < 0.2: pass"


def test_what_a_dead_child_has_spent_is_counted() -> None:
    us = psutil.Process()
    before = children_cpu(us)
    subprocess.run([sys.executable, "-c", BURN], check=True)
    assert children_cpu(us) - before >= 0.15


def test_what_a_living_child_has_spent_is_counted() -> None:
    us = psutil.Process()
    before = children_cpu(us)
    code = f"{BURN}\nprint('burnt', flush=True)\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        spent = children_cpu(us) - before
        child.communicate(b"\n")
    assert spent >= 0.15


def test_a_brood_is_a_process_and_its_children() -> None:
    us = psutil.Process()
    assert brood_cpu(us) >= own_cpu(us) + children_cpu(us) - 0.05


def test_memory_of_a_process_that_has_gone_is_unknown() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        process = psutil.Process(child.pid)
        child.communicate(b"\n")
    assert memory_of(process) is None


def test_own_memory_is_part_of_the_share() -> None:
    memory = memory_of(psutil.Process())
    assert memory is not None
    assert memory.pss_mib >= memory.uss_mib > 0
