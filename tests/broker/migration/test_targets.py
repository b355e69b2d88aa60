from __future__ import annotations

import pytest
from planned import planned
from zitadel_api import Org, action

from actionsd_broker.errors import OperatorError
from actionsd_broker.migration.targets import (
    CONDITIONS,
    PLACEHOLDER_URL,
    Calls,
    check_target_url,
    make_calls,
)
from actionsd_protocol.triggers import TRIGGERS

URL = "https://actionsd.example.com/zitadel/main"


def org(flows: dict[str, list[str]], **more: object) -> Org:
    return Org("1", "x", [action(1, "f", "", **more), action(2, "g", "")], flows)


def calls(*orgs: Org, url: str = URL) -> Calls:
    made = make_calls(map(planned, orgs), url)
    assert made is not None
    return made


def conditions(made: Calls) -> list[object]:
    return [call.body["condition"] for call in made.executions]


def test_one_target_interrupts_on_errors_and_waits_as_long_as_the_longest_chain() -> None:
    made = calls(org({"2:4": ["f"]}), org({"2:4": ["f", "f"], "2:5": ["g"]}, timeout="2.5s"))
    assert (made.target.method, made.target.path) == ("POST", "/v2/actions/targets")
    assert made.target.body == {
        "name": "actionsd",
        "restCall": {"interruptOnError": True},
        "timeout": "15s",
        "endpoint": URL,
    }


def test_executions_are_made_for_triggers_in_use_only() -> None:
    made = calls(org({"2:4": ["f"], "4:6": ["g"]}))
    assert [(call.method, call.path) for call in made.executions] == [
        ("PUT", "/v2/actions/executions")
    ] * 2
    assert made.executions[0].body == {
        "condition": {"function": {"name": "preuserinfo"}},
        "targets": ["TARGET_ID"],
    }
    assert conditions(made)[1] == {"function": {"name": "presamlresponse"}}


def test_external_and_internal_creation_share_an_execution() -> None:
    made = calls(org({"1:2": ["f"], "3:2": ["g"]}))
    assert conditions(made) == [
        {"request": {"method": "/zitadel.user.v2.UserService/AddHumanUser"}},
        {"request": {"method": "/zitadel.user.v2.UserService/CreateUser"}},
    ]
    assert made.executions[0].triggers == (
        "external-authentication/pre-creation",
        "internal-authentication/pre-creation",
    )


def test_logins_have_theirs() -> None:
    made = calls(org({"1:1": ["f"], "3:1": ["f"], "1:3": ["f"]}))
    assert conditions(made) == [
        {"response": {"method": "/zitadel.user.v2.UserService/RetrieveIdentityProviderIntent"}},
        {"response": {"method": "/zitadel.user.v2.UserService/AddHumanUser"}},
        {"response": {"method": "/zitadel.user.v2.UserService/CreateUser"}},
        {"response": {"method": "/zitadel.session.v2.SessionService/CreateSession"}},
        {"response": {"method": "/zitadel.session.v2.SessionService/SetSession"}},
    ]
    assert any("Login V1" in remark for remark in made.remarks)


def test_login_counts_for_the_organisation_of_the_caller_under_v2() -> None:
    for ids in ("1:1", "3:1"):
        [remark] = [each for each in calls(org({ids: ["f"]})).remarks if "caller" in each]
        assert "does not say whose organisation a login is" in remark
    assert not any("caller" in remark for remark in calls(org({"1:2": ["f"]})).remarks)


def test_every_trigger_has_conditions() -> None:
    assert set(CONDITIONS) == set(TRIGGERS)


def test_nothing_is_called_where_nothing_runs() -> None:
    assert make_calls([planned(org({}))], URL) is None
    inactive = org({"2:4": ["f"]}, state="ACTION_STATE_INACTIVE")
    assert make_calls([planned(inactive)], URL) is None


def test_chain_that_zitadel_does_not_wait_for_is_said() -> None:
    assert not any("30 s" in remark for remark in calls(org({"2:4": ["f", "f"]})).remarks)
    assert any("30 s" in remark for remark in calls(org({"2:4": ["f", "f", "f"]})).remarks)


def test_timeout_is_no_longer_than_zitadel_allows() -> None:
    made = calls(org({"2:4": ["f"] * 40}))
    assert made.target.body["timeout"] == "270s"
    assert any("405 s" in remark for remark in made.remarks)


def test_private_address_gets_its_hole_in_the_deny_list() -> None:
    made = calls(org({"2:4": ["f"]}), url="http://10.1.2.3:8080/zitadel/main")
    [remark] = [each for each in made.remarks if "DeniedURL" in each]
    assert "refuses 10.1.2.3" in remark
    assert "ZITADEL_HTTPCLIENT_DENYLIST=localhost,0.0.0.0/8,10.0.0.0/16," in remark


def test_name_gets_a_remark_only() -> None:
    [remark] = [each for each in calls(org({"2:4": ["f"]})).remarks if "DeniedURL" in each]
    assert "if actionsd.example.com has a private address" in remark


def test_running_twice_is_warned_of() -> None:
    assert any("v1 and v2 both run" in each for each in calls(org({"2:4": ["f"]})).remarks)


@pytest.mark.parametrize("url", [URL, PLACEHOLDER_URL, "http://[fd00::1]:8080/zitadel/x"])
def test_target_url_is_taken(url: str) -> None:
    assert check_target_url(url) == url


@pytest.mark.parametrize(
    "url",
    ["", "/zitadel/main", "ftp://x/y", "https://", "https://x:0/", "https://x:y/", "https://x/'"],
)
def test_what_is_no_target_url_is_refused(url: str) -> None:
    with pytest.raises(OperatorError, match="--target-url"):
        check_target_url(url)
