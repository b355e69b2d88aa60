from __future__ import annotations

from pathlib import Path

import pytest

from actionsd_broker.config import load_config
from actionsd_broker.registry import load_registry
from benchmarks.daemon import Settings, write_configuration
from benchmarks.workload import SITE_PORT, TRIGGER, WORKLOADS


@pytest.fixture
def settings() -> Settings:
    tenants = {name: [WORKLOADS / f"{name}.js"] for name in ("w1", "w2")}
    return Settings(3, tenants, isolation="isolate", spares=0, more="queue_seconds = 60")


def test_a_daemon_takes_the_configuration(settings: Settings, tmp_path: Path) -> None:
    config = load_config(write_configuration(tmp_path, settings))
    assert (config.workers, config.spares, config.isolation) == (3, 0, "isolate")
    assert config.queue_seconds == 60
    assert [entry.port for entry in config.fetch.allow] == [SITE_PORT]


def test_a_daemon_takes_the_registry(settings: Settings, tmp_path: Path) -> None:
    write_configuration(tmp_path, settings)
    registry = load_registry(tmp_path / "actions")
    assert [step.name for step in registry.plan("w2", TRIGGER).steps] == ["w2"]


def test_where_jobs_bring_their_action_there_is_no_registry(tmp_path: Path) -> None:
    assert load_config(write_configuration(tmp_path, Settings(1))).registry is None
