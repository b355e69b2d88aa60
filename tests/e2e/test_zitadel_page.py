"""What docs/zitadel.md tells operators to type does what it says."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from planned import export
from servers import answering, site
from zitadel_api import Org, action

from actionsd_broker.migration.deny_list import carve_out
from actionsd_broker.migration.export import write_export
from actionsd_broker.migration.targets import CONDITIONS

PAGE = (Path(__file__).parents[2] / "docs" / "zitadel.md").read_text("utf-8")
KEY = b"signing-key-of-a-test"


def block(language: str, containing: str) -> str:
    """Return the code block of a language that has a text in it."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", PAGE, re.DOTALL | re.MULTILINE)
    [(indent, text)] = [each for each in found if containing in each[1]]
    return "\n".join(line.removeprefix(indent) for line in text.splitlines()) + "\n"


def test_call_by_hand_is_signed_as_zitadel_signs(tmp_path: Path) -> None:
    (tmp_path / "signing.key").write_bytes(KEY + b"\n")
    with site(answering('{"append_claims": []}')) as gateway:
        script = block("python", "hmac.new").replace("http://127.0.0.1:8480", gateway.url(""))
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
    [asked] = gateway.asked
    assert done.stdout == '{"append_claims": []}\n'
    assert (asked.method, asked.path) == ("POST", "/zitadel/main")
    assert json.loads(asked.body)["function"] == "function/preuserinfo"
    signature = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", asked.headers["zitadel-signature"])
    assert signature is not None
    signed = signature[1].encode() + b"." + asked.body
    assert hmac.new(KEY, signed, hashlib.sha256).hexdigest() == signature[2]


def test_configuration_of_the_page_is_toml() -> None:
    config = tomllib.loads(block("toml", "[http.zitadel.main]"))
    assert config["http"]["zitadel"]["main"] == {"signing_keys": [{"file": "signing.key"}]}


def test_deny_list_of_the_page_is_what_is_printed() -> None:
    begun = re.search(r"^ZITADEL_HTTPCLIENT_DENYLIST=(.*),…$", PAGE, re.MULTILINE)
    assert begun is not None
    assert carve_out("10.1.2.3").startswith(begun[1])


def test_page_has_every_condition() -> None:
    for condition in (each for conditions in CONDITIONS.values() for each in conditions):
        [named] = [value for kind in condition.values() for value in kind.values()]
        assert named in PAGE or f"`/{named.rpartition('/')[2]}`" in PAGE


@pytest.mark.skipif(shutil.which("jq") is None, reason="needs jq")
def test_going_back_binds_what_was_bound_in_its_order(tmp_path: Path) -> None:
    actions = [action(1, "f", "x"), action(2, "g", "it's")]
    org = Org("11", "Acme", actions, {"2:4": ["g", "f"], "3:1": ["f"]})
    (tmp_path / "v1.json").write_bytes(write_export(export(org, Org("5", "Empty"))))
    (tmp_path / "curl").write_text('#!/bin/sh\nprintf "%s|" "$@" >> calls\necho >> calls\n')
    (tmp_path / "curl").chmod(0o755)
    script = block("", "read -r org flow trigger body")
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "ZITADEL": "https://z.example"}
    subprocess.run(["/bin/sh", "-eu", "-c", script], cwd=tmp_path, env=environment, check=True)
    first, second = (tmp_path / "calls").read_text().splitlines()
    assert "https://z.example/management/v1/flows/2/trigger/4" in first
    assert 'x-zitadel-orgid: 11|-d|{"actionIds":["700002","700001"]}' in first
    assert "https://z.example/management/v1/flows/3/trigger/1" in second
