"""The workloads: a script, a context, and what the two must come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from benchmarks.errors import BenchmarkError

WORKLOADS = Path(__file__).with_name("workloads")
NAMES = ("w1", "w2", "w3", "w4")
SITE_PORT = 18099
"""Where w4 fetches from."""

TRIGGER = "complement-token/pre-userinfo"
TENANT = "load"


class Outcome(Struct, frozen=True, forbid_unknown_fields=True):
    """The claims that a job sets, and what it logs into claims."""

    claims: dict[str, Any]
    logs: list[str]


class Workload(NamedTuple):
    """One workload; the script's function has the workload's name."""

    name: str
    script: Path
    context: Path
    expected: Outcome | None

    @property
    def fetches(self) -> bool:
        """Whether it needs the site."""
        return self.name == "w4"


def load_workloads(directory: Path, names: list[str], *, full: bool = False) -> list[Workload]:
    """Return the workloads of these names in a directory; raises BenchmarkError."""
    context = directory / ("context-full.json" if full else "context.json")
    for path in (context, *(directory / f"{name}.js" for name in names)):
        if not path.is_file():
            raise BenchmarkError(f"{path}: not there")
    expected = load_expected(directory)
    return [Workload(n, directory / f"{n}.js", context, expected.get(n)) for n in names]


def load_expected(directory: Path) -> dict[str, Outcome]:
    """Return what the workloads must come to; nothing where the directory does not say."""
    path = directory / "expected.json"
    if not path.is_file():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Outcome])
    except msgspec.DecodeError as error:
        raise BenchmarkError(f"{path}: {error}") from error


def check(name: str, expected: Outcome | None, outcome: Outcome) -> None:
    """Raise BenchmarkError if a workload did not come to what it must."""
    if expected is not None and outcome != expected:
        raise BenchmarkError(f"{name}: wrong result: {outcome} instead of {expected}")
