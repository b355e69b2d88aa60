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
the shared mailbox, `free_value` and `drain`.
"""

from __future__ import annotations

import ctypes
import enum
import os
import queue
import traceback
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from py_mini_racer._dll import init_mini_racer

FLAGS = ("--single-threaded", "--max-heap-size=128", "--no-compilation-cache")
"""One thread beside each isolate's own; a heap above 128 MiB ends the process.

No cache of what `eval` compiled: a text that another script has evaluated before would
come with that script's name in its stack.
"""

# Types of a value handle (mini-racer's value.h).
_STRING, _ARRAY_BUFFER = 5, 102
_THREW, _PARSE_FAILED, _OUT_OF_MEMORY, _TERMINATED = 200, 201, 202, 204
_TEXTS = range(_THREW, 207)

EXIT_FAULT = 70
"""Exit status of a worker whose own code failed where nobody could catch it."""

_COMPLETED = 1
"""The callback id of evaluations; those of host functions follow."""

# V8's own symbols, which the library happens to export: the isolate of this thread, and
# a checkpoint that runs its microtasks there and then. mini-racer itself only drains
# them between its tasks, so that inside an endless `serve()` promises would never settle.
_GET_CURRENT = "_ZN2v87Isolate10GetCurrentEv"
_CHECKPOINT = "_ZN2v815MicrotasksScope17PerformCheckpointEPNS_7IsolateE"


class _Payload(ctypes.Union):
    _fields_ = (("pointer", ctypes.c_void_p), ("integer", ctypes.c_int64))


class _Value(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("payload", _Payload), ("length", ctypes.c_size_t), ("type", ctypes.c_uint8))


_Handle = ctypes.POINTER(_Value)
# c_void_p instead of _Handle: building a pointer object for each call would double its cost.
_Callback = ctypes.CFUNCTYPE(None, ctypes.c_uint64, ctypes.c_void_p)


class EngineError(Exception):
    """Raised when V8 cannot be started, or is not the V8 that this module was written for."""


class Ending(enum.Enum):
    """How an evaluation ended."""

    RETURNED = "returned"
    THREW = "threw"
    TERMINATED = "terminated"
    OUT_OF_MEMORY = "out of memory"


class Completion(NamedTuple):
    """The end of an evaluation; `text` is a returned string, or V8's account of an error."""

    ending: Ending
    text: str


_ENDINGS = {
    _THREW: Ending.THREW,
    _PARSE_FAILED: Ending.THREW,
    _OUT_OF_MEMORY: Ending.OUT_OF_MEMORY,
    _TERMINATED: Ending.TERMINATED,
}


class Engine:
    """V8, initialised for this process. Make one, once."""

    def __init__(self, flags: tuple[str, ...] = FLAGS) -> None:
        self.library: Any = init_mini_racer(flags=flags)
        self.version: str = self.library.mr_v8_version().decode()
        self._declare()

    def _declare(self) -> None:
        library = self.library
        library.mr_init_context.argtypes = [_Callback]
        for name in ("mr_alloc_string_val", "mr_make_js_callback", "mr_set_object_item"):
            getattr(library, name).restype = ctypes.c_void_p
        library.mr_set_object_item.argtypes = [ctypes.c_uint64] + [ctypes.c_void_p] * 3
        library.mr_eval.argtypes = [ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64]
        library.mr_free_value.argtypes = [ctypes.c_uint64, ctypes.c_void_p]
        try:
            self.get_current = library[_GET_CURRENT]
            self.checkpoint = library[_CHECKPOINT]
        except AttributeError as error:
            raise EngineError(
                f"this mini-racer (V8 {self.version}) does not export {error}; "
                "actionsd needs mini-racer >=0.14.1,<0.15"
            ) from error
        self.get_current.restype = ctypes.c_void_p
        self.checkpoint.argtypes = [ctypes.c_void_p]
        self.checkpoint.restype = None


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
        self._callback = _Callback(self._called)  # V8 holds its address: keep it alive
        self._context = self._library.mr_init_context(self._callback)
        self._task: int | None = None
        self._source = 0
        for number, name in enumerate(hosts):
            self._define_host(name, _COMPLETED + 1 + number)

    def evaluate(self, source: str) -> Completion:
        """Run a piece of JavaScript to its end."""
        self.start(source)
        return self.wait()

    def start(self, source: str) -> None:
        """Begin to run a piece of JavaScript; `wait` gives its end."""
        self._source = self._string(source)  # freed when the evaluation is over, not before
        self._task = self._library.mr_eval(self._context, self._source, _COMPLETED)

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

    def cancel(self) -> None:
        """Terminate the JavaScript that runs. Some built-ins do not listen."""
        if self._task is not None:
            self._library.mr_cancel_task(self._context, self._task)

    def drain(self) -> None:
        """Run the microtasks that wait; only from within a host function."""
        self._engine.checkpoint(self._engine.get_current())

    def close(self) -> None:
        """Free the isolate and its thread. Hangs where JavaScript cannot be terminated."""
        self._library.mr_free_context(self._context)

    def _called(self, number: int, handle: int) -> None:
        # On V8's thread. An exception that left here would be printed and forgotten by
        # ctypes, and JavaScript would go on with whatever the mailbox holds.
        try:
            if number == _COMPLETED:
                kind = ctypes.cast(handle, _Handle).contents.type
                self._completions.put((kind, handle))
                return
            self._free(handle)
            self._hosts[number - _COMPLETED - 1]()
        except BaseException:  # noqa: BLE001 - nothing can handle it, so the process ends
            traceback.print_exc()
            os._exit(EXIT_FAULT)

    def _define_host(self, name: str, number: int) -> None:
        self.start("globalThis")
        _, target = self._finished()
        function = self._library.mr_make_js_callback(self._context, number)
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
        return ctypes.string_at(value.payload.pointer, value.length).decode(errors="replace")

    def _free(self, handle: int) -> None:
        self._library.mr_free_value(self._context, handle)
