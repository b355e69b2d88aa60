"""Seals processes in all kinds of circumstances, and says what came of each.

    python tests/seal_bench.py <scenarios >outcomes

Each scenario is a process of its own, forked from this one as a worker is from the zygote:
V8 is there, and one thread. It has a parent of its own, whose death must be its own too.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import select
import signal
import socket
import sys
import tempfile
import time
import traceback
from pathlib import Path

import msgspec
import zmq
from container import keep_capabilities, refuse

from actionsd_broker import kernel_word
from actionsd_broker.proof import ThreadWord
from actionsd_protocol.messages import Layer
from actionsd_sandbox import kernel, privileges, probes
from actionsd_sandbox.deadline import DeadlineTimer
from actionsd_sandbox.isolate import Engine
from actionsd_sandbox.realm import Realm, read_prelude
from actionsd_sandbox.seal import SealOrders, seal

_PR_SET_CHILD_SUBREAPER = 36
_DEATH_SECONDS = 2.0


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """Who is sealed, and what it is up against.

    `user` is who it is, None for root; `uid` whom it is to become. `refused` are calls
    that a filter around it refuses, by name or number, `refused_options` those of prctl(2);
    `capabilities` is what root has left of its rights.
    `lonely_root` is root in a user namespace where there is nobody else. `after` is code
    that the sealed process runs.
    """

    user: int | None = None
    uid: int | None = None
    refused: tuple[str | int, ...] = ()
    refused_options: tuple[int, ...] = ()
    capabilities: tuple[int, ...] | None = None
    lonely_root: bool = False
    no_empty_directory: bool = False
    orphaned: bool = False
    after: str = "None"


class Outcome(msgspec.Struct, frozen=True, tag=True):
    """What a sealed process says, and what is seen of it from outside."""

    layers: list[Layer]
    connected: str
    answer: str
    threads: list[ThreadWord]
    descriptors: list[str]
    memory_owner: int
    died_with_parent: bool


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The process was not sealed; `reason` is the last line of its account."""

    reason: str


class _Account(msgspec.Struct, frozen=True):
    layers: list[Layer]
    connected: str
    answer: str


class Bench:
    """Has a directory for each side of the seal, and a socket to connect to."""

    def __init__(self, directory: Path) -> None:
        self._engine = Engine()
        read_prelude()
        codecs.lookup("ascii")  # a user may not be able to read root's interpreter
        directory.chmod(0o755)
        self._empty = directory / "empty"
        self._empty.mkdir()
        self._socket = directory / "s"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._socket))
        self._listener.listen(64)
        self._socket.chmod(0o777)

    def run(self, scenario: Scenario) -> Outcome | Failed:
        """Seal a process, look at it, and end its parent."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours:
            parent = os.fork()
            if parent == 0:
                ours.close()
                self._be_parent(scenario, theirs.fileno())
            theirs.close()
            pid = int.from_bytes(ours.recv(4), "little")
            account = ours.recv(1 << 16)
            try:
                return self._look(pid, parent, account)
            finally:
                _end(parent)
                _end(pid)

    def _look(self, pid: int, parent: int, account: bytes) -> Outcome | Failed:
        try:
            said = msgspec.json.decode(account, type=_Account)
        except msgspec.DecodeError:
            return Failed(account.decode(errors="replace").strip().rpartition("\n")[2])
        outcome = Outcome(
            layers=said.layers,
            connected=said.connected,
            answer=said.answer,
            threads=kernel_word.threads(pid),
            descriptors=_descriptors(pid),
            memory_owner=Path(f"/proc/{pid}/mem").stat().st_uid,
            died_with_parent=False,
        )
        pidfd = os.pidfd_open(pid)
        os.kill(parent, signal.SIGKILL)
        died = select.select([pidfd], [], [], _DEATH_SECONDS)[0]
        os.close(pidfd)
        return msgspec.structs.replace(outcome, died_with_parent=bool(died))

    def _be_parent(self, scenario: Scenario, words: int) -> None:
        if (child := os.fork()) == 0:
            self._be_sealed(scenario, words)
        _, status = os.waitpid(child, 0)
        # Unless it had a last word itself, this is the answer to how it went.
        os.write(words, f"ended as {os.waitstatus_to_exitcode(status)}".encode())
        while True:
            signal.pause()

    def _be_sealed(self, scenario: Scenario, words: int) -> None:
        os.write(words, os.getpid().to_bytes(4, "little"))
        try:
            account = self._seal(scenario)
            os.write(words, msgspec.json.encode(account))
            while True:
                time.sleep(60)  # until the parent's death
        except BaseException:  # noqa: BLE001 - there is nobody above us
            os.write(words, traceback.format_exc().encode())
        finally:
            os._exit(1)

    def _seal(self, scenario: Scenario) -> _Account:
        _set_scene(scenario)
        connected: list[str] = []
        its = socket.socket(socket.AF_UNIX)
        timer = DeadlineTimer()

        def connect(path: str) -> None:
            connected.append(path)
            its.connect(path)
            # With a socket libzmq's threads are there.
            self._dealer: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.DEALER)

        def warm_up() -> None:
            self._realm = Realm(self._engine, timer, lambda _: None, bytes, hardened=True)

        orders = SealOrders(
            parent=1 << 30 if scenario.orphaned else os.getppid(),
            uid=scenario.uid,
            socket=str(self._socket),
            empty="/nonexistent" if scenario.no_empty_directory else str(self._empty),
            memory_bytes=64 * 2**20,
        )
        layers = [Layer(*layer) for layer in seal(orders, connect, warm_up)]
        return _Account(layers, connected[0], _run(scenario.after))


def _descriptors(pid: int) -> list[str]:
    if os.geteuid() != 0:
        return []  # the seal keeps us from looking
    return [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]


def _set_scene(scenario: Scenario) -> None:
    if scenario.lonely_root:
        maps = {"setgroups": "deny", "uid_map": f"0 {os.geteuid()} 1"}
        maps["gid_map"] = f"0 {os.getegid()} 1"
        kernel.unshare(kernel.CLONE_NEWUSER)
        for file, text in maps.items():
            Path(f"/proc/self/{file}").write_text(text, encoding="ascii")
    if scenario.refused or scenario.refused_options:
        refuse(scenario.refused, scenario.refused_options)
    if scenario.capabilities is not None:
        keep_capabilities(scenario.capabilities)
    if scenario.user is not None:
        privileges.become(scenario.user)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # as if it had never been anybody else


def _run(code: str) -> str:
    try:
        return str(eval(code, {"os": os, "probes": probes}))  # noqa: S307 - the tests' own
    except Exception as error:  # noqa: BLE001 - what it meets is what is asked
        return f"{type(error).__name__}: {error}"


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def main() -> None:
    """Run the scenarios on standard input."""
    kernel.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    scenarios = msgspec.json.decode(sys.stdin.buffer.read(), type=dict[str, Scenario])
    with tempfile.TemporaryDirectory(prefix="actionsd-t-", dir="/tmp") as directory:
        bench = Bench(Path(directory))
        outcomes = {name: bench.run(scenario) for name, scenario in scenarios.items()}
    sys.stdout.buffer.write(msgspec.json.encode(outcomes))


if __name__ == "__main__":
    main()
