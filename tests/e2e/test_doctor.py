"""`actionsd doctor`, on this machine, as whoever runs the tests and as a container would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from actionsd_broker import proof
from actionsd_broker.checkup import PROBES

CONTAINER = Path(__file__).parent.parent / "container.py"
DOCTOR = [sys.executable, "-m", "actionsd_broker.cli", "doctor"]


def doctor(command: list[str], directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, cwd=directory, timeout=110, check=False
    )


@pytest.fixture(
    params=[DOCTOR, [sys.executable, str(CONTAINER), *DOCTOR]], ids=["as we are", "in a container"]
)
def report(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    done = doctor(request.param, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_sandbox_holds_and_every_line_says_so(report: str) -> None:
    lines = report.splitlines()
    assert 'sandbox = "required" will serve' in lines[-1]
    assert not [line for line in lines if line.startswith(("  FAIL", "  OFF"))]
    for name in (*proof.REQUIRED, *PROBES):
        verdict = [line.split()[0] for line in lines if line[8:].startswith(name)]
        assert verdict, name
        assert verdict[0] in ("on", "ok"), name


def test_no_attempt_is_counted_that_this_machine_would_have_refused_anyway(report: str) -> None:
    # But in the container, whose own filter refuses the first of them.
    vain = [line for line in report.splitlines() if line.endswith("refuses it anyway")]
    assert len(vain) <= (3 if "as in a container" in report else 0), vain


def test_engine_without_compiler_holds_too(tmp_path: Path) -> None:
    config = tmp_path / "actionsd.toml"
    config.write_text("jitless = true\n")
    done = doctor([*DOCTOR, "-c", str(config)], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
