"""Ordinary scripts do not notice that they share a realm: same claims as in one of their own.

Each file of `ordinary/` says which realm it is to get; the broker's look at its text must
agree. In ZITADEL every run has a VM of its own, which an unhardened realm stands for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actionsd_broker.patches import patches_intrinsics

Run = Callable[..., Any]

FILES = sorted((Path(__file__).parent / "ordinary").glob("*.js"))
REALM = re.compile(r"// Realm: (shared|fresh)\.")


def realm_of(source: str) -> str:
    match = REALM.match(source)
    assert match is not None
    return match[1]


def of_realm(realm: str) -> list[Path]:
    return [path for path in FILES if realm_of(path.read_text()) == realm]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_broker_finds_the_realm_from_the_text(path: Path) -> None:
    source = path.read_text()
    assert patches_intrinsics(source) is (realm_of(source) == "fresh")


@pytest.mark.parametrize("strict", [False, True], ids=["as it is", "strict"])
@pytest.mark.parametrize("path", of_realm("shared"), ids=lambda path: path.stem)
def test_script_does_in_a_shared_realm_what_it_does_in_its_own(
    run: Run, run_fresh: Run, path: Path, strict: bool
) -> None:
    source = ("'use strict';" if strict else "") + path.read_text()
    shared, own = run(source), run_fresh(source)
    assert shared.claims == own.claims
    assert shared.errors == own.errors
    assert strict or (own.error is None and len(own.claims) > 0)


@pytest.mark.parametrize("path", of_realm("shared"), ids=lambda path: path.stem)
def test_script_does_the_same_in_every_run(run: Run, path: Path) -> None:
    source = path.read_text()
    first, second = run(source), run(source)
    assert first.same_realm
    assert second.same_realm
    assert first.text == second.text


@pytest.mark.parametrize("path", of_realm("fresh"), ids=lambda path: path.stem)
def test_script_that_needs_a_realm_of_its_own_works_there(run_fresh: Run, path: Path) -> None:
    outcome = run_fresh(path.read_text())
    assert outcome.error is None
    assert len(outcome.claims) > 0
