"""What can go wrong with metadata, split by blame; the kind tells, never the text.

Files that cannot be opened are the operator's business: `actionsd_broker.errors`.
"""

from __future__ import annotations

import enum


class MetadataKind(enum.StrEnum):
    """What went wrong: the first four with what was asked, the others with the store."""

    BAD_USER = "bad_user"
    BAD_KEY = "bad_key"
    BAD_VALUE = "bad_value"
    TOO_MUCH = "too_much"
    BUSY = "busy"
    STORAGE = "storage"
    CLOSED = "closed"


class MetadataError(Exception):
    """Raised when a call fails; its text is fit for scripts and names no file."""

    def __init__(self, kind: MetadataKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class MetadataRefusedError(MetadataError):
    """Raised for what breaks a rule; nothing was changed, and trying again is no use."""


class MetadataUnavailableError(MetadataError):
    """Raised when the store cannot do its work; `detail` is for the operator's log.

    A write that fails like this has not been acknowledged. It may be there later all the
    same: if the machine failed at the very end of it, nobody knows.
    """

    def __init__(self, kind: MetadataKind, message: str, detail: str = "") -> None:
        super().__init__(kind, message)
        self.detail = detail or message

    def again(self) -> MetadataUnavailableError:
        """Return one more of the same: each that is raised has a traceback of its own."""
        return MetadataUnavailableError(self.kind, str(self), self.detail)
