"""Reads the actions of a running instance of ZITADEL: the only module that asks one.

A personal access token goes along, so: TLS is verified, nothing but the given origin is
asked, redirects are refused, proxies of the environment are not used, and what comes back is
bounded in size, time and number. Only reading calls are made, and those are tried again.
The paths are in `export` and in spec zitadel-actions.md, 1.1.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import aiohttp
import msgspec
from msgspec import Struct

from actionsd_broker.errors import OperatorError
from actionsd_broker.migration.export import (
    FLOW_TYPES,
    Export,
    ExportedAction,
    Flow,
    Identifier,
    Organisation,
    make_export,
)

T = TypeVar("T")

_TOKEN = re.compile(r"[!-~]{8,8192}\Z")
_PASSING = frozenset({429, 502, 503, 504})
_NO_SUCH_CALL = frozenset({404, 405, 501})


class SourceError(OperatorError):
    """Raised when an instance cannot be read at all; its text says why."""


@dataclass(frozen=True)
class Bounds:
    """What reading may take: times in seconds, of one request; and before it is tried again."""

    page: int = 100
    items: int = 10_000
    answer_bytes: int = 32 * 2**20
    seconds: float = 30.0
    pauses: tuple[float, ...] = (0.5, 2.0)


class _Details(Struct, frozen=True, rename="camel"):
    total_result: int = 0


class _Organisation(Struct, frozen=True):
    id: Identifier
    name: str = ""


Row = TypeVar("Row", ExportedAction, _Organisation)


class _Page(Struct, Generic[Row], frozen=True):
    details: _Details = _Details()
    result: tuple[Row, ...] = ()


class _OwnOrganisation(Struct, frozen=True):
    org: _Organisation


class _FlowAnswer(Struct, frozen=True):
    flow: Flow


class _Problem(Struct, frozen=True):
    message: str = ""


class _RefusedError(Exception):
    """Raised for a call that is answered with a status of 400 to 499."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def read_origin(text: str, *, insecure: bool) -> str:
    """Return the origin that a URL is; raises SourceError for anything that is more, or less.

    `http` is for this machine only, unless `insecure`: the token could be read on its way.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SourceError(f"--from {text}: {error}") from error
    beyond = parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in ("http", "https") or not host or beyond:
        raise SourceError(
            f"--from {text}: expected the instance's own URL and nothing behind it, "
            "such as https://example.zitadel.cloud"
        )
    if parts.scheme == "http" and not insecure and not _is_loopback(host):
        raise SourceError(
            f"--from {text}: over http the token can be read on its way; use https "
            "(or --insecure, where nobody can listen)"
        )
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}{'' if port is None else f':{port}'}"


def read_token(data: bytes, name: str) -> str:
    """Return the token that is in a file of that name; raises SourceError."""
    token = data.decode("ascii", "replace").strip()
    if _TOKEN.match(token) is None:
        text = "not a personal access token: expected one word of 8 ASCII characters or more"
        raise SourceError(f"{name}: {text}")
    return token


async def read_instance(
    origin: str, token: str, only: Sequence[str] = (), bounds: Bounds = Bounds()
) -> Export:
    """Return what the organisations of an instance have, or those of these ids.

    An organisation that may not be read has a problem in the export. Raises SourceError if
    the token is refused, or the instance does not answer as ZITADEL does.
    """
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json",
        "Accept-Encoding": "identity",  # so that what is bounded is what is parsed
    }
    async with aiohttp.ClientSession(
        headers=headers,
        timeout=aiohttp.ClientTimeout(total=bounds.seconds),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    ) as session:
        reader = _Reader(session, origin, bounds)
        known = [_Organisation(each) for each in only] or await reader.organisations()
        read = [await reader.organisation(each, named=not only) for each in known]
    return make_export(origin, tuple(read))


class _Reader:
    """Asks one instance, call by call."""

    def __init__(self, session: aiohttp.ClientSession, origin: str, bounds: Bounds) -> None:
        self._session = session
        self._origin = origin
        self._bounds = bounds

    async def organisations(self) -> list[_Organisation]:
        """Return all that the token may see: by the present API, or by the one before."""
        calls = (
            ("/v2/organizations/_search", "ORGANIZATION_FIELD_NAME_NAME"),
            ("/admin/v1/orgs/_search", "ORG_FIELD_NAME_NAME"),
        )
        for path, column in calls:
            try:
                return await self._pages(path, column, _Page[_Organisation], {})
            except _RefusedError as refused:
                if refused.status not in _NO_SUCH_CALL:
                    raise SourceError(
                        f"{self._origin}: the token may not list organisations "
                        f"({refused}): name them with --org"
                    ) from refused
        raise SourceError(f"{self._origin}: no API of ZITADEL is there")

    async def organisation(self, known: _Organisation, *, named: bool) -> Organisation:
        """Return what an organisation has, or why that cannot be read."""
        of = {"x-zitadel-orgid": known.id}
        name = known.name if named else await self._name(of)
        try:
            actions = await self._pages(
                "/management/v1/actions/_search", "ACTION_FIELD_NAME_ID", _Page[ExportedAction], of
            )
            flows = [
                (await self._ask("GET", f"/management/v1/flows/{each}", _FlowAnswer, of)).flow
                for each in FLOW_TYPES
            ]
        except _RefusedError as refused:
            return Organisation(id=known.id, name=name, problem=f"cannot be read: {refused}")
        bound = tuple(flow for flow in flows if flow.trigger_actions)
        return Organisation(id=known.id, name=name, actions=tuple(actions), flows=bound)

    async def _name(self, of: dict[str, str]) -> str:
        try:
            answer = await self._ask("GET", "/management/v1/orgs/me", _OwnOrganisation, of)
        except _RefusedError:
            return ""  # the name is for people only
        return answer.org.name

    async def _pages(
        self, path: str, column: str, type_: type[_Page[Row]], of: dict[str, str]
    ) -> list[Row]:
        found: dict[str, Row] = {}
        offset = 0
        while True:
            query = {"offset": str(offset), "limit": self._bounds.page, "asc": True}
            body = {"query": query, "sortingColumn": column}
            page = await self._ask("POST", path, type_, of, body)
            found |= {row.id: row for row in page.result}
            offset += len(page.result)
            if offset >= self._bounds.items:
                raise SourceError(f"{self._origin}{path}: more than {self._bounds.items} results")
            if not page.result or offset >= page.details.total_result:
                break
        if len(found) < page.details.total_result:
            # Pages are cut anew each time: what was made or removed meanwhile moves the rest.
            raise SourceError(
                f"{self._origin}{path}: {len(found)} of {page.details.total_result} results came; "
                "they changed while they were read: try again"
            )
        return list(found.values())

    async def _ask(
        self,
        method: str,
        path: str,
        type_: type[T],
        of: dict[str, str],
        body: dict[str, Any] | None = None,
    ) -> T:
        place = f"{self._origin}{path}"
        status, data = await self._patiently(lambda: self._exchange(method, place, of, body))
        if status == 401:
            raise SourceError(f"{place}: the token is refused: {_message(data, status)}")
        if 400 <= status < 500 and status != 429:
            raise _RefusedError(status, _message(data, status))
        if status != 200:
            raise SourceError(f"{place}: {_message(data, status)}")
        try:
            # Numbers of 64 bits are texts in protojson.
            return msgspec.json.decode(data, type=type_, strict=False)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SourceError(f"{place}: not an answer of ZITADEL's API: {error}") from error

    async def _patiently(
        self, attempt: Callable[[], Awaitable[tuple[int, bytes]]]
    ) -> tuple[int, bytes]:
        for pause in self._bounds.pauses:
            try:
                status, data = await attempt()
            except SourceError:
                pass
            else:
                if status not in _PASSING:
                    return status, data
            await asyncio.sleep(pause)
        return await attempt()

    async def _exchange(
        self, method: str, place: str, of: dict[str, str], body: dict[str, Any] | None
    ) -> tuple[int, bytes]:
        try:
            async with self._session.request(
                method, place, headers=of, json=body, allow_redirects=False
            ) as response:
                if 300 <= response.status < 400:
                    where = response.headers.get("Location", "nowhere")
                    return response.status, _redirected(where)
                return response.status, await self._body(response, place)
        except TimeoutError as error:
            raise SourceError(f"{place}: no answer within {self._bounds.seconds:g} s") from error
        except aiohttp.ClientError as error:
            raise SourceError(f"{place}: {error}") from error

    async def _body(self, response: aiohttp.ClientResponse, place: str) -> bytes:
        data = bytearray()
        async for chunk in response.content.iter_any():
            data += chunk
            if len(data) > self._bounds.answer_bytes:
                raise SourceError(f"{place}: more than {self._bounds.answer_bytes} bytes")
        return bytes(data)


def _redirected(where: str) -> bytes:
    text = f"it redirects to {where[:200]!r}, which is not followed: give the instance's own URL"
    return msgspec.json.encode({"message": text})


def _message(data: bytes, status: int) -> str:
    """Return what an answer says of an error (a status of gRPC's, as JSON), and its status."""
    try:
        problem = msgspec.json.decode(data, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return f"status {status}"
    text = "".join(character if character.isprintable() else " " for character in problem.message)
    return f"status {status}: {text[:300]}" if text else f"status {status}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
