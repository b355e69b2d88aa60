from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.workload import WORKLOADS

SHORT = ["--quick", "--workers", "1", "--in-flight", "2", "--seconds", "0.1", "--workload", "w1"]


def run_suite(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *SHORT, *arguments],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=110,
        check=False,
    )


@pytest.mark.slow
def test_a_real_daemon_is_measured() -> None:
    done = run_suite("--json", "-")
    assert done.returncode == 0, done.stderr
    (figure,) = json.loads(done.stdout)["workloads"]["w1"]
    assert figure["jobs"] > 0
    assert figure["cpu_us_per_job"]["worker"] > 0
    assert "actionsd: w1, 1 worker, 2 in flight" in done.stderr


@pytest.mark.slow
def test_a_workload_with_wrong_results_fails_the_run(tmp_path: Path) -> None:
    (tmp_path / "context.json").write_bytes((WORKLOADS / "context.json").read_bytes())
    (tmp_path / "w1.js").write_text("function w1(ctx, api) { api.v1.claims.setClaim('k', 'x'); }")
    (tmp_path / "expected.json").write_text('{"w1": {"claims": {"k": "v"}, "logs": []}}')
    done = run_suite("--workloads", str(tmp_path))
    assert done.returncode == 1
    assert "benchmarks: w1: wrong result" in done.stderr
