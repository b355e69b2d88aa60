"""The tools that peers are made with, and where what they make is kept."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers.errors import MissingPeerError

TOOL_SECONDS = 600


def kept(name: str) -> Path:
    """Return the directory in the user's cache for what is made once."""
    place = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return place / "actionsd-benchmarks" / name


def find_tool(peer: str, name: str) -> str:
    """Return where a tool is; raises MissingPeerError if it is not."""
    found = shutil.which(name)
    if found is None:
        raise MissingPeerError(f"{peer}: there is no {name} here")
    return found


def run_tool(
    peer: str,
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Return all that a tool has said, whether it failed or not.

    Raises MissingPeerError if it takes longer than TOOL_SECONDS.
    """
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TOOL_SECONDS,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MissingPeerError(f"{peer}: {Path(command[0]).name} took too long") from error
    return done.stdout


def npm_install(peer: str, package: str, directory: Path) -> str:
    """Install a package for itself in a directory; return what npm has said."""
    npm = find_tool(peer, "npm")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "package.json").write_text('{"private": true}')
    return run_tool(peer, [npm, "install", package], cwd=directory)
