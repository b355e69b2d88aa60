"""May this request be made? The allowlist's decision, in two steps, with its reasons. Pure.

`match` looks at what the script asked for, before any name is looked up; `admit` at the
addresses that the name turned out to have. What no entry allows is denied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actionsd_broker.fetch.addresses import judge_address
from actionsd_broker.fetch.hosts import Address
from actionsd_broker.fetch.outcomes import Denial
from actionsd_broker.fetch.rules import ALIKE, NEVER_METHODS, Missed, Rule, likeness
from actionsd_broker.fetch.target import Target


@dataclass(frozen=True)
class Policy:
    """What a job's action may fetch, and in whose name."""

    tenant: str
    rules: tuple[Rule, ...] = ()
    action: str | None = None


@dataclass(frozen=True)
class Refusal:
    """Why a request is not made: for the script, and with more for the operator."""

    denial: Denial
    reason: str
    explanation: str


def match(policy: Policy, target: Target, method: str) -> tuple[Rule, ...] | Refusal:
    """Return the entries that allow a request, if its addresses do."""
    if method in NEVER_METHODS:
        return Refusal(Denial.METHOD, f"{method} is never allowed", f"{method} is never allowed")
    rules = tuple(rule for rule in policy.rules if not rule.misses(target, method))
    if rules:
        return rules
    return Refusal(
        Denial.NOT_ALLOWED,
        f"{method} {target.place} is not allowed",
        f"no entry allows it; {nearest(policy, target, method)}",
    )


def admit(rules: Sequence[Rule], target: Target, addresses: Sequence[Address]) -> Rule | Refusal:
    """Return the entry by which all addresses of a target may be dialled.

    All of them: a name that has a refused address beside others is not tried at all.
    """
    for rule in rules:
        if not _refused(rule, target, addresses):
            return rule
    best = min(rules, key=lambda rule: len(_refused(rule, target, addresses)))
    return Refusal(
        Denial.ADDRESS,
        f"the address of {target.host} is not allowed",
        f"{best} does not open {'; '.join(_refused(best, target, addresses))}",
    )


def nearest(policy: Policy, target: Target, method: str) -> str:
    """Return, in words, the entry that is nearest to a request, and what it would take."""
    if not policy.rules:
        return "there are no entries for it at all"
    missed = {rule: rule.misses(target, method) for rule in policy.rules}
    best = max(policy.rules, key=lambda rule: _closeness(rule, target, missed[rule]))
    like = likeness(best, target)
    if like < ALIKE:
        count = len(policy.rules)
        return f"none of the {count} entries is for {target.host}, or for a host like it"
    return f"nearest is {best}; {'; '.join(miss.words for miss in missed[best])}"


def _closeness(rule: Rule, target: Target, missed: Sequence[Missed]) -> tuple[float, int]:
    return likeness(rule, target), -sum(miss.kind for miss in missed)


def _refused(rule: Rule, target: Target, addresses: Sequence[Address]) -> list[str]:
    words = []
    for address in addresses:
        special = judge_address(address)
        if special is None or (rule.private and rule.names_address(target)):
            continue
        if special.by_address:
            words.append(f"{address} ({special.kind}: only an entry for that address would)")
        elif not rule.private:
            words.append(f"{address} ({special.kind}: private = true would)")
    return words
