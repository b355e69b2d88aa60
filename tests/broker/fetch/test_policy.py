"""What no entry allows is denied, and the denial says what would have to be written."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from actionsd_broker.fetch.outcomes import Denial
from actionsd_broker.fetch.policy import Policy, Refusal, admit, match, nearest
from actionsd_broker.fetch.rules import AllowTable, Rule, make_rules
from actionsd_broker.fetch.target import read_url


def policy(*tables: AllowTable) -> Policy:
    return Policy("acme", make_rules(tables, "x"))


def decide(policy: Policy, url: str, *addresses: str) -> Rule | Refusal:
    target = read_url(url)
    rules = match(policy, target, "GET")
    if isinstance(rules, Refusal):
        return rules
    return admit(rules, target, [ip_address(address) for address in addresses])


API = AllowTable(host="api.example.com", path="/v1")
OWN = AllowTable(host="api.example.com", private=True)
METADATA = AllowTable(host="169.254.169.254", scheme="http", private=True)


def test_without_entries_everything_is_denied() -> None:
    refusal = decide(policy(), "https://a.com/")
    assert isinstance(refusal, Refusal)
    assert refusal.denial is Denial.NOT_ALLOWED
    assert "no entries" in refusal.explanation


def test_first_entry_that_allows_all_addresses_is_the_one() -> None:
    decision = decide(policy(API, OWN), "https://api.example.com/v1", "8.8.8.8")
    assert isinstance(decision, Rule)
    assert decision.name.startswith("[[fetch.allow]] 1 ")
    decision = decide(policy(API, OWN), "https://api.example.com/v1", "10.0.0.1")
    assert isinstance(decision, Rule)
    assert decision.name.startswith("[[fetch.allow]] 2 ")


def test_one_refused_address_among_others_denies() -> None:
    refusal = decide(policy(API), "https://api.example.com/v1", "8.8.8.8", "10.0.0.1")
    assert isinstance(refusal, Refusal)
    assert refusal.denial is Denial.ADDRESS
    assert "10.0.0.1 (private: private = true would)" in refusal.explanation
    assert "8.8.8.8" not in refusal.explanation


def test_script_does_not_learn_the_address() -> None:
    refusal = decide(policy(API), "https://api.example.com/v1", "10.0.0.1")
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "the address of api.example.com is not allowed"


def test_private_opens_no_metadata_service_for_a_name() -> None:
    refusal = decide(policy(OWN), "https://api.example.com/", "169.254.169.254")
    assert isinstance(refusal, Refusal)
    assert "only an entry for that address would" in refusal.explanation


def test_entry_for_the_very_address_opens_it() -> None:
    target = "http://169.254.169.254/latest"
    assert isinstance(decide(policy(METADATA), target, "169.254.169.254"), Rule)


def test_private_entry_opens_public_addresses_too() -> None:
    assert isinstance(decide(policy(OWN), "https://api.example.com/", "8.8.8.8"), Rule)


@pytest.mark.parametrize(
    ("url", "method", "words"),
    [
        ("https://api.example.com/v1", "POST", "it is for GET, not POST"),
        ("https://api.example.com/v2", "GET", "it is for /v1 and what is below"),
        ("http://api.example.com/v1", "GET", "it is for https, not http"),
        ("https://api.example.com:8443/v1", "GET", "it is for port 443, not 8443"),
        ("https://apl.example.com/v1", "GET", "it is for api.example.com, not apl.example.com"),
        ("https://\u0430pi.example.com/v1", "GET", "not xn--pi-6kc.example.com"),
        ("https://a.api.example.com/v1", "GET", "not a.api.example.com"),
        ("https://other.org/", "GET", "none of the 2 entries is for other.org"),
        ("https://x.y.cdn.example.com/", "GET", "(a * is exactly one label)"),
    ],
)
def test_nearest_entry_is_told_in_words(url: str, method: str, words: str) -> None:
    cdn = AllowTable(host="*.cdn.example.com")
    assert words in nearest(policy(cdn, API), read_url(url), method)


def test_of_two_entries_for_a_host_the_nearer_is_told() -> None:
    far = AllowTable(host="api.example.com", scheme="http", port=81, methods=("PUT",))
    assert "2 of x" in nearest(policy(far, API), read_url("https://api.example.com/v2"), "GET")
