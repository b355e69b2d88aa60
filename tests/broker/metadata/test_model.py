"""Whatever is done in whatever order, a store holds what a dict would."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from actionsd_broker.metadata.entry import Entry, UserMetadata
from actionsd_broker.metadata.sqlite_store import SqliteStore

START = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=4
)
OWNERS = st.tuples(st.sampled_from(["a", "b", "é"]), st.sampled_from(["1", "2"]) | TEXT)
KEYS = st.sampled_from(["k", "K", "l"]) | TEXT
VALUES = st.sampled_from([b"v", b"w"]) | st.binary(min_size=1, max_size=6000)
SECONDS = st.integers(-2, 3)


class Kept:
    """What a user of the model has."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.sequence = 0
        self.changed: datetime | None = None

    def advance(self, now: datetime) -> datetime:
        self.sequence += 1
        self.changed = now if self.changed is None else max(now, self.changed)
        return self.changed


class StoreMachine(RuleBasedStateMachine):
    """A store in a file beside a dict."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory(prefix="actionsd-t-")
        self.path = str(Path(self.directory.name, "metadata.db"))
        self.store = SqliteStore(self.path)
        self.model: dict[tuple[str, str], Kept] = {}
        self.now = START

    @rule(owner=OWNERS, key=KEYS, value=VALUES, seconds=SECONDS)
    def set(self, owner: tuple[str, str], key: str, value: bytes, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        user = self.model.setdefault(owner, Kept())
        before = user.entries.get(key)
        if before is None or before.value != value:
            changed = user.advance(self.now)
            created = changed if before is None else before.created
            user.entries[key] = Entry(key, value, created, changed, user.sequence)
        assert self.store.set(*owner, key, value, self.now) == user.entries[key]

    @rule(owner=OWNERS, key=KEYS)
    def delete(self, owner: tuple[str, str], key: str) -> None:
        user = self.model.get(owner, Kept())
        there = user.entries.pop(key, None) is not None
        if there:
            user.advance(self.now)
        assert self.store.delete(*owner, key, self.now) == there

    @rule(owner=OWNERS)
    def forget(self, owner: tuple[str, str]) -> None:
        gone = self.model.pop(owner, Kept())
        assert self.store.forget(*owner) == len(gone.entries)

    @rule()
    def open_again(self) -> None:
        self.store.close()
        self.store = SqliteStore(self.path)

    @rule(owner=OWNERS)
    def get(self, owner: tuple[str, str]) -> None:
        user = self.model.get(owner, Kept())
        entries = tuple(user.entries[key] for key in sorted(user.entries))
        expected = UserMetadata(entries, user.sequence, user.changed)
        assert self.store.get(*owner) == expected

    @invariant()
    def users_are_those_of_the_model(self) -> None:
        for tenant in ("a", "b"):
            listed = [(u.user, u.entries, u.sequence) for u in self.store.users(tenant)]
            assert listed == sorted(
                (user, len(kept.entries), kept.sequence)
                for (owner, user), kept in self.model.items()
                if owner == tenant
            )

    def teardown(self) -> None:
        self.store.close()
        self.directory.cleanup()


TestStore = StoreMachine.TestCase
TestStore.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
