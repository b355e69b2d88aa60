"""V8 behind mini-racer's C interface: the only module that touches it.

Why the C interface and not `py_mini_racer.MiniRacer`: that class costs about 240 us a
call (asyncio and thread hops) and lets JavaScript call Python through promises only.
Underneath, a callback from JavaScript runs synchronously on V8's own thread, so that
JavaScript can ask for its next job and wait. The price is a contract with a library's
inside, kept here and checked at start.

Threads. Each isolate has a thread of its own, made by mini-racer; JavaScript and every
callback run on it, the callbacks holding the GIL. Python's main thread starts
evaluations, waits for them and cancels them. From within a callback nothing may be
called that needs V8's thread (it would wait for itself for ever); what is safe there is
the shared mailbox, `free_value`, `drain`, `terminate` and `collect_garbage`.
"""

from __future__ import annotations

import ctypes
import enum
import mmap
import os
import queue
import traceback
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from py_mini_racer._dll import init_mini_racer

from actionsd_sandbox.deadline import EXIT_MEMORY

FLAGS = (
    "--single-threaded",  # beside each isolate's own thread
    # Above it the process ends. An action may be allowed 512 MiB: the meter must see it
    # pass them before V8 does.
    "--max-heap-size=640",
    # A job's functions are new ones, so they are compiled and have the feedback of their text
    # at once: to wait for them to be worth it is to wait for ever.
    "--always-sparkplug",
    "--no-lazy-feedback-allocation",
    # A text that another script has evaluated before would come with that script's name in
    # its stack.
    "--no-compilation-cache",
    # No WebAssembly, asm.js included: it would want new executable pages in a sealed
    # process. The prelude takes the name away; this leaves nothing to reach behind it.
    "--no-validate-asm",
    "--max-wasm-functions=0",
    "--wasm-max-module-size=0",
    "--wasm-max-mem-pages=0",
    "--enable-sharedarraybuffer-per-context",  # for contexts that ask, and none does
)

JITLESS = ("--jitless",)
"""Interpreted code only: no page is both writable and executable (docs/security.md)."""

# Types of a value handle (mini-racer's value.h).
_STRING, _ARRAY_BUFFER = 5, 102
_THREW, _PARSE_FAILED, _TERMINATED = 200, 201, 204
_TEXTS = range(_THREW, 207)

_LOCKED = 0
"""What PyGILState_Ensure returns within a callback, which has the lock already."""

EXIT_FAULT = 70
"""Exit status of a worker whose own code failed where nobody could catch it."""

TEXT_END_BYTES = 2 * 2**20
"""What is read of either end of a long text: a script may throw a hundred megabytes.

An account of an error has the line that threw and as many spaces as it has characters; of
the longest script that is all there, whatever is thrown.
"""

_COMPLETED = 1
"""The callback id of evaluations; those of host functions follow."""

_IDS = 1 << 8
"""So many callback ids has an isolate."""

# V8's own symbols, which the library happens to export. The isolate of this thread; a
# checkpoint that runs its microtasks there and then, as mini-racer itself only drains them
# between its tasks, so that inside an endless `serve()` promises would never settle; the
# end of whatever runs, where mini-racer's own cancel ends an evaluation, once, and neither
# the microtasks that follow it nor what an error's getters do after it; and the notice
# that memory is short, on which V8 collects there and then (of the levels 0, 1 and 2 the
# last), where mini-racer's own would wait for this thread.
_GET_CURRENT = "_ZN2v87Isolate10GetCurrentEv"
_CHECKPOINT = "_ZN2v815MicrotasksScope17PerformCheckpointEPNS_7IsolateE"
_TERMINATE = "_ZN2v87Isolate18TerminateExecutionEv"
_MEMORY_PRESSURE = "_ZN2v87Isolate26MemoryPressureNotificationENS_19MemoryPressureLevelE"
_CRITICAL = 2


class _Payload(ctypes.Union):
    _fields_ = (("pointer", ctypes.c_void_p), ("integer", ctypes.c_int64))


class _Value(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("payload", _Payload), ("length", ctypes.c_size_t), ("type", ctypes.c_uint8))


_Handle = ctypes.POINTER(_Value)
# c_void_p instead of _Handle: building a pointer object for each call would double its cost.
_Callback = ctypes.CFUNCTYPE(None, ctypes.c_uint64, ctypes.c_void_p)


_EntropySource = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_size_t)
_SET_ENTROPY = "_ZN2v82V816SetEntropySourceEPFbPhmE"


class EngineError(Exception):
    """Raised when V8 cannot be started, or is not the V8 that this module was written for."""


class Ending(enum.Enum):
    """How an evaluation ended."""

    RETURNED = "returned"
    THREW = "threw"
    TERMINATED = "terminated"


class Completion(NamedTuple):
    """The end of an evaluation; `text` is a returned string, or V8's account of an error."""

    ending: Ending
    text: str


_ENDINGS = {
    _THREW: Ending.THREW,
    _PARSE_FAILED: Ending.THREW,
    _TERMINATED: Ending.TERMINATED,
}


class Engine:
    """V8, initialised for this process. Make one, once; `more` flags are added to ours."""

    def __init__(self, more: tuple[str, ...] = ()) -> None:
        self.library: Any = init_mini_racer(flags=(*FLAGS, *more))
        self.version: str = self.library.mr_v8_version().decode()
        self._isolates: dict[int, Callable[[int, int], None]] = {}
        self._serial = 0
        # One for all isolates: it is code that ctypes writes, which a worker cannot (`fix_code`).
        self.callback = _Callback(self._called)
        self._declare()

    def fix_code(self) -> None:
        """Make our callbacks' code read-only, and V8's alone what can be written and executed.

        ctypes writes callbacks into a page that is both. There must be no new ones from
        then on, nor may these be freed: it is for workers, which end without ceremony.
        """
        libc = ctypes.CDLL(None, use_errno=True)
        for callback in (self.callback, self._entropy):
            address = ctypes.cast(callback, ctypes.c_void_p).value or 0
            page = ctypes.c_void_p(address - address % mmap.PAGESIZE)
            if libc.mprotect(page, mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_EXEC) != 0:
                raise OSError(ctypes.get_errno(), "the callbacks' code stays writable")

    def admit(self, called: Callable[[int, int], None]) -> int:
        """Have an isolate's callbacks called; return the number that its callback ids begin at."""
        self._serial += 1
        self._isolates[self._serial] = called
        return self._serial * _IDS

    def dismiss(self, first_id: int) -> None:
        """Forget an isolate that is gone."""
        del self._isolates[first_id // _IDS]

    def _called(self, number: int, handle: int) -> None:
        self._isolates[number // _IDS](number % _IDS, handle)

    def _declare(self) -> None:
        library = self.library
        library.mr_init_context.argtypes = [_Callback]
        library.mr_make_js_callback.argtypes = [ctypes.c_uint64, ctypes.c_uint64]
        for name in ("mr_alloc_string_val", "mr_make_js_callback", "mr_set_object_item"):
            getattr(library, name).restype = ctypes.c_void_p
        library.mr_set_object_item.argtypes = [ctypes.c_uint64] + [ctypes.c_void_p] * 3
        library.mr_eval.argtypes = [ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64]
        library.mr_free_value.argtypes = [ctypes.c_uint64, ctypes.c_void_p]
        try:
            self.get_current = library[_GET_CURRENT]
            self.checkpoint = library[_CHECKPOINT]
            self.terminate = library[_TERMINATE]
            self.memory_pressure = library[_MEMORY_PRESSURE]
        except AttributeError as error:
            raise EngineError(
                f"this mini-racer (V8 {self.version}) does not export {error}; "
                "actionsd needs mini-racer >=0.14.1,<0.15"
            ) from error
        self.get_current.restype = ctypes.c_void_p
        self.memory_pressure.argtypes = [ctypes.c_void_p, ctypes.c_int]
        for function in (self.checkpoint, self.terminate):
            function.argtypes = [ctypes.c_void_p]
        for function in (self.checkpoint, self.terminate, self.memory_pressure):
            function.restype = None
        self._provide_entropy()

    def _provide_entropy(self) -> None:
        # V8 seeds each isolate's random numbers from /dev/urandom, and from the clock where
        # it cannot open that. A sealed process cannot; the system call is open to it.
        self._entropy = _EntropySource(_fill_with_entropy)  # V8 holds its address
        try:
            set_source = self.library[_SET_ENTROPY]
        except AttributeError as error:
            raise EngineError(f"this mini-racer does not export {error}") from error
        set_source.argtypes = [_EntropySource]
        set_source.restype = None
        set_source(self._entropy)


def _fill_with_entropy(buffer: int, length: int) -> bool:
    ctypes.memmove(buffer, os.urandom(length), length)
    return True


class Isolate:
    """One V8 heap with one global object, on a thread of its own.

    `hosts` become functions of the global object, called without arguments and without a
    result: what they have to say goes through a shared buffer. Owned by one Python thread,
    which may also be interrupted by a signal handler that calls `cancel`.
    """

    def __init__(self, engine: Engine, hosts: Mapping[str, Callable[[], None]]) -> None:
        self._library = engine.library
        self._engine = engine
        self._hosts = list(hosts.values())
        self._completions: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
        self._first_id = engine.admit(self._called)
        self._context = self._library.mr_init_context(engine.callback)
        self._task: int | None = None
        self._source = 0
        self._isolate: int | None = None  # its address, known from the first callback on
        for number, name in enumerate(hosts):
            self._define_host(name, _COMPLETED + 1 + number)

    def evaluate(self, source: str) -> Completion:
        """Run a piece of JavaScript to its end."""
        self.start(source)
        return self.wait()

    def start(self, source: str) -> None:
        """Begin to run a piece of JavaScript; `wait` gives its end."""
        self._source = self._string(source)  # freed when the evaluation is over, not before
        completed = self._first_id + _COMPLETED
        self._task = self._library.mr_eval(self._context, self._source, completed)

    def wait(self) -> Completion:
        """Wait for the evaluation that was started."""
        kind, handle = self._finished()
        text = self._text(kind, handle)
        self._free(handle)
        return Completion(_ENDINGS.get(kind, Ending.RETURNED), text)

    def buffer(self, expression: str) -> memoryview:
        """Return the memory of the ArrayBuffer that an expression gives; valid until `close`."""
        self.start(expression)
        kind, handle = self._finished()
        if kind != _ARRAY_BUFFER:
            raise EngineError(f"{expression}: {self._text(kind, handle) or kind}")
        value = ctypes.cast(handle, _Handle).contents
        memory = (ctypes.c_ubyte * value.length).from_address(value.payload.pointer)
        return memoryview(memory).cast("B")

    def has_ended(self) -> bool:
        """Tell whether the evaluation is over, though nobody has taken its end."""
        return not self._completions.empty()

    def cancel(self) -> None:
        """Terminate the JavaScript that runs, microtasks too. Some built-ins do not listen.

        May be repeated: what the termination of one thing lets run may not end either.
        """
        if self._task is not None:
            self._library.mr_cancel_task(self._context, self._task)
        if self._isolate is not None:
            self._engine.terminate(self._isolate)

    def drain(self) -> None:
        """Run the microtasks that wait; only from within a host function."""
        self._engine.checkpoint(self._isolate)

    def terminate(self) -> None:
        """Terminate the JavaScript that called; only from within a host function."""
        self._engine.terminate(self._isolate)

    def keep_thread(self) -> None:
        """Keep Python's state of V8's thread; only from within a host function.

        It would be made and thrown away for each call of a host function. What is kept must
        be released before the isolate is closed, or stays: some kilobytes.
        """
        ctypes.pythonapi.PyGILState_Ensure()

    def release_thread(self) -> None:
        """Let go of what was kept; only from within a host function."""
        ctypes.pythonapi.PyGILState_Release(_LOCKED)

    def collect_garbage(self) -> None:
        """Free what JavaScript does not hold any more; only from within a host function."""
        self._engine.memory_pressure(self._isolate, _CRITICAL)

    def close(self) -> None:
        """Free the isolate and its thread. Hangs where JavaScript cannot be terminated."""
        self._library.mr_free_context(self._context)
        self._engine.dismiss(self._first_id)

    def _called(self, number: int, handle: int) -> None:
        # On V8's thread. An exception that left here would be printed and forgotten by
        # ctypes, and JavaScript would go on with whatever the mailbox holds.
        try:
            if number == _COMPLETED:
                if self._isolate is None:
                    self._isolate = self._engine.get_current()
                kind = ctypes.cast(handle, _Handle).contents.type
                self._completions.put((kind, handle))
                return
            self._free(handle)
            self._hosts[number - _COMPLETED - 1]()
        except MemoryError:
            os._exit(EXIT_MEMORY)  # the script has left nothing for us
        except BaseException:  # noqa: BLE001 - nothing can handle it, so the process ends
            traceback.print_exc()
            os._exit(EXIT_FAULT)

    def _define_host(self, name: str, number: int) -> None:
        self.start("globalThis")
        _, target = self._finished()
        function = self._library.mr_make_js_callback(self._context, self._first_id + number)
        done = self._library.mr_set_object_item(self._context, target, self._string(name), function)
        for handle in (done, function, target):
            self._free(handle)

    def _finished(self) -> tuple[int, int]:
        kind, handle = self._completions.get()
        self._task = None
        self._free(self._source)
        return kind, handle

    def _string(self, text: str) -> int:
        encoded = text.encode()
        handle: int = self._library.mr_alloc_string_val(
            self._context, encoded, len(encoded), _STRING
        )
        return handle

    def _text(self, kind: int, handle: int) -> str:
        if kind != _STRING and kind not in _TEXTS:
            return ""
        value = ctypes.cast(handle, _Handle).contents
        start, length = value.payload.pointer, value.length
        if length <= 2 * TEXT_END_BYTES:
            return ctypes.string_at(start, length).decode(errors="replace")
        ends = (
            ctypes.string_at(start, TEXT_END_BYTES),
            ctypes.string_at(start + length - TEXT_END_BYTES, TEXT_END_BYTES),
        )
        return "".join(end.decode(errors="replace") for end in ends)

    def _free(self, handle: int) -> None:
        self._library.mr_free_value(self._context, handle)
