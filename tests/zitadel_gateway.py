"""The target endpoint in a server of a test's own, in front of a real daemon or of none."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec
from aiohttp import web
from zitadel import SIGNING_KEY, Zitadel

from actionsd_broker.zitadel_config import ZitadelTable
from actionsd_client import AsyncClient
from actionsd_gateway.jobs import Jobs
from actionsd_gateway.zitadel.endpoint import routes
from actionsd_gateway.zitadel.target import make_targets

ENVIRON = {"ZITADEL_KEY": SIGNING_KEY, "ZITADEL_KEY_2": "another-signing-key"}
MAX_BODY_BYTES = 4 * 2**20


def table(**more: Any) -> ZitadelTable:
    """Return an instance's table with the key that the stand-in signs with."""
    return msgspec.convert({"signing_keys": [{"env": "ZITADEL_KEY"}], **more}, ZitadelTable)


@asynccontextmanager
async def gateway(
    endpoint: str, tables: Mapping[str, ZitadelTable], environ: Mapping[str, str] = ENVIRON
) -> AsyncIterator[str]:
    """Serve the endpoint; give the URL of its root."""
    targets = make_targets(tables, environ, unix=time.time, monotonic=time.monotonic)
    async with AsyncClient(endpoint, connect_timeout=0.5) as client:
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.add_routes(routes(targets, Jobs(client, 20)))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            yield f"http://127.0.0.1:{port}/zitadel"
        finally:
            await runner.cleanup()


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
