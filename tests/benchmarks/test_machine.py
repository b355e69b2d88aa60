from __future__ import annotations

import platform

from benchmarks.machine import find_cpu_model


def test_the_processors_name_is_found() -> None:
    text = "processor\t: 0\nmodel name\t: A Processor @ 2 GHz\nprocessor\t: 1\n"
    assert find_cpu_model(text) == "A Processor @ 2 GHz"


def test_where_the_kernel_does_not_say_the_architecture_stands_in() -> None:
    assert find_cpu_model("BogoMIPS: 50\n") == platform.machine()
