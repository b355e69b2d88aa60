"""Public keys are kept, renewed, and asked for no more often than needed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey
from servers import Site, answering, run, writing

from actionsd_broker.errors import ConfigError
from actionsd_broker.zitadel_config import KeySource, ZitadelTable
from actionsd_gateway.zitadel.jwks import (
    MAX_AGE_SECONDS,
    MAX_JWKS_BYTES,
    PAUSE_SECONDS,
    Jwks,
    SourceError,
    read_keys,
)
from actionsd_gateway.zitadel.key_source import fetch, jwks_source, read_private_keys

KEY = ECKey.generate_key("P-256")


def document(*kids: str, **more: Any) -> bytes:
    public = KEY.as_dict(private=False)
    return json.dumps({"keys": [{**public, "kid": kid, **more} for kid in kids]}).encode()


class Issuer:
    """A source that counts, and a clock."""

    def __init__(self, *kids: str) -> None:
        self.kids = kids
        self.down = False
        self.asked = 0
        self.now = 1000.0
        self.jwks = Jwks("test", self.source, lambda: self.now)

    async def source(self) -> bytes:
        self.asked += 1
        await asyncio.sleep(0)
        if self.down:
            raise SourceError("down")
        return document(*self.kids)


def test_keys_are_asked_for_once() -> None:
    async def scenario() -> None:
        issuer = Issuer("a", "b")
        found = await asyncio.gather(*(issuer.jwks.find(kid) for kid in "aabb"))
        assert None not in found
        assert issuer.asked == 1

    run(scenario())


def test_unknown_id_asks_again_but_not_at_once() -> None:
    async def scenario() -> None:
        issuer = Issuer("a")
        assert await issuer.jwks.find("a")
        issuer.kids = ("a", "b")
        for _ in range(20):
            assert await issuer.jwks.find("b") is None
        assert issuer.asked == 1
        issuer.now += PAUSE_SECONDS
        assert await issuer.jwks.find("b")
        assert issuer.asked == 2

    run(scenario())


def test_last_good_keys_stay_while_the_issuer_is_down() -> None:
    async def scenario() -> None:
        issuer = Issuer("a")
        assert await issuer.jwks.find("a")
        issuer.down = True
        issuer.now += 10 * MAX_AGE_SECONDS
        assert await issuer.jwks.find("a")
        assert issuer.asked == 2
        assert await issuer.jwks.find("a")
        assert issuer.asked == 2

    run(scenario())


def test_key_that_was_taken_back_is_forgotten_when_keys_are_old() -> None:
    async def scenario() -> None:
        issuer = Issuer("a")
        assert await issuer.jwks.find("a")
        issuer.kids = ("b",)
        issuer.now += MAX_AGE_SECONDS + 1
        assert await issuer.jwks.find("a") is None

    run(scenario())


def test_issuer_that_never_answered_leaves_no_keys() -> None:
    async def scenario() -> None:
        issuer = Issuer("a")
        issuer.down = True
        assert await issuer.jwks.find("a") is None
        assert not issuer.jwks.is_known

    run(scenario())


def test_keys_that_are_no_keys_for_signatures_are_passed_over() -> None:
    secret = OctKey.generate_key(256).as_dict()
    keys = [
        {**secret, "kid": "secret"},
        {"kty": "unknown", "kid": "unknown"},
        {**KEY.as_dict(private=False), "kid": "enc", "use": "enc"},
        {**KEY.as_dict(private=False)},
        {**KEY.as_dict(private=False), "kid": "good"},
    ]
    assert list(read_keys(json.dumps({"keys": keys}).encode())) == ["good"]


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"keys":{}}', b'{"keys":[1]}'])
def test_what_is_no_jwks_is_refused(text: bytes) -> None:
    with pytest.raises(SourceError, match="no JWKS"):
        read_keys(text)


def failing(source: Callable[[], Awaitable[bytes]]) -> str:
    async def scenario() -> str:
        with pytest.raises(SourceError) as error:
            await source()
        return str(error.value)

    return run(scenario())


def test_keys_are_fetched_from_the_url() -> None:
    async def scenario() -> None:
        async with Site(answering(document("a"))) as site:
            assert await fetch(f"http://127.0.0.1:{site.port}/keys") == document("a")
            assert site.asked[0].path == "/keys"

    run(scenario())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answering("", 500), "500"),
        (answering("", 302, ("Location: http://127.0.0.1:1/",)), "302"),
        (answering(b"x" * (MAX_JWKS_BYTES + 1)), "bytes"),
        (writing(b"not http"), "http"),
    ],
)
def test_source_that_answers_amiss_is_named(answer: Any, reason: str) -> None:
    async def scenario() -> None:
        async with Site(answer) as site:
            with pytest.raises(SourceError, match=reason):
                await fetch(f"http://127.0.0.1:{site.port}/")

    run(scenario())


def table(**more: Any) -> ZitadelTable:
    return ZitadelTable(signing_keys=(KeySource(env="K"),), **more)


def test_file_is_read_again_each_time(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_bytes(document("a"))
    source = jwks_source("main", table(payload="jwt", jwks_file=str(path)))
    assert source is not None
    path.write_bytes(document("b"))

    async def scenario() -> bytes:
        return await source()

    assert run(scenario()) == document("b")
    path.unlink()
    assert "No such file" in failing(source)


def test_file_without_keys_is_refused_at_start(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_text("{}")
    with pytest.raises(ConfigError, match=r"http\.zitadel\.main\.jwks_file: .*no JWKS"):
        jwks_source("main", table(payload="jwt", jwks_file=str(path)))


@pytest.mark.parametrize("key", [RSAKey.generate_key(2048), KEY])
def test_private_keys_are_read_from_pem(key: RSAKey | ECKey, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(key.as_pem(private=True))
    source = (KeySource(file=str(path)),)
    (read,) = read_private_keys("main", table(jwe_keys=source), {})
    assert read.thumbprint() == key.thumbprint()


@pytest.mark.parametrize("pem", ["", "x", KEY.as_pem(private=False).decode()])
def test_what_is_no_private_key_is_named(pem: str) -> None:
    with pytest.raises(ConfigError, match=r"http\.zitadel\.main\.jwe_keys\[0\].*PEM"):
        read_private_keys("main", table(jwe_keys=(KeySource(env="PEM"),)), {"PEM": pem})
