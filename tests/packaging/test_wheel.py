"""What is published installs into an environment with nothing in it, and serves from there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon import Daemon

from actionsd_protocol import __version__

ROOT = Path(__file__).parents[2]
PACKAGES = ["protocol", "broker", "worker", "sandbox", "client", "gateway"]
MANIFEST = '[actions.hello]\nfile = "hello.js"\n[flows]\n"2:4" = ["hello"]\n'
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
HOOK = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["custom"]
MODULES = [source.partition("/")[2].removesuffix(".py") for source in HOOK["modules"]]
HELLO = "function hello(ctx, api) { api.v1.claims.setClaim('hello', 'world') }"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def run(*command: str | Path, cwd: Path = ROOT, path: str = "") -> str:
    done = subprocess.run(
        [*map(str, command)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module", params=["plain", "compiled"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the sdist, the wheel that is made of it, and an environment with that."""
    if request.param == "compiled" and shutil.which("cc") is None:
        pytest.skip("no C compiler")
    directory = tmp_path_factory.mktemp("built")
    environment = directory / "environment"
    run(sys.executable, "-m", "venv", environment)
    python = environment / "bin" / "python"
    pip: tuple[str | Path, ...] = (python, "-m", "pip", "--disable-pip-version-check", "--quiet")
    builder = directory / "builder"
    run(*pip, "install", "--target", builder, "hatchling>=1.27,<2")
    build = ("hatchling", "build", "--target", "sdist", "--directory", str(directory))
    run(python, "-m", *build, path=str(builder))
    [sdist] = directory.glob("*.tar.gz")
    hook = str(request.param == "compiled").lower()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HATCH_BUILD_HOOK_ENABLE_CUSTOM", hook)
        run(*pip, "wheel", "--no-deps", "--wheel-dir", directory, sdist)
    [wheel] = directory.glob("*.whl")
    run(*pip, "install", wheel)
    return directory


def test_wheel_has_the_packages_their_scripts_and_nothing_else(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    compiled = {name for name in names if name.endswith(".so")}
    roots = {name.partition("/")[0] for name in names if "/" in name or name not in compiled}
    assert roots == {
        *(f"actionsd_{name}" for name in PACKAGES),
        f"actionsd-{__version__}.dist-info",
    }
    assert "actionsd_sandbox/js/serve.js" in names
    assert all(f"actionsd_{name}/__init__.py" in names for name in PACKAGES)
    if wheel.name.endswith("-any.whl"):
        assert not compiled
    else:
        modules = {name.partition(".")[0] for name in compiled if "/" in name}
        assert modules == set(MODULES)
        assert {f"{name}.py" for name in modules} <= set(names)


def test_sdist_has_what_is_needed_to_test_and_to_operate_it(built: Path) -> None:
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"tests/conftest.py", "docs/operating.md", "packaging/actionsd.service", "LICENSE"}
    assert wanted <= names


@pytest.fixture
def daemon(built: Path, short_path: Path) -> Iterator[Daemon]:
    registry = short_path / "actions"
    registry.mkdir()
    (registry / "acme.toml").write_text(MANIFEST)
    (registry / "hello.js").write_text(HELLO)
    command = [str(built / "environment" / "bin" / "actionsd"), "serve"]
    daemon = Daemon(short_path, ["--workers", "1"], command)
    yield daemon
    daemon.end()


def test_environment_with_nothing_else_in_it_serves_and_calls(built: Path, daemon: Daemon) -> None:
    daemon.wait_ready()
    program = built / "environment" / "bin" / "actionsd"
    (built / "context.json").write_text("{}")
    arguments = ("--tenant", "acme", "--context", "context.json", "--endpoint", daemon.endpoint)
    result = json.loads(run(program, "call", "2:4", *arguments, cwd=built))
    assert [mutation["value"] for mutation in result["mutations"]] == ["world"]
