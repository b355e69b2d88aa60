"""The examples of docs/actions.md run, each under the trigger that it is shown for.

They fetch from SITE, which stands for a server of the test's own (echo.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from echo import daemon_beside, echo_site

from actionsd_client import Action, Client, Result
from actionsd_protocol.triggers import ALIASES, OPS, TRIGGERS, resolve_trigger

SITE = "https://api.example.com"
BARE = {"user": {"id": "nobody"}}
PAGE = (Path(__file__).parents[2] / "docs" / "actions.md").read_text()


class Example(NamedTuple):
    """A script of the page, with the trigger and the context that its comment gives."""

    trigger: str
    context: dict[str, Any]
    action: Action


def _examples() -> list[Example]:
    pattern = r"^<!-- trigger: (\S+) context: (\{[^\n]*\}) -->\n```js\n(.*?)^```$"
    found = re.findall(pattern, PAGE, re.MULTILINE | re.DOTALL)
    return [Example(trigger, json.loads(text), _action(script)) for trigger, text, script in found]


def _action(script: str) -> Action:
    name = re.search(r"^function (\w+)\(ctx, api\)", script, re.MULTILINE)
    assert name is not None, f"no action in an example:\n{script}"
    return Action(name=name[1], script=script)


def _name(example: Example) -> str:
    return example.action.name


EXAMPLES = _examples()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with echo_site() as port:
        yield port


@pytest.fixture(scope="module")
def client(port: int) -> Iterator[Client]:
    with daemon_beside(port) as daemon, Client(daemon.endpoint) as client:
        yield client


def run(client: Client, port: int, example: Example, context: dict[str, Any]) -> Result:
    script = example.action.script.replace(SITE, f"http://127.0.0.1:{port}")
    action = Action(name=example.action.name, script=script)
    return client.call(example.trigger, tenant="docs", context=context, actions=[action])


@pytest.mark.parametrize("example", EXAMPLES, ids=_name)
def test_example_succeeds_and_changes_something(
    client: Client, port: int, example: Example
) -> None:
    result = run(client, port, example, example.context)
    assert result.outcome == "succeeded", result.error
    assert result.mutations


@pytest.mark.parametrize(
    "example", [each for each in EXAMPLES if SITE in each.action.script], ids=_name
)
def test_example_that_fetches_gets_an_answer(client: Client, port: int, example: Example) -> None:
    result = run(client, port, example, example.context)
    assert [line for line in result.logs if line.level != "info"] == []
    assert result.actions[0].fetches > 0


@pytest.mark.parametrize("example", EXAMPLES, ids=_name)
def test_example_succeeds_with_a_bare_context(client: Client, port: int, example: Example) -> None:
    result = run(client, port, example, BARE)
    assert result.outcome == "succeeded", result.error


def test_every_script_of_the_page_says_its_trigger() -> None:
    assert PAGE.count("```js") == len(EXAMPLES)


def test_every_trigger_has_an_example_under_its_name() -> None:
    assert {example.trigger for example in EXAMPLES} >= set(TRIGGERS)
    assert all(resolve_trigger(example.trigger) for example in EXAMPLES)


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_section_of_a_trigger_names_its_aliases_and_methods(trigger: str) -> None:
    sections = PAGE.split("\n## ")
    [section] = [each for each in sections if f"`{trigger}`" in each.split("\n\n")[1]]
    aliases = [alias for alias, name in ALIASES.items() if name == trigger]
    methods = OPS[trigger] - (set() if "complement" in trigger else {"setMetadata"})
    for name in [*aliases, *methods]:
        assert re.search(rf"[`.]{name}[`(]", section), name


def test_links_within_the_page_lead_somewhere() -> None:
    prose = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#(.*?)\)", PAGE)) <= anchors
