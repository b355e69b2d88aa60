"""A copy of a metadata file that is in use, complete or not there at all."""

from __future__ import annotations

import os
from pathlib import Path

from actionsd_broker.errors import OperatorError
from actionsd_broker.metadata.sqlite_store import SqliteStore


def back_up(store: SqliteStore, target: Path) -> None:
    """Copy a store's file; raises OperatorError if the copy exists or cannot be written."""
    if target.exists():
        raise OperatorError(f"{target}: exists; a backup goes into a new file")
    part = target.with_name(f"{target.name}.part-{os.getpid()}")
    try:
        descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            store.back_up(str(part))
            os.fsync(descriptor)
            part.rename(target)
        finally:
            os.close(descriptor)
            part.unlink(missing_ok=True)
    except OSError as error:
        raise OperatorError(f"{target}: cannot be written: {error.strerror}") from error
