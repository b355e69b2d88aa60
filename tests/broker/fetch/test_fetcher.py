"""Fetches of honest servers: what is sent, what comes back, what is refused on the way."""

from __future__ import annotations

import asyncio
import gzip
import logging
import ssl
import threading
import time
from functools import partial

import pytest
import trustme
from servers import (
    Answer,
    Asked,
    Names,
    NameServer,
    Site,
    answering,
    policy,
    run,
    silence,
    until,
)

from actionsd_broker.fetch.fetcher import Fetcher
from actionsd_broker.fetch.limits import FetchTable
from actionsd_broker.fetch.outcomes import (
    Denial,
    Fault,
    FetchDenied,
    FetchFailed,
    FetchRequest,
    FetchResponse,
    Outcome,
)
from actionsd_broker.fetch.policy import Policy
from actionsd_broker.fetch.resolver import SystemResolver
from actionsd_broker.fetch.rules import AllowTable

SECONDS = 10.0


async def fetch(
    allowed: Policy,
    url: str,
    *,
    method: str = "GET",
    headers: tuple[tuple[str, str], ...] = (),
    body: bytes | None = None,
    fetcher: Fetcher | None = None,
) -> Outcome:
    own = fetcher or Fetcher(FetchTable())
    request = FetchRequest(method, url, headers, body)
    outcome = await own.fetch(request, allowed, time.monotonic() + SECONDS)
    if fetcher is None:
        await own.close()
    return outcome


def redirecting(location: str, status: int = 302) -> Answer:
    return answering(b"", status, (f"Location: {location}",))


def fetched(outcome: Outcome) -> FetchResponse:
    assert isinstance(outcome, FetchResponse), outcome
    return outcome


def denied(outcome: Outcome, denial: Denial) -> FetchDenied:
    assert isinstance(outcome, FetchDenied), outcome
    assert outcome.denial is denial
    return outcome


def failed(outcome: Outcome, kind: Fault) -> FetchFailed:
    assert isinstance(outcome, FetchFailed), outcome
    assert outcome.kind is kind
    return outcome


def test_response_comes_back_with_headers_and_body() -> None:
    async def scenario() -> None:
        async with Site(answering('{"a": 1}', 201, ("X-A: 1", "X-A: ü"))) as site:
            answer = fetched(await fetch(policy(site.rule()), site.url("/p?q=%C3%BC")))
            assert (answer.status, answer.body) == (201, b'{"a": 1}')
            assert [value for name, value in answer.headers if name == "X-A"] == ["1", "ü"]
            assert answer.hops[0].addresses == ("127.0.0.1",)
            assert site.asked[0].path == "/p?q=%C3%BC"

    run(scenario())


def test_request_has_exactly_the_headers_that_it_should() -> None:
    async def scenario() -> None:
        async with Site() as site:
            await fetch(policy(site.rule()), site.url())
            await fetch(
                policy(site.rule()),
                site.url(),
                method="post",
                headers=(("X-A", "ü"), ("user-agent", "mine"), ("Host", "evil.com")),
                body=b"\0\xff",
            )
            plain, posted = site.asked
            assert set(plain.headers) == {"host", "accept-encoding", "user-agent"}
            assert plain.headers["host"] == f"127.0.0.1:{site.port}"
            assert plain.headers["accept-encoding"] == "gzip, deflate"
            assert (posted.method, posted.body) == ("POST", b"\0\xff")
            assert posted.headers["user-agent"] == "mine"
            assert posted.headers["x-a"] == "ü"
            assert posted.headers["content-length"] == "2"
            assert "content-type" not in posted.headers

    run(scenario())


@pytest.mark.parametrize("status", [204, 304, 400, 404, 500, 503])
def test_status_of_an_error_is_a_response(status: int) -> None:
    async def scenario() -> None:
        async with Site(answering(b"", status)) as site:
            assert fetched(await fetch(policy(site.rule()), site.url())).status == status

    run(scenario())


def test_head_has_no_body_whatever_its_headers_say() -> None:
    async def scenario() -> None:
        headers = ("Content-Encoding: br",)
        async with Site(answering(b"", 200, headers)) as site:
            answer = fetched(await fetch(policy(site.rule()), site.url(), method="HEAD"))
            assert answer.body == b""

    run(scenario())


def test_compressed_body_comes_back_decoded() -> None:
    async def scenario() -> None:
        packed = gzip.compress(b"hello" * 1000)
        async with Site(answering(packed, 200, ("Content-Encoding: gzip",))) as site:
            answer = fetched(await fetch(policy(site.rule()), site.url()))
            assert answer.body == b"hello" * 1000
            assert not {"Content-Encoding", "Content-Length"} & dict(answer.headers).keys()

    run(scenario())


def test_what_no_entry_allows_is_not_dialled() -> None:
    async def scenario() -> None:
        async with Site() as site:
            answer = denied(await fetch(policy(), site.url("/path?q")), Denial.NOT_ALLOWED)
            assert "tenant acme, action probe: hop 1, GET http://127.0.0.1" in answer.explanation
            assert "?q" not in answer.explanation
            denied(await fetch(policy(site.rule()), "http://a@b/"), Denial.MALFORMED)
            denied(await fetch(policy(site.rule()), site.url(), method="TRACE"), Denial.METHOD)
            denied(await fetch(policy(site.rule()), site.url(), method="A B"), Denial.METHOD)
            bad = (("X", "a\r\nY: b"),)
            denied(await fetch(policy(site.rule()), site.url(), headers=bad), Denial.HEADER)
            assert site.connections == 0

    run(scenario())


def test_private_address_needs_an_entry_that_says_so() -> None:
    async def scenario() -> None:
        async with Site() as site:
            table = AllowTable(host="api.test", scheme="http", port=site.port)
            fetcher = Fetcher(FetchTable(), resolver=Names(api_test="127.0.0.1"))
            outcome = await fetch(policy(table), site.url(host="api.test"), fetcher=fetcher)
            answer = denied(outcome, Denial.ADDRESS)
            assert "addresses 127.0.0.1" in answer.explanation
            assert "127.0.0.1" not in answer.reason
            assert site.connections == 0

    run(scenario())


def test_name_without_an_address_fails() -> None:
    async def scenario() -> None:
        fetcher = Fetcher(FetchTable(), resolver=Names())
        outcome = await fetch(policy(AllowTable("a.test")), "https://a.test/", fetcher=fetcher)
        assert "there is no a.test" in failed(outcome, Fault.RESOLVE).reason

    run(scenario())


def test_name_is_looked_up_once_and_that_address_is_dialled() -> None:
    async def scenario() -> None:
        async with Site() as site, NameServer(api_test=["127.0.0.1", "127.0.0.2"]) as server:
            fetcher = Fetcher(FetchTable(), resolver=SystemResolver([("127.0.0.1", server.port)]))
            url = site.url(host="api.test")
            answer = fetched(await fetch(policy(site.rule("api.test")), url, fetcher=fetcher))
            assert answer.hops[0].addresses == ("127.0.0.1",)
            assert site.asked[0].headers["host"] == f"api.test:{site.port}"
            assert server.questions.count("api.test. A") == 1

    run(scenario())


def test_name_that_changes_between_hops_is_judged_again() -> None:
    async def scenario() -> None:
        async with Site() as site, NameServer(api_test=["127.0.0.1", "169.254.169.254"]) as server:
            site.answers["/"] = redirecting("/again")
            fetcher = Fetcher(FetchTable(), resolver=SystemResolver([("127.0.0.1", server.port)]))
            url = site.url(host="api.test")
            outcome = await fetch(policy(site.rule("api.test")), url, fetcher=fetcher)
            answer = denied(outcome, Denial.ADDRESS)
            assert "hop 2" in answer.explanation
            assert "169.254.169.254 (metadata service" in answer.explanation
            assert site.connections == 1

    run(scenario())


def test_next_address_is_tried_when_the_first_does_not_answer() -> None:
    async def scenario() -> None:
        async with Site() as site:
            names = Names(api_test="127.0.0.9 127.0.0.1")
            fetcher = Fetcher(FetchTable(), resolver=names)
            url = site.url(host="api.test")
            fetched(await fetch(policy(site.rule("api.test")), url, fetcher=fetcher))

    run(scenario())


def test_nobody_listening_fails_without_naming_the_address_to_the_script() -> None:
    async def scenario() -> None:
        async with Site() as site:
            rule, url = site.rule("api.test"), site.url(host="api.test")
        fetcher = Fetcher(FetchTable(), resolver=Names(api_test="127.0.0.1"))
        answer = failed(await fetch(policy(rule), url, fetcher=fetcher), Fault.CONNECT)
        assert "connection refused" in answer.reason
        assert "127.0.0.1" not in answer.reason
        assert "addresses 127.0.0.1" in answer.explanation

    run(scenario())


def test_redirect_is_followed_and_its_hops_are_told() -> None:
    async def scenario() -> None:
        async with Site() as site:
            site.answers["/"] = redirecting("/a/b?c#d")
            answer = fetched(await fetch(policy(site.rule()), site.url()))
            assert [hop.status for hop in answer.hops] == [302, 200]
            assert [asked.path for asked in site.asked] == ["/", "/a/b?c"]

    run(scenario())


def test_redirect_without_a_place_is_handed_out() -> None:
    async def scenario() -> None:
        async with Site(answering(b"where", 302)) as site:
            assert fetched(await fetch(policy(site.rule()), site.url())).body == b"where"

    run(scenario())


def test_redirect_to_another_host_is_decided_again() -> None:
    async def scenario() -> None:
        async with Site() as other, Site(redirecting(other.url("/x"))) as site:
            answer = denied(await fetch(policy(site.rule()), site.url()), Denial.NOT_ALLOWED)
            assert f"redirected by http://127.0.0.1:{site.port} (302)" in answer.explanation
            assert f"it is for port {site.port}, not {other.port}" in answer.explanation
            assert other.connections == 0
            fetched(await fetch(policy(site.rule(), other.rule()), site.url()))

    run(scenario())


def test_redirect_out_of_the_path_or_method_is_denied() -> None:
    async def scenario() -> None:
        async with Site(redirecting("/admin", 307)) as site:
            inside = policy(site.rule("127.0.0.1", "POST", path="/v1"))
            outcome = await fetch(inside, site.url("/v1"), method="POST")
            denied(outcome, Denial.NOT_ALLOWED)
        async with Site(redirecting("/other")) as site:  # POST becomes GET
            posting = policy(site.rule("127.0.0.1", "POST"))
            outcome = await fetch(posting, site.url(), method="POST")
            assert "POST, not GET" in denied(outcome, Denial.NOT_ALLOWED).explanation

    run(scenario())


def test_credentials_are_left_behind_at_another_port() -> None:
    async def scenario() -> None:
        headers = (("Authorization", "Bearer x"), ("Cookie", "x"), ("X-Api-Key", "x"))
        async with Site() as other, Site(redirecting(other.url(), 307)) as site:
            allowed = policy(site.rule(), other.rule())
            outcome = await fetch(allowed, site.url(), method="POST", headers=headers, body=b"b")
            fetched(outcome)
            assert "authorization" in site.asked[0].headers
            assert not {"authorization", "cookie", "x-api-key"} & other.asked[0].headers.keys()
            assert other.asked[0].body == b"b"

    run(scenario())


def test_endless_redirects_end_after_five() -> None:
    async def scenario() -> None:
        async with Site(redirecting("/again")) as site:
            answer = failed(await fetch(policy(site.rule()), site.url()), Fault.REDIRECTS)
            assert "more than 5" in answer.reason
            assert site.connections == 6

    run(scenario())


@pytest.mark.parametrize("location", ["file:///etc/passwd", "//u@b/", "http://[::1", "\\\\b\\c"])
def test_redirect_to_what_is_no_url_is_denied(location: str) -> None:
    async def scenario() -> None:
        async with Site(redirecting(location)) as site:
            denied(await fetch(policy(site.rule()), site.url()), Denial.MALFORMED)

    run(scenario())


def test_script_does_not_hear_where_a_redirect_leads() -> None:
    async def scenario() -> None:
        async with Site(redirecting("https://value-of-a-secret.evil.com/")) as site:
            answer = denied(await fetch(policy(site.rule()), site.url()), Denial.NOT_ALLOWED)
            assert answer.reason == "GET a redirect's target is not allowed"
            assert "evil.com" in answer.explanation

    run(scenario())


def make_tls(*names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert(*names).configure_cert(server)
    authority.configure_trust(client)
    return server, client


def test_tls_is_verified_for_the_name_that_was_asked_for() -> None:
    async def scenario() -> None:
        server, client = make_tls("api.test")
        seen: list[str | None] = []
        server.sni_callback = lambda _, name, __: seen.append(name)
        async with Site(tls=server) as site:
            fetcher = Fetcher(FetchTable(), resolver=Names(api_test="127.0.0.1"), tls=client)
            url = site.url(host="api.test")
            fetched(await fetch(policy(site.rule("api.test")), url, fetcher=fetcher))
            assert seen == ["api.test"]

    run(scenario())


def test_tls_with_a_wrong_name_or_an_unknown_authority_fails() -> None:
    async def scenario() -> None:
        server, client = make_tls("other.test")
        async with Site(tls=server) as site:
            names = Names(api_test="127.0.0.1", other_test="127.0.0.1")
            fetcher = Fetcher(FetchTable(), resolver=names, tls=client)
            url = site.url(host="api.test")
            outcome = await fetch(policy(site.rule("api.test")), url, fetcher=fetcher)
            assert "certificate" in failed(outcome, Fault.TLS).reason
            strict = Fetcher(FetchTable(), resolver=names)
            url = site.url(host="other.test")
            outcome = await fetch(policy(site.rule("other.test")), url, fetcher=strict)
            failed(outcome, Fault.TLS)
            assert site.asked == []

    run(scenario())


def test_tls_against_a_server_without_it_fails() -> None:
    async def scenario() -> None:
        async with Site(listen=False) as site:
            table = AllowTable("127.0.0.1", port=site.port, private=True)
            outcome = await fetch(policy(table), f"https://127.0.0.1:{site.port}/")
            failed(outcome, Fault.TLS)

    run(scenario())


def test_redirect_from_https_to_http_is_not_followed() -> None:
    async def scenario() -> None:
        server, client = make_tls("api.test")
        async with Site() as plain, Site(redirecting(plain.url()), tls=server) as site:
            fetcher = Fetcher(FetchTable(), resolver=Names(api_test="127.0.0.1"), tls=client)
            allowed = policy(site.rule("api.test"), plain.rule())
            outcome = await fetch(allowed, site.url(host="api.test"), fetcher=fetcher)
            denied(outcome, Denial.REDIRECT)
            assert plain.connections == 0

    run(scenario())


def test_server_that_keeps_no_connection_gets_one_for_each_fetch() -> None:
    async def scenario() -> None:
        async with Site() as site:
            fetcher = Fetcher(FetchTable())
            for _ in range(3):
                fetched(await fetch(policy(site.rule()), site.url(), fetcher=fetcher))
                await until(lambda: site.sockets_to_it() == 0)
            assert site.connections == 3
            await fetcher.close()

    run(scenario())


def test_body_of_a_request_has_a_limit() -> None:
    async def scenario() -> None:
        async with Site() as site:
            fetcher = Fetcher(FetchTable(request_kib=1))
            allowed = policy(site.rule())
            post = partial(fetch, allowed, site.url(), method="POST", fetcher=fetcher)
            fetched(await post(body=bytes(1024)))
            failed(await post(body=bytes(1025)), Fault.TOO_LARGE)

    run(scenario())


def test_largest_body_is_sent_whole() -> None:
    async def scenario() -> None:
        async with Site() as site:
            fetcher = Fetcher(FetchTable(request_kib=1024))
            body = bytes(range(256)) * 4096
            allowed = policy(site.rule())
            outcome = await fetch(allowed, site.url(), method="PUT", body=body, fetcher=fetcher)
            fetched(outcome)
            assert site.asked[0].body == body

    run(scenario())


def test_one_tenant_waits_for_its_own_fetches_only() -> None:
    async def scenario() -> None:
        release = asyncio.Event()

        async def wait(asked: Asked, writer: asyncio.StreamWriter) -> None:
            await release.wait()
            await answering()(asked, writer)

        async with Site(wait) as slow, Site() as site:
            fetcher = Fetcher(FetchTable(at_once=2))
            mine = policy(slow.rule(), site.rule())
            tasks = [
                asyncio.create_task(fetch(mine, slow.url(), fetcher=fetcher)) for _ in range(6)
            ]
            await until(lambda: slow.connections == 2)
            others = policy(site.rule(), tenant="beta")
            fetched(await fetch(others, site.url(), fetcher=fetcher))
            request = FetchRequest("GET", site.url())
            outcome = await fetcher.fetch(request, mine, time.monotonic() + 0.05)
            failed(outcome, Fault.BUSY)
            release.set()
            for outcome in await asyncio.gather(*tasks):
                fetched(outcome)
            assert slow.most_at_once == 2

    run(scenario())


def test_no_thread_is_started() -> None:
    async def scenario() -> None:
        async with Site() as site, NameServer(api_test=["127.0.0.1"]) as server:
            fetcher = Fetcher(FetchTable(), resolver=SystemResolver([("127.0.0.1", server.port)]))
            threads = threading.active_count()
            url = site.url(host="api.test")
            fetched(await fetch(policy(site.rule("api.test")), url, fetcher=fetcher))
            assert threading.active_count() == threads

    run(scenario())


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with Site() as proxy, Site() as site:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
                monkeypatch.setenv(name, proxy.url())
            fetched(await fetch(policy(site.rule()), site.url()))
            assert proxy.connections == 0

    run(scenario())


def test_cookies_are_not_remembered() -> None:
    async def scenario() -> None:
        async with Site(answering(b"", 200, ("Set-Cookie: a=b",))) as site:
            fetcher = Fetcher(FetchTable())
            for _ in range(2):
                fetched(await fetch(policy(site.rule()), site.url(), fetcher=fetcher))
            assert "cookie" not in site.asked[1].headers

    run(scenario())


def test_deadline_of_the_caller_wins() -> None:
    async def scenario() -> None:
        async with Site(silence) as site:
            request = FetchRequest("GET", site.url())
            started = time.monotonic()
            outcome = await Fetcher(FetchTable()).fetch(
                request, policy(site.rule()), started + 0.05
            )
            assert "waiting for the response" in failed(outcome, Fault.TIMEOUT).reason
            assert time.monotonic() - started < 2

    run(scenario())


def test_nothing_is_logged_on_the_way(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with Site() as site:
            await fetch(policy(site.rule()), site.url())

    caplog.set_level(logging.WARNING)
    run(scenario())
    assert caplog.records == []
