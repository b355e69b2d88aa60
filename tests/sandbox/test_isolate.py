from __future__ import annotations

import resource
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from actionsd_sandbox.isolate import (
    EXIT_FAULT,
    TEXT_END_BYTES,
    Ending,
    Engine,
    EngineError,
    Isolate,
)


@pytest.fixture
def isolate(engine: Engine) -> Iterator[Isolate]:
    isolate = Isolate(engine, {})
    yield isolate
    isolate.close()


def test_engine_tells_its_version(engine: Engine) -> None:
    assert engine.version.split(".")[0].isdigit()


@pytest.mark.parametrize(
    ("source", "ending", "text"),
    [
        ("'ä😀'", Ending.RETURNED, "ä😀"),
        ("1", Ending.RETURNED, ""),
        ("undefined", Ending.RETURNED, ""),
        ("throw 'no'", Ending.THREW, "no"),
        ("let =", Ending.THREW, "SyntaxError"),
    ],
)
def test_evaluation_tells_how_it_ended(
    isolate: Isolate, source: str, ending: Ending, text: str
) -> None:
    completion = isolate.evaluate(source)
    assert completion.ending is ending
    assert text in completion.text


def test_host_function_runs_while_javascript_waits(engine: Engine) -> None:
    seen: list[str] = []
    isolate = Isolate(engine, {"a": lambda: seen.append("a"), "b": lambda: seen.append("b")})
    completion = isolate.evaluate("a(); b(); a(); 'done'")
    isolate.close()
    assert (seen, completion.text) == (["a", "b", "a"], "done")


def test_drain_runs_the_microtasks_there_and_then(engine: Engine) -> None:
    def drain() -> None:
        made.drain()

    made = Isolate(engine, {"drain": drain})
    completion = made.evaluate(
        "let n = 0; Promise.resolve().then(() => n++).then(() => n++); drain(); `${n}`"
    )
    made.close()
    assert completion.text == "2"


def test_buffer_is_shared_memory(isolate: Isolate) -> None:
    memory = isolate.buffer("globalThis.b = new ArrayBuffer(8)")
    isolate.evaluate("new Uint8Array(b)[3] = 7")
    memory[4] = 9
    assert bytes(memory) == bytes([0, 0, 0, 7, 9, 0, 0, 0])
    assert isolate.evaluate("`${new Uint8Array(b)}`").text == "0,0,0,7,9,0,0,0"


def test_expression_that_is_no_buffer_is_refused(isolate: Isolate) -> None:
    with pytest.raises(EngineError, match="nothing"):
        isolate.buffer("'nothing'")


def test_cancelled_evaluation_is_terminated(engine: Engine) -> None:
    running = threading.Event()
    isolate = Isolate(engine, {"started": running.set})
    isolate.start("started(); for (;;);")
    assert running.wait(60)
    isolate.cancel()
    assert isolate.wait().ending is Ending.TERMINATED
    assert isolate.evaluate("'again'").text == "again"
    isolate.close()


def test_host_function_may_terminate_what_called_it(engine: Engine) -> None:
    def end() -> None:
        made.terminate()

    made = Isolate(engine, {"end": end})
    assert made.evaluate("end(); for (;;);").ending is Ending.TERMINATED
    made.close()


def test_evaluation_is_ended_when_its_end_was_not_yet_taken(isolate: Isolate) -> None:
    assert not isolate.has_ended()
    isolate.start("1")
    until = time.monotonic() + 60
    while not isolate.has_ended() and time.monotonic() < until:
        time.sleep(0.001)
    assert isolate.has_ended()
    isolate.wait()
    assert not isolate.has_ended()


def test_garbage_is_collected_there_and_then(engine: Engine) -> None:
    def taken() -> int:
        return int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()

    made: list[Isolate] = []
    figures: list[int] = []

    def collect() -> None:
        figures.append(taken())
        made[0].collect_garbage()
        figures.append(taken())

    made.append(Isolate(engine, {"collect": collect}))
    made[0].evaluate("(() => new Array(8e6).fill(1.5).length)(); collect()")
    made[0].close()
    assert figures[0] - figures[1] > 32 * 2**20


def test_microtasks_after_an_evaluation_are_terminated(isolate: Isolate) -> None:
    isolate.evaluate("const more = () => { Promise.resolve().then(more) }; more()")
    isolate.start("'next'")
    while isolate._completions.empty():
        isolate.cancel()
    assert isolate.wait().ending is Ending.TERMINATED


def test_middle_of_a_long_text_is_left_out(isolate: Isolate) -> None:
    text = isolate.evaluate("'a'.repeat(1e7) + 'b'.repeat(1e7)").text
    assert text == "a" * TEXT_END_BYTES + "b" * TEXT_END_BYTES


def test_cancel_without_an_evaluation_does_nothing(isolate: Isolate) -> None:
    isolate.cancel()
    assert isolate.evaluate("'ok'").text == "ok"


def test_isolates_share_nothing(engine: Engine, isolate: Isolate) -> None:
    other = Isolate(engine, {})
    isolate.evaluate("globalThis.mark = 1; Array.prototype.mark = 1")
    assert other.evaluate("`${typeof mark} ${typeof [].mark}`").text == "undefined undefined"
    other.close()


def test_fault_in_a_host_function_ends_the_process(
    in_process: Callable[[str], CompletedProcess[str]],
) -> None:
    ended = in_process("""
from actionsd_sandbox.isolate import Engine, Isolate
Isolate(Engine(), {"fault": lambda: 1 / 0}).evaluate("fault()")
""")
    assert ended.returncode == EXIT_FAULT
    assert "ZeroDivisionError" in ended.stderr


def test_heap_above_its_limit_ends_the_process(
    in_process: Callable[[str], CompletedProcess[str]],
) -> None:
    ended = in_process("""
from actionsd_sandbox.isolate import Engine, Isolate
Isolate(Engine(), {}).evaluate("const a = []; for (;;) a.push(new Array(1000).fill(1.5))")
""")
    assert ended.returncode < 0
