"""Fixtures that start the real thing: a daemon with worker processes, the command."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path

import pytest
from daemon import Daemon, serving, short_directory

from actionsd_sandbox.isolate import Engine

_SEAL = [Path(__file__).parent / name for name in ("hostile", "sandbox")]
"""Where the tests are that the seal rests on."""

_LONGEST = [
    Path(__file__).parent / name
    for name in (
        "client/test_links.py",
        "client/test_client.py",
        "broker/test_cli.py",
        "broker/test_app.py",
        "e2e",
        "hostile/test_rogues.py",
        "hostile/test_realm_sweep.py",
        "broker/test_dispatcher_in_time.py",
        "protocol/test_protocol_page.py",
        "gateway/test_openapi.py",
    )
]
"""What takes longest, and so begins first: at the end of a run others would wait for it."""

_CI = bool(os.environ.get("CI"))


@pytest.fixture(scope="session")
def engine() -> Engine:
    """V8, which a process can initialise once; real workers have their own."""
    return Engine()


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A directory with a path that is short enough for a socket's."""
    with short_directory() as directory:
        yield directory


@pytest.fixture
def start_daemon(short_path: Path) -> Iterator[Callable[..., Daemon]]:
    """Start daemons that are gone when the test is, with every process of theirs."""
    daemons: list[Daemon] = []

    def start(
        *arguments: str,
        registry: Path | None = None,
        workers: int = 2,
        config: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> Daemon:
        file = short_path / "actionsd.toml"
        file.write_text(config)
        more = [] if registry is None else ["--registry", str(registry)]
        more += ["-c", str(file)] if config else []
        arguments = (*more, "--workers", str(workers), *arguments)
        daemon = Daemon(short_path, list(arguments), environment=environment)
        daemons.append(daemon)
        return daemon

    yield start
    for daemon in daemons:
        daemon.end()


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    """A daemon with two workers and no registry, shared by the tests of a module."""
    with short_directory() as directory, serving(directory, "--workers", "2") as daemon:
        yield daemon


@pytest.fixture
def events() -> Iterator[list[logging.LogRecord]]:
    """What is logged, whoever has set the log up before."""
    logger, records = logging.getLogger("actionsd"), list[logging.LogRecord]()

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    before = logger.handlers[:], logger.level, logger.propagate
    logger.handlers[:], logger.propagate = [Keep()], False
    logger.setLevel(logging.DEBUG)
    yield records
    logger.handlers[:], _, logger.propagate = before
    logger.setLevel(before[1])


@pytest.fixture
def actionsd(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command as a user would, in an empty directory."""

    def run(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "actionsd_broker.cli", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=100,
            check=False,
        )

    return run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest first. The order within a module stays."""

    def rank(item: pytest.Item) -> int:
        among = (i for i, place in enumerate(_LONGEST) if item.path.is_relative_to(place))
        return next(among, len(_LONGEST))

    items.sort(key=rank)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test of the seal that is skipped in continuous integration: it has shown nothing."""
    report = yield
    if _CI and report.skipped and call.excinfo is not None and _is_of_the_seal(item.path):
        report.outcome = "failed"
        report.longrepr = f"not run, and in continuous integration it must be: {call.excinfo.value}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same with a module that is skipped whole."""
    report = yield
    if _CI and report.skipped and _is_of_the_seal(collector.path):
        report.outcome = "failed"
    return report


def _is_of_the_seal(path: Path) -> bool:
    return any(path.is_relative_to(directory) for directory in _SEAL)


def pytest_sessionfinish() -> None:
    """End what a test left running, and do not keep quiet about it."""
    for pid in Daemon.left_over():
        os.kill(pid, signal.SIGKILL)
        sys.stderr.write(f"a test left process {pid} running\n")
