"""Metadata from a script in a sealed worker to the file and back."""

from __future__ import annotations

import asyncio
import json
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from daemon import Daemon, serving, short_directory
from outward import TRIGGER, action, call, claims, quote

from actionsd_broker.metadata.sqlite_store import SqliteStore
from actionsd_client import AsyncClient, Client
from actionsd_protocol.errors import FailureKind

Command = Callable[..., subprocess.CompletedProcess[str]]

READ = """
  const found = metadata.get();
  say('found', found.metadata.map(each => [each.key, each.value]));
"""


@pytest.fixture
def serve(start_daemon: Callable[..., Daemon]) -> Callable[[], Daemon]:
    """Start a daemon, on the file of the one before."""

    def start() -> Daemon:
        daemon = start_daemon(config="spares = 0\n")
        daemon.wait_ready()
        return daemon

    return start


@pytest.fixture(scope="module")
def file() -> Iterator[Path]:
    """Where the daemon has its metadata that the tests share which do not end it."""
    with short_directory() as place:
        yield place / "metadata.db"


@pytest.fixture(scope="module")
def shared(file: Path) -> Iterator[Client]:
    with serving(file.parent, "--workers", "2") as daemon, Client(daemon.endpoint) as client:
        yield client


@pytest.fixture
def client(shared: Client, file: Path) -> Client:
    """A client of a daemon that has no metadata."""
    with closing(SqliteStore(str(file), prepare=False)) as store:
        for tenant in ("acme", "globex"):
            for user in ("alice", "bob"):
                store.forget(tenant, user)
    return shared


def found(client: Client, **who: str) -> Any:
    return claims(call(client, action(READ), **who))["found"]


def writing(key: str, expression: str) -> str:
    return f"metadata.set({quote(key)}, {expression});"


def test_what_a_script_writes_the_next_daemon_reads(serve: Callable[[], Daemon]) -> None:
    first = serve()
    with Client(first.endpoint) as client:
        body = writing("plan", "{ level: 3, since: '\xe9t\xe9' }") + writing("n", "[1, null]")
        result = call(client, action(body))
    first.end()
    with Client(serve().endpoint) as client:
        assert found(client) == [["n", [1, None]], ["plan", {"level": 3, "since": "\xe9t\xe9"}]]
    assert [mutation["op"] for mutation in result.mutations] == ["setMetadata"] * 2


@pytest.mark.parametrize(
    "write",
    ["metadata.set('k', 1)", "api.v1.user.setMetadata('k', 1)"],
)
@pytest.mark.parametrize(
    "read",
    ["metadata.get()", "ctx.v1.user.getMetadata()"],
)
def test_both_ways_to_write_and_to_read_share_a_store(
    client: Client, write: str, read: str
) -> None:
    body = f"{write}; const seen = {read}; say('seen', [seen.count, seen.metadata[0].value])"
    assert claims(call(client, action(body))) == {"seen": [1, 1]}


def test_entry_has_its_dates_and_sequences(client: Client) -> None:
    body = """
      metadata.set('a', 1); metadata.set('b', 1); metadata.set('a', 2);
      const seen = metadata.get();
      say('sequences', [seen.sequence, ...seen.metadata.map(each => each.sequence)]);
      const [a] = seen.metadata;
      say('owner', a.resourceOwner);
      say('dates', [a.creationDate, a.changeDate, seen.timestamp].map(each => `${each}`));
    """
    said = claims(call(client, action(body)))
    assert said["sequences"] == [3, 3, 2]
    assert said["owner"] == "acme"
    created, changed, latest = said["dates"]
    assert changed == latest
    assert created <= changed


def test_what_the_context_carries_is_not_read_from_the_store(client: Client) -> None:
    call(client, action(writing("stored", "1")))
    carried = [{"key": "carried", "value": "InYi"}]
    context = {"user": {"id": "alice"}, "userMetadata": carried}
    result = client.call(TRIGGER, tenant="acme", context=context, actions=[action(READ)])
    assert claims(result)["found"] == [["carried", "v"]]


def test_tenants_with_the_same_user_have_their_own(client: Client) -> None:
    for tenant in ("acme", "globex"):
        for user in ("alice", "bob"):
            who = {"tenant": tenant, "user": user}
            claims(call(client, action(writing("who", quote(f"{tenant} {user}"))), **who))
    for tenant in ("acme", "globex"):
        for user in ("alice", "bob"):
            assert found(client, tenant=tenant, user=user) == [["who", f"{tenant} {user}"]]


def test_operator_sees_and_changes_it_while_the_daemon_runs(
    client: Client, actionsd: Command, file: Path
) -> None:
    place = ("--path", str(file), "--tenant", "acme")
    claims(call(client, action(writing("k", "'v'"))))
    users = json.loads(actionsd("metadata", "list", *place).stdout)
    assert "alice" in json.dumps(users)
    shown = json.loads(actionsd("metadata", "get", *place, "--user", "alice", "k").stdout)
    assert shown["text"] == '"v"'
    assert actionsd("metadata", "set", *place, "--user", "alice", "k", "7").returncode == 0
    assert found(client) == [["k", 7]]
    assert actionsd("metadata", "delete", *place, "--user", "alice", "k").returncode == 0
    assert found(client) == []


def test_workers_that_write_the_same_key_at_once_all_succeed(client: Client) -> None:
    jobs = 40

    async def write() -> list[dict[str, Any]]:
        async def one(client: AsyncClient, number: int) -> dict[str, Any]:
            body = f"metadata.set('k', {number}); say('sequence', metadata.get().sequence)"
            context = {"user": {"id": "alice"}}
            result = await client.call(
                TRIGGER, tenant="acme", context=context, actions=[action(body, timeout=20)]
            )
            return claims(result)

        async with AsyncClient(client.endpoints) as each:
            return await asyncio.gather(*(one(each, number) for number in range(jobs)))

    sequences = [each["sequence"] for each in asyncio.run(write())]
    assert max(sequences) == jobs
    body = """
      const seen = metadata.get();
      say('last', [seen.sequence, ...seen.metadata.map(each => [each.sequence, each.value])]);
    """
    sequence, entry = claims(call(client, action(body)))["last"]
    assert sequence == entry[0] == jobs
    # Whose write was the last saw no later one.
    assert sequences[entry[1]] == jobs


# Limits

VALUE_BYTES = 500_000


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("k", f"'x'.repeat({VALUE_BYTES - 2})"),
        ("k", f"'\xe9'.repeat({VALUE_BYTES // 2 - 1})"),
        ("k" * 200, "1"),
        ("\xe9" * 200, "1"),
        ("\U0001f600" * 200, "1"),
    ],
    ids=["value", "value of two bytes", "key", "key of two bytes", "key of two units"],
)
def test_largest_key_and_value_are_stored(client: Client, key: str, value: str) -> None:
    body = f"{writing(key, value)} const [seen] = metadata.get().metadata;"
    body += f"say('seen', [seen.key === {quote(key)}, seen.value === {value}])"
    result = call(client, action(body))
    assert claims(result) == {"seen": [True, True]}
    (mutation,) = (each for each in result.mutations if each["op"] == "setMetadata")
    assert mutation["key"] == key


@pytest.mark.parametrize("write", ["metadata.set", "api.v1.user.setMetadata"])
@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("k", f"'x'.repeat({VALUE_BYTES - 1})", "500000 bytes"),
        ("k", f"'x' + '\xe9'.repeat({VALUE_BYTES // 2 - 1})", "500000 bytes"),
        ("k" * 201, "1", "200 characters"),
        ("\xe9" * 201, "1", "200 characters"),
        ("\U0001f600" * 201, "1", "200 characters"),
        ("", "1", "200 characters"),
        ("a\0b", "1", "NUL"),
    ],
    ids=["value", "value of two bytes", "key", "key of two bytes", "of two units", "none", "NUL"],
)
def test_one_more_fails_and_nothing_is_stored(
    client: Client, write: str, key: str, value: str, words: str
) -> None:
    body = f"say('before', 1); {write}({quote(key)}, {value}); say('after', 1)"
    result = call(client, action(body))
    assert result.error is not None
    assert (result.error.kind, words in result.error.message) == (
        FailureKind.METADATA_FAILED,
        True,
    )
    assert [mutation["op"] for mutation in result.mutations] == ["setClaim"]
    assert found(client) == []


def test_script_that_catches_a_refused_write_goes_on(client: Client) -> None:
    body = """
      try { metadata.set('', 1) } catch (e) { say('e', `${e}`) }
      metadata.set('k', 2);
    """
    result = call(client, action(body))
    assert claims(result)["e"].startswith("Error: a metadata key has 1 to 200 characters")
    assert found(client) == [["k", 2]]


# A store that does not work


def test_disk_that_is_full_fails_the_script_until_there_is_room(
    serve: Callable[[], Daemon],
) -> None:
    daemon = serve()
    pid = daemon.process.pid
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    with Client(daemon.endpoint) as client:
        claims(call(client, action(writing("before", "1"))))
        # No file of the daemon's may grow beyond what the log of the store has already.
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (8192, hard))
        large = action("say('a', 1);" + writing("k", "'x'.repeat(100000)") + "say('b', 1)")
        for _ in range(3):
            result = call(client, large)
            assert result.error is not None
            assert result.error.kind is FailureKind.METADATA_FAILED
            assert "the metadata store does not work" in result.error.message
            assert result.claims() == {"a": 1}
            assert [mutation["op"] for mutation in result.mutations] == ["setClaim"]
            assert found(client) == [["before", 1]]
        line = daemon.wait_line("metadata_unavailable")
        assert "metadata.db: " in line
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
        claims(call(client, large))
        claims(call(client, action(writing("after", "2"))))
        assert [key for key, _ in found(client)] == ["after", "before", "k"]
    daemon.end()
    with Client(serve().endpoint) as client:
        assert [key for key, _ in found(client)] == ["after", "before", "k"]


def test_file_that_another_process_keeps_fails_the_script_in_time(
    serve: Callable[[], Daemon], short_path: Path
) -> None:
    daemon = serve()
    with Client(daemon.endpoint) as client:
        with closing(sqlite3.connect(short_path / "metadata.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            body = writing("k", "1")
            result = call(client, action(body, timeout=20))
            assert result.error is not None
            assert result.error.kind is FailureKind.METADATA_FAILED
        claims(call(client, action(writing("on", "2"))))
        assert ["on", 2] in found(client)


def test_store_that_is_stuck_is_not_held_against_the_scripts(
    serve: Callable[[], Daemon], short_path: Path
) -> None:
    daemon = serve()
    act = action(writing("k", "1"), timeout=0.3)
    with Client(daemon.endpoint) as client:
        with closing(sqlite3.connect(short_path / "metadata.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            kinds = []
            for _ in range(5):
                error = call(client, act).error
                kinds.append(None if error is None else error.kind)
        # In their own time, and not refused as a chain that ends workers.
        assert kinds == [FailureKind.METADATA_FAILED] * 5
        # The same script: it has a busy machine's time now.
        claims(call(client, action(writing("k", "1"), timeout=10)))
        assert found(client) == [["k", 1]]


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        (b"no database", 0o600, "not a metadata file, nor any other SQLite database"),
        (b"", 0o666, "others may write to it; chmod go-w"),
        (None, 0, "not a file"),
    ],
)
def test_file_that_cannot_be_used_is_named_in_one_line(
    actionsd: Command, short_path: Path, content: bytes | None, mode: int, words: str
) -> None:
    file = short_path / "m.db"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
        file.chmod(mode)
    config = short_path / "a.toml"
    config.write_text(f'[metadata]\npath = "{file}"\n')
    done = actionsd("serve", "-c", str(config), "--endpoint", f"ipc://{short_path}/c")
    assert done.returncode == 2
    assert done.stderr == f"actionsd: {file}: {words}\n"
