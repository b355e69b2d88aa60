"""Classic BPF as the kernel runs it on a system call: what a filter says, without setting it."""

from __future__ import annotations

import struct
from typing import NamedTuple

X86_64, AARCH64, I386 = 0xC000003E, 0xC00000B7, 0x40000003


class Call(NamedTuple):
    """A system call as a filter sees it."""

    number: int
    arguments: tuple[int, ...] = ()
    architecture: int = X86_64


def verdict(program: bytes, call: Call) -> int:
    """Run a filter to its end. Anything that the kernel would not take is an error."""
    padded = [*call.arguments, 0, 0, 0, 0, 0, 0][:6]
    words = [argument % (1 << 64) for argument in padded]
    data = struct.pack("<IIQ6Q", call.number % (1 << 32), call.architecture, 0, *words)
    accumulator = at = 0
    while True:
        code, if_so, if_not, operand = struct.unpack_from("=HBBI", program, 8 * at)
        at += 1
        match code:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", data, operand)
            case 0x54:
                accumulator &= operand
            case 0x15:
                at += if_so if accumulator == operand else if_not
            case 0x35:
                at += if_so if accumulator >= operand else if_not
            case 0x06:
                return int(operand)
            case _:
                raise ValueError(f"instruction {code:#x}")
