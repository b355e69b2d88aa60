"""What can go wrong at the operator's side, with the text that is shown for it."""

from __future__ import annotations


class OperatorError(Exception):
    """Raised for a mistake that the operator can mend; its text says where and how."""


class ConfigError(OperatorError):
    """Raised when the configuration is missing, malformed or contradictory."""


class RegistryError(OperatorError):
    """Raised when a registry cannot be loaded; carries every problem, one a line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class MetadataFileError(OperatorError):
    """Raised when the file of the metadata cannot be opened or made."""


class StartError(OperatorError):
    """Raised when the broker cannot start, or when its workers cannot."""
