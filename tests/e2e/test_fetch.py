"""`fetch` from a script in a sealed worker to a server and back."""

from __future__ import annotations

import json
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from daemon import Daemon
from outward import action, call, claims, entry, opening, quote
from servers import Answer, Asked, Site, answering, silence, site

from actionsd_broker.fetch.rules import AllowTable
from actionsd_client import Client
from actionsd_protocol.errors import FailureKind


class World(NamedTuple):
    """A daemon, a site that its scripts may fetch from, and a client."""

    daemon: Daemon
    site: Site
    client: Client


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    # Not to be opened: what a redirect leads to.
    closed = [AllowTable("localhost"), AllowTable("127.0.0.2")]
    with site() as there, tempfile.TemporaryDirectory(prefix="actionsd-t-", dir="/tmp") as place:
        rules = [
            AllowTable(each.host, scheme="http", port=there.port, private=False) for each in closed
        ]
        config = Path(place) / "actionsd.toml"
        config.write_text(opening(there) + "".join(map(entry, rules)))
        daemon = Daemon(Path(place), ["--workers", "1", "-c", str(config)])
        try:
            daemon.wait_ready()
            with Client(daemon.endpoint) as client:
                yield World(daemon, there, client)
        finally:
            daemon.end()


@pytest.fixture(autouse=True)
def _clean(world: World) -> Iterator[None]:
    world.site.asked.clear()
    world.site.answers.clear()
    yield
    world.daemon.wait_for(
        lambda: world.site.sockets_to_it(world.daemon.process.pid) == 0, "a socket is left open"
    )


def redirecting(location: str, status: int = 302) -> Answer:
    return answering("", status, (f"Location: {location}",))


# What comes back


def test_response_has_status_headers_and_body(world: World) -> None:
    head = ("x-list: 1", "X-List: 2", "content-type: application/json")
    world.site.answers["/a"] = answering('{"n": [1, "\xe9"]}', 200, head)
    body = f"""
      const answer = http.fetch({quote(world.site.url("/a"))});
      say('status', [answer.status, answer.statusCode]);
      say('list', answer.headers['X-List']);
      say('type', answer.headers['Content-Type']);
      say('json', answer.json());
      say('text', [answer.text(), answer.body]);
    """
    result = call(world.client, action(body))
    text = '{"n": [1, "\xe9"]}'
    assert claims(result) == {
        "status": [200, 200],
        "list": ["1", "2"],
        "type": ["application/json"],
        "json": {"n": [1, "\xe9"]},
        "text": [text, text],
    }
    assert result.actions[0].fetches == 1


@pytest.mark.parametrize("status", [204, 301, 304, 404, 500, 503])
def test_status_of_an_error_is_no_error(world: World, status: int) -> None:
    # 301 without a place to go to is a response like any other.
    world.site.answers["/"] = answering("", status)
    body = f"say('status', http.fetch({quote(world.site.url())}).status)"
    assert claims(call(world.client, action(body))) == {"status": status}


def test_request_is_what_the_script_asked_for(world: World) -> None:
    options = """{
      method: 'POST', body: { a: [1, null], b: '\xe9' },
      headers: { 'x-one': 'a, b', 'X-Many': ['c', 'd,e'], Authorization: 'Bearer x' },
    }"""
    assert claims(call(world.client, action(f"http.fetch({quote(world.site.url())}, {options})")))\
        == {}
    (asked,) = world.site.asked
    assert (asked.method, asked.path) == ("POST", "/")
    assert json.loads(asked.body) == {"a": [1, None], "b": "\xe9"}
    assert asked.headers["authorization"] == "Bearer x"
    assert asked.headers["host"] == f"127.0.0.1:{world.site.port}"


def test_without_options_it_is_a_get_for_json(world: World) -> None:
    claims(call(world.client, action(f"http.fetch({quote(world.site.url('/x?y=1'))})")))
    (asked,) = world.site.asked
    assert (asked.method, asked.path, asked.body) == ("GET", "/x?y=1", b"")
    assert asked.headers["accept"] == asked.headers["content-type"] == "application/json"
    assert asked.headers["user-agent"].startswith("actionsd/")


def test_raw_body_is_sent_as_it_is(world: World) -> None:
    options = "{ method: 'PUT', rawBody: 'a=1&b=\xe9', headers: { 'Content-Type': 'text/plain' } }"
    claims(call(world.client, action(f"http.fetch({quote(world.site.url())}, {options})")))
    (asked,) = world.site.asked
    assert asked.body == "a=1&b=\xe9".encode()
    assert asked.headers["content-type"] == "text/plain"


def test_fetches_are_counted_for_each_action(world: World) -> None:
    one = f"http.fetch({quote(world.site.url())});"
    result = call(world.client, action(one * 2), action("", "g"), action(one, "h"))
    assert [each.fetches for each in result.actions] == [2, 0, 1]


# Redirects


def test_redirects_that_are_allowed_are_followed(world: World) -> None:
    for number in range(5):
        world.site.answers[f"/{number}"] = redirecting(f"/{number + 1}")
    world.site.answers["/5"] = answering("there")
    body = f"say('body', http.fetch({quote(world.site.url('/0'))}).body)"
    assert claims(call(world.client, action(body))) == {"body": "there"}
    assert [asked.path for asked in world.site.asked] == [f"/{number}" for number in range(6)]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2"])
def test_redirect_to_a_private_address_is_denied_and_the_log_says_why(
    world: World, host: str
) -> None:
    world.site.answers["/away"] = redirecting(world.site.url("/in", host))
    result = call(world.client, action(f"http.fetch({quote(world.site.url('/away'))})"))
    assert result.error is not None
    assert (result.error.kind, result.error.action) == (FailureKind.FETCH_DENIED, "f")
    assert host not in result.error.message
    line = world.daemon.wait_line(f"GET http://{host}:{world.site.port}")
    assert " warning fetch_denied " in line
    assert f"hop 2, GET http://{host}:{world.site.port}, redirected by http://127.0.0.1" in line
    assert "127.0.0.1 (loopback" in line or "127.0.0.2 (loopback" in line
    assert "[[fetch.allow]] " in line
    assert "private = true would" in line
    assert [asked.path for asked in world.site.asked] == ["/away"]


def test_redirect_to_a_host_that_no_entry_has_is_denied(world: World) -> None:
    world.site.answers["/away"] = redirecting("https://elsewhere.example/")
    body = f"""
      try {{ http.fetch({quote(world.site.url("/away"))}) }} catch (e) {{ say('e', e.message) }}
    """
    said = claims(call(world.client, action(body)))["e"]
    assert "is not allowed" in said
    assert "elsewhere" not in said


def test_redirects_without_end_fail(world: World) -> None:
    world.site.answers["/loop"] = redirecting("/loop")
    result = call(world.client, action(f"http.fetch({quote(world.site.url('/loop'))})"))
    assert result.error is not None
    assert result.error.kind is FailureKind.FETCH_FAILED
    assert "more than 5 redirects" in result.error.message
    assert len(world.site.asked) == 6


# Errors and deadlines

DENIED = "https://nowhere.example/"


def test_script_that_catches_goes_on_and_the_next_one_runs(world: World) -> None:
    body = f"try {{ http.fetch({quote(DENIED)}) }} catch (e) {{ say('e', `${{e}}`) }} say('on', 1)"
    after = action(f"say('g', http.fetch({quote(world.site.url())}).body)", "g")
    assert claims(call(world.client, action(body), after)) == {
        "e": "Error: GET https://nowhere.example is not allowed",
        "on": 1,
        "g": "ok",
    }


def test_error_that_is_not_caught_has_its_kind_and_its_place(world: World) -> None:
    body = f"say('before', 1);\n\n  http.fetch({quote(DENIED)}); say('after', 1)"
    result = call(world.client, action(body), action("say('g', 1)", "g"))
    error = result.actions[0].error
    assert error is not None
    assert error.kind is FailureKind.FETCH_DENIED
    assert (error.line, error.column) == (6, 8)
    assert result.claims() == {"before": 1}
    assert [each.outcome for each in result.actions] == ["failed", "skipped"]


def test_error_that_is_thrown_on_keeps_its_kind(world: World) -> None:
    body = f"try {{ http.fetch({quote(DENIED)}) }} catch (e) {{ throw e }}"
    result = call(world.client, action(body))
    assert result.error is not None
    assert result.error.kind is FailureKind.FETCH_DENIED


@pytest.mark.parametrize("realm", ["shared", "fresh"])
def test_fetch_that_outlasts_its_action_ends_it_and_not_the_worker(
    world: World, realm: str
) -> None:
    world.site.answers["/slow"] = silence
    before = pids(world.daemon)
    slow = action(
        f"say('a', 1); http.fetch({quote(world.site.url('/slow'))})", timeout=0.3, realm=realm
    )
    ok = action(f"say('b', http.fetch({quote(world.site.url())}).body)", "g")
    result = call(world.client, slow, ok)
    assert result.error is not None
    assert result.error.kind in (FailureKind.TIMEOUT, FailureKind.FETCH_FAILED)
    assert result.claims() == {"a": 1}
    assert claims(call(world.client, ok)) == {"b": "ok"}
    assert pids(world.daemon) == before


def pids(daemon: Daemon) -> set[int]:
    return {worker.pid for worker in daemon.workers()}
