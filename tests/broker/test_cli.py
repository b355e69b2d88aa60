"""The command: what it prints, how it exits, what it says of mistakes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import TypeAlias

import pytest
from daemon import Daemon

from actionsd_broker import cli
from actionsd_broker.commands import run, serve
from actionsd_broker.config import Config
from actionsd_broker.errors import OperatorError
from actionsd_broker.fetch.vault import Vault

Command: TypeAlias = Callable[..., CompletedProcess[str]]

GREET = """const log = require('zitadel/log');
function greet(ctx, api) {
  log.warn('hello %s', ctx.v1.getUser().username);
  api.v1.claims.setClaim('greeting', 'hello');
}
"""
USER = '{"user": {"username": "jane"}}'


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "greet.js").write_text(GREET)
    (tmp_path / "user.json").write_text(USER)
    return tmp_path / "greet.js"


def test_run_prints_the_result_and_logs_apart(actionsd: Command, script: Path) -> None:
    done = actionsd("run", script.name, "--trigger", "2:4", "--context", "user.json")
    result = json.loads(done.stdout)
    assert done.returncode == 0
    assert sorted(result) == ["actions", "error", "logs", "mutations", "outcome", "timing"]
    assert result["mutations"] == [
        {"op": "setClaim", "action": "greet", "key": "greeting", "value": "hello"}
    ]
    assert result["logs"] == [{"action": "greet", "level": "warning", "message": "hello jane"}]
    assert sorted(result["actions"][0]) == [
        "cpu_ms",
        "error",
        "fetches",
        "name",
        "outcome",
        "wall_ms",
    ]
    assert sorted(result["timing"]) == ["queue_ms", "run_ms", "total_ms"]
    assert done.stderr == "warning: greet: hello jane\n"


def test_run_reads_the_context_from_standard_input(actionsd: Command, script: Path) -> None:
    arguments = ("run", script.name, "--trigger", "preuserinfo", "--context", "-")
    assert actionsd(*arguments, stdin=USER).returncode == 0


def test_run_exits_1_when_an_action_fails(actionsd: Command, tmp_path: Path) -> None:
    (tmp_path / "f.js").write_text("function f() {\n  throw 'no way'\n}")
    done = actionsd("run", "f.js", "--trigger", "2:4", "--context", "-", stdin="{}")
    assert done.returncode == 1
    assert done.stderr == "f.js:2:3: failed: action f: script_threw: no way at f (2:3)\n"
    error = json.loads(done.stdout)["actions"][0]["error"]
    assert error == {
        "kind": "script_threw",
        "message": "no way at f (2:3)",
        "line": 2,
        "column": 3,
    }


def test_run_goes_on_after_a_failure_that_is_allowed(actionsd: Command, script: Path) -> None:
    (script.parent / "f.js").write_text("function f() { throw 1 }")
    arguments = ("--trigger", "2:4", "--context", "user.json", "--allowed-to-fail")
    done = actionsd("run", "f.js", f"greet={script}", *arguments)
    outcomes = [action["outcome"] for action in json.loads(done.stdout)["actions"]]
    assert done.returncode == 0
    assert outcomes == ["tolerated", "succeeded"]


def test_run_takes_another_name_for_a_script(actionsd: Command, tmp_path: Path) -> None:
    (tmp_path / "file-name.js").write_text("const f = () => {}")
    arguments = ("--trigger", "2:4", "--context", "-")
    assert actionsd("run", "f=file-name.js", *arguments, stdin="{}").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (["none.js"], "{}", "actionsd: none.js: cannot be read: No such file or directory"),
        (["greet.js", "--trigger", "x"], "{}", "actionsd: unknown trigger 'x'; there is:"),
        (["greet.js", "--timeout", "21"], "{}", "--timeout 21: Expected `float` <= 20.0"),
        (["greet.js", "--cpu", "0"], "{}", "--cpu 0: Expected `float` > 0.0"),
        (["greet.js", "--memory", "8"], "{}", "--memory 8: Expected `int` >= 16"),
        (["greet.js", "--context", "n.json"], "", "actionsd: n.json: cannot be read: No such"),
        (["greet.js"], '{"user": }', "standard input: not a context document: not JSON"),
        (["greet.js"], '{"usr": 1}', "unknown key 'usr'; did you mean 'user'?"),
        (["greet.js"], '{"user": {"id": 7}}', "Expected `str | null`, got `int` - at `$.user.id`"),
        (["greet.js"], "[]", "a JSON object expected, got list"),
    ],
)
def test_bad_input_exits_2_with_one_clear_message(
    actionsd: Command, script: Path, arguments: list[str], stdin: str, message: str
) -> None:
    assert script.exists()
    defaults = ["--trigger", "2:4", "--context", "-"]
    for option in ("--trigger", "--context"):
        if option in arguments:
            at = defaults.index(option)
            del defaults[at : at + 2]
    done = actionsd("run", *arguments, *defaults, stdin=stdin)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_syntax_error_is_one_message_with_its_place(actionsd: Command, tmp_path: Path) -> None:
    (tmp_path / "f.js").write_text("function f() {\n  let a = ;\n}")
    done = actionsd("run", "f.js", "--trigger", "2:4", "--context", "-", stdin="{}")
    assert done.returncode == 2
    assert done.stderr.startswith("f.js:2:11: failed: action f: syntax_error: SyntaxError: Unexp")
    assert len(done.stderr.splitlines()) == 1


def test_missing_function_is_bad_input_and_names_what_is_there(
    actionsd: Command, tmp_path: Path
) -> None:
    (tmp_path / "f.js").write_text("function g() {}\nconst h = 1;")
    done = actionsd("run", "f.js", "--trigger", "2:4", "--context", "-", stdin="{}")
    assert done.returncode == 2
    assert "function not found: f; the script defines g, h" in done.stderr


@pytest.mark.parametrize("command", ["", "serve", "run", "call", "check", "metadata"])
def test_help_explains(actionsd: Command, command: str) -> None:
    done = actionsd(*([command] if command else []), "--help")
    assert done.returncode == 0
    assert "usage: actionsd" in done.stdout


def test_run_keeps_metadata_where_it_is_told(monkeypatch: pytest.MonkeyPatch, script: Path) -> None:
    configs: list[Config] = []

    def no_broker(config: Config, _open_vault: Callable[[], Vault]) -> None:
        configs.append(config)
        raise OperatorError

    monkeypatch.setattr(run, "ephemeral_broker", no_broker)
    context = str(script.parent / "user.json")
    arguments = ["run", str(script), "--trigger", "2:4", "--context", context]
    cli.main(arguments)
    cli.main([*arguments, "--metadata", "m.db"])
    assert [config.metadata.path for config in configs] == [None, "m.db"]


def test_daemon_keeps_metadata_in_its_state_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/x")
    parsed = cli.make_parser().parse_args(["serve"])
    assert serve._configure(parsed).metadata.path == "/var/lib/x/metadata.db"


def test_subcommand_does_not_wait_for_the_modules_of_others() -> None:
    program = """
import sys
from actionsd_broker import cli
cli.make_parser("scale")
print([name for name in sys.modules if name in ("aiohttp", "actionsd_broker.app")])
"""
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)
    assert done.stdout == b"[]\n"


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_subcommand_explains_itself_alone(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        cli.main([command, "--help"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: actionsd {command} ")


def test_unknown_subcommand_is_refused_with_those_there_are(actionsd: Command) -> None:
    done = actionsd("sevre")
    assert done.returncode == 2
    assert "'sevre'" in done.stderr
    for command in ("serve", "import", "types"):
        assert command in done.stderr


def test_call_without_a_daemon_says_so(actionsd: Command, script: Path) -> None:
    arguments = ("--tenant", "t", "--context", str(script.parent / "user.json"))
    done = actionsd("call", "2:4", *arguments, "--endpoint", f"ipc://{script.parent}/no")
    assert done.returncode == 2
    assert "no daemon answers at ipc://" in done.stderr


def test_call_reaches_a_running_daemon(
    actionsd: Command, script: Path, start_daemon: Callable[..., Daemon]
) -> None:
    manifest = '[actions.greet]\nfile = "greet.js"\n[flows]\n"2:4" = ["greet"]\n'
    (script.parent / "acme.toml").write_text(manifest)
    daemon = start_daemon(registry=script.parent)
    daemon.wait_ready()
    arguments = ("--context", "user.json", "--endpoint", daemon.endpoint)
    done = actionsd("call", "preuserinfo", "--tenant", "acme", *arguments)
    assert done.returncode == 0
    assert json.loads(done.stdout)["outcome"] == "succeeded"
    other = actionsd("call", "preuserinfo", "--tenant", "other", *arguments)
    assert other.returncode == 0
    assert "note: tenant 'other' has no action" in other.stderr


@pytest.mark.parametrize("by_environment", [False, True])
def test_call_takes_the_daemon_that_is_there(
    actionsd: Command,
    script: Path,
    start_daemon: Callable[..., Daemon],
    monkeypatch: pytest.MonkeyPatch,
    by_environment: bool,
) -> None:
    daemon = start_daemon()
    daemon.wait_ready()
    both = f"ipc://{script.parent}/nobody,{daemon.endpoint}"
    monkeypatch.setenv("ACTIONSD_ENDPOINT", both if by_environment else "ipc:///nowhere")
    more = () if by_environment else ("--endpoint", both)
    done = actionsd("call", "2:4", "--tenant", "t", "--context", "user.json", *more)
    assert done.returncode == 0
    assert json.loads(done.stdout)["outcome"] == "succeeded"


@pytest.mark.parametrize("endpoint", ["nonsense", "ipc:///a,nonsense", ","])
def test_call_names_an_endpoint_that_is_none(
    actionsd: Command, script: Path, endpoint: str
) -> None:
    arguments = ("--tenant", "t", "--context", str(script.parent / "user.json"))
    done = actionsd("call", "2:4", *arguments, "--endpoint", endpoint)
    assert done.returncode == 2
    assert "endpoint" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_prints_a_line_for_each_action(actionsd: Command, script: Path) -> None:
    (script.parent / "patch.js").write_text("Array.prototype.x = 1; function patch() {}")
    (script.parent / "acme.toml").write_text(
        '[actions.greet]\nfile = "greet.js"\n[actions.patch]\nfile = "patch.js"\n'
    )
    done = actionsd("check", str(script.parent))
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0] == f"ok acme/greet {script}"
    assert "patches built-ins" in lines[1]


def test_check_names_what_is_wrong(actionsd: Command, script: Path) -> None:
    script.write_text("function gret() {}\nthrow new Error('top')")
    (script.parent / "acme.toml").write_text('[actions.greet]\nfile = "greet.js"\n')
    done = actionsd("check", str(script.parent))
    assert done.returncode == 2
    assert f"{script}:2:7: action greet: Error: top" in done.stderr


def test_check_passes_what_is_fetched_and_read_at_the_top_level(
    actionsd: Command, script: Path
) -> None:
    script.write_text("require('zitadel/http').fetch('https://a.example'); function greet() {}")
    (script.parent / "read.js").write_text(
        "require('zitadel/metadata/user').get(); function read() {}"
    )
    (script.parent / "acme.toml").write_text(
        '[actions.greet]\nfile = "greet.js"\n[actions.read]\nfile = "read.js"\n'
    )
    done = actionsd("check", str(script.parent))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("checked up to there") == 2


def test_serve_names_a_mistake_in_its_configuration(actionsd: Command, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("workers = 2\nport = 1\n")
    done = actionsd("serve", "-c", "a.toml")
    assert done.returncode == 2
    assert done.stderr.startswith("actionsd: a.toml:2: Object contains unknown field `port`")


def test_scale_prints_the_number_and_stats_show_it(
    actionsd: Command, start_daemon: Callable[..., Daemon]
) -> None:
    daemon = start_daemon(workers=1)
    daemon.wait_ready()
    done = actionsd("scale", "+1", "--endpoint", daemon.endpoint)
    assert (done.returncode, done.stdout, done.stderr) == (0, "2\n", "")
    done = actionsd("scale", "-1", "--endpoint", daemon.endpoint)
    assert (done.returncode, done.stdout) == (0, "1\n")
    table = actionsd("stats", "--endpoint", daemon.endpoint)
    assert table.returncode == 0
    assert "workers 1, to spare 1" in table.stdout
    assert "\x1b" not in table.stdout
    document = json.loads(actionsd("stats", "--json", "--endpoint", daemon.endpoint).stdout)
    assert document["workers"] == 1


def test_scale_to_what_cannot_be_exits_2_and_says_why(actionsd: Command, daemon: Daemon) -> None:
    done = actionsd("scale", "0", "--endpoint", daemon.endpoint)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "actionsd: 0 workers cannot be: there may be 1 to 256, and there are 2\n"
    )


@pytest.mark.parametrize("arguments", [["scale", "2"], ["stats"], ["stats", "--json"]])
def test_without_a_daemon_operating_exits_2_and_says_so(
    actionsd: Command, tmp_path: Path, arguments: list[str]
) -> None:
    done = actionsd(*arguments, "--endpoint", f"ipc://{tmp_path.name}-none")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no daemon answers at" in done.stderr
