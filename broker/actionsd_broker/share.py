"""What a tenant may have of the workers beside the others. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """`weight` against other tenants' weights; `at_once` workers at most, 0 for any number.

    None is what the configuration says for all (`tenant_at_once`).
    """

    weight: float = 1.0
    at_once: int | None = None


ORDINARY = Share()
"""What a tenant has of which nothing is said."""
