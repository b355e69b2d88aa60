"""The examples run, through the command and through a daemon, as the README says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from actionsd_broker.config import load_config
from actionsd_broker.fetch.secret_values import load_vault

EXAMPLES = Path(__file__).parents[2] / "examples"
CASES = json.loads((EXAMPLES / "expected.json").read_text())


@pytest.mark.parametrize("name", CASES)
def test_example_gives_what_it_says(
    name: str, actionsd: Callable[..., CompletedProcess[str]]
) -> None:
    script = EXAMPLES / "actions" / f"{name}.js"
    context = EXAMPLES / "contexts" / f"{name}.json"
    done = actionsd("run", str(script), "--trigger", "preuserinfo", "--context", str(context))
    result = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert result["mutations"] == CASES[name]["mutations"]
    assert [line["message"] for line in result["logs"]] == CASES[name]["logs"]


def test_registry_of_the_examples_is_fit(actionsd: Callable[..., CompletedProcess[str]]) -> None:
    done = actionsd("check", str(EXAMPLES / "actions"))
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(CASES)


def test_configuration_works_with_what_is_commented_out(tmp_path: Path) -> None:
    text = (EXAMPLES / "actionsd.toml").read_text()
    (tmp_path / "actionsd.toml").write_text(re.sub(r"^#(?=\S)", "", text, flags=re.MULTILINE))
    config = load_config(tmp_path / "actionsd.toml")
    assert len(config.fetch.allow) == 2
    load_vault(config.secrets, {"CRM_TOKEN": "correct-horse"})


def test_demo_runs_every_example_and_leaves_nothing_behind() -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "demo.py")],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"outcome": "succeeded"' in done.stdout
    assert "stopped" in done.stderr
