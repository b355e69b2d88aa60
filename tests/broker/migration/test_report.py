from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from planned import export
from zitadel_api import Org, action

from actionsd_broker.migration.plan import PlannedTenant, Refused, plan_export
from actionsd_broker.migration.report import Report, report_on, summary, write_json, write_text
from actionsd_broker.migration.targets import make_calls
from actionsd_broker.migration.trial import Trials

URL = "https://actionsd.example.com/zitadel/main"
QUIET = Org("1", "Acme", [action(1, "f", "x")], {"2:4": ["f"]})


def report(*orgs: Org, refused: bool = False, **broken: str) -> Report:
    planned = plan_export(export(*orgs))
    tenants = [each.without(broken) for each in planned if isinstance(each, PlannedTenant)]
    trials = Trials(
        {(t.id, name): why for t in tenants for name, why in broken.items()}, frozenset()
    )
    reports = [report_on(each, trials) for each in tenants]
    if refused:
        reports.append(report_on(Refused("9", "Gone", "status 403"), trials))
    return Report("https://z.example", "out", tuple(reports), 2, make_calls(tenants, URL))


def test_quiet_import_needs_no_look() -> None:
    assert not report(QUIET).needs_a_look


@pytest.mark.parametrize(
    "looked_at",
    [
        report(QUIET, refused=True),
        report(QUIET, f="it broke"),
        report(Org("1", "", [action(1, "f", "grant.getOrgMetadata()")], {"2:4": ["f"]})),
    ],
)
def test_what_is_missing_broken_or_different_needs_a_look(looked_at: Report) -> None:
    assert looked_at.needs_a_look


def test_text_says_what_runs_and_what_to_look_at() -> None:
    actions = [
        action(1, "f", "\ngrant.getOrgMetadata()"),
        action(2, "off", "", state="ACTION_STATE_INACTIVE"),
        action(3, "loose", ""),
        action(4, "soft", "", allowedToFail=True),
    ]
    org = Org("1", "Acme", actions, {"2:4": ["soft", "f", "off"]})
    text = write_text(report(org, refused=True, f="bad", off="worse", soft="odd"))
    lines = [line.strip() for line in text.splitlines()]
    assert "they are hints" in lines[1]
    assert "organisation 1 'Acme'" in lines
    assert "complement-token/pre-userinfo: soft, f" in lines
    assert "complement-token/pre-userinfo, inactive and so not bound: off" in lines
    assert "loose (not bound to anything): 1/loose.js" in lines
    for name, consequence in (
        ("bad", "`actionsd serve` refuses the registry"),
        ("worse", "nobody runs it"),
        ("odd", "it is allowed to fail"),
    ):
        at = lines.index(f"! does not load: {name}")
        assert lines[at + 1].startswith(consequence)
    assert any(line.startswith("! line 2: metadata of a grant's") for line in lines)
    assert "NOT IMPORTED: status 403" in lines


def test_names_cannot_write_to_the_terminal() -> None:
    name = "a\x1b]0;gone\x07\nb\x9b"
    text = write_text(report(Org("1", name, [action(1, name, "")], {"2:4": [name]})))
    assert not set(text) & {"\x1b", "\x07", "\x9b"}
    assert "\nb" not in text


def test_json_has_the_same() -> None:
    document = json.loads(write_json(report(QUIET, refused=True)))
    acme, gone = document["organisations"]
    assert document["needs_a_look"] is True
    assert document["without_actions"] == 2
    assert acme["manifest"] == "1.toml"
    assert acme["actions"][0]["triggers"] == ["complement-token/pre-userinfo"]
    assert gone["problem"] == "status 403"
    assert document["calls"]["target"]["body"]["endpoint"] == URL


def test_no_calls_are_printed_where_nothing_runs() -> None:
    text = write_text(report(Org("1", "", [action(1, "f", "")])))
    assert "curl" not in text


def test_summary_counts() -> None:
    assert summary(report(QUIET, refused=True).organisations) == (
        "imported 1 action of 1 organisation; not imported: 1 organisation"
    )


def test_printed_calls_are_what_a_shell_makes_of_them(tmp_path: Path) -> None:
    (tmp_path / "admin").write_text("pat-1\n")
    # Stand-ins for curl and jq that write down what they are told.
    (tmp_path / "curl").write_text(
        '#!/bin/sh\nprintf "%s\\n" "$@" -- >> "$HERE/calls"\necho "{}"\n'
    )
    (tmp_path / "jq").write_text("#!/bin/sh\necho 7000\n")
    for name in ("curl", "jq"):
        (tmp_path / name).chmod(0o755)
    text = write_text(report(QUIET))
    script = text[text.index("umask") :]
    assert script.index("signing.key") < script.index("# not yet: ") < script.index("-X PUT")
    subprocess.run(
        ["/bin/sh", "-eu"],
        input=script,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "HERE": str(tmp_path)},
        stdout=subprocess.DEVNULL,
    )
    calls = [call.split("\n") for call in (tmp_path / "calls").read_text().split("\n--\n")[:-1]]
    assert [each[each.index("-X") + 1] for each in calls] == ["POST", "PUT"]
    assert "pat-1" not in (tmp_path / "calls").read_text()
    assert (tmp_path / "authorization").read_text() == "Authorization: Bearer pat-1\n"
    assert (tmp_path / "signing.key").stat().st_mode & 0o77 == 0
    target, execution = (json.loads(each[-1]) for each in calls)
    assert target["endpoint"] == URL
    assert execution == {"condition": {"function": {"name": "preuserinfo"}}, "targets": ["7000"]}
