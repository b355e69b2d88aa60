"""`actionsd import zitadel`: from an API to a daemon that serves what was there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import TypeAlias

import pytest
from daemon import Daemon
from servers import Site, site
from zitadel_api import TOKEN, Org, ZitadelApi, action

from actionsd_broker import cli
from actionsd_client import Client

Command: TypeAlias = Callable[..., CompletedProcess[str]]

FIRST = "function first(ctx, api) { api.v1.claims.setClaim('first', ctx.v1.claims.sub) }"
SECOND = """function second(ctx, api) {
  api.v1.claims.setClaim('second', `after ${ctx.v1.claims.first}`);
  throw new Error('later');
}"""
ORG = "const org = (ctx, api) => api.v1.claims.setClaim('org', ctx.v1.org.getMetadata().count);"

ACME = Org(
    "266481234567890123",
    "Acme",
    [
        action(1, "second", SECOND, allowedToFail=True),
        action(2, "first", FIRST, timeout="0.5s"),
        action(3, "idle", "function idle(ctx, api) { throw 1 }", state="ACTION_STATE_INACTIVE"),
    ],
    {"2:4": ["first", "idle", "second"]},
)
OTHER = Org("7", "Other", [action(4, "org", ORG)], {"2:4": ["org"], "2:5": ["org", "org"]})
BROKEN = Org("8", "Broken", [action(5, "bad", "function bad( {")], {"4:6": ["bad"]})


@pytest.fixture
def api() -> Iterator[Site]:
    closed = Org("9", "Closed", [action(6, "f", "")])
    with site(ZitadelApi(ACME, OTHER, Org("5", "Empty"), closed, denied=("9",)).answer) as running:
        yield running


@pytest.fixture
def token(tmp_path: Path) -> str:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    (tmp_path / "token").chmod(0o600)
    return "token"


def test_imported_chain_runs_in_order_with_the_same_claims(
    actionsd: Command,
    api: Site,
    token: str,
    tmp_path: Path,
    start_daemon: Callable[..., Daemon],
) -> None:
    done = actionsd(
        "import", "zitadel", "--from", api.url(""), "--token-file", token, "--out", "out"
    )
    assert done.returncode == 1, done.stderr  # what is different, and one that is closed
    assert "organisation 9 'Closed'\n  NOT IMPORTED: cannot be read: status 403" in done.stdout
    assert "! line 1: metadata of the organisation: v2 sends none" in done.stdout
    assert TOKEN not in done.stdout + done.stderr
    assert done.stderr == "imported 4 actions of 2 organisations; not imported: 1 organisation\n"

    daemon = start_daemon(registry=tmp_path / "out", workers=1)
    daemon.wait_ready()
    with Client(daemon.endpoint) as client:
        result = client.call(
            "preuserinfo", tenant="266481234567890123", context={"claims": {"sub": "ada"}}
        )
        other = client.call("preaccesstoken", tenant="7", context={})
        closed = client.call("preuserinfo", tenant="9", context={})
    assert [(each.name, each.outcome) for each in result.actions] == [
        ("first", "succeeded"),
        ("second", "tolerated"),
    ]
    claims = {each["key"]: each["value"] for each in result.mutations}
    assert claims == {"first": "ada", "second": "after ada"}
    assert [each.name for each in other.actions] == ["org", "org"]
    assert closed.actions == []


def test_what_is_saved_is_imported_elsewhere_the_same(
    actionsd: Command, api: Site, token: str, tmp_path: Path
) -> None:
    reading = ("--from", api.url(""), "--token-file", token)
    saved = actionsd("import", "zitadel", *reading, "--save", "z.json")
    assert saved.returncode == 1
    assert "organisation 9 'Closed': cannot be read" in saved.stderr
    assert (tmp_path / "z.json").stat().st_mode & 0o777 == 0o600
    only = ("--org", ACME.id, "--json")
    first = actionsd("import", "zitadel", *reading, "--out", "a", *only)
    second = actionsd("import", "zitadel", "--from", "z.json", "--out", "b", *only)
    assert (first.returncode, second.returncode) == (0, 0)
    reports = [json.loads(done.stdout) for done in (first, second)]
    assert reports[0]["organisations"] == reports[1]["organisations"]
    assert reports[0]["calls"]["target"]["body"]["timeout"] == "15.5s"
    for path in (tmp_path / "a").rglob("*.*"):
        there = tmp_path / "b" / path.relative_to(tmp_path / "a")
        assert path.read_bytes() == there.read_bytes()


def test_script_that_does_not_load_is_reported_and_refused_by_serve(
    actionsd: Command, tmp_path: Path
) -> None:
    with site(ZitadelApi(BROKEN).answer) as running:
        (tmp_path / "token").write_text(TOKEN)
        arguments = ("--from", running.url(""), "--token-file", "token", "--out", "out")
        done = actionsd("import", "zitadel", *arguments)
    assert done.returncode == 1
    assert "note: token can be read by others" in done.stderr
    assert "! does not load: 8/bad.js:1:16: action bad: SyntaxError" in done.stdout
    assert "refuses the registry until it is mended" in done.stdout
    assert actionsd("check", "out").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from", "z.json"], "give --out DIR, --save FILE, or both"),
        (["--from", "none.json", "--out", "x"], "none.json: cannot be read: No such file"),
        (["--from", "z.json", "--out", "x"], "z.json: not an export of"),
        (["--from", "z.json", "--out", "there"], "there: exists already"),
        (["--from", "e.json", "--out", "x"], "no organisation has actions"),
        (["--from", "e.json", "--out", "x", "--org", "7"], "e.json: no organisation 7 is in it"),
        (["--from", "e.json", "--out", "x", "--org", "a b"], "'a b' is no id"),
        (["--from", "e.json", "--out", "x", "--target-url", "x"], "--target-url x: expected"),
        (["--from", "https://z.example", "--out", "x"], "a URL needs --token-file F"),
        (["--from", "http://z.example", "--out", "x"], "over http the token can be read"),
        (["--from", "http://localhost:1", "--out", "x", "--token-file", "z.json"], "z.json: not a"),
    ],
)
def test_mistake_is_one_clear_message_and_writes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    (tmp_path / "z.json").write_text("[]\n[]")
    head = '{"format": "actionsd-zitadel-actions", "version": 1, "source": "x", '
    (tmp_path / "e.json").write_text(head + '"organizations": [{"id": "1"}]}')
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path)
    assert cli.main(["import", "zitadel", *arguments]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""
    assert not (tmp_path / "x").exists()


def test_help_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["import", "zitadel", "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for words in ("Exit status", "examples:", "--token-file", '"organizations": [{"id"'):
        assert words in text
