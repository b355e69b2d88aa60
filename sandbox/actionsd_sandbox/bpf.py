"""Filters for system calls: rules in, a classic BPF program out, and into the kernel with it.

This file knows how a filter is written and loaded, not what it should say: the policy is
in `seccomp`. Programs are built from their end, so that every jump goes forward over code
that is there already and its length is known. A jump that does not fit its eight bits is
refused, never cut off.

The kernel remembers which calls a filter always allows, and does not run it for these any
more: calls that are allowed without looking at an argument cost next to nothing.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from actionsd_sandbox import syscalls

ALLOW = 0x7FFF0000
KILL = 0x80000000
"""Ends the whole process with SIGSYS, which nobody can catch."""

INT = 0xFFFFFFFF
"""Mask of an `int` argument: the kernel looks at no more, and callers leave rubbish above."""

LONG = 0xFFFFFFFFFFFFFFFF
"""Mask of a pointer or an `unsigned long`."""

# Classic BPF (linux/filter.h): what is loaded goes to the accumulator.
_LOAD = 0x20
_AND = 0x54
_JUMP_IF_EQUAL = 0x15
_JUMP_IF_AT_LEAST = 0x35
_RETURN = 0x06
_MAX_JUMP = 255
_MAX_PROGRAM = 4096

# struct seccomp_data: int nr; u32 arch; u64 instruction pointer; u64 arguments[6].
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1

# AUDIT_ARCH_*: the ELF machine, 64 bits, little endian.
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# x86_64 takes the calls of its x32 interface under the same architecture, from here on.
_X32 = 0x40000000


class SeccompError(OSError):
    """Raised when a filter cannot be made or the kernel does not take it."""


class Condition(NamedTuple):
    """`arguments[argument] & mask` is one of `values`, none of which needs more than 32 bits."""

    argument: int
    mask: int
    values: tuple[int, ...]


class Rule(NamedTuple):
    """What happens to a call, by its arguments: `then` if all conditions hold."""

    call: int
    conditions: tuple[Condition, ...]
    then: int
    otherwise: int


def refuse(error: int) -> int:
    """Return the verdict that lets a call fail with an errno."""
    return 0x00050000 | error


def assemble(
    machine: str, rules: Iterable[Rule], verdicts: Mapping[int, int], default: int
) -> bytes:
    """Make a filter: rules for some calls, one verdict for others, a default for the rest.

    The first rule for a call counts, before any verdict.
    """
    program = [_return(default)]
    for verdict in dict.fromkeys(verdicts.values()):
        calls = [call for call, its in verdicts.items() if its == verdict]
        for start in range(0, len(calls), _MAX_JUMP):
            program = _any_of(calls[start : start + _MAX_JUMP], verdict) + program
    for rule in reversed(list(rules)):
        program = _only(rule.call, _judge(rule)) + program
    program = _entry(machine) + program
    if len(program) > _MAX_PROGRAM:
        raise SeccompError(errno.E2BIG, f"a filter of {len(program)} instructions")
    return b"".join(program)


def load(program: bytes) -> None:
    """Set a filter for all threads of this process, for good.

    The process must have given up gaining privileges before. Raises SeccompError if the
    kernel did not take it: then no thread has it.
    """
    buffer = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: unsigned short length; struct sock_filter *filter.
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    pointer = ctypes.create_string_buffer(header, len(header))
    mode, flags = _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC
    try:
        thread = syscalls.invoke("seccomp", mode, flags, ctypes.addressof(pointer))
    except OSError as error:
        raise SeccompError(error.errno, f"the kernel takes no filter: {error.strerror}") from error
    if thread != 0:
        raise SeccompError(errno.EBUSY, f"thread {thread} has a filter of its own")


def _entry(machine: str) -> list[bytes]:
    known = _ARCHITECTURES[machine]
    program = [_load(_ARCHITECTURE), _jump(_JUMP_IF_EQUAL, known, 1, 0), _return(KILL)]
    program.append(_load(_NUMBER))
    if machine == "x86_64":
        program += [_jump(_JUMP_IF_AT_LEAST, _X32, 0, 1), _return(KILL)]
    return program


def _any_of(calls: list[int], verdict: int) -> list[bytes]:
    # The last one jumps over the verdict if it does not match, all others to it if they do.
    program = [_jump(_JUMP_IF_EQUAL, calls[-1], 0, 1), _return(verdict)]
    for call in reversed(calls[:-1]):
        program.insert(0, _jump(_JUMP_IF_EQUAL, call, len(program) - 1, 0))
    return program


def _only(call: int, block: list[bytes]) -> list[bytes]:
    return [_jump(_JUMP_IF_EQUAL, call, 0, len(block)), *block]


def _judge(rule: Rule) -> list[bytes]:
    # The block never falls out at its end, so it may overwrite the number with arguments.
    program = [_return(rule.then), _return(rule.otherwise)]
    for condition in reversed(rule.conditions):
        low, high = condition.mask & INT, condition.mask >> 32
        offset = _ARGUMENTS + 8 * condition.argument
        program = _word(offset, low, condition.values, program)
        if high:
            program = _word(offset + 4, high, (0,), program)
    return program


def _word(offset: int, mask: int, values: tuple[int, ...], rest: list[bytes]) -> list[bytes]:
    # A match goes on with `rest`, anything else to the last instruction there is.
    program = [_jump(_JUMP_IF_EQUAL, values[-1], 0, len(rest) - 1), *rest]
    for matched, value in enumerate(reversed(values[:-1]), 1):
        program.insert(0, _jump(_JUMP_IF_EQUAL, value, matched, 0))
    masked = [] if mask == INT else [struct.pack("=HBBI", _AND, 0, 0, mask)]
    return [_load(offset), *masked, *program]


def _load(offset: int) -> bytes:
    return struct.pack("=HBBI", _LOAD, 0, 0, offset)


def _return(verdict: int) -> bytes:
    return struct.pack("=HBBI", _RETURN, 0, 0, verdict)


def _jump(operation: int, operand: int, if_so: int, if_not: int) -> bytes:
    if max(if_so, if_not) > _MAX_JUMP:
        raise SeccompError(errno.EINVAL, f"a jump over {max(if_so, if_not)} instructions")
    return struct.pack("=HBBI", operation, if_so, if_not, operand)
