from __future__ import annotations

from collections.abc import Iterator

import pytest
from arena import Arena
from daemon import short_directory


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    with short_directory() as directory:
        arena = Arena(directory)
        yield arena
        arena.end()
