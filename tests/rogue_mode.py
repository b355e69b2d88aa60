"""Rogue modes: files whose header says what a worker does and how that must end.

Lines `# key: value` at the top of `tests/hostile/rogue/NAME.py`:

    rogue    the mode's name, that of its file
    does     what the worker does
    stage    when: `birth`, instead of connecting; `job`, instead of running a job; `idle`,
             after it has run one; `batch`, instead of running the first of three jobs or more
    job      how its job ends: `succeeded`, or the kind of its failure; `a or b` if both will do
    log      the event that must be logged of this worker, and what its line must contain
    within   seconds from its breach to its death, at the most; 5 if not given
    limits   settings of its action: `timeout=0.15 cpu=2`
    floods   `yes` if it tries to fill the broker's memory
    slow     `yes` if it takes long

A mode is a function `misbehave`, which is given the `Rogue` that it is in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

MODES = Path(__file__).parent / "hostile" / "rogue"

WITHIN_SECONDS = 5.0

_HEADER = re.compile(r"# (\w+): (.*)")
_REQUIRED = {"rogue", "does", "stage", "log"}
_OPTIONAL = {"job", "within", "limits", "floods", "slow"}


@dataclass(frozen=True)
class Mode:
    """One way to misbehave."""

    header: dict[str, str]

    def __str__(self) -> str:
        return self.header["rogue"]

    @property
    def stage(self) -> str:
        """When it begins."""
        return self.header["stage"]

    @property
    def outcomes(self) -> list[str]:
        """How its job may end."""
        return self.header["job"].split(" or ")

    @property
    def event(self) -> str:
        """What must be logged."""
        return self.header["log"].partition(" ")[0]

    @property
    def words(self) -> str:
        """What that line must contain."""
        return self.header["log"].partition(" ")[2]

    @property
    def within_seconds(self) -> float:
        """The time from its breach to its death."""
        return float(self.header.get("within", WITHIN_SECONDS))

    @property
    def limits(self) -> dict[str, Any]:
        """Settings of its action."""
        pairs = [pair.split("=") for pair in self.header.get("limits", "").split()]
        return {name: float(value) if "." in value else int(value) for name, value in pairs}

    @property
    def floods(self) -> bool:
        """Whether it tries to fill the broker's memory."""
        return "floods" in self.header


def load_modes() -> list[Mode]:
    """Return every mode there is."""
    return [read_mode(path.stem) for path in sorted(MODES.glob("*.py"))]


def read_mode(name: str) -> Mode:
    """Return what a mode's header says."""
    header: dict[str, str] = {}
    for line in (MODES / f"{name}.py").read_text("utf-8").splitlines():
        match = _HEADER.fullmatch(line)
        if match is None:
            break
        assert match[1] not in header, f"{name}: {match[1]} twice"
        header[match[1]] = match[2]
    assert header.keys() >= _REQUIRED, f"{name}: a header is missing"
    assert header.keys() <= _REQUIRED | _OPTIONAL, f"{name}: an unknown header"
    assert header["rogue"] == name, f"{name}: has another's name"
    assert header["stage"] in ("birth", "job", "idle", "batch"), f"{name}: an unknown stage"
    assert ("job" in header) == (header["stage"] != "birth"), f"{name}: a job, or none"
    return Mode(header)


def import_mode(name: str) -> Any:
    """Return the module of a mode."""
    spec = spec_from_file_location(f"rogue_{name}", MODES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
