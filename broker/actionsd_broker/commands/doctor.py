"""`actionsd doctor`: what this machine gives a sandbox, and whether the sandbox holds."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from actionsd_broker import log, proof
from actionsd_broker.advice import ADVICE, v8_age_days
from actionsd_broker.app import ReadyLine
from actionsd_broker.checkup import Checkup, Finding
from actionsd_broker.commands.arguments import EXIT_FAILED, EXIT_SUCCEEDED
from actionsd_broker.config import Config, load_config
from actionsd_broker.ephemeral import ephemeral_broker
from actionsd_broker.supervisor import Quarters
from actionsd_client import Action, Client
from actionsd_protocol.errors import FailureKind

EPILOG = """\
Starts real workers: one broker with a worker for the layers and the limits, and one
sealed process for each attempt to break out. Nothing that is tried does harm if it succeeds.

Exit status: 0 if what the configuration requires holds, 1 if it does not, 2 usage.

examples:
  actionsd doctor
  actionsd doctor -c /etc/actionsd/actionsd.toml
"""

_TRIGGER = "complement-token/pre-userinfo"
_OLD_DAYS = 180

_TIMEOUT = (FailureKind.TIMEOUT,)
_MEMORY = (FailureKind.MEMORY_LIMIT,)
_LIMITS = (
    ("an endless loop", "for (;;) {}", _TIMEOUT),
    (
        "an endless queue of microtasks",
        "const f = () => Promise.resolve().then(f); return f()",
        (*_TIMEOUT, *_MEMORY),  # it fills memory too, and machines differ in which is first
    ),
    (
        "a built-in that does not stop",
        "Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1)",
        _TIMEOUT,
    ),
    (
        "a gigabyte in buffers",
        "const a = []; for (;;) a.push(new ArrayBuffer(2 ** 26))",
        _MEMORY,
    ),
    (
        "a gigabyte in objects",
        "const a = []; for (;;) a.push({ a: [a.length] })",
        _MEMORY,
    ),
)
_LIMIT_SECONDS = 0.5
_MEMORY_SECONDS = 10.0


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "doctor",
        help="check what this machine gives the sandbox, and that it holds",
        description="Check every layer of the workers' seal, then try to break out of it.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-c", "--config", metavar="FILE", help="the configuration (TOML)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what was found, a line each."""
    log.set_up(level="error", form="text")
    config = load_config(Path(arguments.config)) if arguments.config else Config()
    _print_machine()
    trial = config.changed(
        workers=1, sandbox="best-effort", registry=None, endpoint=None, metadata={}
    )
    with ephemeral_broker(trial) as line:
        _print_layers(line)
        limits = _try_limits(line.endpoint)
    stopped = _try_to_break_out(config)
    fatal = proof.fatal(line.missing)
    holds = not fatal and limits and stopped
    _print_verdict(config, holds=holds)
    return EXIT_SUCCEEDED if holds or config.sandbox == "best-effort" else EXIT_FAILED


def _print_machine() -> None:
    _say("machine")
    _item("kernel", f"{platform.system()} {platform.release()}, {platform.machine()}")
    uid = os.geteuid()
    _item("user", "root" if uid == 0 else f"uid {uid}")
    status = Path("/proc/self/status").read_text("ascii", "replace")
    outer = "\nSeccomp:\t2" in status
    _item("around us", "a seccomp filter, as in a container" if outer else "no seccomp filter")


def _print_layers(line: ReadyLine) -> None:
    days = v8_age_days(line.v8, dt.datetime.now(dt.UTC).date())
    age = "" if days is None else f", about {days} days old"
    old = days is not None and days > _OLD_DAYS
    hint = "; see whether a newer mini-racer is to be had" if old else ""
    _item("V8", f"{line.v8}{age}{hint}")
    _say("\nlayers of a worker's seal")
    missing = {layer.name: layer for layer in line.missing}
    for layer in line.layers:
        judged = missing.get(layer.name, layer)
        if judged.on:
            _verdict("on", judged.name, judged.detail)
        else:
            required = "required; " if judged.name in proof.REQUIRED else ""
            advice = ADVICE.get(judged.name, "")
            _verdict(
                "OFF" if required else "off", judged.name, f"{judged.detail} ({required}{advice})"
            )


def _try_limits(endpoint: str) -> bool:
    _say("\nlimits")
    with Client(endpoint) as client:
        held = [_try_limit(client, *limit) for limit in _LIMITS]
    return all(held)  # after all of them have run


def _try_limit(client: Client, name: str, body: str, expected: tuple[FailureKind, ...]) -> bool:
    seconds = _MEMORY_SECONDS if expected is _MEMORY else _LIMIT_SECONDS
    action = Action(name="probe", script=f"function probe() {{ {body} }}", timeout=seconds)
    started = time.monotonic()
    result = client.call(_TRIGGER, tenant="doctor", context=b"{}", actions=[action], timeout=60)
    took = (time.monotonic() - started) * 1000
    kind = None if result.error is None else result.error.kind
    held = kind in expected
    text = "no failure" if kind is None else kind.value
    _verdict("ok" if held else "FAIL", name, f"ended as {text} after {took:.0f} ms")
    return held


def _try_to_break_out(config: Config) -> bool:
    _say("\nattempts to break out of a sealed worker (and, as a control, of one that is not)")
    with tempfile.TemporaryDirectory(prefix="actionsd-") as directory:
        empty = Path(directory, "empty")
        empty.mkdir(mode=0o755)
        quarters = Quarters(f"{directory}/s", str(empty), config.memory_mib, config.jitless)
        with Checkup(quarters) as checkup:
            stopped = [_print_finding(finding) for finding in checkup.run()]
    return all(stopped)


def _print_finding(finding: Finding) -> bool:
    control = f"control: {finding.control_detail}"
    if not finding.control_through:
        control += ", so this machine refuses it anyway"
    word = "ok" if finding.stopped else "FAIL"
    _verdict(word, finding.probe, f"{finding.detail:<10} {control}")
    return finding.stopped


def _print_verdict(config: Config, *, holds: bool) -> None:
    if holds:
        _say(f'\nthe sandbox holds; sandbox = "{config.sandbox}" will serve')
    elif config.sandbox == "best-effort":
        _say('\nthe sandbox does NOT hold; sandbox = "best-effort" serves all the same')
    else:
        _say('\nthe sandbox does NOT hold; sandbox = "required" will not serve')


def _verdict(word: str, name: str, detail: str) -> None:
    _say(f"  {word:<5} {name:<32} {detail}")


def _item(name: str, text: str) -> None:
    _say(f"  {name:<12} {text}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()  # a line when it is known: probes take their time
