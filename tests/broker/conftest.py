from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from door import Door


@pytest.fixture
def door(short_path: Path) -> Iterator[Door]:
    door = Door(short_path)
    yield door
    door.close()
