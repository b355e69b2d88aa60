"""Failures as values, and the protocol's own exceptions, split by blame.

`FailureKind` is the contract: a failure is told apart by its kind, never by its text.
"""

from __future__ import annotations

import enum


class FailureKind(enum.StrEnum):
    """Why a job, or one action of it, failed (docs/protocol.md, "Failure kinds")."""

    SCRIPT_THREW = "script_threw"
    SYNTAX_ERROR = "syntax_error"
    MISSING_FUNCTION = "missing_function"
    TIMEOUT = "timeout"
    CPU_LIMIT = "cpu_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    INVALID_VALUE = "invalid_value"
    MODULE_NOT_FOUND = "module_not_found"
    FETCH_DENIED = "fetch_denied"
    FETCH_FAILED = "fetch_failed"
    METADATA_FAILED = "metadata_failed"
    WORKER_LOST = "worker_lost"
    POISONED = "poisoned"
    QUEUE_TIMEOUT = "queue_timeout"
    OVERLOADED = "overloaded"
    UNKNOWN_TRIGGER = "unknown_trigger"
    BAD_REQUEST = "bad_request"
    INTERNAL = "internal"


CLIENTS_MISTAKES = frozenset({FailureKind.BAD_REQUEST, FailureKind.UNKNOWN_TRIGGER})
"""Failures that no action has part in, and no fault of ours."""


class ProtocolError(Exception):
    """Raised when something breaks the protocol. Nothing else may come out of decoding."""


class LocalProtocolError(ProtocolError):
    """Raised when this side tries to send what the session does not allow: our bug."""


class RemoteProtocolError(ProtocolError):
    """Raised when the peer sent what the protocol does not allow: the peer's fault."""
