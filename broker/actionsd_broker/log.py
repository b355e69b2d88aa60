"""Structured logs: one event name and its fields per line, on standard error.

Never a payload, a context, a script's text or a value of a claim.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_LOGGER = logging.getLogger("actionsd")


def set_up(*, level: str, form: str) -> None:
    """Send events of a level and above to standard error, as "text" or "json" lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter() if form == "json" else _TextFormatter())
    _LOGGER.handlers[:] = [handler]
    _LOGGER.setLevel(level.upper())
    _LOGGER.propagate = False


def event(level: int, name: str, **fields: Any) -> None:
    """Log one event."""
    if _LOGGER.isEnabledFor(level):
        _LOGGER.log(level, name, extra={"fields": fields})


def info(name: str, **fields: Any) -> None:
    """Log an event of the ordinary course."""
    event(logging.INFO, name, **fields)


def warning(name: str, **fields: Any) -> None:
    """Log an event that somebody should know of."""
    event(logging.WARNING, name, **fields)


def error(name: str, **fields: Any) -> None:
    """Log an event that somebody must act on."""
    event(logging.ERROR, name, **fields)


def places(error: BaseException) -> str:
    """Return where an error came from, innermost first; not its text, which may quote anything."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{Path(frame.filename).name} line {frame.lineno}" for frame in reversed(frames)]
    return " < ".join([type(error).__name__, *where])


def said(reason: str) -> str:
    """Return a reason up to its first quote: what a worker said may be a script's data."""
    return re.sub(r"[`'\"].*", "…", reason, flags=re.DOTALL)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class _TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, "fields", {})
        words = [f"{key}={_quote(value)}" for key, value in fields.items()]
        return " ".join([_time(record), record.levelname.lower(), record.getMessage(), *words])


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, "fields", {})
        head = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        return json.dumps({**head, **fields}, default=str)


def _quote(value: object) -> str:
    text = str(value)
    plain = text and text.isprintable() and not any(c in text for c in ' "=')
    return text if plain else json.dumps(text)
