"""Hostile scripts: files whose header says what they try and how that must end.

Lines `// key: value` at the top of `tests/hostile/scripts/NAME.js`:

    hostile    the script's name, that of its file
    what       what it tries
    outcome    `succeeded`, or the kind that its job must fail with; `a or b` if both will do
    limits     settings of its action: `timeout=0.15 cpu=2`
    trigger    what it runs on; pre-userinfo if not given
    realm      `shared`, the default, `fresh`, or both, each an attack of its own
    keeps      keys, names or ops of mutations that must be in the result, though it failed
    sets       the claims that it must set, all of them, as JSON
    says       what its error's message must contain
    then       an action that comes after it in the chain, and is not to blame
    control    the outcome without the lines that end in `// evil`: so the probe works

The action is called `act`. In a script SECRET is a marker, another one for each run, which
must not come out anywhere but in the script's own result; it is in the context too, as the
claim `secret`. `/*REPEAT 3 x$N*/` stands for `x0x1x2`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actionsd_client import Action, Result

SCRIPTS = Path(__file__).parent / "hostile" / "scripts"

_HEADER = re.compile(r"// (\w+): (.*)")
_REPEAT = re.compile(r"/\*REPEAT (\d+) (.*?)\*/")
_EVIL = re.compile(r"^.*// evil$", re.MULTILINE)
_REQUIRED = {"hostile", "what", "outcome"}
_OPTIONAL = {"limits", "trigger", "realm", "keeps", "sets", "says", "then", "control"}


@dataclass(frozen=True)
class Attack:
    """One hostile script in one realm."""

    header: dict[str, str]
    source: str
    realm: str

    def __str__(self) -> str:
        return self.header["hostile"] + ("-fresh" if self.realm == "fresh" else "")

    @property
    def trigger(self) -> str:
        """What it runs on."""
        return self.header.get("trigger", "complement-token/pre-userinfo")

    @property
    def outcomes(self) -> list[str]:
        """How it may end."""
        return self.header["outcome"].split(" or ")

    @property
    def control(self) -> str | None:
        """How it ends without its evil lines."""
        return self.header.get("control")

    def actions(self, marker: str, *, evil: bool = True) -> list[Action]:
        """Return the chain that carries it out."""
        source = self.source if evil else _EVIL.sub("", self.source)
        source = _REPEAT.sub(_repeat, source.replace("SECRET", marker))
        pairs = [pair.split("=") for pair in self.header.get("limits", "").split()]
        limits: dict[str, Any] = {name: float(value) for name, value in pairs}
        then = self.header.get("then")
        rest = [] if then is None else [Action(name="next", script=then)]
        return [Action(name="act", script=source, realm=self.realm, **limits), *rest]

    def judge(self, result: Result) -> None:
        """Assert that a result is as the header says."""
        kind = "succeeded" if result.error is None else result.error.kind.value
        assert kind in self.outcomes, result.error
        if result.error is not None:
            assert result.error.action == "act"
            assert self.header.get("says", "") in result.error.message
        made = {
            m.get(field) for m in result.mutations for field in ("op", "key", "name", "projectId")
        }
        assert set(self.header.get("keeps", "").split()) <= made
        if "sets" in self.header:
            set_ = {m["key"]: m["value"] for m in result.mutations if m["op"] == "setClaim"}
            assert set_ == json.loads(self.header["sets"])


def load_attacks() -> list[Attack]:
    """Return every attack there is."""
    return [attack for path in sorted(SCRIPTS.glob("*.js")) for attack in _load(path)]


def _load(path: Path) -> list[Attack]:
    source = path.read_text("utf-8")
    header: dict[str, str] = {}
    for line in source.splitlines():
        match = _HEADER.fullmatch(line)
        if match is None:
            break
        assert match[1] not in header, f"{path.name}: {match[1]} twice"
        header[match[1]] = match[2]
    assert header.keys() >= _REQUIRED, f"{path.name}: a header is missing"
    assert header.keys() <= _REQUIRED | _OPTIONAL, f"{path.name}: an unknown header"
    assert header["hostile"] == path.stem, f"{path.name}: has another's name"
    assert ("control" in header) == ("// evil" in source), f"{path.name}: evil without control"
    realms = header.get("realm", "shared").split()
    return [Attack(header, source, realm) for realm in realms]


def _repeat(match: re.Match[str]) -> str:
    return "".join(match[2].replace("$N", str(n)) for n in range(int(match[1])))
