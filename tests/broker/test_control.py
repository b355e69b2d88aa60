"""What operators ask of a broker: answered or declined, and done by those whose part it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jobs import job

from actionsd_broker.config import Config
from actionsd_broker.control import Control
from actionsd_broker.dispatcher import Command, Dispatcher, Retire
from actionsd_broker.frontend import Peer, Question
from actionsd_broker.staff import ScaleError
from actionsd_broker.stats import Stats
from actionsd_broker.supervisor import Quarters, Supervisor
from actionsd_protocol.messages import Inquire, Scale
from actionsd_protocol.session import ClientSession, Role

CLIENT = Peer(b"c", ClientSession(Role.BROKER))


class Broker:
    """A control with what it acts on, and no process: nothing has been started yet."""

    def __init__(self, directory: Path) -> None:
        self.executed: list[Command] = []
        self.told: list[tuple[int, str | None, bytes]] = []
        self.dispatcher = Dispatcher(Config(workers=2, spares=1))
        self.supervisor = Supervisor(3, Quarters(str(directory / "w"), str(directory), 256))
        self.control = Control(
            self.dispatcher,
            self.supervisor,
            Stats(0.0),
            1,
            self.executed.extend,
            lambda: {"layers": [], "missing": []},
        )

    def ask(self, message: Inquire | Scale) -> tuple[str | None, Any]:
        self.control.answer(Question(CLIENT, message), self.tell)
        number, error, document = self.told.pop()
        assert number == message.id
        return error, msgspec.json.decode(document) if document else None

    def tell(self, question: Question, error: str | None, document: bytes) -> None:
        self.told.append((question.message.id, error, document))


@pytest.fixture
def broker(short_path: Path) -> Iterator[Broker]:
    broker = Broker(short_path)
    yield broker
    broker.supervisor.close()


def test_number_is_told_and_reaches_the_dispatcher(broker: Broker) -> None:
    assert broker.ask(Scale(id=5, workers="+3")) == (None, {"workers": 5})
    assert broker.dispatcher.workers == 5


def test_workers_that_are_too_many_are_retired(broker: Broker) -> None:
    for name in "abc":
        broker.dispatcher.worker_ready(name, 0.0)
    broker.control.scale("1")
    assert broker.executed == [Retire("a", "one too many")]


def test_number_that_cannot_be_is_told_and_changes_nothing(broker: Broker) -> None:
    error, document = broker.ask(Scale(id=5, workers="-2"))
    assert error is not None
    assert "0 workers cannot be" in error
    assert document is None
    assert broker.dispatcher.workers == 2


def test_nothing_is_scaled_while_draining(broker: Broker) -> None:
    broker.dispatcher.drain()
    with pytest.raises(ScaleError, match="shutting down"):
        broker.control.scale("3")


def test_figures_are_told_with_what_waits(broker: Broker) -> None:
    broker.dispatcher.submit(job(1, "t"), 0.0)
    error, document = broker.ask(Inquire(id=7))
    assert error is None
    assert (document["workers"], document["spares"], document["waiting"]) == (2, 1, 1)
    assert (document["processes"], document["jobs"]) == ([], 0)
    assert document["broker"]["memory_bytes"] > 0
