"""Calls that were seen: which of them may come again, and what they are answered. Pure.

ZITADEL sends no nonce, and two of its calls can be the same to the byte: for one login it
asks for the id_token and for /userinfo within a second, and every API of a company asks for
the introspection of one token. So a call that was seen is not refused at once: it is
answered as the first one was, for a few seconds, and no action runs again. Whoever replays
it then learns what he has heard already, and changes nothing; later he is refused.

What was seen is remembered until its signature is too old by itself. Where that is too much
to remember, the oldest go, and with them everything that was signed then is refused from
that time on: calls come within seconds of being signed, so replays are shut out, not ZITADEL.
"""

from __future__ import annotations

import enum
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

from actionsd_gateway.zitadel.outcome import Answer
from actionsd_gateway.zitadel.signature import Signed

MAX_CALLS = 100_000
"""Calls that are remembered: about 20 MB, and 300 s of 333 calls a second."""

MAX_REPLY_BYTES = 16 * 2**20
"""Answers that are kept to be given again."""


class Verdict(enum.Enum):
    """What is to be done with a call that was signed."""

    FIRST = "first"  # run it
    AGAIN = "again"  # it was seen a moment ago: its answer is to be given again
    REPLAYED = "replayed"  # it was seen, and that is too long ago
    FORGOTTEN = "forgotten"  # so old that it may have been seen
    FULL = "full"  # more calls in one second than can be remembered


class Admission(NamedTuple):
    """A verdict, and with AGAIN the answer, None while there is none (yet, or any more)."""

    verdict: Verdict
    answer: Answer | None = None


@dataclass
class Replays:
    """The calls of one instance that were seen, and the latest answers."""

    tolerance_seconds: float
    repeat_seconds: float
    max_calls: int = MAX_CALLS
    max_reply_bytes: int = MAX_REPLY_BYTES
    _seen: dict[int, dict[bytes, float]] = field(default_factory=dict)
    _count: int = 0
    _floor: int = 0
    _answers: OrderedDict[bytes, tuple[float, Answer]] = field(default_factory=OrderedDict)
    _reply_bytes: int = 0

    def __len__(self) -> int:
        return self._count

    def admit(self, signed: Signed, now: float) -> Admission:
        """Return what is to be done with a call; it is remembered from here on.

        `now` is in Unix seconds, as the signature's time is.
        """
        first = self._seen.get(signed.time, {}).get(signed.identity)
        if first is not None:
            # Clocks are set back, too: that must not lengthen it by more than this.
            if abs(now - first) >= self.repeat_seconds:
                return Admission(Verdict.REPLAYED)
            answered = self._answers.get(signed.identity)
            return Admission(Verdict.AGAIN, answered and answered[1])
        if signed.time <= self._floor:
            return Admission(Verdict.FORGOTTEN)
        if not self._make_room(signed.time, now):
            return Admission(Verdict.FULL)
        self._seen.setdefault(signed.time, {})[signed.identity] = now
        self._count += 1
        return Admission(Verdict.FIRST)

    def answered(self, signed: Signed, answer: Answer, now: float) -> None:
        """Keep an answer for those who ask the same. A fault is none: they may try anew."""
        size = len(answer.body)
        if not answer.is_final or size > self.max_reply_bytes or self.repeat_seconds <= 0:
            return
        while self._answers:
            _, (until, oldest) = next(iter(self._answers.items()))
            if until > now and self._reply_bytes + size <= self.max_reply_bytes:
                break
            self._answers.popitem(last=False)
            self._reply_bytes -= len(oldest.body)
        if signed.identity not in self._answers:
            self._answers[signed.identity] = (now + self.repeat_seconds, answer)
            self._reply_bytes += size

    def _make_room(self, time: int, now: float) -> bool:
        """Forget what is too old by itself; and if that is not enough, the oldest second."""
        if self._count < self.max_calls:
            return True
        for second in sorted(self._seen):
            if now - second <= self.tolerance_seconds:
                if self._count < self.max_calls:
                    break
                if second >= time:
                    return False
                self._floor = max(self._floor, second)
            self._count -= len(self._seen.pop(second))
        return True
