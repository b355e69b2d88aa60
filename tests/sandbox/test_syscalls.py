from __future__ import annotations

import errno
import os

import pytest

from actionsd_sandbox import syscalls


@pytest.mark.parametrize(
    ("call", "x86_64", "aarch64"),
    [
        ("read", 0, 63),
        ("open", 2, None),
        ("clone", 56, 220),
        ("execve", 59, 221),
        ("seccomp", 317, 277),
        ("clone3", 435, 435),
    ],
)
def test_call_has_its_number(call: str, x86_64: int, aarch64: int | None) -> None:
    assert syscalls.number(call, "x86_64") == x86_64
    assert syscalls.number(call, "aarch64") == aarch64


@pytest.mark.parametrize("column", range(len(syscalls.MACHINES)))
def test_no_two_calls_have_one_number(column: int) -> None:
    numbers = [its[column] for its in syscalls._NUMBERS.values() if its[column] is not None]
    assert len(numbers) == len(set(numbers))


def test_unknown_machine_is_told() -> None:
    with pytest.raises(OSError, match="riscv64, only for x86_64 and aarch64"):
        syscalls.number("read", "riscv64")


def test_call_is_made() -> None:
    assert syscalls.invoke("getpid") == os.getpid()


def test_refused_call_raises_its_errno() -> None:
    with pytest.raises(OSError, match="close: Bad file descriptor") as refused:
        syscalls.invoke("close", -1)
    assert refused.value.errno == errno.EBADF


def test_call_that_this_machine_has_not_is_not_implemented(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(syscalls._NUMBERS, "read", (None, None))
    with pytest.raises(OSError, match="not implemented"):
        syscalls.invoke("read", 0, 0, 0)
