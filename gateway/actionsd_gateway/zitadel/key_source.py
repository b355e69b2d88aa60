"""Where keys come from: files, the environment, and the instance itself. The one that dials."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import aiohttp
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from actionsd_broker.errors import ConfigError
from actionsd_broker.zitadel_config import ZitadelTable, read_key
from actionsd_gateway.zitadel.jwks import MAX_JWKS_BYTES, Source, SourceError, read_keys

FETCH_SECONDS = 5.0

PrivateKey = RSAKey | ECKey


def read_private_keys(
    name: str, table: ZitadelTable, environ: Mapping[str, str]
) -> tuple[PrivateKey, ...]:
    """Return an instance's keys for JWE; raises ConfigError that names the key."""
    keys = []
    for number, source in enumerate(table.jwe_keys):
        place = f"http.zitadel.{name}.jwe_keys[{number}]"
        key = _read_pem(read_key(source, place, environ))
        if key is None:
            raise ConfigError(f"{place}: {source}: expected a private key, RSA or EC, as PEM")
        keys.append(key)
    return tuple(keys)


def _read_pem(pem: bytes) -> PrivateKey | None:
    for kind in (RSAKey, ECKey):
        try:
            key = kind.import_key(pem)
        except (JoseError, ValueError, TypeError):
            continue
        if key.is_private:
            return key
    return None


def jwks_source(name: str, table: ZitadelTable) -> Source | None:
    """Return what reads an instance's public keys, None where its payload needs none.

    A file is read at once: ConfigError, if it holds no keys.
    """
    if table.jwks_file is not None:
        path = Path(table.jwks_file)
        try:
            read_keys(_read_file(path))
        except SourceError as error:
            raise ConfigError(f"http.zitadel.{name}.jwks_file: {path}: {error}") from error
        return lambda: asyncio.to_thread(_read_file, path)
    if table.jwks_url is not None:
        url = table.jwks_url
        return lambda: fetch(url)
    return None


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_JWKS_BYTES + 1)
    except OSError as error:
        raise SourceError(str(error.strerror)) from None
    return _within_limit(text)


async def fetch(url: str) -> bytes:
    """Return what is at a URL of the operator's; raises SourceError. No redirect is followed."""
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise SourceError(f"{url} answered {response.status}")
            return _within_limit(await _read_some(response))
    except TimeoutError:
        raise SourceError(f"{url} did not answer within {FETCH_SECONDS:g} s") from None
    except aiohttp.ClientError as error:
        raise SourceError(f"{url}: {type(error).__name__}") from None


async def _read_some(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > MAX_JWKS_BYTES:
            break
    return bytes(body)


def _within_limit(text: bytes) -> bytes:
    if len(text) > MAX_JWKS_BYTES:
        raise SourceError(f"more than {MAX_JWKS_BYTES} bytes")
    return text
