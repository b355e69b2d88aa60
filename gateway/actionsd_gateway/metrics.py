"""The daemons' figures as Prometheus takes them: a document in, families of metrics out. Pure.

Labels are bounded: triggers, outcomes, kinds, states, layers, reasons (32 at the most) and the
daemons of the configuration. No tenant and no action is ever one; `actionsd stats` has those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prometheus_client import Metric
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.registry import Collector

WORKER_STATES = ("starting", "idle", "busy", "ending")

_TIMES = {
    "queue": "How long jobs waited for a worker",
    "run": "How long a worker had a job",
    "cpu": "CPU that jobs used in their worker",
    "fetch": "How long fetches took, of jobs that made any",
}


class DaemonsCollector(Collector):
    """One scrape's families; see `families`."""

    def __init__(self, documents: Mapping[str, Mapping[str, Any] | None]) -> None:
        self._documents = documents

    def collect(self) -> Iterator[Metric]:
        """Return the families."""
        yield from families(self._documents)


def families(documents: Mapping[str, Mapping[str, Any] | None]) -> Iterator[Metric]:
    """Return what daemons say of themselves (docs/operating.md); of one that is silent, that."""
    up = GaugeMetricFamily("actionsd_up", "Whether the daemon answers", labels=["daemon"])
    for daemon, document in documents.items():
        up.add_metric([daemon], float(document is not None))
    yield up
    known = {daemon: document for daemon, document in documents.items() if document is not None}
    yield from _gauges(known)
    yield from _counters(known)
    for time, help_ in _TIMES.items():
        yield _histogram(known, time, help_)


def _gauges(known: Mapping[str, Mapping[str, Any]]) -> Iterator[Metric]:
    def gauge(name: str, help_: str, *labels: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"actionsd_{name}", help_, labels=["daemon", *labels])

    waiting = gauge("jobs_waiting", "Jobs that wait for a worker")
    waiting_bytes = gauge("jobs_waiting_bytes", "Memory of the jobs that wait")
    wanted = gauge("workers_wanted", "Workers that there are to be, without spares")
    workers = gauge("workers", "Worker processes by what they do", "state")
    memory = gauge("broker_memory_bytes", "What the broker holds in memory")
    draining = gauge("draining", "Whether the daemon is shutting down")
    layers = gauge("sandbox_layer", "Whether a layer of the workers' seal stands", "layer")
    for daemon, document in known.items():
        waiting.add_metric([daemon], document["waiting"])
        waiting_bytes.add_metric([daemon], document["waiting_bytes"])
        wanted.add_metric([daemon], document["workers"])
        states = Counter(process["state"] for process in document["processes"])
        for state in WORKER_STATES:
            workers.add_metric([daemon, state], states[state])
        memory.add_metric([daemon], document["broker"]["memory_bytes"])
        draining.add_metric([daemon], float(document["broker"]["draining"]))
        for layer in document["sandbox"]["layers"]:
            layers.add_metric([daemon, layer], 1)
        for missing in document["sandbox"]["missing"]:
            layers.add_metric([daemon, missing["layer"]], 0)
    yield from (waiting, waiting_bytes, wanted, workers, memory, draining, layers)


def _counters(known: Mapping[str, Mapping[str, Any]]) -> Iterator[Metric]:
    def counter(name: str, help_: str, label: str, key: str) -> CounterMetricFamily:
        family = CounterMetricFamily(f"actionsd_{name}", help_, labels=["daemon", label])
        for daemon, document in known.items():
            for value, count in document[key].items():
                family.add_metric([daemon, value], count)
        return family

    yield counter("job_failures", "Jobs that failed, by kind", "kind", "failures")
    yield counter("worker_restarts", "Workers that ended, by how", "reason", "restarts")
    yield counter("worker_retirements", "Workers that were ended", "reason", "retirements")


def _histogram(known: Mapping[str, Mapping[str, Any]], time: str, help_: str) -> Metric:
    family = HistogramMetricFamily(
        f"actionsd_job_{time}_seconds", help_, labels=["daemon", "trigger", "outcome"]
    )
    for daemon, document in known.items():
        for entry in document["triggers"]:
            series = entry[time]
            labels = [daemon, entry["trigger"], entry["outcome"]]
            family.add_metric(labels, _buckets(series), series["sum_seconds"])
    return family


def _buckets(series: Mapping[str, Any]) -> Sequence[tuple[str, float]]:
    bounded = [(str(float(bound)), float(count)) for bound, count in series["le"]]
    return [*bounded, ("+Inf", float(series["count"]))]
