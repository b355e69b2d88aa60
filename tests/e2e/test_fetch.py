"""`fetch` from a script in a sealed worker to a server and back."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from daemon import Daemon, serving, short_directory
from outward import TRIGGER, action, call, claims, entry, opening, quote
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
    with site() as there, short_directory() as place:
        rules = [
            AllowTable(each.host, scheme="http", port=there.port, private=False) for each in closed
        ]
        config = place / "actionsd.toml"
        config.write_text(opening(there) + "".join(map(entry, rules)))
        with (
            serving(place, "--workers", "1", "-c", str(config)) as daemon,
            Client(daemon.endpoint) as client,
        ):
            yield World(daemon, there, client)


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
    assert (
        claims(call(world.client, action(f"http.fetch({quote(world.site.url())}, {options})")))
        == {}
    )
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
def test_fetch_ends_before_its_action_does_and_can_be_caught(world: World, realm: str) -> None:
    world.site.answers["/slow"] = silence
    fetch = f"http.fetch({quote(world.site.url('/slow'))})"
    body = f"try {{ {fetch} }} catch (e) {{ say('caught', e.message) }}"
    # Time enough to say so, on a machine that does other things too.
    result = call(world.client, action(body, timeout=3.0, realm=realm))
    assert claims(result) == {"caught": "time was up while waiting for the response"}
    result = call(world.client, action(fetch, timeout=3.0, realm=realm))
    assert result.error is not None
    assert result.error.kind is FailureKind.FETCH_FAILED


def test_fetch_that_outlasts_its_own_time_is_an_error_and_the_worker_goes_on(
    start_daemon: Callable[..., Daemon],
) -> None:
    with site(silence, {"/ok": answering("fine")}) as there:
        config = f"spares = 0\n[fetch]\ntotal_seconds = 0.3\n{opening(there)}"
        daemon = start_daemon(config=config, workers=1)
        daemon.wait_ready()
        before = daemon.workers()
        body = f"""
          try {{ http.fetch({quote(there.url())}) }} catch (e) {{ say('e', e.message) }}
          say('next', http.fetch({quote(there.url("/ok"))}).body);
        """
        with Client(daemon.endpoint) as client:
            said = [claims(call(client, action(body))) for _ in range(3)]
        assert daemon.workers() == before
        assert there.sockets_to_it(daemon.process.pid) == 0
    reason = "time was up while waiting for the response"
    assert said == [{"e": reason, "next": "fine"}] * 3


def test_fetch_of_a_worker_that_dies_is_ended(start_daemon: Callable[..., Daemon]) -> None:
    left = threading.Event()

    async def until_it_leaves(_: Asked, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                await writer.drain()
                await asyncio.sleep(0.01)
        except OSError:
            left.set()

    with site(until_it_leaves, {"/ok": answering("fine")}) as there:
        daemon = start_daemon(config=f"spares = 0\n{opening(there)}", workers=1)
        daemon.wait_ready()
        with Client(daemon.endpoint) as client:
            pending = client.submit(
                TRIGGER,
                tenant="acme",
                context={},
                actions=[action(f"http.fetch({quote(there.url())})")],
            )
            daemon.wait_for(lambda: there.at_once == 1, "nothing is fetched")
            (worker,) = daemon.workers()
            os.kill(worker.pid, signal.SIGKILL)
            error = pending.result(30).error
            assert error is not None
            assert error.kind is FailureKind.WORKER_LOST
            daemon.wait_for(left.is_set, "the connection stays open")
            daemon.wait_for(lambda: there.sockets_to_it(daemon.process.pid) == 0, "so does this")
            after = action(f"say('on', http.fetch({quote(there.url('/ok'))}).body)")
            assert claims(call(client, after)) == {"on": "fine"}


def held(release: threading.Event) -> Answer:
    """Return an answer that comes when it may."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        while not release.is_set():  # noqa: ASYNC110 - it is set by another thread
            await asyncio.sleep(0.01)
        await answering("at last")(asked, writer)

    return answer


@pytest.mark.parametrize("patient", [True, False])
def test_daemon_that_is_told_to_stop_finishes_a_fetch_unless_told_again(
    start_daemon: Callable[..., Daemon], patient: bool
) -> None:
    release = threading.Event()
    with site(held(release)) as there:
        daemon = start_daemon(config=opening(there), workers=1)
        daemon.wait_ready()
        act = action(f"say('got', http.fetch({quote(there.url())}).body)", timeout=20)
        with Client(daemon.endpoint) as client:
            pending = client.submit(TRIGGER, tenant="acme", context={}, actions=[act])
            daemon.wait_for(lambda: there.at_once == 1, "nothing is fetched")
            daemon.signal(signal.SIGTERM)
            daemon.wait_line(" draining ")
            if patient:
                release.set()
                assert claims(pending.result(30)) == {"got": "at last"}
            else:
                daemon.signal(signal.SIGTERM)
        assert daemon.wait_exit() == 0
        release.set()
    assert "outside_stuck" not in daemon.log()


# Whose allowlist


def registry(directory: Path, there: Site, *, allowed: tuple[str, ...]) -> Path:
    """Write a registry of two tenants; `allowed` are those of its owners that may fetch."""
    directory.mkdir(exist_ok=True)
    for name in "abc":
        act = action(f"say('{name}', http.fetch({quote(there.url())}).body)", name)
        (directory / f"{name}.js").write_text(act.script)
    for tenant, names in {"acme": "ab", "other": "c"}.items():
        text = ""
        for name in names:
            text += f'[actions.{name}]\nfile = "{name}.js"\nallowed_to_fail = true\n'
            if name in allowed:
                text += opening(there, place=f"actions.{name}.fetch.allow")
        if tenant in allowed:
            text += opening(there)
        text += f"[flows]\n{quote(TRIGGER)} = {list(names)!r}\n"
        (directory / f"{tenant}.toml").write_text(text)
    return directory


def fetched(client: Client) -> dict[str, object]:
    """Run the flows of both tenants; return what their actions fetched."""
    results = [client.call(TRIGGER, tenant=each, context={}) for each in ("acme", "other")]
    for result in results:
        for act in result.actions:
            if act.error is not None:
                assert act.error.kind is FailureKind.FETCH_DENIED
    return {key: value for result in results for key, value in result.claims().items()}


@pytest.mark.parametrize(
    ("allowed", "may"),
    [
        ((), ""),
        (("a",), "a"),
        (("b",), "b"),
        (("acme",), "ab"),
        (("other",), "c"),
        (("c", "b"), "bc"),
    ],
)
def test_tenant_and_action_fetch_by_their_own_entries_only(
    reloading: Reloading, allowed: tuple[str, ...], may: str
) -> None:
    # A new registry takes effect without a restart.
    reloading.load(allowed)
    assert fetched(reloading.client) == dict.fromkeys(may, "ok")


class Reloading(NamedTuple):
    """A daemon with a registry that is written anew."""

    daemon: Daemon
    site: Site
    client: Client
    directory: Path

    def load(self, allowed: tuple[str, ...]) -> None:
        registry(self.directory, self.site, allowed=allowed)
        known = self.daemon.log().count("registry_loaded")
        self.daemon.signal(signal.SIGHUP)
        self.daemon.wait_line("registry_loaded", known + 1)


@pytest.fixture(scope="module")
def reloading() -> Iterator[Reloading]:
    with site() as there, short_directory() as place:
        directory = registry(place / "actions", there, allowed=())
        with (
            serving(place, "--workers", "2", "--registry", str(directory)) as daemon,
            Client(daemon.endpoint) as client,
        ):
            yield Reloading(daemon, there, client, directory)


def test_registry_that_is_wrong_leaves_the_old_entries_in_use(reloading: Reloading) -> None:
    reloading.load(("a",))
    manifest = reloading.directory / "acme.toml"
    manifest.write_text(manifest.read_text().replace('"127.0.0.1"', '"127.1"'))
    known = reloading.daemon.log().count("registry_refused")
    reloading.daemon.signal(signal.SIGHUP)
    line = reloading.daemon.wait_line("registry_refused", known + 1)
    assert "acme.toml:" in line
    assert fetched(reloading.client) == {"a": "ok"}
