"""A daemon where a layer of the seal cannot be had: what it says, and whether it serves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from actionsd_client import Client

TESTS = Path(__file__).parent.parent

# The daemon, in a process to which a system call that its workers need is refused.
LAUNCH = """
import sys
sys.path.insert(0, {tests!r})
from container import refuse
from actionsd_broker.cli import main
refuse([{call!r}])
sys.exit(main({arguments!r}))
"""

Serve = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def serve(short_path: Path) -> Serve:
    def start(call: str, config: str) -> subprocess.Popen[str]:
        (short_path / "a.toml").write_text(config)
        arguments = ["serve", "-c", f"{short_path}/a.toml", "--endpoint", f"ipc://{short_path}/c"]
        program = LAUNCH.format(tests=str(TESTS), call=call, arguments=arguments)
        return subprocess.Popen(
            [sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, cwd=short_path
        )

    return start


def test_daemon_that_must_be_sealed_and_is_not_tells_why_and_the_way_out(serve: Serve) -> None:
    daemon = serve("seccomp", "")
    _, words = daemon.communicate(timeout=60)
    assert daemon.returncode == 2
    assert "seccomp: " in words
    assert "the kernel takes no filter" in words
    assert "actionsd doctor" in words
    assert 'sandbox = "best-effort"' in words
    assert "actionsd ready" not in words
    assert "Traceback" not in words


def test_daemon_that_does_its_best_serves_and_says_what_is_missing(
    serve: Serve, short_path: Path
) -> None:
    daemon = serve("seccomp", 'sandbox = "best-effort"\n')
    assert daemon.stderr is not None
    lines = []
    try:
        for line in daemon.stderr:
            lines.append(line)
            if line.startswith("actionsd ready"):
                break
        assert "NOT SEALED (missing: " in lines[-1]
        assert "seccomp" in lines[-1]
        missing = [line for line in lines if "sandbox_layer_missing layer=seccomp" in line]
        assert len(missing) == 1
        assert " error " in missing[0]
        with Client(f"ipc://{short_path}/c") as client:
            assert client.call("preuserinfo", tenant="t", context={}).outcome == "succeeded"
    finally:
        daemon.terminate()
        daemon.communicate(timeout=60)
    assert daemon.returncode == 0


def test_second_lock_that_is_missing_is_told_and_does_not_keep_from_serving(serve: Serve) -> None:
    daemon = serve("landlock_create_ruleset", "")
    assert daemon.stderr is not None
    try:
        ready = next(line for line in daemon.stderr if line.startswith("actionsd ready"))
        assert "sealed (without: landlock" in ready
    finally:
        daemon.terminate()
        daemon.communicate(timeout=60)
