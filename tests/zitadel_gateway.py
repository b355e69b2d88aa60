"""The target endpoint in a server of a test's own, in front of a real daemon or of none."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from unittest.mock import patch

import aiohttp
import msgspec
from zitadel import SIGNING_KEY, Zitadel

from actionsd_broker.http_config import HttpConfig
from actionsd_broker.zitadel_config import ZitadelTable
from actionsd_gateway.server import start

ENVIRON = {"ZITADEL_KEY": SIGNING_KEY, "ZITADEL_KEY_2": "another-signing-key"}


def table(**more: Any) -> ZitadelTable:
    """Return an instance's table with the key that the stand-in signs with."""
    return msgspec.convert({"signing_keys": [{"env": "ZITADEL_KEY"}], **more}, ZitadelTable)


@asynccontextmanager
async def gateway(endpoint: str, tables: Mapping[str, ZitadelTable]) -> AsyncIterator[str]:
    """Run a gateway; give the URL below which the instances are."""
    http = HttpConfig(listen="127.0.0.1:0", zitadel=dict(tables))
    async with AsyncExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, ENVIRON))
        _, urls = await start(stack, http, (endpoint,))
        yield f"{urls[0]}/zitadel"


@asynccontextmanager
async def calling(
    endpoint: str, zitadel: Zitadel | None = None, **more: Any
) -> AsyncIterator[tuple[Zitadel, aiohttp.ClientSession]]:
    """Serve one instance, and give the ZITADEL that calls it; `more` is of its table."""
    zitadel = zitadel or Zitadel()
    async with (
        gateway(endpoint, {"main": table(**more)}) as url,
        aiohttp.ClientSession() as session,
    ):
        zitadel.url = f"{url}/main"
        yield zitadel, session
