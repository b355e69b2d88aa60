"""What asyncio only logs (an exception that nobody took, a task destroyed) fails a test."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _nothing_is_lost(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    yield
    if "fetcher" in request.module.__name__:
        gc.collect(1)  # what the test made is young; a full one takes as long as the test
    assert [record.getMessage() for record in caplog.get_records("call")] == []
