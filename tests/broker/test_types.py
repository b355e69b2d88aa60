"""The declarations for script authors: complete, and what the TypeScript checker makes of them."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from actionsd_broker.commands import types
from actionsd_broker.errors import OperatorError
from actionsd_protocol.triggers import ALIASES, OPS, PRE_SAML_RESPONSE, PRE_USERINFO, TRIGGERS

EXAMPLES = Path(__file__).parents[2] / "examples" / "actions"
MODULES = Path(__file__).parents[2] / "sandbox" / "actionsd_sandbox" / "js" / "modules.js"
NEEDS_NPM = pytest.mark.skipif(
    shutil.which("npm") is None, reason="npm is not there to install the TypeScript checker with"
)
TYPESCRIPT = "typescript@7"
ALL_OPS = frozenset().union(*OPS.values())

# What the checker cannot infer in our examples: old text, new text.
ANNOTATIONS = {
    "lastToken.js": ("let actor =", "let /** @type {Actor | null} */ actor ="),
}

HTTP = "require('zitadel/http')"

# The trigger, the body of an action, and how the checker names what is wrong with it.
MISTAKES = [
    ("2:4", "api.v1.claims.setClaims('a', 1)", "'setClaims' does not exist on type 'ClaimsApi'"),
    ("2:4", "api.v1.claims.setClaim(1, 'a')", "'number' is not assignable to parameter of type"),
    ("2:4", "api.v1.claims.setClaim('a')", "Expected 2 arguments, but got 1"),
    ("2:4", "api.v1.claims.setClaim('a', () => 1)", "'() => number' is not assignable"),
    ("2:4", "api.v1.claims.setClaim('a', Promise.resolve(1))", "'Promise<number>' is not assign"),
    ("2:4", "api.metadata.push({ key: 'a', value: 1 })", "'metadata' does not exist on type"),
    ("2:4", "ctx.v1.user.grants.count", "'ctx.v1.user.grants' is possibly 'null'"),
    ("2:4", "ctx.v1.getUser().human.email", "is possibly 'undefined'"),
    ("2:4", "ctx.v1.getUser().creationDate.getTime()", "'getTime' does not exist on type 'GoTime'"),
    ("2:4", "ctx.v1.getUser().username = 'a'", "'username' because it is a read-only property"),
    ("2:4", "ctx.v1.getUser().state === 'active'", "no overlap"),
    ("2:4", "require('moment')", "Cannot find module 'moment'"),
    ("2:4", "require('zitadel/log').trace('a')", "'trace' does not exist on type 'LogModule'"),
    ("2:4", "console.log('a')", "Cannot find name 'console'"),
    ("2:5", "ctx.v1.authRequest", "'authRequest' does not exist on type"),
    ("1:1", "ctx.v1.claims", "'claims' does not exist on type"),
    ("1:1", "api.setGender(1)", "'setGender' does not exist on type"),
    ("1:1", "api.setEmailVerified('true')", "'string' is not assignable to parameter of type 'bo"),
    ("1:1", "ctx.v1.authRequest.id", "'ctx.v1.authRequest' is possibly 'null'"),
    ("1:2", "api.setPreferredUsername('a')", "'setPreferredUsername' does not exist on type"),
    ("1:3", "api.v1.appendUserGrant({ roles: [] })", "not assignable to parameter of type 'NewG"),
    ("3:1", "ctx.v1.claims", "'claims' does not exist on type"),
    ("3:1", "ctx.v1.org.getMetadata()", "'org' does not exist on type"),
    ("3:2", "api.setGender('female')", "'string' is not assignable to parameter of type 'number'"),
    ("3:3", "api.v1.user.appendMetadata('a', 1)", "'user' does not exist on type"),
    ("4:6", "api.v1.claims.setClaim('a', 1)", "'claims' does not exist on type"),
    ("4:6", "api.v1.attributes.setCustomAttribute('a', '', ['b'])", "'string[]' is not assign"),
    ("2:4", f"{HTTP}.fetch(1)", "'number' is not assignable to parameter of type 'string'"),
    ("2:4", f"{HTTP}.fetch('u', {{ mode: 'cors' }})", "'mode' does not exist"),
    ("2:4", f"{HTTP}.fetch('u', {{ body: 1, rawBody: '' }})", "not assignable to"),
    ("2:4", f"{HTTP}.fetch('u', {{ rawBody: 1 }})", "'number' is not assignable to type"),
    ("2:4", f"{HTTP}.fetch('u').ok", "'ok' does not exist on type 'HttpResponse'"),
]


def reachable(name: str) -> str:
    """Return the text of a declaration and of every other that it mentions."""
    bodies: dict[str, str] = {}
    pattern = r"^(?:interface|type) (\w+)(.*?)(?=^\n|^$|\Z)"
    for found in re.finditer(pattern, types.declarations(), re.MULTILINE | re.DOTALL):
        bodies[found[1]] = found[2]
    names, text = [name], ""
    while names:
        body = bodies.pop(names.pop(), "")
        text += body
        names += [each for each in bodies if re.search(rf"\b{each}\b", body)]
    return text


def methods(text: str) -> set[str]:
    return set(re.findall(r"^\s*(\w+)\(", text, re.MULTILINE))


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_trigger_has_both_interfaces(trigger: str) -> None:
    name = types.INTERFACES[trigger]
    assert f"\ninterface {name}Context " in types.declarations()
    assert f"\ninterface {name}Api " in types.declarations()


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_api_offers_what_the_trigger_may_change_and_nothing_else(trigger: str) -> None:
    offered = methods(reachable(f"{types.INTERFACES[trigger]}Api"))
    by_module = set() if trigger.startswith("complement") else {"setMetadata"}
    assert offered & ALL_OPS == OPS[trigger] - by_module


def test_every_module_that_can_be_loaded_is_declared() -> None:
    table = re.search(
        r"^const MODULES = \{(.*?)^\};", MODULES.read_text(), re.MULTILINE | re.DOTALL
    )
    assert table is not None
    names = set(re.findall(r"^  '?([\w/:]+)'?[:,]", table[1], re.MULTILINE)) - {"__proto__"}
    text = types.declarations()
    assert set(re.findall(r"^declare module '(.+)' \{$", text, re.MULTILINE)) == names
    overloads = re.findall(r"^declare function require\(name: (.+)\):", text, re.MULTILINE)
    assert {name for each in overloads for name in re.findall(r"'(.+?)'", each)} == names


def test_nothing_is_declared_as_any() -> None:
    assert not re.search(r"\bany\b", re.sub(r"//.*|/\*.*?\*/", "", types.declarations()))


@pytest.mark.parametrize("name", [*TRIGGERS, *ALIASES])
def test_declarations_of_a_trigger_name_its_interfaces(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert types.run(argparse.Namespace(trigger=name)) == 0
    printed = capsys.readouterr().out
    prefix = types.INTERFACES[ALIASES.get(name, name)]
    assert printed.startswith(types.declarations())
    assert printed.endswith(f"type Ctx = {prefix}Context;\ntype Api = {prefix}Api;\n")


def test_declarations_without_a_trigger_have_no_aliases(capsys: pytest.CaptureFixture[str]) -> None:
    assert types.run(argparse.Namespace(trigger=None)) == 0
    assert not re.search(r"^type (Ctx|Api)\b", capsys.readouterr().out, re.MULTILINE)


def test_unknown_trigger_is_refused() -> None:
    with pytest.raises(OperatorError, match=f"unknown trigger 'nope'.*\n  {TRIGGERS[0]}"):
        types.run(argparse.Namespace(trigger="nope"))


def test_command_line_takes_a_trigger_or_none() -> None:
    parser = argparse.ArgumentParser()
    types.add_parser(parser.add_subparsers())
    assert parser.parse_args(["types"]).trigger is None
    assert parser.parse_args(["types", "2:4"]).trigger == "2:4"


def settings() -> str:
    """Return the `jsconfig.json` that the head of the declarations gives."""
    pattern = r"^//     (\{$.*?)^//     \}$"
    found = re.search(pattern, types.declarations(), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1].replace("//", "") + "}"


def test_settings_in_the_head_are_strict_and_assume_neither_browser_nor_node() -> None:
    options = json.loads(settings())["compilerOptions"]
    assert options["strict"]
    assert options["checkJs"]
    assert (options["lib"], options["types"]) == (["ES2023"], [])


@pytest.fixture(scope="module")
def checker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """TypeScript's compiler, installed once and kept in pytest's cache."""
    assert request.config.cache is not None
    kept = request.config.cache.mkdir("typescript") / TYPESCRIPT
    if not kept.exists():
        new = tmp_path_factory.mktemp("typescript") / "new"
        npm = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(new), TYPESCRIPT]
        subprocess.run(npm, check=True, capture_output=True, timeout=100)
        try:
            shutil.move(new, kept)
        except OSError:  # another pytest process was first
            assert kept.exists()
    return kept / "node_modules" / ".bin" / "tsc"


def check(checker: Path, directory: Path, trigger: str, scripts: dict[str, str]) -> list[str]:
    """Return what the checker says of scripts, set up as the declarations' head tells to."""
    declarations = types.declarations(ALIASES.get(trigger, trigger))
    directory.mkdir()
    (directory / "actions.d.ts").write_text(declarations)
    (directory / "jsconfig.json").write_text(settings())
    for name, script in scripts.items():
        (directory / name).write_text(script)
    done = subprocess.run(
        [checker, "-p", "jsconfig.json", "--pretty", "false"],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    errors = re.findall(r"^\S.*?(?=^\S|\Z)", done.stdout, re.MULTILINE | re.DOTALL)
    assert (done.returncode == 0) == (not errors), done.stdout + done.stderr
    return errors


def annotate(name: str, script: str) -> str:
    """Say what the parameters of an action are, as its author would."""
    if name in ANNOTATIONS:
        assert ANNOTATIONS[name][0] in script
        script = script.replace(*ANNOTATIONS[name])
    action = re.compile(rf"^(?:async )?function {Path(name).stem}\(", re.MULTILINE)
    assert action.search(script) is not None
    return action.sub(r"/** @param {Ctx} ctx @param {Api} api */\n\g<0>", script)


@NEEDS_NPM
@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.js")), ids=lambda path: path.stem)
def test_checker_finds_nothing_in_an_example(checker: Path, tmp_path: Path, path: Path) -> None:
    script = path.read_text()
    trigger = re.search(r"^// Trigger: (\S+?)\.?$", script, re.MULTILINE)
    name = trigger[1] if trigger else PRE_USERINFO
    assert (
        check(checker, tmp_path / "scripts", name, {path.name: annotate(path.name, script)}) == []
    )


@NEEDS_NPM
@pytest.mark.parametrize("trigger", sorted({trigger for trigger, _, _ in MISTAKES}))
def test_checker_names_the_mistake(checker: Path, tmp_path: Path, trigger: str) -> None:
    mistakes = [(body, error) for each, body, error in MISTAKES if each == trigger]
    scripts = {
        f"wrong{number}.js": f"/** @param {{Ctx}} ctx @param {{Api}} api */\n"
        f"function wrong(ctx, api) {{ return {body}; }}\n"
        for number, (body, _) in enumerate(mistakes)
    }
    errors = check(checker, tmp_path / "scripts", trigger, scripts)
    for number, (body, error) in enumerate(mistakes):
        said = "".join(each for each in errors if each.startswith(f"wrong{number}.js"))
        assert error in said, f"{body}: {said or 'no error'}"


@NEEDS_NPM
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_checker_accepts_what_every_trigger_can_do(
    checker: Path, tmp_path: Path, trigger: str
) -> None:
    uuid = "" if trigger == PRE_SAML_RESPONSE else "require('zitadel/uuid').v4();"
    script = f"""
        const log = require('zitadel/log');
        /** @param {{Ctx}} ctx @param {{Api}} api */
        function f(ctx, api) {{
          log.warn('%s', Object.keys(ctx.v1), Object.keys(api.v1)); {uuid}
          require('zitadel/metadata/user').set('a', {{ b: [new Date(), undefined] }});
          require('node:util').format('%d', 1);
          const {{ fetch }} = require('zitadel/http');
          const {{ status, statusCode, headers }} = fetch('u', {{ rawBody: 'a=b' }});
          log.log(headers['Content-Type']?.[0], status === statusCode);
          fetch('u', {{ method: 'POST', headers: {{ a: ['b'] }}, body: {{ c: 1 }} }}).text();
        }}"""
    assert check(checker, tmp_path / "scripts", trigger, {"f.js": script}) == []


@NEEDS_NPM
def test_checker_finds_nothing_wrong_in_the_declarations(checker: Path, tmp_path: Path) -> None:
    (tmp_path / "actions.d.ts").write_text(types.declarations(PRE_USERINFO))
    command = [
        str(checker),
        "--noEmit",
        "--strict",
        "--lib",
        "ES2023",
        "--types",
        "",
        "actions.d.ts",
    ]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout
