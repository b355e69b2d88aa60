"""The target endpoint under load from wrk: w2 as ZITADEL's call, beside other webhooks.

    python -m benchmarks.webhook [--seconds 5] [--rounds 3] [--connections 16] [--workers 2]

Every call to the gateway is another one, signed beforehand, as a call that was seen is not
run again. The peers are those of `--compare` that speak HTTP; they get the context as it is,
check no signature and keep nobody apart. All take turns in one run. Needs wrk.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psutil

from benchmarks.accounting import own_cpu
from benchmarks.daemon import Daemon, settings_for
from benchmarks.errors import BenchmarkError
from benchmarks.peers.installed import install_peers
from benchmarks.peers.server import Server
from benchmarks.plan import Subject as PeerName
from benchmarks.table import align
from benchmarks.workload import TENANT, WORKLOADS, Workload, load_workloads

KEY = b"a signing key for the benchmark"
INSTANCE = "benchmark"
WARM_UP_SECONDS = 1.0
LEFT_OUT: tuple[PeerName, ...] = ("isolated-vm, fresh isolate",)
"""`--compare` shows what that costs: too much for a webhook."""
MOST_CALLS_A_SECOND = 6000
"""So many calls are signed for each second; more than that are never sent twice."""

WRK = """
local calls, at = {}, 0
function init() -- not before: what is formatted has wrk's host and path in it
  for line in io.lines(os.getenv("CALLS")) do
    local signature, body = line:match("^([^\\t]*)\\t(.*)$")
    local head = {["Content-Type"] = "application/json", ["Host"] = wrk.headers["Host"]}
    if signature ~= "" then head["ZITADEL-Signature"] = signature end
    calls[#calls + 1] = wrk.format("POST", wrk.path, head, body)
  end
end
function request()
  at = at % #calls + 1
  return calls[at]
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('\\nFIGURES {"calls": %d, "seconds": %f, "errors": %d, "p50_ms": %f, '
    .. '"p99_ms": %f}\\n', summary.requests, summary.duration / 1e6,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


class Subject(NamedTuple):
    """A server under load: its URL, what it has spent by process, and calls to send."""

    name: str
    url: str
    spent: Callable[[], Mapping[str, float]]
    calls: Callable[[int], Iterator[str]]


class Seen(NamedTuple):
    """One run."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: dict[str, float]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").partition("\n")[0],
        epilog="Needs wrk. Peers that cannot be had here are named and left out.",
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="of each run (5)")
    parser.add_argument("--rounds", type=int, default=3, help="all in turn, so often (3)")
    parser.add_argument("--connections", type=int, default=16, help="calls at a time (16)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (2)")
    arguments = parser.parse_args()
    wrk = shutil.which("wrk")
    if wrk is None:
        print("benchmarks.webhook: there is no wrk here; Debian's package is `wrk`")
        return 2
    [workload] = load_workloads(WORKLOADS, ["w2"])
    try:
        runs = measure(wrk, workload, arguments)
    except BenchmarkError as error:
        print(f"benchmarks.webhook: {error}", file=sys.stderr)
        return 1
    for line in align([HEADER, *(row(name, seen) for name, seen in runs.items())]):
        print(line)
    return 0


def measure(wrk: str, workload: Workload, arguments: argparse.Namespace) -> dict[str, list[Seen]]:
    """Load each subject in turn, round after round; return the runs by its name."""
    runs: dict[str, list[Seen]] = {}
    starts = find_subjects(workload, arguments.workers)
    for number in range(arguments.rounds):
        for start in starts:
            with start() as subject:
                print(f"[{number + 1}/{arguments.rounds}] {subject.name}", file=sys.stderr)
                load(wrk, subject, WARM_UP_SECONDS, arguments.connections)
                seen = load(wrk, subject, arguments.seconds, arguments.connections)
                runs.setdefault(subject.name, []).append(seen)
    return runs


Start = Callable[[], contextlib.AbstractContextManager[Subject]]


def find_subjects(workload: Workload, workers: int) -> list[Start]:
    """Return what can be started here; says what cannot."""
    installed, missing = install_peers()
    for reason in missing:
        print(f"left out: {reason}", file=sys.stderr)

    def start(name: PeerName) -> contextlib.AbstractContextManager[Subject]:
        return peer(name, installed.serving(name, workload, workers), workload)

    names = [name for name in installed.subjects if name not in LEFT_OUT]
    return [partial(gateway, workload, workers), *(partial(start, name) for name in names)]


@contextlib.contextmanager
def gateway(workload: Workload, workers: int) -> Iterator[Subject]:
    """Run a daemon and a gateway for as long as the block lasts."""
    with contextlib.ExitStack() as stack:
        daemon = stack.enter_context(Daemon.running(settings_for(workload, workers, inline=False)))
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (directory / "key").write_bytes(KEY)
        file = directory / "gateway.toml"
        file.write_text(
            'log_level = "warning"\n[http]\nlisten = "127.0.0.1:0"\n'
            f'[http.zitadel.{INSTANCE}]\nsigning_keys = [{{ file = "key" }}]\n'
        )
        command = [sys.executable, "-m", "actionsd_broker.cli", "gateway", "-c", str(file)]
        process = subprocess.Popen(
            [*command, "--endpoint", daemon.endpoint], stderr=subprocess.PIPE, text=True
        )
        stack.callback(process.wait, 30)
        stack.callback(process.terminate)
        url = f"{ready_url(process)}/zitadel/{INSTANCE}"
        itself = psutil.Process(process.pid)
        context = json.loads(workload.context.read_bytes())
        subject = Subject(
            "actionsd gateway",
            url,
            lambda: {"gateway": own_cpu(itself), **daemon.cpu()},
            lambda count: signed_calls(context, count),
        )
        check(subject, workload)
        yield subject


def ready_url(process: subprocess.Popen[str]) -> str:
    """Return where a gateway listens, once it does; raises BenchmarkError."""
    said = []
    for line in process.stderr or ():
        said.append(line)
        if line.startswith("actionsd gateway ready: "):
            return line.split()[3].rstrip(",")
    raise BenchmarkError(f"the gateway did not start: {''.join(said)}")


@contextlib.contextmanager
def peer(
    name: str,
    serving: contextlib.AbstractContextManager[Server],
    workload: Workload,
) -> Iterator[Subject]:
    """Run a peer for as long as the block lasts."""
    context = json.dumps(json.loads(workload.context.read_bytes()))
    with serving as server:
        yield Subject(
            name,
            f"http://127.0.0.1:{server.port}/",
            lambda: {"worker": server.cpu()},
            lambda _: iter([f"\t{context}"]),
        )


def signed_calls(context: Mapping[str, Any], count: int) -> Iterator[str]:
    """Yield calls as wrk's script reads them: signature, tab, body. Each has a user of its own."""
    second = int(time.time())
    for number in range(count):
        body = json.dumps(make_payload(context, f"{second}-{number}"))
        mac = hmac.new(KEY, f"{second}.{body}".encode(), hashlib.sha256).hexdigest()
        yield f"t={second},v1={mac}\t{body}"


def make_payload(context: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """Return ZITADEL's `preuserinfo` payload of a context."""
    user = context["user"]
    return {
        "function": "function/preuserinfo",
        "userinfo": {**context.get("claims", {}), "sub": subject},
        "user": {
            "id": user["id"],
            "username": user.get("username", ""),
            "resource_owner": TENANT,
            "human": {
                "first_name": user["human"]["firstName"],
                "last_name": user["human"]["lastName"],
                "email": user["human"]["email"],
            },
        },
        "user_metadata": context["userMetadata"],
        "user_grants": context["userGrants"],
    }


def check(subject: Subject, workload: Workload) -> None:
    """Raise BenchmarkError unless a call is answered with the claims that it must be."""
    signature, _, body = next(subject.calls(1)).partition("\t")
    headers = {"Content-Type": "application/json", "ZITADEL-Signature": signature}
    place = urlsplit(subject.url)
    with contextlib.closing(HTTPConnection(place.netloc, timeout=30)) as connection:
        connection.request("POST", place.path, body.encode(), headers)
        answer = json.loads(connection.getresponse().read())
    claims = {claim["key"]: claim["value"] for claim in answer.get("append_claims", [])}
    if workload.expected is not None and claims != workload.expected.claims:
        raise BenchmarkError(f"{subject.name}: a call came to something else")


def load(wrk: str, subject: Subject, seconds: float, connections: int) -> Seen:
    """Have wrk call for some seconds; raises BenchmarkError if a call is not answered well."""
    with tempfile.TemporaryDirectory() as directory:
        script, calls = Path(directory, "calls.lua"), Path(directory, "calls")
        script.write_text(WRK)
        with calls.open("w") as file:
            file.writelines(
                f"{line}\n" for line in subject.calls(int(seconds * MOST_CALLS_A_SECOND))
            )
        before = subject.spent()
        done = subprocess.run(
            [
                *(wrk, "--threads", "1", "--connections", str(connections)),
                *("--duration", f"{max(1, round(seconds))}s", "--script", str(script)),
                subject.url,
            ],
            env={**os.environ, "CALLS": str(calls)},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        after = subject.spent()
    return read_figures(subject.name, done.stdout, before, after)


def read_figures(
    name: str, said: str, before: Mapping[str, float], after: Mapping[str, float]
) -> Seen:
    """Return what wrk's script has said of a run."""
    _, _, text = said.partition("FIGURES ")
    if not text:
        raise BenchmarkError(f"{name}: wrk has failed: {said[-300:]}")
    figures = json.loads(text)
    if figures["errors"] or not figures["calls"]:
        raise BenchmarkError(f"{name}: {figures['errors']} of {figures['calls']} calls failed")
    return Seen(
        figures["calls"] / figures["seconds"],
        figures["p50_ms"],
        figures["p99_ms"],
        {side: 1e6 * (after[side] - before[side]) / figures["calls"] for side in before},
    )


HEADER = (
    *("webhook", "calls/s", "least", "most", "gateway", "broker", "worker", "all"),
    *("p50 ms", "p99 ms"),
)


def row(name: str, runs: list[Seen]) -> tuple[str, ...]:
    """Return a line of the table: medians, and CPU in microseconds a call. wrk's is in none."""
    rates = [seen.per_second for seen in runs]

    def side(which: str) -> float | None:
        return median(s.cpu_us[which] for s in runs) if which in runs[0].cpu_us else None

    sides = [side(which) for which in ("gateway", "broker", "worker")]
    return (
        name,
        *(f"{rate:.0f}" for rate in (median(rates), min(rates), max(rates))),
        *("" if us is None else f"{us:.0f}" for us in sides),
        f"{median(sum(seen.cpu_us.values()) for seen in runs):.0f}",
        f"{median(seen.p50_ms for seen in runs):.2f}",
        f"{median(seen.p99_ms for seen in runs):.2f}",
    )


if __name__ == "__main__":
    sys.exit(main())
