from __future__ import annotations

import re
import tomllib

import pytest
from planned import planned
from zitadel_api import Org, action

from actionsd_broker.migration.manifest import write_manifest

FETCHES = "http.fetch('https://api.example.com/v1', {method: 'POST'})"


def manifest(org: Org, **broken: str) -> str:
    return write_manifest(planned(org).without(broken), "https://z.example")


def test_manifest_has_what_the_organisation_had() -> None:
    actions = [
        action(1, "f", "", allowedToFail=True, timeout="0.5s"),
        action(2, "g", ""),
        action(3, "off", "", state="ACTION_STATE_INACTIVE"),
    ]
    text = manifest(Org("266", "Acme", actions, {"2:4": ["g", "off", "f"], "3:1": ["off"]}))
    assert tomllib.loads(text) == {
        "tenant": "266",
        "actions": {
            "f": {"file": "266/f.js", "timeout": 0.5, "allowed_to_fail": True},
            "g": {"file": "266/g.js", "timeout": 10.0},
            "off": {"file": "266/off.js", "timeout": 10.0},
        },
        "flows": {"complement-token/pre-userinfo": ["g", "f"]},
    }
    assert '# inactive, of complement-token/pre-userinfo: "off"' in text
    assert '# inactive, of internal-authentication/post-authentication: "off"' in text
    assert text.startswith('# Organisation "Acme", imported from "https://z.example".\n')


@pytest.mark.parametrize(
    "name", ['a"b', "a\nb", "a.b", "ü", "a\x7fb", "# x", "\u2028", "a\\", "🎉"]
)
def test_any_name_survives(name: str) -> None:
    org = Org("1", f'{name}"\n[flows]', [action(1, name, "")], {"2:4": [name]})
    read = tomllib.loads(manifest(org))
    assert list(read["actions"]) == [name]
    assert read["flows"] == {"complement-token/pre-userinfo": [name]}


def test_fetches_are_proposed_as_comments_that_are_entries_without_their_hash() -> None:
    text = manifest(Org("1", "", [action(1, "f", FETCHES), action(2, "g h", FETCHES)]))
    assert "fetch" not in tomllib.loads(text)["actions"]["f"]
    uncommented = re.sub(r"^# (?=\[\[|\w+ = )", "", text, flags=re.MULTILINE)
    read = tomllib.loads(uncommented)["actions"]
    entry = {"host": "api.example.com", "methods": ["POST"], "path": "/v1"}
    assert read["f"]["fetch"] == {"allow": [entry]}
    assert read["g h"]["fetch"] == {"allow": [entry]}


def test_action_that_is_left_out_is_a_comment_with_its_reason() -> None:
    text = manifest(Org("1", "", [action(1, "f", ""), action(2, "g", "")]), f="it\nbroke")
    assert list(tomllib.loads(text)["actions"]) == ["g"]
    assert '# A comment, for it does not load and nobody runs it: "it\\nbroke"' in text
    assert '# [actions.f]\n# file = "1/f.js"' in text
