from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from arena import Arena


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    with TemporaryDirectory(prefix="actionsd-t-", dir="/tmp") as directory:
        arena = Arena(Path(directory))
        yield arena
        arena.end()
