from __future__ import annotations

from actionsd_broker import own_memory


def test_what_is_taken_is_seen_and_what_is_freed_is_given_back() -> None:
    own_memory.trim()  # or what other tests have freed is taken, and nothing grows
    before = own_memory.resident_bytes()
    # Small, so that they are on the heap, and one to keep at its end.
    crumbs = [bytes(2000) for _ in range(20_000)]
    taken = own_memory.resident_bytes() - before
    kept = crumbs[::1000]
    del crumbs
    own_memory.trim()
    assert taken > 25 * 2**20
    assert own_memory.resident_bytes() - before < taken // 2
    assert kept
