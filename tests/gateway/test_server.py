"""The gateway as a process: what keeps it from starting, said in one line."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import trustme
from http_gateway import http_of, logged

from actionsd_broker import cli
from actionsd_broker.errors import ConfigError
from actionsd_gateway.server import load_certificate


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    authority = trustme.CA()
    path = tmp_path / "gateway.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(path))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return path


def test_certificate_may_be_in_one_file_with_its_key(certificate: Path) -> None:
    context = load_certificate(http_of(certificate=str(certificate)))
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("text", [None, "", "no PEM"])
def test_certificate_that_is_none_is_named(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "x.pem"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigError, match=r"http.certificate: .*x\.pem: \w"):
        load_certificate(http_of(certificate=str(path)))


def test_key_of_another_certificate_is_refused(certificate: Path) -> None:
    other = certificate.parent / "other.pem"
    trustme.CA().issue_cert("localhost").private_key_pem.write_to_path(str(other))
    with pytest.raises(ConfigError, match="the key is not the certificate's"):
        load_certificate(http_of(certificate=str(certificate), key=str(other)))


def test_file_that_is_missing_is_named_alone(certificate: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load_certificate(http_of(certificate=str(certificate), key="no.pem"))
    assert str(error.value) == "http.key: no.pem: No such file or directory"


def gateway(tmp_path: Path, text: str, *arguments: str) -> str:
    """Run the command, which must fail; return what it says."""
    (tmp_path / "actionsd.toml").write_text(text)
    with logged() as said:
        assert cli.main(["gateway", "-c", str(tmp_path / "actionsd.toml"), *arguments]) == 2
    assert said.getvalue().count("\n") == 1
    return said.getvalue()


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("", [], "there is no table [http]"),
        ("[http]", ["--listen", "x"], "--listen x: expected HOST:PORT"),
        ("[http]", ["--endpoint", "x"], "endpoint x: expected ipc://PATH"),
        ('[http]\nlisten = "192.0.2.1:1"', [], "192.0.2.1:1: cannot listen: "),
        ('[http]\ncertificate = "no.pem"', [], "no.pem: No such file"),
    ],
)
def test_operators_mistake_is_one_line(
    tmp_path: Path, text: str, arguments: list[str], message: str
) -> None:
    assert message in gateway(tmp_path, text, *arguments)


def test_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        said = gateway(tmp_path, "[http]", "--listen", address)
    assert said == f"actionsd: {address}: cannot listen: Address already in use\n"


def test_gateway_of_a_daemon_that_is_gone_does_not_start(
    tmp_path: Path, actionsd: Callable[..., CompletedProcess[str]]
) -> None:
    (tmp_path / "actionsd.toml").write_text("[http]")
    done = actionsd("gateway", "-c", "actionsd.toml", "--parent", "1")
    assert done.returncode == 2
    assert done.stderr == "actionsd: the daemon that this is for (pid 1) is gone\n"
