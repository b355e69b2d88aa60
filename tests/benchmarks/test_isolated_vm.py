from __future__ import annotations

import pytest

from benchmarks.peers.errors import MissingPeerError
from benchmarks.peers.isolated_vm import IsolatedVm, release_for


@pytest.mark.parametrize(
    ("node", "release"), [("v18.0.0", "5"), ("v20.20.2\n", "5"), ("v22.1.0", "6"), ("v26.0.0", "7")]
)
def test_each_node_gets_the_release_that_fits_it(node: str, release: str) -> None:
    assert release_for(node) == release


def test_a_node_that_is_too_old_is_said() -> None:
    with pytest.raises(MissingPeerError, match=r"Node v12\.0\.0 is too old"):
        release_for("v12.0.0")


def test_without_node_or_npm_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingPeerError, match="there is no node here"):
        IsolatedVm()
