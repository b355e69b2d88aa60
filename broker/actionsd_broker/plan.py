"""From the actions of a job to the steps that a worker runs. Pure.

Scripts are named by the hash of their text, so that a worker is sent each text once.
Whether an action needs an isolate of its own is decided here too: it does if it patches
what all scripts share, for in a hardened realm that has no effect.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from actionsd_protocol.messages import Action, Step

_SHARED = (
    "Object|Function|Array|String|Number|Boolean|Symbol|BigInt|Date|RegExp|Map|Set|WeakMap|"
    "WeakSet|Promise|Proxy|Reflect|Math|JSON|Intl|ArrayBuffer|DataView|Iterator|"
    r"(?:[A-Z]\w*)?Error|(?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array"
)
_MEMBER = r"\s*(?:\.\s*[\w$]+|\[[^\]\n]+\])"
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
    """The steps of a chain, and the script texts they name."""

    steps: tuple[Step, ...]
    sources: Mapping[str, str]


EMPTY = Plan((), {})
"""The plan of a trigger to which nothing is bound."""


def make_plan(actions: Sequence[Action]) -> Plan:
    """Return the plan of a chain of actions, in their order."""
    steps = []
    sources = {}
    for action in actions:
        script, patches = _examine(action.script)
        sources[script] = action.script
        steps.append(
            Step(
                name=action.name,
                script=script,
                timeout=action.timeout,
                allowed_to_fail=action.allowed_to_fail,
                fresh=action.realm == "fresh" or (action.realm == "auto" and patches),
            )
        )
    return Plan(tuple(steps), sources)


def patches_intrinsics(source: str) -> bool:
    """Tell whether a script changes what all scripts share, as far as its text shows."""
    return _PATCHES.search(source) is not None


@functools.lru_cache(maxsize=1024)
def _examine(source: str) -> tuple[str, bool]:
    """Return a script's id and whether it patches; both depend on its text alone."""
    digest = hashlib.blake2b(source.encode("utf-8", "surrogatepass"), digest_size=16)
    return digest.hexdigest(), patches_intrinsics(source)
