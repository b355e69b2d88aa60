"""A call that was seen is answered as before for a moment, and then refused."""

from __future__ import annotations

from actionsd_gateway.zitadel.outcome import Answer
from actionsd_gateway.zitadel.replay import Replays, Verdict
from actionsd_gateway.zitadel.signature import Signed

T = 1_760_000_000
ANSWER = Answer(200, b"{}")


def call(name: str, at: int = T) -> Signed:
    return Signed(at, name.encode())


def replays(max_calls: int = 100, max_reply_bytes: int = 100) -> Replays:
    return Replays(300, 5, max_calls, max_reply_bytes)


def test_first_call_is_run() -> None:
    assert replays().admit(call("a"), T).verdict is Verdict.FIRST


def test_same_call_a_moment_later_is_given_the_same_answer() -> None:
    seen = replays()
    seen.admit(call("a"), T)
    assert seen.admit(call("a"), T + 1) == (Verdict.AGAIN, None)
    seen.answered(call("a"), ANSWER, T + 2)
    assert seen.admit(call("a"), T + 4.9) == (Verdict.AGAIN, ANSWER)


def test_same_call_later_is_a_replay_until_its_signature_is_too_old() -> None:
    seen = replays()
    seen.admit(call("a"), T)
    seen.answered(call("a"), ANSWER, T)
    for later in (5, 100, 300):
        assert seen.admit(call("a"), T + later).verdict is Verdict.REPLAYED


def test_clock_set_back_opens_no_door() -> None:
    seen = replays()
    seen.admit(call("a"), T)
    assert seen.admit(call("a"), T - 6).verdict is Verdict.REPLAYED


def test_fault_is_not_given_again() -> None:
    seen = replays()
    seen.admit(call("a"), T)
    seen.answered(call("a"), Answer(503, b"{}", is_final=False), T)
    assert seen.admit(call("a"), T + 1) == (Verdict.AGAIN, None)


def test_answers_that_are_kept_are_bounded_and_the_oldest_go() -> None:
    seen = replays(max_reply_bytes=100)
    large = Answer(200, b"x" * 60)
    for name in ("a", "b"):
        seen.admit(call(name), T)
        seen.answered(call(name), large, T)
    assert seen.admit(call("a"), T + 1) == (Verdict.AGAIN, None)
    assert seen.admit(call("b"), T + 1) == (Verdict.AGAIN, large)
    seen.admit(call("c"), T)
    seen.answered(call("c"), Answer(200, b"x" * 101), T)
    assert seen.admit(call("b"), T + 1) == (Verdict.AGAIN, large)


def test_memory_is_freed_of_what_is_too_old_by_itself() -> None:
    seen = replays(max_calls=10)
    for number in range(10):
        seen.admit(call(str(number), T), T)
    assert seen.admit(call("x", T + 301), T + 301).verdict is Verdict.FIRST
    assert len(seen) == 1


def test_where_memory_is_short_the_oldest_second_is_shut_out_and_new_calls_are_not() -> None:
    seen = replays(max_calls=10)
    for number in range(30):
        assert seen.admit(call(str(number), T + number), T + number).verdict is Verdict.FIRST
    assert len(seen) == 10
    for number in range(20):
        verdict = seen.admit(call(str(number), T + number), T + 30).verdict
        assert verdict is Verdict.FORGOTTEN
    assert seen.admit(call("late", T + 19), T + 30).verdict is Verdict.FORGOTTEN
    assert seen.admit(call("29", T + 29), T + 40).verdict is Verdict.REPLAYED


def test_more_calls_in_one_second_than_can_be_remembered_are_refused() -> None:
    seen = replays(max_calls=10)
    for number in range(10):
        seen.admit(call(str(number)), T)
    assert seen.admit(call("x"), T).verdict is Verdict.FULL
    assert seen.admit(call("y", T + 1), T + 1).verdict is Verdict.FIRST


def test_no_repetition_is_allowed_where_the_time_for_it_is_zero() -> None:
    seen = Replays(300, 0)
    seen.admit(call("a"), T)
    seen.answered(call("a"), ANSWER, T)
    assert seen.admit(call("a"), T).verdict is Verdict.REPLAYED
