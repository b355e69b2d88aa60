"""Processes that use one file at a time lose none of each other's writes."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

from actionsd_broker.metadata.sqlite_store import SqliteStore

PROCESSES = 4
WRITES = 30

WRITE = """
import sys
from datetime import UTC, datetime
from actionsd_broker.metadata.sqlite_store import SqliteStore

path, name, writes = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = SqliteStore(path, busy_seconds=60)
for number in range(writes):
    store.set("acme", "shared", f"{name} {number}", bytes(3000), datetime.now(UTC))
    store.set("acme", name, "last", str(number).encode(), datetime.now(UTC))
    assert store.get("acme", name).entries[0].value == str(number).encode()
    store.tidy()
store.close()
"""


def test_no_write_of_any_process_is_lost(tmp_path: Path) -> None:
    path = str(tmp_path / "metadata.db")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, path, str(number), str(WRITES)],
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    assert [process.communicate(timeout=100)[1] for process in processes] == [""] * PROCESSES
    with contextlib.closing(SqliteStore(path)) as store:
        shared = store.get("acme", "shared").entries
        sequences = sorted(entry.sequence for entry in shared)
        assert sequences == list(range(1, PROCESSES * WRITES + 1))
        by_sequence = sorted(shared, key=lambda entry: entry.sequence)
        dates = [entry.changed for entry in by_sequence]
        assert dates == sorted(dates)
