"""The broker is killed while jobs write metadata: what was acknowledged is there, all and whole.

A job writes rising numbers, and tells a site on loopback each number when the write has been
answered: that is known outside even if the job's result is lost with its broker.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from daemon import Daemon, serving, short_directory
from left_behind import check, copied
from outward import TRIGGER, action, claims, opening
from servers import Asked, Site, answering, site

from actionsd_client import AsyncClient, ClientError

TENANT = "acme"
USERS = [f"user{number}" for number in range(16)]
KEYS = 5
WRITES = 4
"""Of one job, one after the other."""

REPEATS = (1, 10, 500, 6_000)
LOAD_SECONDS = 0.4
"""The time in which a broker is killed, at a random moment of it."""

WRITE = """
  const { user, first, writes, sizes, keys, site } = ctx.v1.claims;
  for (let n = first; n < first + writes; n++) {
    %s
    say('last', n);
  }
"""
STORE = "metadata.set(`key${n % keys}`, `${user} ${n} `.repeat(sizes[n % sizes.length]));"
TELL = "http.fetch(`${site}${user}/${n}`);"

HONEST = WRITE % (STORE + TELL)
HASTY = WRITE % (TELL + STORE)
"""A control: it tells what has not been answered."""


def expected(user: str, sequence: int) -> dict[str, bytes]:
    """Return what a user has after so many changes."""
    numbers = range(max(1, sequence - KEYS + 1), sequence + 1)
    return {f"key{n % KEYS}": value_of(user, n) for n in numbers}


def value_of(user: str, number: int) -> bytes:
    """Return what a user's Nth change stores: no half of it is like it."""
    return msgspec.json.encode(f"{user} {number} " * REPEATS[number % len(REPEATS)])


class Known:
    """What is known to have been stored: the last change of each user that was acknowledged."""

    def __init__(self) -> None:
        self.last = dict.fromkeys(USERS, 0)
        self.told = 0
        self.results = 0

    async def hear(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        """Take a job's word for a write, as a site."""
        _, user, number = asked.path.split("/")
        self.told += 1
        self.learn(user, int(number))
        await answering()(asked, writer)

    def learn(self, user: str, number: int) -> None:
        """Take note that a change is there."""
        self.last[user] = max(self.last[user], number)


class Round(NamedTuple):
    """One life of a broker."""

    place: Path
    site: Site
    known: Known
    body: str

    def live(self, seconds: float) -> None:
        """Start a broker, have it work, kill it after a time, see what it has left."""
        config = self.place / "actionsd.toml"
        config.write_text(f"spares = 0\n{opening(self.site)}")
        with serving(self.place, "--workers", "2", "-c", str(config)) as daemon:
            asyncio.run(self._work(daemon, seconds))
        assert "internal_error" not in daemon.log()
        with copied(self.place / "metadata.db") as copy:
            seen = check(copy, TENANT, self.known.last, expected)
        for user, sequence in seen.items():
            self.known.learn(user, sequence)

    async def _work(self, daemon: Daemon, seconds: float) -> None:
        async with AsyncClient(daemon.endpoint) as client:
            lanes = [asyncio.create_task(self._lane(client, user)) for user in USERS]
            await asyncio.sleep(seconds)  # not for anything: it is the moment that is random
            await asyncio.to_thread(daemon.end)  # kills it, and sees that its workers die with it
            for lane in lanes:
                lane.cancel()
            outcomes = await asyncio.gather(*lanes, return_exceptions=True)
        for outcome in outcomes:
            assert isinstance(outcome, (ClientError, asyncio.CancelledError)), repr(outcome)

    async def _lane(self, client: AsyncClient, user: str) -> None:
        first = self.known.last[user] + 1
        while True:
            asked = {
                "user": user,
                "first": first,
                "writes": WRITES,
                "sizes": REPEATS,
                "keys": KEYS,
                "site": self.site.url(),
            }
            result = await client.call(
                TRIGGER,
                tenant=TENANT,
                context={"user": {"id": user}, "claims": asked},
                actions=[action(self.body, timeout=20)],
            )
            self.known.results += 1
            self.known.learn(user, claims(result)["last"])
            first += WRITES


@contextlib.contextmanager
def stage(body: str) -> Iterator[Round]:
    known = Known()
    with short_directory() as place, site(known.hear) as there:
        yield Round(place, there, known, body)


def kill_brokers(count: int) -> Known:
    """Kill brokers one after the other, each amid writes."""
    moments = random.Random(count)  # noqa: S311 - the same moments, more or less, each time
    with stage(HONEST) as one:
        for _ in range(count):
            one.live(moments.uniform(0.02, LOAD_SECONDS))
    told, results, last = one.known.told, one.known.results, one.known.last
    print(  # noqa: T201 - the figures are what the long one is run for
        f"{count} brokers killed; acknowledged writes checked: {told} told to the site, "
        f"{results * WRITES} of {results} results; {sum(last.values())} in the file"
    )
    return one.known


def test_no_acknowledged_write_is_lost_with_its_broker() -> None:
    known = kill_brokers(5)
    assert known.told > 0
    assert known.results > 0


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_nor_is_with_200_brokers() -> None:
    assert kill_brokers(200).told > 2000


def test_this_test_would_notice_a_lie() -> None:
    with stage(HASTY) as one, pytest.raises(AssertionError, match="lost a write"):  # noqa: PT012 - some round
        while True:
            one.live(0.2)
