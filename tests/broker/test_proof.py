from __future__ import annotations

import pytest

from actionsd_broker import proof
from actionsd_broker.proof import REQUIRED, ThreadWord
from actionsd_protocol.messages import Layer

SEALED = ThreadWord(seccomp=2, no_new_privileges=True, capabilities=0, uids=frozenset({60706}))
LAYERS = [Layer(name, on=True, detail="") for name in (*REQUIRED, "own uid", "landlock")]


def missing(
    *threads: ThreadWord, layers: list[Layer] = LAYERS, uid: int | None = 60706
) -> list[str]:
    return [layer.name for layer in proof.missing(layers, threads, uid)]


def test_nothing_is_missing_when_worker_and_kernel_agree() -> None:
    assert missing(SEALED, SEALED) == []


@pytest.mark.parametrize(
    ("lie", "layer"),
    [
        (SEALED._replace(seccomp=0), "seccomp"),
        (SEALED._replace(seccomp=1), "seccomp"),
        (SEALED._replace(no_new_privileges=False), "no new privileges"),
        (SEALED._replace(capabilities=1 << 21), "capabilities"),
        (SEALED._replace(uids=frozenset({0, 60706})), "own uid"),
        (SEALED._replace(uids=frozenset({60707})), "own uid"),
    ],
)
def test_one_thread_that_is_not_sealed_contradicts_the_worker(lie: ThreadWord, layer: str) -> None:
    assert missing(SEALED, lie, SEALED) == [layer]
    (found,) = proof.missing(LAYERS, [SEALED, lie], 60706)
    assert found.detail == "the kernel says otherwise"


def test_worker_that_stays_who_it_is_may_have_any_uid() -> None:
    assert missing(SEALED._replace(uids=frozenset({1000})), uid=None) == []


def test_process_without_threads_is_not_sealed() -> None:
    assert missing() == ["seccomp"]


def test_layer_that_is_off_is_missing_for_its_own_reason() -> None:
    layers = [*LAYERS[:-1], Layer("landlock", on=False, detail="no such kernel")]
    (found,) = proof.missing(layers, [SEALED], 60706)
    assert found == Layer("landlock", on=False, detail="no such kernel")


def test_required_layer_that_is_not_mentioned_is_missing() -> None:
    assert missing(SEALED, layers=LAYERS[1:]) == [REQUIRED[0]]


def test_contradiction_counts_though_the_layer_is_not_mentioned() -> None:
    layers = [layer for layer in LAYERS if layer.name != "own uid"]
    assert missing(SEALED._replace(uids=frozenset({0})), layers=layers) == ["own uid"]


def test_layer_that_is_mentioned_twice_is_as_good_as_the_worse() -> None:
    twice = [*LAYERS, Layer("seccomp", on=False, detail="no")]
    assert missing(SEALED, layers=twice) == ["seccomp"]


def test_worker_that_says_nothing_lacks_all_that_is_required() -> None:
    assert missing(SEALED, layers=[]) == list(REQUIRED)


def test_only_required_layers_are_fatal() -> None:
    layers = [Layer("landlock", on=False, detail=""), Layer("seccomp", on=False, detail="")]
    assert [layer.name for layer in proof.fatal(layers)] == ["seccomp"]


def test_refusal_names_reasons_and_the_way_out() -> None:
    text = proof.refusal([Layer("seccomp", on=False, detail="no such call")])
    assert "seccomp: no such call" in text
    assert 'sandbox = "best-effort"' in text


def test_state_of_a_seal_is_told_in_a_few_words() -> None:
    assert proof.describe([]) == "sealed"
    landlock = Layer("landlock", on=False, detail="")
    assert proof.describe([landlock]) == "sealed (without: landlock)"
    seccomp = Layer("seccomp", on=False, detail="")
    assert proof.describe([landlock, seccomp]) == "NOT SEALED (missing: landlock, seccomp)"
