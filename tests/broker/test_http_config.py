"""The table [http]: what it takes, and what it says of mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from actionsd_broker.config import load_config, parse_config
from actionsd_broker.errors import ConfigError
from actionsd_broker.http_config import Address, HttpConfig, read_address, read_patterns

HASH = "0" * 64
CLIENT = f'[http.clients.idp]\ntoken_sha256 = ["{HASH}"]\ntenants = ["*"]\ntriggers = ["*"]\n'


def test_gateway_is_off_unless_the_file_has_a_table_for_it() -> None:
    assert parse_config("", "x.toml").http is None
    assert parse_config("[http]", "x.toml").http == HttpConfig()


def test_any_free_port_is_another_one() -> None:
    http = parse_config('[http]\nlisten = "a:0"\noperations = "a:0"', "x.toml").http
    assert http is not None
    assert http.listen == http.operations


def test_table_outlives_the_command_line() -> None:
    config = parse_config(CLIENT, "x.toml")
    assert config.changed(workers=3).http == config.http


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "actionsd.toml"
    path.write_text('[http]\ncertificate = "a.pem"\nkey = "/k.pem"\n')
    http = load_config(path).http
    assert http is not None
    assert (http.certificate, http.key) == (str(tmp_path / "a.pem"), "/k.pem")


def test_keys_of_zitadel_are_relative_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "actionsd.toml"
    path.write_text('[http.zitadel.main]\nsigning_keys = [{ file = "a.key" }]\n')
    http = load_config(path).http
    assert http is not None
    assert http.zitadel["main"].signing_keys[0].file == str(tmp_path / "a.key")


def test_two_megabytes_fit_by_default() -> None:
    # Also as a JWE, which is 16 / 9 of what is in it.
    assert HttpConfig().body_kib * 1024 > 2 * 2**20 * 16 / 9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[http]\nport = 1", r"x.toml:2: .*unknown field `port`"),
        ('[http]\nlisten = "8480"', r"x.toml:2: listen '8480': expected HOST:PORT"),
        ('[http]\n\noperations = "a:99999"', r"x.toml:3: operations 'a:99999': expected HOST"),
        (
            '[http]\nlisten = "a:1"\noperations = "a:1"',
            r"x.toml:3: operations 'a:1': listen is there",
        ),
        (
            "[http]\nbody_kb = 1",
            r"x.toml:2: .*unknown field `body_kb`.*; did you mean `body_kib`\?",
        ),
        (
            '[http.zitadel.a]\nsigning_keys = [{ env = "K" }]\nunsupported = "ignore"',
            r"x.toml:3: .*; expected 'drop' or 'fail'",
        ),
        ('[http]\nkey = "k.pem"', r"x.toml:2: a key without a certificate"),
        ("[http]\nbody_kib = 0", r"x.toml:2: .*>= 1.*http.body_kib"),
        ("[http]\njob_seconds = 0", r"x.toml:2: .*job_seconds"),
        ("[http]\ndrain_seconds = inf", r"x.toml:2: .*drain_seconds"),
        ("[http.clients.idp]", r"x.toml:1: .*missing required field `token_sha256`"),
        (CLIENT.replace(HASH, "abc"), r"x.toml:2: client idp: token_sha256: expected 64 digits"),
        (CLIENT.replace(f'"{HASH}"', ""), r"x.toml:2: client idp: token_sha256: 0 hashes; expec"),
        (CLIENT + "inline = 1", r"x.toml:5: Expected `bool`.*inline"),
        (CLIENT.replace("idp", '"a b"'), r"x.toml:1: client a b: a name has letters"),
        (CLIENT + CLIENT.replace("idp", "b"), r"x.toml:5: client b: a token of client idp"),
        (
            CLIENT.replace('triggers = ["*"]', 'triggers = ["complement/*"]'),
            r"x.toml:4: client idp: triggers: no trigger is 'complement/\*'; there is: ext",
        ),
        (
            '[http.zitadel."a/b"]\nsigning_keys = [{ env = "K" }]',
            r"x.toml:1: zitadel a/b: a name has letters",
        ),
        (
            '[http.zitadel.main]\npayload = "jwt"\nsigning_keys = [{ env = "K" }]',
            r"x.toml:2: zitadel main: payload: jwt needs either jwks_url or jwks_file",
        ),
    ],
)
def test_mistake_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_config(text, "x.toml")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8480", Address("127.0.0.1", 8480)),
        ("gateway.example:0", Address("gateway.example", 0)),
        ("[::1]:80", Address("::1", 80)),
        ("::1:80", None),
        ("127.0.0.1", None),
        (":80", None),
        ("a b:80", None),
        ("http://a:80", None),
    ],
)
def test_address_is_a_host_and_a_port(text: str, address: Address | None) -> None:
    assert read_address(text) == address
    if address is not None:
        assert str(address) == text


def test_only_a_star_stands_for_anything_else() -> None:
    patterns = read_patterns(["acme", "t-*", "a.c?[x]"])
    matched = {"acme", "t-", "t-1*/x\n", "a.c?[x]"}
    for name in (*matched, "acme2", "xacme", "T-1", "abc?[x]", "a.cd[x]", "a.c?x", ""):
        assert bool(patterns.fullmatch(name)) is (name in matched), name
    assert read_patterns([]).fullmatch("") is None


@pytest.mark.parametrize(
    ("pattern", "matched", "others"),
    [
        ("*", ["", "a"], []),
        ("a*b*c", ["abc", "abbc", "a-b-c", "abcbc", "accbcc"], ["acb", "abcd", "ac", "xabc"]),
        ("*-*", ["-", "a-", "--"], ["", "a"]),
        ("a**b", ["ab", "a*b"], ["a", "aba"]),
        ("ab*ab", ["abab", "abxab"], ["ab", "aab"]),
        ("*a*a", ["aa", "xaxa", "aaa"], ["a", "aax"]),
    ],
)
def test_stars_stand_for_any_characters(
    pattern: str, matched: list[str], others: list[str]
) -> None:
    expression = read_patterns([pattern, "never"])
    assert [name for name in matched + others if expression.fullmatch(name)] == matched


def test_pattern_with_many_stars_is_matched_at_once() -> None:
    # Every way tried, this takes longer than anybody lives.
    assert read_patterns(["*a" * 50 + "*b"]).fullmatch("a" * 200) is None
