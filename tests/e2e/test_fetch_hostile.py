"""Whatever a server does to a fetch, the script gets an error to catch, and nothing is left."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme
from daemon import Daemon, serving, short_directory
from outward import action, call, claims, opening, quote
from servers import (
    CHUNKED,
    OK,
    Answer,
    Site,
    answering,
    bombing,
    dripping,
    repeating,
    silence,
    site,
    writing,
)

from actionsd_client import Client
from actionsd_protocol.errors import FailureKind

TOTAL_SECONDS = 0.5
BOMB_BYTES = 10 * 2**30

KEPT_BYTES = 16 * 2**20
"""What the daemon may have more after many hostile responses."""


class Case(NamedTuple):
    """What a server does, and words of the reason that a script gets."""

    answer: Answer
    words: str


CASES = {
    "silence": Case(silence, "time was up while waiting for the response"),
    "slow headers": Case(dripping(OK, b"X-A: b\r\n"), "time was up while waiting for the response"),
    "slow body": Case(
        dripping(OK + b"Content-Length: 9999\r\n\r\n", b"x"),
        "time was up while reading the response",
    ),
    "slow chunks": Case(dripping(CHUNKED, b"1\r\nx\r\n"), "time was up while reading the response"),
    "endless chunks": Case(
        repeating(CHUNKED, b"4000\r\n" + b"x" * 0x4000 + b"\r\n"), "more than 1024 KiB"
    ),
    "endless body": Case(repeating(OK + b"\r\n", b"x" * 0x4000), "more than 1024 KiB"),
    "bomb": Case(bombing(BOMB_BYTES), "more than 1024 KiB"),
    "too short": Case(
        writing(OK + b"Content-Length: 100\r\n\r\nshort"), "ends before its body is complete"
    ),
    "two lengths": Case(
        writing(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "it is not HTTP"
    ),
    "no length": Case(writing(OK + b"Content-Length: -1\r\n\r\n"), "it is not HTTP"),
    "1000 headers": Case(
        writing(OK + b"".join(b"X-%d: y\r\n" % n for n in range(1000)) + b"\r\n"),
        "more than 100 headers",
    ),
    "endless header": Case(repeating(OK + b"X-A: ", b"y" * 1000), "a header has more than"),
    "hangs up": Case(writing(b""), "the connection ended before the response"),
    "no HTTP": Case(writing(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "it is not HTTP"),
}


class World(NamedTuple):
    """A daemon, and a site that is hostile at the paths of the cases."""

    daemon: Daemon
    site: Site
    client: Client

    def left(self) -> tuple[int, int]:
        """Return how many sockets the daemon has to the site, and descriptors in all."""
        pid = self.daemon.process.pid
        return self.site.sockets_to_it(pid), self.daemon.descriptors()


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    answers = {f"/{name.replace(' ', '-')}": case.answer for name, case in CASES.items()}
    with site(answering(), answers) as there, short_directory() as place:
        config = place / "actionsd.toml"
        limits = f"[fetch]\ntotal_seconds = {TOTAL_SECONDS}\nper_job = 1000\n"
        config.write_text(limits + opening(there))
        with (
            serving(place, "--workers", "1", "-c", str(config)) as daemon,
            Client(daemon.endpoint) as client,
        ):
            call(client, action(f"http.fetch({quote(there.url())})"))
            yield World(daemon, there, client)


def caught(site: Site, *names: str) -> str:
    """Return an action's body that catches what becomes of fetches, and goes on."""
    urls = [site.url(f"/{name.replace(' ', '-')}") for name in names]
    return f"""
      for (const url of {urls!r}) {{
        try {{ http.fetch(url); say(url, 'came') }} catch (e) {{ say(url, `${{e}}`) }}
      }}
      say('fine', http.fetch({quote(site.url())}).body);
    """


@pytest.mark.parametrize("name", CASES)
def test_script_gets_the_reason_and_goes_on(world: World, name: str) -> None:
    before = world.left()
    said = claims(call(world.client, action(caught(world.site, name))))
    assert said.pop("fine") == "ok"
    (error,) = said.values()
    assert error.startswith("Error: ")
    assert CASES[name].words in error
    world.daemon.wait_for(lambda: world.left() == before, f"{before} is {world.left()}")


@pytest.mark.parametrize("name", CASES)
def test_script_that_does_not_catch_it_fails_as_fetch_failed(world: World, name: str) -> None:
    body = f"http.fetch({quote(world.site.url('/' + name.replace(' ', '-')))})"
    error = call(world.client, action(body)).error
    assert error is not None
    assert (error.kind, CASES[name].words in error.message) == (FailureKind.FETCH_FAILED, True)
    assert "OpenSSH" not in world.daemon.log()


def test_memory_of_hostile_responses_is_given_back(world: World) -> None:
    quick = [name for name in CASES if "time was up" not in CASES[name].words]
    names = quick * 2
    act = action(caught(world.site, *names), timeout=20, cpu=10)
    claims(call(world.client, act))  # whatever a daemon needs once
    before, sockets = world.daemon.memory_bytes(), world.left()
    for _ in range(3):
        claims(call(world.client, act))
    world.daemon.wait_for(lambda: world.left() == sockets, "a socket is left")
    world.daemon.wait_for(
        lambda: world.daemon.memory_bytes() < before + KEPT_BYTES, "the daemon keeps the memory"
    )


def test_bomb_is_not_unpacked_in_the_daemon(world: World) -> None:
    clear = Path(f"/proc/{world.daemon.process.pid}/clear_refs")
    clear.write_text("5")  # the most that it has held, from now on
    before = world.daemon.memory_bytes()
    claims(call(world.client, action(caught(world.site, "bomb"))))
    status = Path(f"/proc/{world.daemon.process.pid}/status").read_text("ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    assert int(line.split()[1]) * 1024 < before + KEPT_BYTES


# TLS


class Secure(NamedTuple):
    """Servers of one authority: for their own name, for another's, and of another authority."""

    client: Client
    right: Site
    wrong: Site
    strange: Site


@pytest.fixture(scope="module")
def secure() -> Iterator[Secure]:
    authority, other = trustme.CA(), trustme.CA()
    with (
        site(tls=context(authority, "localhost")) as right,
        site(tls=context(authority, "elsewhere.example")) as wrong,
        site(tls=context(other, "localhost")) as strange,
        short_directory() as place,
    ):
        pem = place / "authority.pem"
        authority.cert_pem.write_to_path(str(pem))
        config = place / "actionsd.toml"
        config.write_text("".join(opening(each, "localhost") for each in (right, wrong, strange)))
        arguments = ("--workers", "1", "-c", str(config))
        with (
            serving(place, *arguments, environment={"SSL_CERT_FILE": str(pem)}) as daemon,
            Client(daemon.endpoint) as client,
        ):
            yield Secure(client, right, wrong, strange)


def context(authority: trustme.CA, name: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(made)
    return made


def over_tls(client: Client, there: Site) -> str:
    url = quote(there.url(host="localhost"))
    body = f"try {{ say('got', http.fetch({url}).body) }} catch (e) {{ say('got', `${{e}}`) }}"
    got: str = claims(call(client, action(body)))["got"]
    return got


def test_server_with_the_right_certificate_is_talked_to(secure: Secure) -> None:
    assert over_tls(secure.client, secure.right) == "ok"


def test_certificate_for_another_name_fails(secure: Secure) -> None:
    said = over_tls(secure.client, secure.wrong)
    assert "its certificate is not valid: Hostname mismatch" in said
    assert secure.wrong.asked == []


def test_certificate_of_an_authority_that_is_not_trusted_fails(secure: Secure) -> None:
    said = over_tls(secure.client, secure.strange)
    assert "its certificate is not valid: " in said
    assert "issuer" in said
    assert secure.strange.asked == []
