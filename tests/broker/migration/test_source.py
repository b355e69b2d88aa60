from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import trustme
from servers import Answer, Site, answering, repeating, silence, site, writing
from zitadel_api import TOKEN, Org, ZitadelApi, action

from actionsd_broker.migration.export import Export
from actionsd_broker.migration.source import (
    Bounds,
    SourceError,
    read_instance,
    read_origin,
    read_token,
)

BOUNDS = Bounds(seconds=5.0, pauses=(0.001, 0.001))

ACME = Org(
    "11",
    "Acme",
    [action(1, "one", "function one() {}"), action(2, "two", "function two() {}")],
    {"2:4": ["two", "one"], "2:5": ["one"]},
)
OTHER = Org("22", "Other", [action(3, "three", "function three() {}", timeout="0.5s")])


@contextmanager
def served(api: ZitadelApi) -> Iterator[Site]:
    with site(api.answer) as running:
        yield running


def read(running: Site, *only: str, token: str = TOKEN, bounds: Bounds = BOUNDS) -> Export:
    origin = read_origin(running.url(""), insecure=False)
    return asyncio.run(read_instance(origin, token, only, bounds))


def refusal(running: Site, token: str = TOKEN, bounds: Bounds = BOUNDS) -> str:
    with pytest.raises(SourceError) as caught:
        read(running, token=token, bounds=bounds)
    assert token not in str(caught.value)
    return str(caught.value)


def test_organisations_actions_and_flows_are_read() -> None:
    with served(ZitadelApi(ACME, OTHER)) as running:
        export = read(running)
    acme, other = export.organizations
    assert export.source == running.url("")
    assert (acme.id, acme.name, [each.name for each in acme.actions]) == (
        "11",
        "Acme",
        ["one", "two"],
    )
    [tokens] = acme.flows
    bound = [
        (each.trigger_type.id, [a.name for a in each.actions]) for each in tokens.trigger_actions
    ]
    assert bound == [("4", ["two", "one"]), ("5", ["one"])]
    assert other.actions[0].timeout_seconds == 0.5
    assert other.flows == ()


def test_all_pages_are_read() -> None:
    many = [action(n, f"a{n}", "") for n in range(7)]
    orgs = [Org(str(n), f"org {n}", many if n == 1 else []) for n in range(1, 6)]
    with served(ZitadelApi(*orgs)) as running:
        export = read(running, bounds=Bounds(page=2, pauses=()))
    assert [each.id for each in export.organizations] == ["1", "2", "3", "4", "5"]
    assert [each.name for each in export.organizations[0].actions] == [f"a{n}" for n in range(7)]


def test_older_instances_list_organisations_by_their_older_call() -> None:
    with served(ZitadelApi(ACME, older=True)) as running:
        assert [each.name for each in read(running).organizations] == ["Acme"]


def test_organisation_without_permission_is_reported_and_does_not_stop_the_others() -> None:
    with served(ZitadelApi(ACME, OTHER, denied=("11",))) as running:
        acme, other = read(running).organizations
    assert acme.problem == "cannot be read: status 403: membership not found (AUTHZ-cdgFk)"
    assert (acme.actions, other.problem) == ((), None)
    assert len(other.actions) == 1


def test_organisations_that_are_named_are_read_without_listing_any() -> None:
    with served(ZitadelApi(ACME, OTHER)) as running:
        export = read(running, "22")
    assert [(each.id, each.name) for each in export.organizations] == [("22", "Other")]
    assert not any("organizations" in asked.path for asked in running.asked)


def test_listing_that_is_denied_says_what_to_do() -> None:
    denied = answering('{"code": 7, "message": "No matching permissions found"}', 403)
    with site(answers={"/v2/organizations/_search": denied}) as running:
        text = refusal(running)
    assert "may not list organisations (status 403: No matching permissions found)" in text
    assert "--org" in text


def test_refused_token_is_an_error_that_does_not_show_it() -> None:
    with served(ZitadelApi(ACME)) as running:
        text = refusal(running, TOKEN[::-1])
    assert "the token is refused: status 401: Errors.Token.Invalid" in text
    assert len(running.asked) == 1


def test_passing_faults_are_tried_again() -> None:
    api = ZitadelApi(ACME)
    api.passing_faults = 2
    with served(api) as running:
        assert len(read(running).organizations) == 1


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (answering('{"code": 13, "message": "boom"}', 500), "status 500: boom"),
        (answering("<html>", 502), "status 502"),
        (answering('{"result": [{"id": "1", "name"'), "not an answer of ZITADEL's API: Input data"),
        (answering("<html>no API</html>"), "not an answer of ZITADEL's API"),
        (answering('{"result": [{"id": 7}]}'), "at `$.result[0].id`"),
        (writing(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), "payload is not completed"),
        (writing(b"SSH-2.0-x\r\n"), "Bad status line"),
        (writing(b""), "Server disconnected"),
        (silence, "no answer within 0.2 s"),
        (repeating(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536), "more than 1048576 bytes"),
    ],
)
def test_what_is_no_answer_is_one_clear_error(answer: Answer, text: str) -> None:
    bounds = Bounds(seconds=0.2, answer_bytes=2**20, pauses=(0.001,))
    if "more than" in text:
        bounds = Bounds(answer_bytes=2**20, pauses=())
    with site(answer) as running:
        assert text in refusal(running, bounds=bounds)


def test_instance_that_is_not_there_is_one_clear_error() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{unheard.getsockname()[1]}"
        with pytest.raises(SourceError, match="Cannot connect"):
            asyncio.run(read_instance(origin, TOKEN, bounds=BOUNDS))


def test_list_without_end_ends() -> None:
    page = answering(
        '{"details": {"totalResult": "999999"}, "result": [{"id": "1"}]}',
        headers=("Connection: close",),
    )
    with site(page) as running:
        assert "more than 5 results" in refusal(running, bounds=Bounds(items=5, pauses=()))


def test_list_that_changes_while_it_is_read_is_not_taken_for_the_whole() -> None:
    page = answering(
        '{"details": {"totalResult": "3"}, "result": [{"id": "1"}, {"id": "2"}]}',
        headers=("Connection: close",),
    )
    with site(page) as running:
        assert "2 of 3 results came" in refusal(running)


def test_redirect_is_refused_and_the_token_stays_at_home() -> None:
    with site(answering("{}")) as elsewhere:
        redirect = answering("", 302, (f"Location: {elsewhere.url('/x')}",))
        with site(redirect) as running:
            text = refusal(running)
        assert "it redirects to" in text
        assert elsewhere.asked == []


def test_proxies_of_the_environment_never_see_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    with site(answering("{}")) as proxy, served(ZitadelApi(ACME)) as running:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        assert len(read(running).organizations) == 1
        assert proxy.asked == []


def test_certificate_of_an_unknown_authority_is_refused() -> None:
    import ssl  # noqa: PLC0415 - the server's side of this one test

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with site(answering("{}"), tls=context) as running:
        assert "certificate verify failed" in refusal(running)
        assert running.asked == []


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://z.example", "https://z.example"),
        ("https://z.example:8443/", "https://z.example:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_origin_is_read(text: str, origin: str) -> None:
    assert read_origin(text, insecure=False) == origin


@pytest.mark.parametrize(
    "text",
    [
        "https://z.example/ui/console",
        "https://z.example?x=1",
        "https://me@z.example",
        "https://z.example:port",
        "https://",
        "http://[::1",
    ],
)
def test_what_is_more_or_less_than_an_origin_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="--from"):
        read_origin(text, insecure=True)


def test_http_to_other_machines_has_to_be_asked_for() -> None:
    with pytest.raises(SourceError, match="over http the token can be read"):
        read_origin("http://z.example", insecure=False)
    assert read_origin("http://z.example", insecure=True) == "http://z.example"


def test_token_is_one_word() -> None:
    assert read_token(b" abcdefghijk\n", "f") == "abcdefghijk"
    for data in (b"", b"short", b"two words here", "tökentökentöken".encode(), b"x" * 9000):
        with pytest.raises(SourceError, match="f: not a personal access token"):
            read_token(data, "f")
