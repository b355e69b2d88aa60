from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import msgspec
import pytest
from seal_bench import Failed, Outcome, Scenario

from actionsd_broker import checkup
from actionsd_sandbox import probes
from actionsd_sandbox.probes import PROBES, Attempt

Start = Callable[[str], CompletedProcess[str]]

KILLED = "ended as -31"


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome | Failed]:
    """What came of each probe in a sealed process of its own."""
    uid = 60701 if os.geteuid() == 0 else None
    scenarios = {
        name: Scenario(uid=uid, after=f"tuple(probes.attempt({name!r}))") for name in PROBES
    }
    script = Path(__file__).parents[1] / "seal_bench.py"
    done = subprocess.run(
        [sys.executable, str(script)],
        input=msgspec.json.encode(scenarios),
        capture_output=True,
        timeout=100,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=dict[str, Outcome | Failed])


def test_broker_knows_all_probes_by_name() -> None:
    assert tuple(PROBES) == checkup.PROBES


@pytest.mark.parametrize("name", PROBES)
def test_sealed_process_does_not_get_through(
    outcomes: dict[str, Outcome | Failed], name: str
) -> None:
    match outcomes[name]:
        case Outcome(answer=answer):
            assert answer in {"(False, 'EACCES')", "(False, 'EPERM')"}
        case Failed(reason=reason):
            assert reason == KILLED


@pytest.mark.parametrize("name", PROBES)
def test_control_gets_through(in_process: Start, name: str) -> None:
    ended = in_process(f"""
from actionsd_sandbox import probes
print(tuple(probes.attempt({name!r})))
""")
    if "refused" in _around_us() and "False" in ended.stdout:
        pytest.skip(f"a filter around the tests refuses it: {ended.stdout}")
    assert ended.stdout.startswith("(True, "), ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("error", "through"),
    [
        (errno.EPERM, False),
        (errno.EACCES, False),
        (errno.ENOSYS, False),
        (errno.ECONNREFUSED, True),  # the kernel has tried
        (errno.EFAULT, True),
    ],
)
def test_error_from_behind_the_wall_is_not_its_own(
    monkeypatch: pytest.MonkeyPatch, error: int, through: bool
) -> None:
    def probe() -> None:
        raise OSError(error, "no")

    monkeypatch.setitem(probes.PROBES, "trial", probe)
    assert probes.attempt("trial") == Attempt(through, errno.errorcode[error])


def _around_us() -> str:
    status = Path("/proc/self/status").read_text("ascii")
    return "refused by a filter" if "\nSeccomp:\t2" in status else ""
