"""Every case below `cases` does what the specification says, in a real daemon.

A folder holds `action.js`, or a chain of `1_name.js`, `2_name.js` …; the action's name is
the file's stem without the number. `expected.json` says what comes out and which rule of
the specification (shared/spec/zitadel-actions.md, by section) the case shows. A column may
differ between engines, so the message of a failure is compared without it.

Scripts may fetch from SITE, which stands for a server of the test's own (echo.py).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from actionsd_client import Action, Client, Result
from actionsd_protocol.errors import FailureKind
from actionsd_protocol.triggers import OPS, TRIGGERS

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(CASES.glob("*/*"))
SITE = "http://site.test"
REQUIRED = {"spec", "trigger", "outcome", "error", "mutations", "logs"}
OPTIONAL = {"context", "allowed_to_fail", "actions", "fetches"}

_NUMBER = re.compile(r"^\d+_")
_COLUMN = re.compile(r"(\d+):\d+(\)?)\Z")
_SECTION = re.compile(r"^(\d+(\.\d+[a-z]?)?|compatibility\.md)[ ,:]")


def load(path: Path) -> Any:
    return json.loads(path.read_text())


def scripts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.js"), key=lambda path: (len(path.stem.split("_")[0]), path.stem))


def context(folder: Path, expected: dict[str, Any]) -> Path:
    name: str = expected.get("context", "context.json")
    return (folder / name).resolve()


def actions(folder: Path, allowed_to_fail: bool | list[str], port: int) -> list[Action]:
    chain = []
    for path in scripts(folder):
        name = _NUMBER.sub("", path.stem)
        allowed = name in allowed_to_fail if isinstance(allowed_to_fail, list) else allowed_to_fail
        script = path.read_bytes().decode()  # line ends as they are
        script = script.replace(SITE, f"http://127.0.0.1:{port}")
        chain.append(Action(name=name, script=script, allowed_to_fail=allowed))
    return chain


def first_failure(result: Result, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return of the first failure, tolerated or not, what the case asks for."""
    failures = [action.error for action in result.actions if action.error is not None]
    if failures:
        message, line = _COLUMN.sub(r"\1\2", failures[0].message), failures[0].line
        found = {"kind": str(failures[0].kind), "message": message, "line": line}
    else:
        assert result.error is not None
        found = {"kind": str(result.error.kind), "message": result.error.message, "line": None}
    return {key: found[key] for key in wanted}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: str(path.relative_to(CASES)))
def test_case_comes_out_as_specified(client: Client, port: int, folder: Path) -> None:
    expected = load(folder / "expected.json")
    result = client.call(
        expected["trigger"],
        tenant="conformance",
        context=context(folder, expected).read_bytes(),
        actions=actions(folder, expected.get("allowed_to_fail", False), port),
    )
    assert [[line.level, line.message] for line in result.logs] == expected["logs"], result
    assert result.mutations == expected["mutations"]
    if expected["error"] is None:
        assert [action.error for action in result.actions] == [None] * len(result.actions)
        assert result.error is None
    else:
        assert first_failure(result, expected["error"]) == expected["error"], result.error
    assert result.outcome == expected["outcome"]
    if "actions" in expected:
        assert [action.outcome for action in result.actions] == expected["actions"]
    if "fetches" in expected:
        assert [action.fetches for action in result.actions] == expected["fetches"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: str(path.relative_to(CASES)))
def test_case_is_complete_and_names_its_section(folder: Path) -> None:
    expected = load(folder / "expected.json")
    assert set(expected) >= REQUIRED
    assert set(expected) <= REQUIRED | OPTIONAL
    assert _SECTION.match(expected["spec"]), expected["spec"]
    assert expected["trigger"] in TRIGGERS
    assert expected["outcome"] in ("succeeded", "failed")
    assert {mutation["op"] for mutation in expected["mutations"]} <= OPS[expected["trigger"]]
    if expected["error"] is not None:
        assert expected["error"]["kind"] in list(FailureKind)
    assert isinstance(load(context(folder, expected)), dict)
    names = [path.name for path in scripts(folder)]
    numbers = [name.split("_")[0] for name in names]
    assert names == ["action.js"] or numbers == [str(i + 1) for i in range(len(names))]
    own_context = [] if "context" in expected else ["context.json"]
    assert {path.name for path in folder.iterdir()} == {*names, "expected.json", *own_context}


def test_suite_has_at_least_150_cases() -> None:
    assert len(FOLDERS) >= 150


def test_every_trigger_has_cases() -> None:
    covered = {load(folder / "expected.json")["trigger"] for folder in FOLDERS}
    assert covered == set(TRIGGERS)


def test_every_shared_context_is_used() -> None:
    shared = {path.resolve() for path in (CASES.parent / "contexts").iterdir()}
    assert shared <= {context(folder, load(folder / "expected.json")) for folder in FOLDERS}
