"""From the actions of a job to the steps that a worker runs. Pure.

Scripts are named by the hash of their text, so that a worker is sent each text once.
Whether an action needs an isolate of its own is decided here too: it does if it patches
what all scripts share, for in a hardened realm that has no effect.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from actionsd_protocol.messages import Action, Step

_SHARED = (
    "Object|Function|Array|String|Number|Boolean|Symbol|BigInt|Date|RegExp|Map|Set|WeakMap|"
    "WeakSet|Promise|Proxy|Reflect|Math|JSON|Intl|ArrayBuffer|DataView|Iterator|"
    r"(?:[A-Z]\w*)?Error|(?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array"
)
# Bounded: a script of nothing but `Object[` must not cost the square of its length.
_MEMBER = r"\s{0,20}(?:\.\s{0,20}[\w$]{1,200}|\[[^\]\n]{1,200}\])"
_PATCHES = re.compile(
    # Array.prototype.last = …, Math.cube = …, but not a comparison
    rf"\b(?:{_SHARED})(?:\s*\.\s*prototype)?{_MEMBER}\s*(?:=(?![=>])|\+=|\|\|=|\?\?=|&&=)"
    # Object.defineProperty(String.prototype, …) and its relatives
    r"|\b(?:Object|Reflect)\s*\.\s*(?:assign|defineProperty|defineProperties|setPrototypeOf|set)"
    rf"\s*\(\s*(?:{_SHARED})\b"
    # delete Array.prototype.at
    rf"|\bdelete\s+(?:{_SHARED})\s*\."
    # Array.prototype.__defineGetter__(…)
    rf"|\b(?:{_SHARED})\s*\.\s*prototype\s*\.\s*__define[GS]etter__"
)


class Plan(NamedTuple):
    """The steps of a chain, and the script texts they name.

    `weight` is the size in characters of texts that only this job keeps in memory.
    """

    steps: tuple[Step, ...]
    sources: Mapping[str, str]
    weight: int = 0


EMPTY = Plan((), {})
"""The plan of a trigger to which nothing is bound."""

REMEMBERED_SCRIPTS = 4096


class Planner:
    """Makes plans, and remembers of the latest scripts what it found in them."""

    def __init__(self) -> None:
        self._patches: OrderedDict[str, bool] = OrderedDict()

    def plan(self, actions: Sequence[Action]) -> Plan:
        """Return the plan of a chain of actions, in their order."""
        steps = []
        sources = {}
        for action in actions:
            script = _script_id(action.script)
            sources[script] = action.script
            steps.append(
                Step(
                    name=action.name,
                    script=script,
                    allowed_to_fail=action.allowed_to_fail,
                    fresh=self._is_fresh(action, script),
                    **action.limits(),
                )
            )
        return Plan(tuple(steps), sources, sum(map(len, sources.values())))

    def _is_fresh(self, action: Action, script: str) -> bool:
        if action.realm != "auto":
            return action.realm == "fresh"
        found = self._patches.get(script)
        if found is None:
            found = self._patches[script] = patches_intrinsics(action.script)
            if len(self._patches) > REMEMBERED_SCRIPTS:
                self._patches.popitem(last=False)
        return found


def make_plan(actions: Sequence[Action]) -> Plan:
    """Return the plan of a chain of actions, for once."""
    return Planner().plan(actions)


def patches_intrinsics(source: str) -> bool:
    """Tell whether a script changes what all scripts share, as far as its text shows."""
    return _PATCHES.search(source) is not None


def _script_id(source: str) -> str:
    digest = hashlib.blake2b(source.encode("utf-8", "surrogatepass"), digest_size=16)
    return digest.hexdigest()
