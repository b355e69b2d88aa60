"""The process that attacks are forked from: a zygote whose workers attack instead of serving.

Everything else is the real thing: the zygote, the connection, the realm, the seal. An
order's probe names the attack; one that is not sealed is the control, which goes on in
namespaces of its own so that nothing that it does reaches further.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import socket
from collections.abc import Callable
from ctypes import addressof, create_string_buffer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import msgspec
from attack_world import Range, World

from actionsd_protocol.messages import Layer
from actionsd_protocol.orders import WorkerOrders
from actionsd_sandbox import kernel, privileges
from actionsd_sandbox.isolate import Engine, Isolate
from actionsd_sandbox.realm import read_prelude
from actionsd_sandbox.seal import SealOrders, seal
from actionsd_worker.runner import Runner
from actionsd_worker.service import Service
from actionsd_worker.zygote import Zygote

_RANGE = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (....)", re.MULTILINE)
_PR_SET_DUMPABLE = 4


class Surroundings(msgspec.Struct, frozen=True):
    """What the tests have set up for attacks to reach for."""

    attacks: str
    directory: str
    unix: str
    abstract: str
    tcp: int
    udp: int
    user: int | None


class Aftermath(msgspec.Struct, frozen=True):
    """What is left to say after an attack, if there is anybody to say it."""

    outcome: str
    detail: str = ""


class UnsafeError(Exception):
    """Raised where a control might do something outside of its own process."""


class Stage:
    """Turns a fresh copy of the zygote into an attacker."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._engine = Engine()
        read_prelude()
        self._attacks = _load(Path(surroundings.attacks))
        self._zygote = os.getpid()
        self._secret = create_string_buffer(b"the broker's secret")
        self._victims = {uid: (self._victim(uid), self._victim(uid)) for uid in self._uids()}

    def _uids(self) -> set[int | None]:
        return {None, self._around.user}

    def _victim(self, uid: int | None) -> int:
        if (pid := os.fork()) != 0:
            return pid
        os.close(0)
        privileges.die_with(self._zygote)
        if uid is not None:
            become_user(uid)
            privileges.die_with(self._zygote)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        while True:
            signal.pause()

    def work(self, orders: WorkerOrders) -> None:
        """Seal this process, or do not, and attack."""
        probe = orders.probe
        assert probe is not None
        target = Path(self._around.directory, f"target-{os.getpid()}")
        target.write_text("somebody's", encoding="ascii")
        target.chmod(0o666)
        user = self._around.user if orders.uid is None else None
        try:
            layers, ranges = self._enter(orders, user)
        except UnsafeError as error:
            _say([])
            _say(Aftermath("unsafe", str(error)))
            return
        broker, neighbour = self._victims[user]
        memory_bytes = orders.memory_mib * 2**20
        world = World(
            broker=broker,
            neighbour=neighbour,
            secret=addressof(self._secret),
            tcp=self._around.tcp,
            udp=self._around.udp,
            unix=self._around.unix,
            abstract=self._around.abstract,
            directory=self._around.directory,
            target=str(target),
            budget=memory_bytes,
            amount=3 * memory_bytes,
            sealed=probe.sealed,
            **ranges,
        )
        _say(layers)
        _say(_attempt(self._attacks[probe.name], world))

    def _enter(
        self, orders: WorkerOrders, user: int | None
    ) -> tuple[list[Layer], dict[str, Range]]:
        """Get to where the attack begins; return the seal's layers and some addresses."""
        sealed = orders.probe is not None and orders.probe.sealed
        if not sealed:
            _fence()
        if user is not None:
            become_user(user)
        ranges: dict[str, Range] = {}
        maps = os.open("/proc/self/maps", os.O_RDONLY)
        # Kept, or the connection and the realm would be gone with these variables.
        self._service = service = Service(orders.identity)
        self._runner = runner = Runner(self._engine, service)

        def warm_up() -> None:
            if sealed:
                runner.prepare()
            else:
                # A control needs V8's thread and its pages for code, and no prelude.
                self._isolate = Isolate(self._engine, {})
            ranges.update(_read_ranges(maps))

        if not sealed:
            service.connect(orders.socket)
            warm_up()
            return [], ranges
        plan = SealOrders(
            parent=self._zygote,
            uid=orders.uid,
            socket=orders.socket,
            empty=orders.empty,
            memory_bytes=orders.memory_mib * 2**20,
        )
        self._engine.fix_code()
        return [Layer(*layer) for layer in seal(plan, service.connect, warm_up)], ranges


def become_user(uid: int) -> None:
    """Become an ordinary user, as if this process had never been anybody else's."""
    privileges.become(uid)
    kernel.prctl(_PR_SET_DUMPABLE, 1)


def _fence() -> None:
    # Mounts, names and System V objects of a control are gone with it. Who is not root
    # can do no harm with them.
    if os.geteuid() != 0:
        return
    try:
        kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWUTS | kernel.CLONE_NEWIPC)
        kernel.mount("none", "/", "none", kernel.MS_REC | kernel.MS_PRIVATE)
    except OSError as error:
        raise UnsafeError(str(error)) from error


def _read_ranges(maps: int) -> dict[str, Range]:
    text = b""
    while part := os.read(maps, 1 << 16):
        text += part
    os.close(maps)
    ranges: dict[str, Range] = {}
    for line in text.decode().splitlines():
        match = _RANGE.match(line)
        if match is None:
            continue
        its = Range(int(match[1], 16), int(match[2], 16))
        if match[3] == "rwxp":
            ranges["code"] = max(ranges.get("code", its), its, key=lambda r: r.end - r.start)
        if line.endswith("[stack]"):
            ranges["stack"] = its
    return ranges


def _attempt(attack: Callable[[World], object], world: World) -> Aftermath:
    try:
        detail = attack(world)
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, "refused")
        return Aftermath(code, str(error))
    except MemoryError as error:
        return Aftermath("ENOMEM", str(error))
    return Aftermath("through", str(detail))


def _say(what: object) -> None:
    os.write(2, msgspec.json.encode(what) + b"\n")


def _load(directory: Path) -> dict[str, Callable[[World], object]]:
    attacks = {}
    for path in sorted(directory.glob("*.py")):
        spec = spec_from_file_location(f"native.{path.stem}", path)
        if spec is None or spec.loader is None:
            raise ImportError(str(path))
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        attacks[path.stem] = module.attack
    return attacks


def main() -> None:
    """Fork attackers until the tests are over."""
    control = socket.socket(fileno=os.dup(0))
    surroundings = msgspec.json.decode(control.recv(1 << 16), type=Surroundings)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    privileges.die_with(os.getppid())
    stage = Stage(surroundings)
    Zygote(control, stage.work).run()


if __name__ == "__main__":
    main()
