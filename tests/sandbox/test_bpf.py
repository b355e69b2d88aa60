from __future__ import annotations

import errno
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest
from filter_machine import AARCH64, I386, X86_64, Call, verdict
from hypothesis import given
from hypothesis import strategies as some

from actionsd_sandbox import bpf
from actionsd_sandbox.bpf import ALLOW, INT, KILL, LONG, Condition, Rule, SeccompError, refuse

DEFAULT = refuse(errno.EPERM)
REFUSED = refuse(errno.EACCES)

# Few values, so that what is asked and what is named meet often.
words = some.sampled_from([0, 1, 2, 3, 0xFF, 0x80000000, INT])
arguments = some.builds(lambda high, low: high << 32 | low, some.sampled_from([0, 1, INT]), words)
masks = some.sampled_from([INT, LONG, 1, INT & ~2, LONG & ~1, 0xFFFFFFFF00000001])
conditions = some.builds(
    Condition, some.integers(0, 5), masks, some.lists(words, min_size=1, max_size=4).map(tuple)
)
rules = some.lists(
    some.builds(
        Rule,
        some.integers(0, 5),
        some.lists(conditions, max_size=3).map(tuple),
        some.just(ALLOW),
        some.sampled_from([KILL, REFUSED]),
    ),
    max_size=4,
)
verdicts = some.dictionaries(some.integers(6, 12), some.sampled_from([ALLOW, KILL, REFUSED]))


def expected(call: Call, its: list[Rule], others: dict[int, int]) -> int:
    for rule in its:
        if rule.call == call.number:
            held = [call.arguments[c.argument] & c.mask in c.values for c in rule.conditions]
            return rule.then if all(held) else rule.otherwise
    return others.get(call.number, DEFAULT)


@given(rules, verdicts, some.integers(0, 13), some.tuples(*[arguments] * 6))
def test_filter_says_what_its_rules_say(
    its: list[Rule], others: dict[int, int], number: int, values: tuple[int, ...]
) -> None:
    call = Call(number, values)
    program = bpf.assemble("x86_64", its, others, DEFAULT)
    assert verdict(program, call) == expected(call, its, others)


def test_long_lists_of_calls_are_within_reach() -> None:
    program = bpf.assemble("x86_64", [], dict.fromkeys(range(1000), ALLOW), DEFAULT)
    said = {verdict(program, Call(number)) for number in range(1000)}
    assert (said, verdict(program, Call(1000))) == ({ALLOW}, DEFAULT)


def test_jump_that_is_too_long_is_refused() -> None:
    rule = Rule(1, (Condition(0, INT, tuple(range(300))),), ALLOW, KILL)
    with pytest.raises(SeccompError, match="a jump over"):
        bpf.assemble("x86_64", [rule], {}, DEFAULT)


def test_program_that_the_kernel_would_not_take_is_refused() -> None:
    with pytest.raises(SeccompError, match="instructions"):
        bpf.assemble("x86_64", [], dict.fromkeys(range(5000), ALLOW), DEFAULT)


@pytest.mark.parametrize(
    ("machine", "architecture", "number", "said"),
    [
        ("x86_64", X86_64, 1, ALLOW),
        ("x86_64", I386, 1, KILL),
        ("x86_64", AARCH64, 1, KILL),
        ("x86_64", X86_64, 0x40000000, KILL),
        ("x86_64", X86_64, 0x40000001, KILL),
        ("x86_64", X86_64, 0x3FFFFFFF, DEFAULT),
        ("x86_64", X86_64, -1, KILL),
        ("aarch64", AARCH64, 1, ALLOW),
        ("aarch64", X86_64, 1, KILL),
        ("aarch64", AARCH64, 0x40000001, DEFAULT),
    ],
)
def test_calls_by_another_interface_kill(
    machine: str, architecture: int, number: int, said: int
) -> None:
    program = bpf.assemble(machine, [], {1: ALLOW}, DEFAULT)
    assert verdict(program, Call(number, (), architecture)) == said


LOAD = """
import errno, os, threading
from actionsd_sandbox import bpf
from actionsd_sandbox import privileges
MACHINE = os.uname().machine
GETPGID = 121 if MACHINE == "x86_64" else 155
def load():
    bpf.load(bpf.assemble(MACHINE, [], {GETPGID: bpf.refuse(errno.EXDEV)}, bpf.ALLOW))
def ask():
    try:
        print("answered", os.getpgid(0))
    except OSError as error:
        print(error.strerror)
"""


def test_filter_is_set_for_threads_that_are_there_and_for_those_to_come(
    in_process: Callable[[str], CompletedProcess[str]],
) -> None:
    ended = in_process(f"""{LOAD}
import queue
asked = queue.SimpleQueue()
before = threading.Thread(target=lambda: asked.get() or ask())
before.start()
privileges.gain_nothing()
load()
ask()
asked.put(None)
before.join()
after = threading.Thread(target=ask)
after.start()
after.join()
""")
    assert ended.stdout.splitlines() == ["Invalid cross-device link"] * 3


def test_filter_that_the_kernel_refuses_is_loud(
    in_process: Callable[[str], CompletedProcess[str]],
) -> None:
    ended = in_process(f"""{LOAD}
privileges.gain_nothing()
try:
    bpf.load(b"\\xff" * 8)
except bpf.SeccompError as error:
    print(error)
""")
    expected = "[Errno 22] the kernel takes no filter: seccomp: Invalid argument"
    assert ended.stdout.strip() == expected


def test_filter_that_would_miss_a_thread_is_loud(
    in_process: Callable[[str], CompletedProcess[str]],
) -> None:
    # A thread that has set a filter for itself alone cannot be synchronised.
    ended = in_process(f"""{LOAD}
import ctypes, struct
privileges.gain_nothing()
is_set, go_on = threading.Event(), threading.Event()
def set_its_own():
    program = bpf.assemble(MACHINE, [], {{}}, bpf.ALLOW)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    ctypes.CDLL(None).prctl(22, 2, header, 0, 0)  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
    is_set.set()
    go_on.wait()
other = threading.Thread(target=set_its_own)
other.start()
is_set.wait()
try:
    load()
except bpf.SeccompError as error:
    print(error)
go_on.set()
other.join()
""")
    assert "has a filter of its own" in ended.stdout
