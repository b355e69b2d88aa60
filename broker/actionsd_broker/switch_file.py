"""The file that keeps what is switched off, beside the metadata.

Written whole or not at all: by a daemon, or by the command where no daemon answers. A file
that is there but cannot be read is never taken for an empty one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from actionsd_broker.errors import ConfigError, OperatorError
from actionsd_broker.metadata.place import MEMORY, find_place
from actionsd_broker.switches import Switch, Switches

NAME = "switches.json"

MAX_BYTES = 16 * 2**20
"""More than the most switches with the longest texts come to, each character escaped."""

LOCK_SECONDS = 1.0
"""How long another writer is waited for. It may hang, and in an incident that must not
keep anybody: then the last one to write wins."""

Stamp: TypeAlias = tuple[int, int, int]
"""Inode, time of change, size: another one for another content."""


class SwitchFileError(OperatorError):
    """Raised when the file is there and cannot be read, or cannot be written."""


class _Document(Struct, frozen=True, forbid_unknown_fields=True):
    version: Literal[1]
    disabled: list[Switch]


def find_switch_file(metadata: str | None, environment: Mapping[str, str], uid: int) -> Path:
    """Return where it is: beside the metadata, or where those would be if they are in memory.

    Raises ConfigError where there is no such place.
    """
    path = None if metadata == MEMORY else metadata
    try:
        return Path(find_place(path, environment, uid)).parent / NAME
    except ConfigError as error:
        text = "nowhere to keep what is switched off: there is no home directory"
        raise ConfigError(f"{text}; set STATE_DIRECTORY to a directory for it") from error


class SwitchFile:
    """One file, which need not be there yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def has_directory(self) -> bool:
        """Whether there is a directory for it that whoever asks may look at."""
        try:
            return self.path.parent.is_dir()
        except OSError:
            return False

    def stamp(self) -> Stamp | None:
        """Return what changes with the file's content, None without a file."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def read(self) -> Switches:
        """Return what is off; nothing without a file. Raises SwitchFileError."""
        try:
            with self.path.open("rb") as file:
                text = file.read(MAX_BYTES + 1)
            if len(text) > MAX_BYTES:
                raise SwitchFileError(f"{self.path}: larger than {MAX_BYTES} bytes")
            return Switches(msgspec.json.decode(text, type=_Document).disabled)
        except FileNotFoundError:
            return Switches()
        except OSError as error:
            raise SwitchFileError(f"{self.path}: cannot be read: {error.strerror}") from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise SwitchFileError(f"{self.path}: damaged: {error}") from error

    def write(self, switches: Switches) -> None:
        """Put this in the place of what the file says, durably. Raises SwitchFileError."""
        document = _Document(1, list(switches.entries))
        text = msgspec.json.format(msgspec.json.encode(document)) + b"\n"
        try:
            self._replace(text)
        except OSError as error:
            raise SwitchFileError(f"{self.path}: cannot be written: {error.strerror}") from error

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from changing the file in between, if that is possible."""
        descriptor = self._lock()
        try:
            yield
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def _lock(self) -> int | None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return None  # whoever writes will say so
        until = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() >= until:
                    return descriptor
                time.sleep(0.01)
            else:
                return descriptor

    def _replace(self, text: bytes) -> None:
        directory = self.path.parent
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp: nobody else may read it, and nobody's link is followed.
        descriptor, name = tempfile.mkstemp(prefix=f".{NAME}.", dir=directory)
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 - of a descriptor
                if os.geteuid() == 0:
                    # The daemon must be able to read what root wrote for it.
                    owner = directory.stat()
                    os.fchown(descriptor, owner.st_uid, owner.st_gid)
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            os.replace(name, self.path)  # noqa: PTH105 - both are names
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)  # noqa: PTH108 - as above
            raise
        place = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(place)
        finally:
            os.close(place)
