"""`actionsd serve`: the daemon."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from pathlib import Path

import msgspec

from actionsd_broker import descriptors, log, proof
from actionsd_broker.annex import Annex
from actionsd_broker.app import App, Endpoints, ReadyLine, Surroundings
from actionsd_broker.config import DEFAULT_REGISTRY, Config, load_config
from actionsd_broker.errors import ConfigError
from actionsd_broker.fetch.secret_values import load_vault
from actionsd_broker.metadata.place import find_place
from actionsd_broker.runtime_dir import Lock, make_private
from actionsd_broker.service_manager import ServiceManager
from actionsd_broker.switch_file import SwitchFile, find_switch_file
from actionsd_broker.switch_keeper import SwitchKeeper
from actionsd_client.endpoint import default_endpoint, runtime_directory

COLLECT_OBJECTS = 20_000
"""New objects after which Python looks for unreachable ones; its own 700 are for less memory."""

EPILOG = """\
Signals: TERM and INT finish accepted jobs, refuse new ones and exit; a second one does
not wait. HUP reads the registry and the secrets again; what has something wrong with it
stays as it was. TTIN adds a worker, TTOU takes one away, as `actionsd scale` does: that
lasts until the daemon ends, a HUP does not change it.

examples:
  actionsd serve                     two workers, ./actions if it is there
  actionsd serve -c /etc/actionsd/actionsd.toml
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "serve",
        help="run the daemon",
        description="Run the daemon: a broker and its worker processes.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-c", "--config", metavar="FILE", help="the configuration (TOML)")
    parser.add_argument("--endpoint", metavar="E", help="instead of its endpoint")
    parser.add_argument(
        "--workers",
        type=lambda text: int(text) if text.isdecimal() else text,
        metavar="N",
        help="instead of its workers; auto: as many as there are CPUs",
    )
    parser.add_argument("--registry", metavar="DIR", help="instead of its registry")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop."""
    config = _configure(arguments)
    log.set_up(level=config.log_level, form=config.log_format)
    directory = Path(runtime_directory(os.environ, os.getuid()))
    endpoint = config.endpoint or default_endpoint(os.environ, os.getuid())
    if endpoint.startswith("ipc://"):
        directory = Path(endpoint.removeprefix("ipc://")).absolute().parent
    make_private(directory)
    name = endpoint.rpartition("/")[2].replace(":", "-")
    lock = Lock(directory / f"{name}.lock")
    endpoints = Endpoints.within(directory, endpoint, f"{name}.")
    descriptors.raise_limit()
    app = App(
        config,
        endpoints,
        _say_ready,
        lambda: load_vault(config.secrets, os.environ),
        Surroundings(
            _make_annex(config, arguments.config, endpoint),
            _open_switches(config),
            ServiceManager(os.environ, os.getpid()),
        ),
    )
    _receive_signals(app)
    try:
        app.run()
    finally:
        lock.release()
    return 0


def _configure(arguments: argparse.Namespace) -> Config:
    config = load_config(Path(arguments.config)) if arguments.config else Config()
    changes = {
        key: value
        for key in ("endpoint", "workers", "registry")
        if (value := getattr(arguments, key)) is not None
    }
    if not changes.get("registry") and config.registry is None and Path(DEFAULT_REGISTRY).is_dir():
        changes["registry"] = DEFAULT_REGISTRY
    return _place_metadata(config.changed(**changes))


def _open_switches(config: Config) -> SwitchKeeper:
    try:
        path = find_switch_file(config.metadata.path, os.environ, os.getuid())
    except ConfigError as error:
        log.warning("switches_not_kept", problem=str(error))
        return SwitchKeeper(None)
    return SwitchKeeper(SwitchFile(path))


def _place_metadata(config: Config) -> Config:
    path = find_place(config.metadata.path, os.environ, os.getuid())
    return msgspec.structs.replace(
        config, metadata=msgspec.structs.replace(config.metadata, path=path)
    )


def _make_annex(config: Config, file: str | None, endpoint: str) -> Annex | None:
    if config.http is None or file is None:
        return None
    command = [sys.executable, "-P", "-m", "actionsd_broker.cli", "gateway", "--config", file]
    command += ["--endpoint", endpoint, "--parent", str(os.getpid())]
    # It parses what comes over a network: what only the broker is to know, or to say, it does
    # not get.
    secret = {table.env for table in config.secrets.values()}
    kept = {"NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"} | secret
    environment = {name: value for name, value in os.environ.items() if name not in kept}
    return Annex(command, environment, drain_seconds=config.http.drain_seconds)


def _say_ready(line: ReadyLine) -> None:
    # What is here now stays: Python need not look at it in each of its collections, which
    # fetches would make frequent and so a quarter of all that the broker does.
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_OBJECTS, 20, 20)
    if not line.v8:
        text = f"actionsd ready: {line.endpoint}, everything is switched off, no worker yet"
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - as below
        return
    sealed = proof.describe(line.missing)
    text = f"actionsd ready: {line.endpoint}, V8 {line.v8}, {line.workers} workers, {sealed}"
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - for people and scripts that wait


def _receive_signals(app: App) -> None:
    # The handlers do nothing: Python writes the signal's number to the descriptor, and the
    # broker's loop reads it there in its own time.
    signal.set_wakeup_fd(app.wakeup_fd, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGTTIN, signal.SIGTTOU):
        signal.signal(number, lambda *_: None)
