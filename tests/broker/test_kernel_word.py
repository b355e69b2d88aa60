from __future__ import annotations

import mmap
import os
import subprocess
import sys
import threading
import time

from actionsd_broker import kernel_word

STATUS = """\
Name:\tpython
Uid:\t60706\t60706\t60706\t60706
VmPeak:\t  900000 kB
VmSize:\t  800000 kB
VmRSS:\t    1000 kB
VmData:\t  500000 kB
VmPTE:\t     200 kB
VmSwap:\t      30 kB
CapInh:\t0000000000000000
CapPrm:\t0000000000000001
CapEff:\t0000000000000000
NoNewPrivs:\t1
Seccomp:\t2
"""


def test_pages_their_tables_and_what_was_swapped_out_are_held() -> None:
    assert kernel_word.parse_held(STATUS.encode()) == 1230 * 1024


def test_process_that_takes_memory_is_seen_to() -> None:
    before = kernel_word.resident_bytes(os.getpid())
    with mmap.mmap(-1, 32 * 2**20) as memory:  # new pages: the heap may have some left over
        memory.write(b"x" * len(memory))
        assert kernel_word.resident_bytes(os.getpid()) - before > len(memory) // 2


def test_thread_is_described() -> None:
    word = kernel_word.parse_status(STATUS)
    assert word == (2, True, 1, frozenset({60706}))


def test_what_is_not_said_counts_as_the_worst() -> None:
    word = kernel_word.parse_status("")
    assert word == (0, False, 1, frozenset({0}))


def test_every_thread_is_read() -> None:
    enough = threading.Event()
    threads = [threading.Thread(target=enough.wait) for _ in range(5)]
    for thread in threads:
        thread.start()
    words = kernel_word.threads(os.getpid())
    enough.set()
    for thread in threads:
        thread.join()
    assert len(words) > len(threads)


def test_process_that_is_gone_has_no_threads() -> None:
    assert kernel_word.threads(1 << 30) == []


def test_cpu_is_that_of_the_process() -> None:
    assert abs(kernel_word.cpu_seconds(os.getpid()) - time.process_time()) < 1


def test_parent_is_whoever_forked() -> None:
    assert kernel_word.parent(os.getpid()) == os.getppid()
    assert kernel_word.parent(1 << 30) is None


def test_process_that_is_there_or_has_ended_is_not_hidden() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    assert not kernel_word.hidden(os.getpid())
    assert not kernel_word.hidden(ended.pid)
