"""Where a client looks for the daemon when nobody says."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from actionsd_client import AsyncClient, Client, ClientError
from actionsd_client.endpoint import default_endpoint, runtime_directory, split_endpoints


@pytest.mark.parametrize(
    ("environment", "uid", "endpoint"),
    [
        ({"XDG_RUNTIME_DIR": "/run/user/7"}, 7, "ipc:///run/user/7/actionsd/broker.sock"),
        ({"XDG_RUNTIME_DIR": "/run/user/0"}, 0, "ipc:///run/user/0/actionsd/broker.sock"),
        ({"XDG_RUNTIME_DIR": ""}, 7, "ipc:///tmp/actionsd-7/broker.sock"),
        ({}, 7, "ipc:///tmp/actionsd-7/broker.sock"),
        ({}, 0, "ipc:///run/actionsd/broker.sock"),
    ],
)
def test_endpoint_follows_the_environment_then_the_user(
    environment: Mapping[str, str], uid: int, endpoint: str
) -> None:
    assert default_endpoint(environment, uid) == endpoint


def test_endpoint_lies_in_the_runtime_directory() -> None:
    assert default_endpoint({}, 7) == f"ipc://{runtime_directory({}, 7)}/broker.sock"


@pytest.mark.parametrize("make", [Client, AsyncClient])
def test_client_without_an_endpoint_uses_the_default(
    make: type[Client | AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ACTIONSD_ENDPOINT", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/somewhere")
    assert make().endpoints == ("ipc:///somewhere/actionsd/broker.sock",)


@pytest.mark.parametrize("make", [Client, AsyncClient])
def test_client_with_an_endpoint_uses_that(make: type[Client | AsyncClient]) -> None:
    assert make("ipc:///there").endpoints == ("ipc:///there",)


@pytest.mark.parametrize("make", [Client, AsyncClient])
def test_client_takes_several_endpoints_each_once(make: type[Client | AsyncClient]) -> None:
    assert make(["ipc:///a", "ipc:///b", "ipc:///a"]).endpoints == ("ipc:///a", "ipc:///b")


@pytest.mark.parametrize("make", [Client, AsyncClient])
def test_client_with_no_endpoint_among_several_is_told(make: type[Client | AsyncClient]) -> None:
    with pytest.raises(ClientError, match="no endpoint was given"):
        make([])


@pytest.mark.parametrize("make", [Client, AsyncClient])
def test_environment_names_the_endpoints(
    make: type[Client | AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACTIONSD_ENDPOINT", "ipc:///a,tcp://127.0.0.1:7")
    assert make().endpoints == ("ipc:///a", "tcp://127.0.0.1:7")
    assert make("ipc:///there").endpoints == ("ipc:///there",)


@pytest.mark.parametrize(
    ("text", "endpoints"),
    [
        ("ipc:///a", ("ipc:///a",)),
        ("ipc:///a,ipc:///b", ("ipc:///a", "ipc:///b")),
        (" ipc:///a , ipc:///b,", ("ipc:///a", "ipc:///b")),
        ("ipc:///a,ipc:///a", ("ipc:///a",)),
        (" , ", ()),
        ("", ()),
    ],
)
def test_commas_separate_endpoints(text: str, endpoints: tuple[str, ...]) -> None:
    assert split_endpoints(text) == endpoints
