"""From the actions of a job to the steps that a worker runs. Pure.

Scripts are named by the hash of their text, so that a worker is sent each text once.
Whether an action needs an isolate of its own is decided here too: it does if it patches
what all scripts share, for in a hardened realm that has no effect.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from actionsd_broker.patches import patches_intrinsics
from actionsd_protocol.messages import Action, Step


class Plan(NamedTuple):
    """The steps of a chain, and the script texts they name.

    `weight` is the size in characters of texts that only this job keeps in memory.
    """

    steps: tuple[Step, ...]
    sources: Mapping[str, str]
    weight: int = 0

    @property
    def key(self) -> tuple[str, ...]:
        """What tells this chain from others: its scripts and their names."""
        return tuple([text for step in self.steps for text in (step.script, step.name)])


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
                    allowed_to_fail=action.allowed_to_fail or action.fail_open,
                    fail_open=action.fail_open,
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


def _script_id(source: str) -> str:
    digest = hashlib.blake2b(source.encode("utf-8", "surrogatepass"), digest_size=16)
    return digest.hexdigest()
