"""What a call can raise. A failed job is not among it: that is a result."""

from __future__ import annotations


class ClientError(Exception):
    """The root of everything that a client raises."""


class UnreachableError(ClientError):
    """Raised when no daemon answers at any of the endpoints in time."""


class ConnectionLostError(ClientError):
    """Raised when the daemon went away while a call was in flight.

    Whether the job ran is unknown. The next call goes to another daemon, or connects anew.
    """


class ClientClosedError(ConnectionLostError):
    """Raised when the client was closed while a call was in flight."""


class CallTimeoutError(ClientError):
    """Raised when a result did not come in time; the job may still run."""


class DeclinedError(ClientError):
    """Raised when the daemon says why it does not do what it was asked."""


class RefusedError(ClientError):
    """Raised when the daemon says that we broke the protocol, or we find that it did."""
