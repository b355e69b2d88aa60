"""What a client of the daemon raises becomes a fault; what workers do is taken note of."""

from __future__ import annotations

from typing import Any

import pytest
from servers import run

from actionsd_client import (
    AsyncClient,
    CallTimeoutError,
    ClientError,
    ConnectionLostError,
    RefusedError,
    Result,
    UnreachableError,
)
from actionsd_gateway.jobs import PROBE_TENANT, Fault, FaultKind, Jobs
from actionsd_protocol.result import ActionOutcome, Timing


class Told(AsyncClient):
    """A client whose calls end as a test says."""

    def __init__(self, outcome: Result | ClientError) -> None:
        super().__init__("ipc:///nowhere")
        self.asked: dict[str, Any] = {}
        self._outcome = outcome

    async def call(self, trigger: str, **more: Any) -> Result:
        self.asked = {"trigger": trigger, **more}
        if isinstance(self._outcome, ClientError):
            raise self._outcome
        return self._outcome


def result(*outcomes: Any) -> Result:
    actions = [ActionOutcome("f", outcome, None, 0, 0, 0) for outcome in outcomes]
    return Result("succeeded", None, actions, [], [], Timing(0, 0, 0))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (UnreachableError, FaultKind.UNREACHABLE),
        (ConnectionLostError, FaultKind.UNREACHABLE),
        (CallTimeoutError, FaultKind.TIMEOUT),
        (RefusedError, FaultKind.REFUSED),
        (ClientError, FaultKind.REFUSED),
    ],
)
def test_error_of_the_client_is_a_fault(error: type[ClientError], kind: FaultKind) -> None:
    jobs = Jobs(Told(error("words")), 1.0)
    assert run(jobs.run("preuserinfo", "t", b"{}")) == Fault(kind, "words")
    assert jobs.proved_at == float("-inf")


@pytest.mark.parametrize(
    ("outcomes", "proved"),
    [((), False), (("failed", "skipped"), False), (("tolerated", "succeeded"), True)],
)
def test_worker_is_known_to_work_when_an_action_has_succeeded(
    outcomes: tuple[str, ...], proved: bool
) -> None:
    jobs = Jobs(Told(result(*outcomes)), 1.0)
    assert run(jobs.run("preuserinfo", "t", b"{}")) == result(*outcomes)
    assert (jobs.proved_at > float("-inf")) is proved


def test_probe_is_a_job_of_nobodys() -> None:
    client = Told(result("succeeded"))
    run(Jobs(client, 7.0).probe())
    assert (client.asked["tenant"], client.asked["timeout"]) == (PROBE_TENANT, 7.0)
    assert [action.name for action in client.asked["actions"]] == ["probe"]
