"""A broker of one's own, for as long as a block lasts: real workers, nobody else's socket."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from actionsd_broker.app import App, Endpoints, ReadyLine
from actionsd_broker.config import Config
from actionsd_broker.errors import OperatorError
from actionsd_broker.fetch.vault import Vault

START_SECONDS = 60.0


@contextlib.contextmanager
def ephemeral_broker(
    config: Config, open_vault: Callable[[], Vault] = Vault
) -> Iterator[ReadyLine]:
    """Run a broker on a thread; yield what it says once its workers are ready.

    Raises what the broker raises if it cannot start.
    """
    with tempfile.TemporaryDirectory(prefix="actionsd-") as directory:
        endpoints = Endpoints.within(Path(directory), f"ipc://{directory}/clients")
        started = threading.Event()
        lines: list[ReadyLine] = []
        failures: list[OperatorError] = []

        def ready(line: ReadyLine) -> None:
            lines.append(line)
            started.set()

        app = App(config, endpoints, ready, open_vault)

        def run() -> None:
            try:
                app.run()
            except OperatorError as error:
                failures.append(error)
                started.set()

        # The thread that starts the workers must outlive them: they die with it.
        thread = threading.Thread(target=run, name="broker")
        thread.start()
        try:
            if not started.wait(START_SECONDS):
                raise OperatorError(f"the workers were not ready within {START_SECONDS:g} s")
            if failures:
                raise failures[0]
            yield lines[0]
        finally:
            with contextlib.suppress(OSError):  # it may just have ended by itself
                app.stop()
            thread.join()
