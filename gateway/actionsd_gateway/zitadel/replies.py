"""The replies of function calls (spec, 7.7 and 7.8): mutations as ZITADEL's lists. Pure.

Targets of one execution fill the same reply, and a list that comes later replaces the one
before it: what earlier targets said is said again in front of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from actionsd_gateway.zitadel.call import Mutation, Reply
from actionsd_gateway.zitadel.document import PayloadError

_Item = Callable[[Mutation], list[Any]]


def _entry(mutation: Mutation) -> list[Any]:
    return [{"key": mutation["key"], "value": mutation["value"]}]


def _lines(mutation: Mutation) -> list[Any]:
    # ZITADEL files them under the function's name, v1 under the action's (spec, section 4).
    return list(mutation["value"])


def _attribute(mutation: Mutation) -> list[Any]:
    name, values = mutation["name"], list(mutation["values"])
    return [{"name": name, "name_format": mutation["nameFormat"], "value": values}]


TOKEN: dict[str, tuple[str, _Item]] = {
    "setMetadata": ("set_user_metadata", _entry),
    "setClaim": ("append_claims", _entry),
    "appendLogIntoClaims": ("append_log_claims", _lines),
}
"""What a mutation of a token's trigger becomes: the list, and its items."""

SAML: dict[str, tuple[str, _Item]] = {
    "setMetadata": ("set_user_metadata", _entry),
    "setCustomAttribute": ("append_attribute", _attribute),
}
"""The same for a SAML response."""


class Fields:
    """The lists of one reply; `before` is what targets before this one said."""

    def __init__(self, lists: Mapping[str, tuple[str, _Item]], before: Mapping[str, Any]) -> None:
        self._lists = lists
        for name in ("set_user_metadata", "append_claims", "append_log_claims", "append_attribute"):
            if not isinstance(before.get(name) or [], list):
                raise PayloadError(f"response: {name}: a list expected")
        self._before = before

    def reply(self, mutations: Sequence[Mutation]) -> Reply:
        """Return the reply that these mutations come to."""
        ours: dict[str, list[Any]] = {}
        unsupported = []
        for mutation in mutations:
            listed = self._lists.get(mutation["op"])
            if listed is None:
                unsupported.append(mutation["op"])
                continue
            name, items = listed
            ours.setdefault(name, []).extend(items(mutation))
        body = {name: [*(self._before.get(name) or []), *items] for name, items in ours.items()}
        return Reply(body or None, tuple(unsupported))
