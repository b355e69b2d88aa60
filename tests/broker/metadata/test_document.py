"""Documents have ZITADEL's shape, and go back into a context."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from actionsd_broker.metadata.document import describe_time, describe_user
from actionsd_broker.metadata.entry import Entry, UserMetadata
from actionsd_broker.metadata.limits import MAX_USER_ENTRIES, MAX_USER_KIB
from actionsd_protocol.context import check_context
from actionsd_protocol.frames import MAX_PAYLOAD_BYTES

NOW = datetime(2026, 5, 1, 12, 0, 0, 5000, tzinfo=UTC)


def test_user_is_described_in_zitadels_shape() -> None:
    entry = Entry("k", b'"v"', NOW, NOW + timedelta(seconds=1), 7)
    assert describe_user(UserMetadata((entry,), 9, NOW), "acme") == {
        "count": 1,
        "sequence": 9,
        "timestamp": "2026-05-01T12:00:00.005000Z",
        "metadata": [
            {
                "creationDate": "2026-05-01T12:00:00.005000Z",
                "changeDate": "2026-05-01T12:00:01.005000Z",
                "resourceOwner": "acme",
                "sequence": 7,
                "key": "k",
                "value": "InYi",
            }
        ],
    }


def test_user_without_metadata_has_an_empty_date() -> None:
    empty = {"count": 0, "sequence": 0, "timestamp": "", "metadata": []}
    assert describe_user(UserMetadata(), "acme") == empty


def test_entries_are_what_a_context_has() -> None:
    entry = Entry("k", bytes(range(256)), NOW, NOW, 1)
    entries = describe_user(UserMetadata((entry,), 1, NOW), "acme")["metadata"]
    check_context(json.dumps({"userMetadata": entries}).encode())


def test_dates_are_in_utc() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=-7)))
    assert describe_time(there) == describe_time(NOW)


def test_all_that_a_user_may_have_fits_into_a_message() -> None:
    key = "\x01" * 200  # six bytes each, as JSON
    size = MAX_USER_KIB * 1024 // MAX_USER_ENTRIES - len(key)
    entries = tuple(
        Entry(key, bytes(size), NOW, NOW, 10**9 + number) for number in range(MAX_USER_ENTRIES)
    )
    document = describe_user(UserMetadata(entries, 2 * 10**9, NOW), "t" * 30)
    compact = json.dumps(document, separators=(",", ":"))
    assert len(compact.encode()) < MAX_PAYLOAD_BYTES
