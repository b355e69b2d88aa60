"""What operators ask of a broker: answered or declined, and done by those whose part it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jobs import job

from actionsd_broker import switches
from actionsd_broker.config import Config
from actionsd_broker.control import Control
from actionsd_broker.decisions import Command, Retire, Skip
from actionsd_broker.desk import Desk
from actionsd_broker.dispatcher import Dispatcher
from actionsd_broker.frontend import Peer, Question
from actionsd_broker.staff import ScaleError
from actionsd_broker.supervisor import Quarters, Supervisor
from actionsd_broker.switch_file import SwitchFile
from actionsd_broker.switch_keeper import SwitchKeeper
from actionsd_broker.switches import Switch, Switches
from actionsd_protocol.messages import Ask, Disable, Enable, Inquire, Scale
from actionsd_protocol.session import ClientSession, Role

CLIENT = Peer(b"c", ClientSession(Role.BROKER))


class Broker:
    """A control with what it acts on, and no process: nothing has been started yet."""

    def __init__(self, directory: Path) -> None:
        self.executed: list[Command] = []
        self.told: list[tuple[int, str | None, bytes]] = []
        self.dispatcher = Dispatcher(Config(workers=2, spares=1))
        self.desk = Desk(self.dispatcher, self.executed.extend, None)
        self.file = SwitchFile(directory / "switches.json")
        self.switches = SwitchKeeper(self.file)
        self.supervisor = Supervisor(3, Quarters(str(directory / "w"), str(directory), 256))
        self.control = Control(
            self.desk,
            self.supervisor,
            self.switches,
            1,
            self.executed.extend,
            lambda: {"layers": [], "missing": []},
        )

    def ask(self, message: Ask) -> tuple[str | None, Any]:
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


def test_what_is_disabled_is_told_listed_and_skipped(broker: Broker) -> None:
    broker.dispatcher.submit(job(1, "acme"), 0.0)
    error, told = broker.ask(Disable(id=5, tenant="acme", by="ada", reason="why"))
    assert error is None
    assert (told["changed"], told["known"], told["not_kept"]) == (True, False, None)
    [switch] = told["disabled"]
    assert {**switch, "since": ""} == {
        "tenant": "acme",
        "action": None,
        "since": "",
        "by": "ada",
        "reason": "why",
    }
    assert [type(command) for command in broker.executed] == [Skip]
    assert broker.ask(Inquire(id=6))[1]["disabled"] == told["disabled"]


def test_what_is_enabled_again_runs(broker: Broker) -> None:
    broker.ask(Disable(id=5, tenant="acme"))
    _, told = broker.ask(Enable(id=5, tenant="acme", by="bob"))
    assert (told["changed"], told["disabled"]) == (True, [])
    assert broker.dispatcher.submit(job(1, "acme"), 0.0) == []


def test_what_was_on_is_not_changed_by_enabling_it(broker: Broker) -> None:
    broker.ask(Disable(id=5, tenant="acme"))
    _, told = broker.ask(Enable(id=5, tenant="acme", action="f"))
    assert not told["changed"]
    assert len(told["disabled"]) == 1


def test_what_another_has_written_to_the_file_is_obeyed(broker: Broker) -> None:
    broker.file.write(Switches([Switch(None, None, "2026-01-01")]))
    broker.control.look(0.0)
    assert broker.dispatcher.everything_off


def test_no_more_is_switched_off_than_there_is_room_for(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switches, "MOST_SWITCHES", 0)
    error, _ = broker.ask(Disable(id=5, tenant="acme"))
    assert error is not None
    assert "off already" in error


def test_what_another_has_written_is_obeyed_where_there_is_no_room_for_more(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switches, "MOST_SWITCHES", 1)
    broker.control.look(0.0)
    broker.dispatcher.submit(job(1, "acme"), 0.0)
    broker.file.write(Switches([Switch("acme", None, "2026-01-01")]))
    error, _ = broker.ask(Disable(id=5, tenant="other"))
    assert error is not None
    assert [type(command) for command in broker.executed] == [Skip]
