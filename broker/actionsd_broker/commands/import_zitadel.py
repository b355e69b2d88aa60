"""`actionsd import zitadel`: a registry from the actions of an instance of ZITADEL."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from actionsd_broker import log
from actionsd_broker.commands.arguments import (
    EXIT_FAILED,
    EXIT_SUCCEEDED,
    read_file,
    say,
)
from actionsd_broker.errors import OperatorError
from actionsd_broker.migration.export import Export, check_id, read_export, write_export
from actionsd_broker.migration.manifest import write_manifest
from actionsd_broker.migration.plan import PlannedTenant, plan_export
from actionsd_broker.migration.report import (
    Report,
    report_on,
    summary,
    write_json,
    write_text,
)
from actionsd_broker.migration.targets import PLACEHOLDER_URL, check_target_url, make_calls
from actionsd_broker.migration.trial import Trials, try_scripts
from actionsd_broker.migration.writer import check_absent, write_private, write_registry

DESCRIPTION = """\
Make a registry of the actions that the organisations of an instance of ZITADEL have: one
tenant for each organisation that has some. Flows, their order, timeouts and what is allowed
to fail are kept. Inactive actions are written, and bound to nothing.

Each script is loaded in a worker, as `actionsd check` does. The report says for each what
will be different under Actions v2 and here, as far as the script's text shows, and ends in
the calls that make ZITADEL use the registry through `actionsd gateway`.

From a URL, the personal access token of a service user is needed that may read actions and
flows (org.read, org.action.read, org.flow.read: the role IAM_OWNER_VIEWER is meant for that). It is
read from a file, sent to that URL only, and nothing is changed there. For an authority of your
own set SSL_CERT_FILE.
"""

EPILOG = """\
Exit status: 0 all is as it was, 1 imported, and something needs a look, 2 nothing imported.

examples:
  actionsd import zitadel --from https://example.zitadel.cloud --token-file token --out actions
  actionsd import zitadel --from https://example.zitadel.cloud --token-file token --save z.json
  actionsd import zitadel --from z.json --org 266481234567890123 --out actions --json
  actionsd import zitadel --from z.json --out actions \\
      --target-url https://actionsd.example.com:8480/zitadel/main

What --save writes: {"format": "actionsd-zitadel-actions", "version": 1, "source": URL,
"organizations": [{"id", "name", "actions": [...], "flows": [...]}]}, where actions is `result`
of POST /management/v1/actions/_search, and flows has `flow` of GET /management/v1/flows/TYPE,
for the types 1 to 4. It holds every script, and so perhaps secrets: mode 0600.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand to the command line."""
    parser = subparsers.add_parser(
        "import",
        help="make a registry of another system's actions",
        description="Make a registry of the actions of another system.",
    )
    systems = parser.add_subparsers(metavar="SYSTEM", required=True)
    zitadel = systems.add_parser(
        "zitadel",
        help="of ZITADEL's Actions v1",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    zitadel.add_argument(
        "--from",
        required=True,
        dest="origin",
        metavar="FILE|URL",
        help="the instance's URL, or a file that --save wrote",
    )
    zitadel.add_argument("--token-file", metavar="F", help="the access token, for a URL")
    zitadel.add_argument("--out", metavar="DIR", help="the registry to make; must not exist yet")
    zitadel.add_argument("--save", metavar="FILE", help="keep what was read; must not exist yet")
    zitadel.add_argument(
        "--org", action="append", default=[], metavar="ID", help="only this one; repeatable"
    )
    zitadel.add_argument(
        "--target-url",
        default=PLACEHOLDER_URL,
        metavar="URL",
        help="where ZITADEL will reach the gateway, for the calls that are printed",
    )
    zitadel.add_argument("--json", action="store_true", help="print the report as JSON")
    zitadel.add_argument(
        "--insecure", action="store_true", help="allow http to other machines: no TLS at all"
    )
    zitadel.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, keep, plan, check, write and report."""
    log.set_up(level="error", form="text")
    if arguments.out is None and arguments.save is None:
        raise OperatorError("import: give --out DIR, --save FILE, or both")
    target_url = check_target_url(arguments.target_url)
    only = tuple(dict.fromkeys(map(check_id, arguments.org)))
    out = None if arguments.out is None else Path(arguments.out)
    if out is not None:
        check_absent(out)
    export = _read(arguments, only)
    if arguments.save is not None:
        write_private(Path(arguments.save), write_export(export))
        say(f"saved {arguments.save}: {len(export.organizations)} organisations")
    if out is None:
        unread = [each for each in export.organizations if each.problem is not None]
        for each in unread:
            say(f"organisation {each.id} {each.name!r}: {each.problem}")
        return EXIT_FAILED if unread else EXIT_SUCCEEDED
    report = _import(export, out, target_url)
    if arguments.json:
        sys.stdout.write(write_json(report))
    else:
        sys.stdout.write(write_text(report))
    say(summary(report.organisations))
    return EXIT_FAILED if report.needs_a_look else EXIT_SUCCEEDED


def _read(arguments: argparse.Namespace, only: Sequence[str]) -> Export:
    place: str = arguments.origin
    if not place.lower().startswith(("http://", "https://")):
        return _only(read_export(read_file(Path(place)), place), only, place)
    from actionsd_broker.migration.source import (  # noqa: PLC0415 - not waited for if not needed
        read_instance,
        read_origin,
        read_token,
    )

    origin = read_origin(place, insecure=arguments.insecure)
    if arguments.token_file is None:
        raise OperatorError("import: a URL needs --token-file F, with a personal access token")
    file = Path(arguments.token_file)
    token = read_token(read_file(file), arguments.token_file)
    if file.stat().st_mode & 0o077:
        say(f"note: {file} can be read by others than its owner; chmod 600 it")
    return asyncio.run(read_instance(origin, token, only))


def _only(export: Export, ids: Sequence[str], place: str) -> Export:
    if not ids:
        return export
    known = {organisation.id: organisation for organisation in export.organizations}
    missing = [each for each in ids if each not in known]
    if missing:
        raise OperatorError(f"{place}: no organisation {', '.join(missing)} is in it")
    chosen = tuple(known[each] for each in ids)
    return msgspec.structs.replace(export, organizations=chosen)


def _import(export: Export, out: Path, target_url: str) -> Report:
    planned = plan_export(export)
    tenants = [each for each in planned if isinstance(each, PlannedTenant)]
    trials = try_scripts(tenants) if tenants else Trials({}, frozenset())
    kept = [
        each.without(
            {name: why for (tenant, name), why in trials.broken.items() if tenant == each.id}
        )
        if isinstance(each, PlannedTenant)
        else each
        for each in planned
    ]
    tenants = [each for each in kept if isinstance(each, PlannedTenant)]
    reports = tuple(report_on(each, trials) for each in kept)
    if not tenants:
        for refused in reports:
            say(f"organisation {refused.id} {refused.name!r}: {refused.problem}")
        raise OperatorError(f"{export.source}: no organisation has actions that can be imported")
    write_registry(out, _files(tenants, export.source))
    return Report(
        export.source,
        str(out),
        reports,
        len(export.organizations) - len(planned),
        make_calls(tenants, target_url),
    )


def _files(tenants: Sequence[PlannedTenant], source: str) -> dict[str, str]:
    files = {}
    for tenant in tenants:
        files[f"{tenant.stem}.toml"] = write_manifest(tenant, source)
        for planned in tenant.actions:
            files[planned.file] = planned.action.script
    return files
