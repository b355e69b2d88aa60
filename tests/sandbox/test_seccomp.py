from __future__ import annotations

import errno
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from filter_machine import AARCH64, X86_64, Call, verdict

from actionsd_sandbox import seccomp, syscalls
from actionsd_sandbox.bpf import ALLOW, KILL, SeccompError, refuse

Start = Callable[[str], CompletedProcess[str]]

PID = 4711
ARCHITECTURES = {"x86_64": X86_64, "aarch64": AARCH64}
NAMED = [call for its in (*seccomp.FILTERS, *seccomp.GROUPS) for call in its.calls]


def said(call: str, *arguments: int, machine: str = "x86_64") -> int:
    number = syscalls.number(call, machine)
    assert number is not None
    made = Call(number, arguments, ARCHITECTURES[machine])
    return verdict(seccomp.build(PID, machine), made)


def test_no_call_is_named_twice() -> None:
    assert sorted(NAMED) == sorted(set(NAMED))


def test_every_group_has_its_reason() -> None:
    assert all(its.reason.endswith(".") for its in (*seccomp.FILTERS, *seccomp.GROUPS))


def test_what_is_allowed_whatever_its_arguments_is_known_by_name() -> None:
    # Whoever adds a name looks twice: it is what native code in a worker can do.
    names = """
        brk close epoll_ctl epoll_pwait epoll_wait exit exit_group fstat getcpu getpid getrandom
        getrusage gettid gettimeofday lseek munmap nanosleep poll ppoll read restart_syscall rseq
        rt_sigaction rt_sigprocmask rt_sigreturn sched_getaffinity sched_getparam
        sched_getscheduler sched_yield set_robust_list sigaltstack time write
    """
    program = seccomp.build(PID, "x86_64")
    worst = [(word,) * 6 for word in (0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFB)]
    allowed = {
        number
        for number in range(2000)
        if all(verdict(program, Call(number, words)) == ALLOW for words in worst)
    }
    assert allowed == {syscalls.number(call, "x86_64") for call in names.split()}


@pytest.mark.parametrize("machine", syscalls.MACHINES)
@pytest.mark.parametrize("group", seccomp.GROUPS, ids=lambda group: group.calls[0])
def test_group_gets_its_verdict(group: seccomp.Group, machine: str) -> None:
    calls = [call for call in group.calls if syscalls.number(call, machine) is not None]
    assert {said(call, machine=machine) for call in calls} <= {group.verdict}


def test_call_that_nobody_named_is_refused() -> None:
    named = {syscalls.number(call, "x86_64") for call in NAMED}
    program = seccomp.build(PID, "x86_64")
    others = {verdict(program, Call(number)) for number in range(2000) if number not in named}
    assert others == {refuse(errno.EPERM)}


THREAD = 0x3D0F00
LARGE = 1 << 32


@pytest.mark.parametrize("machine", syscalls.MACHINES)
@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        ("mmap", (0, 4096, 0b011, 0x22), ALLOW),
        ("mmap", (0, 4096, 0b000, 0x4022), ALLOW),  # NORESERVE
        ("mmap", (4096, 4096, 0b011, 0x32), ALLOW),  # FIXED
        ("mmap", (0, 4096, 0b011, 0x20022), ALLOW),  # STACK
        ("mmap", (0, 4096, 0b111, 0x22), errno.EACCES),
        ("mmap", (0, 4096, 0b101, 0x22), errno.EACCES),
        ("mmap", (0, 4096, 0b011, 0x21), errno.EACCES),  # shared
        ("mmap", (0, 4096, 0b011, 0x23), errno.EACCES),  # shared, validated
        ("mmap", (0, 4096, 0b011, 0x28), errno.EACCES),  # droppable
        ("mmap", (0, 4096, 0b001, 0x02, 3), errno.EACCES),  # a file
        ("mmap", (0, 4096, 0b011, 0x122), errno.EACCES),  # grows down
        ("mmap", (0, 4096, 0b011, 0x2022), errno.EACCES),  # locked
        ("mmap", (0, 4096, 0b011, 0x40022), errno.EACCES),  # huge pages
        ("mmap", (0, 4096, 0b011 | LARGE, 0x22), errno.EACCES),
        ("mmap", (0, 4096, 0b011, 0x22 | LARGE), errno.EACCES),
        ("mprotect", (0, 4096, 0b011), ALLOW),
        ("mprotect", (0, 4096, 0b000), ALLOW),
        ("mprotect", (0, 4096, 0b111), errno.EACCES),
        ("mprotect", (0, 4096, 0b100), errno.EACCES),
        ("mprotect", (0, 4096, 0b100 | LARGE), errno.EACCES),
        ("mprotect", (0, 4096, 0x01000003), errno.EACCES),  # grows down
        ("pkey_mprotect", (0, 4096, 0b011, 1), ALLOW),
        ("pkey_mprotect", (0, 4096, 0b100, 1), errno.EACCES),
        ("madvise", (0, 4096, 4), ALLOW),
        ("madvise", (0, 4096, 4 | LARGE), ALLOW),  # an int: the kernel sees 4
        ("madvise", (0, 4096, 12), errno.EINVAL),  # MERGEABLE
        ("madvise", (0, 4096, 100), errno.EINVAL),  # HWPOISON
        ("clone", (THREAD,), ALLOW),
        ("clone", (THREAD | 0x400000,), ALLOW),
        ("clone", (THREAD | LARGE,), KILL),
        ("clone", (THREAD & ~0x10000,), KILL),  # not a thread
        ("clone", (THREAD | 0x10000000,), KILL),  # NEWUSER
        ("clone", (17,), KILL),  # fork
        ("futex", (0, 0), ALLOW),
        ("futex", (0, 0x80 | 1), ALLOW),
        ("futex", (0, 0x180 | 9), ALLOW),
        ("futex", (0, 0x80 | 6), errno.ENOSYS),  # LOCK_PI
        ("futex", (0, 12), errno.ENOSYS),  # CMP_REQUEUE_PI
        ("sendto", (3, 4096, 1, 0, 0, 0), ALLOW),
        ("sendto", (3, 4096, 1, 0, 4096, 16), KILL),
        ("sendto", (3, 4096, 1, 0, LARGE, 16), KILL),
        ("sendto", (3, 4096, 1, 0x4040, 0, 0), ALLOW),  # NOSIGNAL, DONTWAIT
        ("sendto", (3, 4096, 1, 1, 0, 0), KILL),  # OOB
        ("recvfrom", (3, 4096, 1, 0, 0, 0), ALLOW),
        ("recvfrom", (3, 4096, 1, 0x40, 0, 0), ALLOW),
        ("recvfrom", (3, 4096, 1, 1, 0, 0), KILL),  # OOB
        ("recvfrom", (3, 4096, 1, 2, 0, 0), KILL),  # PEEK
        ("recvfrom", (3, 4096, 1, 0, 4096, 16), KILL),
        ("clock_gettime", (3, 4096), ALLOW),  # this thread's CPU
        ("clock_gettime", (11, 4096), ALLOW),
        ("clock_gettime", ((~PID << 3) | 2, 4096), errno.EINVAL),  # another process's CPU
        ("clock_gettime", ((~PID << 3) | 3, 4096), errno.EINVAL),  # a device's time
        ("clock_gettime", ((~PID << 3) | 6, 4096), ALLOW),  # a thread's: only ours, says the kernel
        ("clock_getres", ((~PID << 3) | 2, 4096), errno.EINVAL),
        ("clock_nanosleep", ((~PID << 3) | 2, 0, 4096, 0), errno.EINVAL),
        ("tgkill", (PID, 1, 6), ALLOW),
        ("tgkill", (PID + 1, 1, 6), KILL),
        ("tgkill", (-1, 1, 6), KILL),
        ("prctl", (15, 4096), ALLOW),
        ("prctl", (4, 1), errno.EINVAL),  # dumpable
        ("prctl", (1, 0), errno.EINVAL),  # parent-death signal
        ("prctl", (0x53564D41, 0), errno.EINVAL),  # naming memory
        ("setitimer", (0, 4096, 0), ALLOW),
        ("setitimer", (1, 4096, 0), errno.EPERM),
    ],
)
def test_arguments_decide(
    call: str, arguments: tuple[int, ...], expected: int, machine: str
) -> None:
    wanted = expected if expected in {ALLOW, KILL} else refuse(expected)
    assert said(call, *arguments, machine=machine) == wanted


def test_other_machine_is_refused_by_name() -> None:
    with pytest.raises(SeccompError, match="riscv64, only for x86_64 and aarch64"):
        seccomp.build(PID, "riscv64")


PROBE = """
import errno, json, os, signal, socket, sys, threading, time
from actionsd_sandbox import seccomp
from actionsd_sandbox import privileges
from actionsd_sandbox.syscalls import invoke

def sealed(code):
    privileges.gain_nothing()
    seccomp.install()
    try:
        exec(code)
    except OSError as error:
        os._exit(error.errno)
    os._exit(0)

PARENT = os.getpid()
ends = {}
for code in json.load(sys.stdin):
    pid = os.fork()
    if pid == 0:
        sealed(code)
    ends[code] = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
json.dump(ends, sys.stdout)
"""

FINE = 0
KILLED = -signal.SIGSYS
PROBES = {
    # What a worker goes on doing.
    "threading.Thread(target=int).start()": FINE,
    "signal.signal(signal.SIGALRM, lambda *_: os._exit(0)); "
    "signal.setitimer(signal.ITIMER_REAL, 0.001); time.sleep(60); os._exit(1)": FINE,
    "os.urandom(16); time.clock_gettime_ns(time.CLOCK_THREAD_CPUTIME_ID)": FINE,
    "time.clock_gettime(time.pthread_getcpuclockid(threading.get_ident()))": FINE,
    "bytearray(10_000_000)": FINE,
    "invoke('prctl', 15, id('a name'))": FINE,
    "os.write(2, b''); os.fstat(0).st_mode": errno.EACCES,
    "os.abort()": -signal.SIGABRT,
    "signal.raise_signal(signal.SIGTERM)": -signal.SIGTERM,
    # What it is told it cannot have.
    "open('/etc/passwd')": errno.EACCES,
    "os.stat('/')": errno.EACCES,
    "os.listdir('/')": errno.EACCES,
    "os.readlink('/proc/self/exe')": errno.EACCES,
    "os.unlink('/nothing')": errno.EACCES,
    "invoke('mmap', 0, 4096, 7, 0x22, -1, 0)": errno.EACCES,
    "invoke('mmap', 0, 4096, 3, 0x122, -1, 0)": errno.EACCES,
    "invoke('mremap', 0, 4096, 8192, 1)": errno.ENOMEM,
    "invoke('clone3', 0, 0)": errno.ENOSYS,
    "time.clock_gettime((~PARENT << 3) | 2)": errno.EINVAL,
    "time.clock_gettime((~PARENT << 3) | 6)": errno.EINVAL,
    "invoke('prctl', 4, 1)": errno.EINVAL,
    "os.uname()": errno.EPERM,
    "os.nice(1)": errno.EPERM,
    "os.pipe()": errno.EPERM,
    "signal.setitimer(signal.ITIMER_PROF, 1)": errno.EPERM,
    "invoke('futex', id(0), 6)": errno.ENOSYS,
    # What ends it.
    "socket.socket()": KILLED,
    "socket.socketpair()": KILLED,
    "os.fork()": KILLED,
    "os.execv('/bin/true', ['true'])": KILLED,
    "os.kill(os.getppid(), 0)": KILLED,
    "os.kill(PARENT, 0)": KILLED,
    "signal.pidfd_send_signal(0, 0)": KILLED,
    "os.setuid(0)": KILLED,
    "os.chroot('/')": KILLED,
    "os.memfd_create('x')": KILLED,
    "invoke('ptrace', 0, 0, 0, 0)": KILLED,
    "invoke('unshare', 0)": KILLED,
    "invoke('io_uring_setup', 1, 0)": KILLED,
    "invoke('seccomp', 2, 0, 0)": KILLED,
    "invoke('tgkill', PARENT, PARENT, 0)": KILLED,
    "invoke('clone', 17, 0, 0, 0, 0)": KILLED,
}


@pytest.fixture(scope="module")
def ends() -> dict[str, int]:
    """How each probe ended, in a sealed process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        input=json.dumps(list(PROBES)),
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    ends: dict[str, int] = json.loads(done.stdout)
    return ends


@pytest.mark.parametrize(("code", "expected"), PROBES.items())
def test_sealed_process_ends_as_the_policy_says(
    ends: dict[str, int], code: str, expected: int
) -> None:
    assert ends[code] == expected


def test_filter_without_giving_up_privileges_first_is_the_kernels_to_refuse(
    in_process: Start,
) -> None:
    ended = in_process("""
import os
from actionsd_sandbox import seccomp
if os.getuid() == 0:
    os.setresuid(1500, 1500, 1500)
try:
    seccomp.install()
except seccomp.SeccompError as error:
    print(error.strerror)
""")
    assert ended.stdout.strip() == "the kernel takes no filter: seccomp: Permission denied"


WORKER = """
import os, sys, threading
sys.path.insert(0, DIRECTORY)
import zmq
from conftest import Bench
from actionsd_sandbox import seccomp
from actionsd_sandbox.isolate import Engine, Isolate
from actionsd_sandbox import privileges

engine = Engine()
privileges.gain_nothing()
context = zmq.Context()
router, dealer = context.socket(zmq.ROUTER), context.socket(zmq.DEALER)
router.bind("ipc://" + os.path.join(os.getcwd(), "s"))
dealer.connect("ipc://" + os.path.join(os.getcwd(), "s"))

def round_trip(size):
    dealer.send(bytes(size))
    identity, body = router.recv_multipart()
    router.send_multipart([identity, body])
    assert dealer.poll(60_000) and len(dealer.recv()) == size

round_trip(1)
bench = Bench(engine)
bench.run("const f = () => {}")
seccomp.install()
"""


@pytest.fixture
def in_worker(in_process: Start) -> Start:
    """Run code in a process that has what a worker has, and is sealed as a worker is."""
    directory = str(Path(__file__).parent)
    return lambda code: in_process(WORKER.replace("DIRECTORY", repr(directory)) + code)


def test_sealed_worker_sends_and_receives(in_worker: Start) -> None:
    ended = in_worker("""
for size in (0, 10, 8192, 3_000_000):
    round_trip(size)
dealer.close(); router.close(); context.term()
print("done")
""")
    assert (ended.stdout, ended.returncode) == ("done\n", 0), ended.stderr


def test_sealed_worker_serves_jobs_in_old_and_in_new_realms(in_worker: Start) -> None:
    ended = in_worker("""
script = '''async function f(ctx, api) {
    const values = await Promise.all([1, 2, 3].map(async n => n * n));
    api.v1.claims.setClaim("values", values);
    api.v1.claims.setClaim("day", new Date(0).toISOString());
    api.v1.claims.setClaim("id", require("zitadel/uuid").v4().length);
    api.v1.claims.setClaim("text", "\u00e4");
}'''
for _ in range(3):
    outcome = bench.run(script)
    print(outcome.claims, outcome.errors)
    bench.renew()
""")
    day = "1970-01-01T00:00:00.000Z"
    expected = f"{{'values': [1, 4, 9], 'day': '{day}', 'id': 36, 'text': '\u00e4'}} [None]"
    assert ended.stdout.splitlines() == [expected] * 3, ended.stderr


def test_sealed_worker_stops_a_script_in_time(in_worker: Start) -> None:
    ended = in_worker("""
outcome = bench.run({"source": "const f = () => { for (;;); }", "seconds": 0.05})
print(outcome.error)
""")
    assert "timeout" in ended.stdout, ended.stderr


# One of each of what V8 does with memory, code and the machine.
SCRIPTS = {
    "many objects": "const a = []; for (let n = 0; n < 500000; n++) a.push({n}); a.length",
    "large buffers": "let u; for (let n = 0; n < 9; n++) u = new Uint8Array(3e7).fill(n); u[9]",
    "large strings": "'x'.repeat(1e7).split('').join('-').length",
    "big integers": "(3n ** 100000n).toString().length",
    "compiled code": "let n = 0; const g = new Function('k', 'return k + 1');"
    "for (let k = 0; k < 5e6; k++) n = g(n); n",
    "regular expressions": r"'ab'.repeat(1e5).replace(/(a)(?=b)/g, '$1$1').length",
    "locales": "new Intl.NumberFormat('de').format(1234.5) + new Date(0).toLocaleString('ja')",
    "time zones": "new Date(0).toLocaleString('en', {timeZone: 'Asia/Tokyo'})",
    "randomness": "Math.random() < 1",
    "errors": "try { null.x } catch (error) { error.stack.length > 0 }",
    "deep recursion": "try { (function f() { f() })() } catch (error) { error.name }",
    "sorting": "Array.from({length: 1e5}, (_, n) => -n).sort((a, b) => a - b)[0]",
}


def test_sealed_worker_runs_what_javascript_has(in_worker: Start) -> None:
    ended = in_worker(f"""
import json
for name, source in {SCRIPTS!r}.items():
    isolate = Isolate(engine, {{}})
    done = isolate.evaluate(f"`${{{{eval({{json.dumps(source)}})}}}}`")
    isolate.close()
    print(name, done.ending.value, done.text, sep=": ")
""")
    lines = [line.split(": ")[:2] for line in ended.stdout.splitlines()]
    assert lines == [[name, "returned"] for name in SCRIPTS], ended.stdout + ended.stderr


def test_sealed_worker_that_runs_out_of_heap_ends_as_before(in_worker: Start) -> None:
    ended = in_worker("""
Isolate(engine, {}).evaluate("const a = []; for (;;) a.push(new Array(1000).fill(1.5))")
""")
    assert ended.returncode == -signal.SIGTRAP


def test_fault_in_a_sealed_process_is_told(in_worker: Start) -> None:
    ended = in_worker("raise ValueError('a fault')")
    assert ended.returncode == 1
    assert "ValueError: a fault" in ended.stderr
