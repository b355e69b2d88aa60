"""Secrets: scripts use them by their names, and nobody but the right host sees a value."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from daemon import Daemon
from outward import action, call, claims, opening, quote
from servers import Asked, Site, answering, silence, site

from actionsd_client import Client, Result
from actionsd_protocol.errors import FailureKind

VALUE = 'Tr0ub4dor/&3+zx<"q'
FROM_ENVIRONMENT = "hunter2-hunter2-hunter2"
MARK = "a text that only the script has"


async def echo(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Send back all that was asked, in several spellings."""
    sent = asked.headers.get("authorization", "") + asked.body.decode()
    spelled = base64.b64encode(VALUE.encode()).decode()
    head = tuple(f"X-Echo-{name}: {value}" for name, value in asked.headers.items())
    await answering(f"{sent} {spelled} {VALUE.encode().hex()}", 200, head)(asked, writer)


class World(NamedTuple):
    """A daemon with secrets, logging everything, and a site that echoes."""

    daemon: Daemon
    site: Site
    client: Client
    directory: Path

    def expect_nowhere(self, *results: Result) -> None:
        """See that a value is neither in the log nor in what a client gets."""
        seen = [self.daemon.log(), *(repr(msgspec.to_builtins(each)) for each in results)]
        for text in seen:
            for value in (VALUE, FROM_ENVIRONMENT, quote(VALUE)[1:-1]):
                assert value not in text


def secrets(directory: Path) -> str:
    return f"""
[secrets.crm]
file = "{directory}/crm"
hosts = ["127.0.0.1"]
[secrets.env]
env = "A_SECRET"
hosts = ["127.0.0.1"]
tenants = ["acme"]
[secrets.other]
env = "A_SECRET"
hosts = ["elsewhere.example"]
"""


@pytest.fixture
def world(short_path: Path, start_daemon: Callable[..., Daemon]) -> Iterator[World]:
    with site(answers={"/echo": echo, "/slow": silence}) as there:
        (short_path / "crm").write_text(f"{VALUE}\n")
        config = 'log_level = "debug"\nspares = 0\n' + opening(there) + secrets(short_path)
        daemon = start_daemon(config=config, workers=1, environment={"A_SECRET": FROM_ENVIRONMENT})
        daemon.wait_ready()
        with Client(daemon.endpoint) as client:
            yield World(daemon, there, client, short_path)


def sending(site: Site, header: str = "", body: str = "", path: str = "/") -> str:
    options = f"""{{
      method: 'POST', body: {{ v: {quote(body)} }},
      headers: {{ Authorization: {quote(header)}, 'Content-Type': 'application/json' }},
    }}"""
    return f"http.fetch({quote(site.url(path))}, {options})"


def test_value_arrives_in_header_and_body_and_nowhere_else(world: World) -> None:
    fetch = sending(world.site, "Bearer {{secret:env}}", "x {{secret:crm}} y")
    result = call(world.client, action(f"say('ok', {fetch}.body)"))
    assert claims(result) == {"ok": "ok"}
    (asked,) = world.site.asked
    assert asked.headers["authorization"] == f"Bearer {FROM_ENVIRONMENT}"
    assert msgspec.json.decode(asked.body) == {"v": f"x {VALUE} y"}
    world.expect_nowhere(result)


def test_response_that_echoes_a_value_is_cleaned(world: World) -> None:
    fetch = sending(world.site, "Bearer {{secret:env}}", "{{secret:crm}}", "/echo")
    body = f"const a = {fetch}; say('body', a.body); say('headers', a.headers)"
    result = call(world.client, action(body))
    said = claims(result)
    assert said["headers"]["X-Echo-Authorization"] == ["Bearer [secret env removed]"]
    world.expect_nowhere(result)
    assert base64.b64encode(VALUE.encode()).decode() not in said["body"]
    assert VALUE.encode().hex() not in said["body"]
    assert said["body"].startswith("Bearer [secret env removed]")


@pytest.mark.parametrize(
    ("name", "tenant", "words"),
    [
        ("other", "acme", "the secret other is not for the host 127.0.0.1"),
        ("env", "globex", "there is no secret env"),
        ("none", "acme", "there is no secret none"),
    ],
)
def test_secret_that_is_not_for_this_is_denied(
    world: World, name: str, tenant: str, words: str
) -> None:
    fetch = sending(world.site, f"Bearer {{{{secret:{name}}}}}")
    result = call(world.client, action(fetch), tenant=tenant)
    assert result.error is not None
    assert (result.error.kind, words in result.error.message) == (FailureKind.FETCH_DENIED, True)
    assert world.site.asked == []
    world.daemon.wait_line("fetch_denied")
    world.expect_nowhere(result)


def test_changed_file_takes_effect_without_a_restart(world: World) -> None:
    fetch = action(sending(world.site, "{{secret:crm}}"))
    claims(call(world.client, fetch))
    (world.directory / "crm").write_text("another value, and a longer one")
    world.daemon.signal(signal.SIGHUP)
    world.daemon.wait_line("reload_ignored")  # the registry's part of it: there is none
    claims(call(world.client, fetch))
    sent = [asked.headers["authorization"] for asked in world.site.asked]
    assert sent == [VALUE, "another value, and a longer one"]


@pytest.mark.parametrize("broken", ["short", "gone", "not UTF-8"])
def test_file_that_is_broken_leaves_the_old_value_in_use(world: World, broken: str) -> None:
    file = world.directory / "crm"
    if broken == "gone":
        file.unlink()
    else:
        file.write_bytes(b"short" if broken == "short" else b"\xff" * 20)
    world.daemon.signal(signal.SIGHUP)
    line = world.daemon.wait_line("secrets_refused")
    assert "secret crm: " in line
    claims(call(world.client, action(sending(world.site, "{{secret:crm}}"))))
    assert [asked.headers["authorization"] for asked in world.site.asked] == [VALUE]
    world.expect_nowhere()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can look into a sealed process")
def test_value_is_not_in_the_memory_of_the_worker(world: World) -> None:
    first = sending(world.site, "Bearer {{secret:env}}", "{{secret:crm}} " + MARK, "/echo")
    slow = f"http.fetch({quote(world.site.url('/slow'))})"
    body = f"const seen = {first}; say('n', seen.body.length); {slow}; say('seen', seen.body)"
    pending = world.client.submit(
        "preuserinfo", tenant="acme", context={}, actions=[action(body, timeout=20)]
    )
    world.daemon.wait_for(lambda: len(world.site.asked) == 2, "the second fetch")
    (worker,) = world.daemon.workers()
    memory = b"".join(mapped(worker.pid))
    os.kill(worker.pid, signal.SIGKILL)
    pending.result(30)
    assert MARK.encode() in memory  # or we looked at the wrong places
    for value in (VALUE, FROM_ENVIRONMENT, quote(VALUE)[1:-1]):
        assert value.encode() not in memory


def mapped(pid: int) -> Iterator[bytes]:
    """Read all memory of a process that it may write to."""
    with (
        Path(f"/proc/{pid}/maps").open("rb") as maps,
        Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory,
    ):
        for line in maps:
            match = re.match(rb"(\w+)-(\w+) rw", line)
            if match is not None:
                start, end = (int(each, 16) for each in match.groups())
                yield from _chunks(memory.fileno(), start, end)


def _chunks(descriptor: int, start: int, end: int) -> Iterator[bytes]:
    try:
        for at in range(start, end, 2**24):
            yield os.pread(descriptor, min(2**24, end - at), at)
    except OSError:
        return  # reserved, and never used
