"""That no test of the seal can be skipped unnoticed in continuous integration."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

WAYS = {
    "mark": "@pytest.mark.skipif(True, reason='why')\ndef test(): ...",
    "test": "def test(): pytest.skip('why')",
    "fixture": "@pytest.fixture\ndef f(): pytest.skip('why')\ndef test(f): ...",
    "module": "pytest.skip('why', allow_module_level=True)",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Tests that are all skipped, in directories like ours."""
    (tmp_path / "conftest.py").write_text((TESTS / "conftest.py").read_text())
    for where in ("hostile", "sandbox", "broker"):
        (tmp_path / where).mkdir()
        for way, code in WAYS.items():
            (tmp_path / where / f"test_{way}.py").write_text(f"import pytest\n{code}\n")
    return tmp_path


def run(tree: Path, **environment: str) -> dict[str, int]:
    """Return how many of the tests ended in which way."""
    settings = ["-c", str(TESTS.parent / "pyproject.toml"), "--rootdir", str(tree)]
    options = ["-p", "no:cacheprovider", "--continue-on-collection-errors"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *settings, *options, str(tree)],
        env={name: os.environ[name] for name in os.environ.keys() - {"CI"}} | environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    counts = re.findall(r"(\d+) (failed|passed|skipped|error)", done.stdout.splitlines()[-1])
    return {word: int(count) for count, word in counts}


def test_skipped_test_of_the_seal_fails_in_continuous_integration(tree: Path) -> None:
    # Two directories are the seal's. What is skipped before its test begins is an error.
    assert run(tree, CI="true") == {"failed": 2, "error": 6, "skipped": 4}


def test_everywhere_else_it_is_skipped(tree: Path) -> None:
    assert run(tree) == {"skipped": 12}
