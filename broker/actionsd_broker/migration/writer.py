"""Puts an imported registry on disk: whole, or not at all, and never over another."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from actionsd_broker.errors import OperatorError, RegistryError
from actionsd_broker.registry import load_registry


class WriteError(OperatorError):
    """Raised when nothing was written; its text says why."""


def check_absent(directory: Path) -> None:
    """Raise WriteError if something has that name already."""
    if os.path.lexists(directory):
        raise WriteError(
            f"{directory}: exists already, and nothing is written over it; give another DIR "
            "and compare the two with `diff -r`"
        )


def write_registry(directory: Path, files: Mapping[str, str]) -> None:
    """Write files by their names within a directory, which is made. Raises WriteError.

    They are written beside it first and loaded as `actionsd serve` would, so that what gets
    the name can be served.
    """
    check_absent(directory)
    staged = directory.with_name(f".{directory.name}.{secrets.token_hex(4)}")
    try:
        staged.mkdir()
        for name, text in files.items():
            path = staged / name
            path.parent.mkdir(exist_ok=True)
            # As it is: a script's line ends and its hash are not to change.
            path.write_bytes(text.encode())
        load_registry(staged)
        staged.rename(directory)
    except OSError as error:
        raise WriteError(f"{directory}: cannot be written: {error.strerror}") from error
    except RegistryError as error:
        text = str(error).replace(str(staged), str(directory))
        raise WriteError(
            f"{directory}: not written, for it could not be served:\n{text}"
        ) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def write_private(path: Path, data: bytes) -> None:
    """Write a file that is its owner's alone, for scripts hold secrets. Raises WriteError.

    Like a registry it is never written over another.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except FileExistsError as error:
        raise WriteError(f"{path}: exists already, and is not written over") from error
    except OSError as error:
        raise WriteError(f"{path}: cannot be written: {error.strerror}") from error
