"""Tricks with URLs, each with the decision that it meets.

The policy allows one public name over https, one name of the own network and loopback over
http; every name resolves, so that what is denied is denied by the decision alone.
"""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from actionsd_broker.fetch.policy import Policy, Refusal, admit, match
from actionsd_broker.fetch.rules import AllowTable, make_rules
from actionsd_broker.fetch.target import MalformedUrlError, read_url

POLICY = Policy(
    "acme",
    make_rules(
        [
            AllowTable(host="api.example.com", path="/v1"),
            AllowTable(host="*.cdn.example.com"),
            AllowTable(host="inside.example.com", scheme="http", private=True),
            AllowTable(host="inward.example.com"),
            AllowTable(host="127.0.0.1", scheme="http", port=8080, private=True),
            AllowTable(host="8.8.8.8"),
        ],
        "the test",
    ),
)
NAMES = {
    "inside.example.com": ["10.0.0.5"],
    "inward.example.com": ["93.184.216.34", "10.0.0.5"],
    "metadata.cdn.example.com": ["169.254.169.254"],
    "mapped.cdn.example.com": ["::ffff:10.0.0.1"],
    "nat64.cdn.example.com": ["64:ff9b::a00:1"],
    "sixtofour.cdn.example.com": ["2002:7f00:1::1"],
    "zero.cdn.example.com": ["0.0.0.0"],  # noqa: S104 - a trick, nothing is bound to it
}


def decide(url: str, method: str = "GET") -> str:
    try:
        target = read_url(url)
    except MalformedUrlError:
        return "malformed"
    rules = match(POLICY, target, method)
    if isinstance(rules, Refusal):
        return rules.denial.value
    names = NAMES.get(target.host, ["93.184.216.34"])
    addresses = [target.address] if target.address else [ip_address(name) for name in names]
    decision = admit(rules, target, addresses)
    return decision.denial.value if isinstance(decision, Refusal) else "allowed"


ALLOWED = [
    "https://api.example.com/v1",
    "https://api.example.com/v1/",
    "https://api.example.com/v1/users?q=1#part",
    "HTTPS://API.EXAMPLE.COM:443/v1/x",
    "https://api.example.com/v1/a%2Fb",
    "https://api.example.com/%76%31/x",
    "https://api.example.com/v1?u=http://169.254.169.254/",
    "https://a.cdn.example.com/any",
    "http://inside.example.com/",
    "http://127.0.0.1:8080/x",
    "https://8.8.8.8/",
]

TRICKS = [
    # who is asked
    ("https://user@api.example.com/v1", "malformed"),
    ("https://api.example.com@evil.com/v1", "malformed"),
    ("https://api.example.com:443@evil.com/v1", "malformed"),
    ("https://@api.example.com/v1", "malformed"),
    ("https://evil.com#@api.example.com/v1", "not_allowed"),
    ("https://evil.com?@api.example.com/v1", "not_allowed"),
    ("https://evil.com/@api.example.com/v1", "not_allowed"),
    ("https://evil.com\\@api.example.com/v1", "malformed"),
    ("https:\\\\api.example.com/v1", "malformed"),
    ("https://api.example.com\\.evil.com/v1", "malformed"),
    ("https://api.example.com.evil.com/v1", "not_allowed"),
    ("https://evil-api.example.com/v1", "not_allowed"),
    ("https://api.example.com./v1", "malformed"),
    ("https://api.example.com%2eevil.com/v1", "malformed"),
    ("https://api%2eexample%2ecom/v1", "malformed"),
    ("https://api.example.com%00.evil.com/v1", "malformed"),
    ("https://api.example.com;evil.com/v1", "malformed"),
    ("https://api.example.com,evil.com/v1", "malformed"),
    ("https://api..example.com/v1", "malformed"),
    ("https:///api.example.com/v1", "malformed"),
    ("https:/api.example.com/v1", "malformed"),
    ("https:api.example.com/v1", "malformed"),
    ("//api.example.com/v1", "malformed"),
    ("cdn.example.com", "malformed"),
    ("https://cdn.example.com/", "not_allowed"),
    ("https://a.b.cdn.example.com/", "not_allowed"),
    ("https://*.cdn.example.com/", "malformed"),
    ("https://.cdn.example.com/", "malformed"),
    # white space, control characters
    (" https://api.example.com/v1", "malformed"),
    ("https://api.example.com/v1 HTTP/1.1", "malformed"),
    ("https://api.exam\tple.com/v1", "malformed"),
    ("https://api.example.com\n.evil.com/v1", "malformed"),
    ("https://api.example.com/v1\r\nHost: evil.com", "malformed"),
    ("https://api.example.com/v1\x00", "malformed"),
    ("https://api.example.com/v1/%0d%0aHost:%20evil.com", "malformed"),
    ("https://api.example\u200b.com/v1", "malformed"),
    ("https://api.example.com/v1\u2028", "malformed"),
    ("https://api.example.com/\ud800", "malformed"),
    # other scripts
    ("https://\u0430pi.example.com/v1", "not_allowed"),
    ("https://xn--pi-6kc.example.com/v1", "not_allowed"),
    ("https://\uff41pi.example.com/v1", "malformed"),
    ("https://api\u3002example\u3002com/v1", "malformed"),
    ("https://\u24d0pi.example.com/v1", "malformed"),
    ("https://xn--a.cdn.example.com/", "malformed"),
    # addresses in disguise
    ("http://127.1:8080/", "malformed"),
    ("http://2130706433:8080/", "malformed"),
    ("http://0x7f000001:8080/", "malformed"),
    ("http://0177.0.0.1:8080/", "malformed"),
    ("http://0x7f.0.0.1:8080/", "malformed"),
    ("http://127.0.0.1.:8080/", "malformed"),
    ("http://\uff11\uff12\uff17.0.0.1:8080/", "malformed"),
    ("http://127.0.0.1.8080/", "malformed"),
    ("http://[::ffff:127.0.0.1]:8080/", "not_allowed"),
    ("http://[::127.0.0.1]:8080/", "not_allowed"),
    ("http://[::1]:8080/", "not_allowed"),
    ("http://[::1%25lo]:8080/", "malformed"),
    ("http://[127.0.0.1]:8080/", "malformed"),
    ("http://[v1.x]:8080/", "malformed"),
    ("http://localhost:8080/", "not_allowed"),
    ("http://0.0.0.0:8080/", "not_allowed"),
    ("http://169.254.169.254/latest/meta-data/", "not_allowed"),
    # ports and schemes
    ("http://127.0.0.1:8081/", "not_allowed"),
    ("http://127.0.0.1/", "not_allowed"),
    ("http://127.0.0.1:08080/", "malformed"),
    ("http://127.0.0.1:+8080/", "malformed"),
    ("http://127.0.0.1:\uff18\uff10\uff18\uff10/", "malformed"),
    ("http://127.0.0.1:73616/", "malformed"),
    ("http://127.0.0.1:0/", "malformed"),
    ("http://127.0.0.1:-1/", "malformed"),
    ("http://127.0.0.1:/", "malformed"),
    ("http://127.0.0.1:8080:80/", "malformed"),
    ("http://api.example.com/v1", "not_allowed"),
    ("https://api.example.com:8443/v1", "not_allowed"),
    ("file:///etc/passwd", "malformed"),
    ("gopher://127.0.0.1:8080/_x", "malformed"),
    ("javascript:alert(1)", "malformed"),
    ("ws://127.0.0.1:8080/", "malformed"),
    # out of the path
    ("https://api.example.com/", "not_allowed"),
    ("https://api.example.com/v10", "not_allowed"),
    ("https://api.example.com/V1/x", "not_allowed"),
    ("https://api.example.com//v1/x", "not_allowed"),
    ("https://api.example.com/v1%2Fx", "not_allowed"),
    ("https://api.example.com/v1/../admin", "malformed"),
    ("https://api.example.com/v1/%2e%2e/admin", "malformed"),
    ("https://api.example.com/v1/..%2fadmin", "malformed"),
    ("https://api.example.com/v1/%252e%252e%252fadmin", "malformed"),
    ("https://api.example.com/v1/..;/admin", "malformed"),
    ("https://api.example.com/v1/..%5cadmin", "malformed"),
    ("https://api.example.com/v1/./x", "malformed"),
    ("https://api.example.com/v1/%zz", "malformed"),
    # names that lead inside
    ("https://inward.example.com/", "address"),
    ("https://metadata.cdn.example.com/", "address"),
    ("https://mapped.cdn.example.com/", "address"),
    ("https://nat64.cdn.example.com/", "address"),
    ("https://sixtofour.cdn.example.com/", "address"),
    ("https://zero.cdn.example.com/", "address"),
]


@pytest.mark.parametrize("url", ALLOWED)
def test_honest_url_is_allowed(url: str) -> None:
    assert decide(url) == "allowed"


@pytest.mark.parametrize(("url", "decision"), TRICKS, ids=[ascii(url) for url, _ in TRICKS])
def test_trick_is_denied(url: str, decision: str) -> None:
    assert decide(url) == decision


def test_method_that_is_not_listed_is_denied() -> None:
    assert decide(ALLOWED[0], "POST") == "not_allowed"
    assert decide(ALLOWED[0], "TRACE") == "method"


def test_tricks_are_many() -> None:
    assert len(TRICKS) > 90
