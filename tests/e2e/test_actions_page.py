"""The examples of docs/actions.md run, each under the trigger that it is shown for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from daemon import Daemon

from actionsd_client import Action, Client
from actionsd_protocol.triggers import ALIASES, OPS, TRIGGERS, resolve_trigger

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


EXAMPLES = _examples()


@pytest.fixture(scope="module")
def client(daemon: Daemon) -> Iterator[Client]:
    with Client(daemon.endpoint) as client:
        yield client


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.action.name)
def test_example_succeeds_and_changes_something(client: Client, example: Example) -> None:
    result = client.call(
        example.trigger, tenant="docs", context=example.context, actions=[example.action]
    )
    assert result.outcome == "succeeded", result.error
    assert result.mutations


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.action.name)
def test_example_succeeds_with_an_empty_context(client: Client, example: Example) -> None:
    result = client.call(example.trigger, tenant="docs", context={}, actions=[example.action])
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
