"""`actionsd explain`: whether a script may fetch a URL, and why."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from actionsd_broker.commands.arguments import EXIT_FAILED, EXIT_SUCCEEDED
from actionsd_broker.config import DEFAULT_REGISTRY, Config, load_config
from actionsd_broker.errors import OperatorError
from actionsd_broker.fetch.addresses import judge_address
from actionsd_broker.fetch.hosts import Address
from actionsd_broker.fetch.policy import Policy, Refusal, admit, match
from actionsd_broker.fetch.rules import MethodError, Rule, make_rules, spell_method
from actionsd_broker.fetch.target import MalformedUrlError, Target, read_url
from actionsd_broker.registry import Registry, load_registry

EPILOG = """\
Nothing is fetched, but the name is looked up. Redirects are decided when they come: ask
about their places too.

Exit status: 0 allowed, 1 denied (also what is malformed, and all without configuration), 2 usage.

examples:
  actionsd explain https://api.example.com/v1/users --tenant acme
  actionsd explain http://10.0.0.5:8080/ --tenant acme --method POST -c actionsd.toml
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "explain",
        help="say whether a script may fetch a URL, and why",
        description="Say whether a tenant's scripts may fetch a URL: by which entry, at which "
        "addresses, or what the nearest entry would have to say.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("url", metavar="URL", help="what it would fetch")
    parser.add_argument("--tenant", required=True, metavar="T", help="whose script asks")
    parser.add_argument("--action", metavar="A", help="the action that asks, for its own entries")
    parser.add_argument("--method", default="GET", metavar="M", help="the method (default: GET)")
    parser.add_argument("-c", "--config", metavar="FILE", help="the configuration (TOML)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the decision and what led to it."""
    policy = _policy(arguments)
    count = len(policy.rules)
    action = "" if policy.action is None else f", action {policy.action}"
    _item("tenant", f"{policy.tenant}{action}: {count} {'entry' if count == 1 else 'entries'}")
    try:
        method, target = spell_method(arguments.method), read_url(arguments.url)
    except (MethodError, MalformedUrlError) as error:
        return _denied(f"malformed: {error}")
    _item("request", f"{method} {target.url()}")
    rules = match(policy, target, method)
    if isinstance(rules, Refusal):
        return _denied(rules.explanation)
    return _explain_addresses(rules, target)


def _explain_addresses(rules: tuple[Rule, ...], target: Target) -> int:
    from actionsd_broker.fetch.resolver import (  # noqa: PLC0415 - not waited for if not needed
        ResolveError,
        SystemResolver,
    )

    try:
        address = target.address
        addresses = (
            asyncio.run(SystemResolver().addresses(target.host)) if address is None else (address,)
        )
    except ResolveError as error:
        for rule in rules:
            _item("entry", str(rule))
        return _denied(f"an entry allows it, but {error}")
    for found in addresses:
        _item("address", _describe(found))
    decision = admit(rules, target, addresses)
    if isinstance(decision, Refusal):
        return _denied(decision.explanation)
    _item("entry", str(decision))
    _item("allowed", "if it redirects, the next place is decided on by itself")
    return EXIT_SUCCEEDED


def _policy(arguments: argparse.Namespace) -> Policy:
    config = load_config(Path(arguments.config)) if arguments.config else Config()
    directory = config.registry
    if directory is None and Path(DEFAULT_REGISTRY).is_dir():
        directory = DEFAULT_REGISTRY
    registry = Registry() if directory is None else load_registry(Path(directory))
    tenant, action = arguments.tenant, arguments.action
    if action is not None and (tenant, action) not in registry.allowed:
        raise OperatorError(f"the registry has no action {action} of tenant {tenant}")
    rules = make_rules(config.fetch.allow, "the configuration") + registry.rules(tenant, action)
    return Policy(tenant, rules, action)


def _describe(address: Address) -> str:
    special = judge_address(address)
    return f"{address} ({'public' if special is None else special.kind})"


def _denied(why: str) -> int:
    _item("denied", why)
    return EXIT_FAILED


def _item(name: str, text: str) -> None:
    sys.stdout.write(f"{name:<9} {text}\n")
