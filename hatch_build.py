"""A build hook that compiles the hot path with mypyc: for a wheel, where it is asked for.

    make wheel

What is compiled, pyproject.toml says. The sources go into the wheel beside it, as ever: they
are what tracebacks and people read. Without the hook the wheel has nothing else, and needs
no compiler.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileHook(BuildHookInterface):  # type: ignore[misc] # a build alone has hatchling
    """Adds an extension module to the wheel for each module that is to be compiled."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; raises SystemExit with what mypy or the compiler says."""
        if version == "editable":
            self.app.display_warning("an editable installation is not compiled")
            return
        self._work = tempfile.TemporaryDirectory(prefix="actionsd-compiled-")
        with contextlib.chdir(self.root):
            library = compile_modules(self.config["modules"], Path(self._work.name))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["force_include"].update(
            {str(path): str(path.relative_to(library)) for path in library.rglob("*.so")}
        )

    def finalize(self, version: str, _build_data: dict[str, Any], _artifact: str) -> None:
        """Take away what was made on the way."""
        if version != "editable":
            self._work.cleanup()


def compile_modules(sources: list[str], work: Path) -> Path:
    """Compile source files, named from the present directory; return where the modules are."""
    # Not there where nothing is compiled.
    from mypyc.build import mypycify  # noqa: PLC0415
    from setuptools import Distribution  # noqa: PLC0415
    from setuptools.command.build_ext import build_ext  # noqa: PLC0415

    arguments = ["--config-file=pyproject.toml", f"--cache-dir={work}/types", *sources]
    extensions = mypycify(arguments, opt_level="3", debug_level="0", target_dir=f"{work}/c")
    command = build_ext(Distribution({"name": "actionsd", "ext_modules": extensions}))
    command.build_lib, command.build_temp = f"{work}/library", f"{work}/objects"
    command.ensure_finalized()
    command.run()
    return work / "library"
