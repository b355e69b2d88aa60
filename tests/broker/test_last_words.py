from __future__ import annotations

import os
import select
from collections.abc import Iterator

import pytest

from actionsd_broker.last_words import KEPT_BYTES, MOST_READS, LastWords


class Speaker:
    """A process that may speak, and who listens to it."""

    def __init__(self) -> None:
        self.epoll = select.epoll()
        self.listener = LastWords(self.epoll)
        self.stderr, self._mouth = os.pipe2(os.O_NONBLOCK)
        self.listener.watch("w1", self.stderr)

    def say(self, words: bytes) -> None:
        os.write(self._mouth, words)

    def listen(self) -> bool:
        """Take one turn of a loop; tell whether there was anything to read."""
        stirred = self.epoll.poll(0)
        for descriptor, _ in stirred:
            self.listener.read(descriptor)
        return bool(stirred)

    def fall_silent(self) -> None:
        os.close(self._mouth)
        self._mouth = -1

    def close(self) -> None:
        if self._mouth >= 0:
            os.close(self._mouth)
        os.close(self.stderr)
        self.epoll.close()


@pytest.fixture
def speaker() -> Iterator[Speaker]:
    speaker = Speaker()
    yield speaker
    speaker.close()


def test_last_words_are_kept(speaker: Speaker) -> None:
    speaker.say(b"Traceback\n")
    speaker.listen()
    speaker.say(b"ValueError\n")
    assert speaker.listener.take(speaker.stderr) == "Traceback\nValueError"


def test_only_the_end_is_kept(speaker: Speaker) -> None:
    for n in range(20):
        speaker.say(b"%04d" % n * (KEPT_BYTES // 4))
        speaker.listen()
    assert speaker.listener.take(speaker.stderr) == "0019" * (KEPT_BYTES // 4)


def test_bytes_that_are_no_text_are_words_too(speaker: Speaker) -> None:
    speaker.say(b"\xff\xfe no")
    assert speaker.listener.take(speaker.stderr) == "\ufffd\ufffd no"


def test_who_has_ended_does_not_stir_for_ever(speaker: Speaker) -> None:
    speaker.fall_silent()
    assert speaker.listen()
    assert not speaker.listen()
    assert speaker.listener.take(speaker.stderr) == ""


def test_who_talks_without_end_is_named_once_and_not_listened_to(speaker: Speaker) -> None:
    for _ in range(MOST_READS - 1):
        speaker.say(b"x")
        assert speaker.listen()
    assert speaker.listener.talkative() == []
    speaker.say(b"x")
    assert speaker.listen()
    speaker.say(b"x")
    assert not speaker.listen()
    assert speaker.listener.talkative() == ["w1"]
    assert speaker.listener.talkative() == []
    assert speaker.listener.take(speaker.stderr)


def test_other_descriptors_are_none_of_its_business(speaker: Speaker) -> None:
    speaker.listener.read(10**6)
