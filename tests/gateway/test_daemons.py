"""Daemons are asked once for all who want to know, and those that are away have no answer."""

from __future__ import annotations

import pytest
from http_gateway import NOWHERE
from servers import run

from actionsd_gateway import daemons
from actionsd_gateway.daemons import Daemons


def test_daemon_that_is_away_has_no_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemons, "ASK_SECONDS", 0.05)

    async def scenario() -> None:
        endpoints = [NOWHERE, f"{NOWHERE}/else"]
        asked = Daemons(endpoints)
        documents = await asked.documents()
        assert documents == dict.fromkeys(endpoints)
        assert await asked.documents() is documents
        asked.close()

    run(scenario())
