"""A worker is sent each script once, and told what to forget."""

from __future__ import annotations

from actionsd_broker.script_cache import LIMIT_SCRIPTS, ScriptCache


def test_script_is_sent_once() -> None:
    cache = ScriptCache()
    assert cache.deliver({"a": "text"}).scripts == {"a": "text"}
    assert cache.deliver({"a": "text"}).scripts == {}


def test_oldest_unused_script_goes_first() -> None:
    cache = ScriptCache(limit=25)
    cache.deliver({"a": "x" * 10})
    cache.deliver({"b": "x" * 10})
    cache.deliver({"a": "x" * 10})
    assert cache.deliver({"c": "x" * 10}).forget == ["b"]


def test_forgotten_script_is_sent_again() -> None:
    cache = ScriptCache(limit=15)
    cache.deliver({"a": "x" * 10})
    cache.deliver({"b": "x" * 10})
    assert cache.deliver({"a": "x" * 10}).scripts == {"a": "x" * 10}


def test_what_a_job_needs_stays_even_beyond_the_limit() -> None:
    cache = ScriptCache(limit=5)
    delivery = cache.deliver({"a": "x" * 10, "b": "x" * 10})
    assert delivery.forget == []
    assert set(delivery.scripts) == {"a", "b"}


def test_number_of_scripts_is_limited_too() -> None:
    cache = ScriptCache()
    for number in range(LIMIT_SCRIPTS):
        assert cache.deliver({f"s{number}": "x"}).forget == []
    assert cache.deliver({"one more": "x"}).forget == ["s0"]
