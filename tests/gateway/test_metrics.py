"""Documents of daemons become families; nobody's names become labels."""

from __future__ import annotations

import copy
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest

from actionsd_gateway.metrics import DaemonsCollector, families

TIME = {"count": 3, "sum_seconds": 1.5, "le": [(0.5, 1), (1.0, 2)]}
ENTRY = {
    "trigger": "complement-token/pre-userinfo",
    "outcome": "succeeded",
    **dict.fromkeys(("queue", "run", "cpu", "fetch"), TIME),
}
DOCUMENT: dict[str, Any] = {
    "broker": {"pid": 1, "memory_bytes": 1000, "draining": True},
    "workers": 2,
    "waiting": 5,
    "waiting_bytes": 50,
    "failures": {"timeout": 4},
    "restarts": {"the worker was killed by SIGKILL": 1},
    "retirements": {"another tenant's turn": 2},
    "triggers": [ENTRY],
    "processes": [
        {"name": "w1", "state": "busy", "tenant": "secret-tenant"},
        {"name": "w2", "state": "busy", "tenant": None},
        {"name": "w3", "state": "idle", "tenant": None},
    ],
    "sandbox": {"layers": ["seccomp"], "missing": [{"layer": "landlock", "reason": "old"}]},
    "tenants": [{"tenant": "secret-tenant"}],
}


def lines(**documents: dict[str, Any] | None) -> set[str]:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(DaemonsCollector(documents))
    text = generate_latest(registry).decode().replace('daemon="a",', "").replace('{daemon="a"}', "")
    return {line for line in text.splitlines() if not line.startswith("#")}


def test_figures_are_gauges_and_counters() -> None:
    assert lines(a=DOCUMENT) >= {
        "actionsd_up 1.0",
        "actionsd_draining 1.0",
        "actionsd_jobs_waiting 5.0",
        "actionsd_jobs_waiting_bytes 50.0",
        "actionsd_workers_wanted 2.0",
        "actionsd_broker_memory_bytes 1000.0",
        'actionsd_workers{state="busy"} 2.0',
        'actionsd_workers{state="idle"} 1.0',
        'actionsd_workers{state="starting"} 0.0',
        'actionsd_job_failures_total{kind="timeout"} 4.0',
        'actionsd_worker_restarts_total{reason="the worker was killed by SIGKILL"} 1.0',
        'actionsd_sandbox_layer{layer="seccomp"} 1.0',
        'actionsd_sandbox_layer{layer="landlock"} 0.0',
    }


def test_times_are_histograms_by_trigger_and_outcome() -> None:
    labels = 'outcome="succeeded",trigger="complement-token/pre-userinfo"'
    for time in ("queue", "run", "cpu", "fetch"):
        name = f"actionsd_job_{time}_seconds"
        assert {line for line in lines(a=DOCUMENT) if line.startswith(name)} == {
            f'{name}_bucket{{le="0.5",{labels}}} 1.0',
            f'{name}_bucket{{le="1.0",{labels}}} 2.0',
            f'{name}_bucket{{le="+Inf",{labels}}} 3.0',
            f"{name}_count{{{labels}}} 3.0",
            f"{name}_sum{{{labels}}} 1.5",
        }


def test_silent_daemon_is_down_and_has_no_figures() -> None:
    assert lines(a=None) == {"actionsd_up 0.0"}
    both = lines(a=None, b=DOCUMENT)
    assert 'actionsd_jobs_waiting{daemon="b"} 5.0' in both
    assert "actionsd_up 0.0" in both
    assert not any(line.startswith("actionsd_jobs_waiting ") for line in both)


def test_no_tenant_is_a_label() -> None:
    assert "secret-tenant" not in "".join(lines(a=DOCUMENT))


def test_documents_are_left_as_they_were() -> None:
    before = copy.deepcopy(DOCUMENT)
    list(families({"a": DOCUMENT}))
    assert before == DOCUMENT
