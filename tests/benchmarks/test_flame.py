"""The flame graph's command: what it takes, and what it says where it cannot."""

from __future__ import annotations

import sys

import pytest

from benchmarks import flame


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["flame", *arguments])
    return flame.main()


def test_machine_without_py_spy_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    assert run(monkeypatch) == 2
    assert "pip install 'actionsd[bench]'" in capsys.readouterr().out


@pytest.mark.slow
def test_profiler_that_fails_is_quoted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: "/bin/ls")
    assert run(monkeypatch, "--seconds", "1") == 1
    assert "py-spy has failed: /bin/ls" in capsys.readouterr().err


def test_number_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(monkeypatch, "--in-flight", "0")
    assert "not a number from 1" in capsys.readouterr().err
