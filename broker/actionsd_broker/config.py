"""The daemon's configuration: one TOML file, one typed object, defaults in one place."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from actionsd_broker.errors import ConfigError
from actionsd_broker.fetch.limits import FetchTable
from actionsd_broker.fetch.rules import RuleError, make_rules
from actionsd_broker.fetch.vault import SecretTable, check_table
from actionsd_broker.http_config import HttpConfig, check_http, locate
from actionsd_broker.metadata.limits import MAX_USER_ENTRIES, MAX_USER_KIB, Limits
from actionsd_broker.metadata.place import MEMORY
from actionsd_broker.staff import AUTO, LEAST_WORKERS, MOST_WORKERS, usable_cpus
from actionsd_broker.toml_lines import find_line, line_of
from actionsd_broker.toml_words import explain


class MetadataConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[metadata]`.

    path          the SQLite file; ":memory:" keeps it in memory. None is in memory too:
                  `actionsd serve` puts its default in the place of it
    user_entries  entries that one user may have
    user_kib      size of all keys and values that one user may have
    """

    path: Annotated[str, Meta(min_length=1)] | None = None
    user_entries: Annotated[int, Meta(ge=1, le=MAX_USER_ENTRIES)] = MAX_USER_ENTRIES
    user_kib: Annotated[int, Meta(ge=1, le=MAX_USER_KIB)] = MAX_USER_KIB

    @property
    def limits(self) -> Limits:
        """What a store allows a user."""
        return Limits(self.user_entries, self.user_kib * 1024)


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """What `actionsd.toml` may say; every key is optional.

    endpoint         where clients connect: `ipc://PATH`, or `tcp://127.0.0.1:PORT`
    registry         the directory with the tenants' manifests and scripts
    workers          worker processes that may have jobs at a time; "auto" in a file, or on
                     the command line: as many as there are CPUs
    spares           worker processes beside those, ready for a tenant that has none
    tenant_at_once   workers that one tenant may have at a time, where its manifest does not
                     say; 0: any number
    isolation        what a worker process may serve: `process`, one tenant for its life;
                     `isolate`, tenants in turn, each with a new isolate; `job`, one
                     tenant, each job with a new isolate
    sandbox          `required`: serve only if every worker is sealed; `best-effort`: serve
                     with what the system gives, and say what is missing
    memory_mib       what a worker may take beyond what it needs when idle: the wall
    jitless          interpret scripts only: no page is both writable and executable
    recycle_jobs     jobs after which a worker process is replaced; 0: any number
    recycle_seconds  the age at which a worker process is replaced; 0: any age
    queue_limit      jobs of one tenant that may wait for a worker
    queue_seconds    how long a job may wait before it fails as `queue_timeout`
    drain_seconds    how long accepted jobs may take to finish after SIGTERM
    metadata         the users' metadata: see MetadataConfig
    log_level        debug, info, warning or error
    log_format       text or json
    fetch            what every tenant's scripts may fetch, and limits (docs/fetch.md)
    secrets          values that the broker puts into requests (docs/fetch.md)
    http             the HTTP gateway; None: there is none (docs/http.md)
    """

    endpoint: str | None = None
    registry: str | None = None
    workers: Annotated[int, Meta(ge=LEAST_WORKERS, le=MOST_WORKERS)] = 2
    spares: Annotated[int, Meta(ge=0, le=64)] = 1
    tenant_at_once: Annotated[int, Meta(ge=0, le=256)] = 0
    isolation: Literal["process", "isolate", "job"] = "process"
    recycle_jobs: Annotated[int, Meta(ge=0)] = 10_000
    recycle_seconds: Annotated[float, Meta(ge=0, le=604_800)] = 3600.0
    queue_limit: Annotated[int, Meta(ge=1)] = 1000
    queue_seconds: Annotated[float, Meta(gt=0)] = 10.0
    drain_seconds: Annotated[float, Meta(gt=0)] = 60.0
    sandbox: Annotated[str, Meta(pattern=r"^(required|best-effort)\Z")] = "required"
    memory_mib: Annotated[int, Meta(ge=64, le=8192)] = 640
    jitless: bool = False
    metadata: MetadataConfig = MetadataConfig()
    log_level: Annotated[str, Meta(pattern=r"^(debug|info|warning|error)\Z")] = "info"
    log_format: Annotated[str, Meta(pattern=r"^(text|json)\Z")] = "text"
    fetch: FetchTable = FetchTable()
    secrets: dict[str, SecretTable] = {}
    http: HttpConfig | None = None

    def changed(self, **changes: Any) -> Config:
        """Return the same with some values changed; raises ConfigError as a file would."""
        try:
            config = _convert({**msgspec.to_builtins(self), **changes})
        except msgspec.ValidationError as error:
            raise ConfigError(f"command line: {error}") from error
        if config.endpoint is not None:
            check_endpoint(config.endpoint)
        return config


MAX_PATH_BYTES = 99
"""The system allows 107, and the workers' socket has a longer name."""

_LOOPBACK = re.compile(r"^tcp://(?:127\.0\.0\.1|\[::1\]):(?P<port>\d{1,5})\Z")

DEFAULT_REGISTRY = "actions"
"""The registry where none is named, if it is there."""


def load_config(path: Path) -> Config:
    """Return the configuration in a file; relative paths in it are relative to the file.

    Raises ConfigError with file, line and reason.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text") from error
    config = parse_config(text, str(path))
    if config.registry is not None:
        registry = str(path.parent / config.registry)
        config = msgspec.structs.replace(config, registry=registry)
    if config.metadata.path not in (None, MEMORY):
        place = str(path.parent / config.metadata.path)
        metadata = msgspec.structs.replace(config.metadata, path=place)
        config = msgspec.structs.replace(config, metadata=metadata)
    secrets = {
        name: table
        if table.file is None
        else msgspec.structs.replace(table, file=str(path.parent / table.file))
        for name, table in config.secrets.items()
    }
    http = None if config.http is None else locate(config.http, path.parent)
    return msgspec.structs.replace(config, secrets=secrets, http=http)


def parse_config(text: str, name: str) -> Config:
    """Return the configuration in a text; raises ConfigError that names it."""
    try:
        config = _convert(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: {error}") from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"{name}{line_of(text, error)}: {explain(Config, error)}") from error
    if config.endpoint is not None:
        check_endpoint(config.endpoint)
    _check_fetch(config, text, name)
    mistake = None if config.http is None else check_http(config.http)
    if mistake is not None:
        line = find_line(text, ["http", *mistake.keys])
        raise ConfigError(f"{name}:{line}: {mistake.reason}")
    return config


def _convert(document: dict[str, Any]) -> Config:
    if document.get("workers") == AUTO:
        document = {**document, "workers": usable_cpus()}
    return msgspec.convert(document, Config)


def _check_fetch(config: Config, text: str, name: str) -> None:
    try:
        make_rules(config.fetch.allow, "the configuration")
    except RuleError as error:
        line = find_line(text, ["fetch", "allow", *error.keys])
        raise ConfigError(f"{name}:{line}: {error}") from error
    for secret, table in config.secrets.items():
        problem = check_table(secret, table)
        if problem is not None:
            line = find_line(text, ["secrets", secret])
            raise ConfigError(f"{name}:{line}: secret {secret}: {problem}")


def check_endpoint(endpoint: str) -> None:
    """Raise ConfigError if clients must not, or cannot, be served there."""
    path = endpoint.removeprefix("ipc://")
    if endpoint.startswith("ipc://") and path and path[0] not in "@*":
        if len(path.encode()) > MAX_PATH_BYTES:
            text = f"a socket's path has {MAX_PATH_BYTES} bytes at the most"
            raise ConfigError(f"endpoint {endpoint}: {text}")
        return
    port = _LOOPBACK.match(endpoint)
    if port is not None and 1 <= int(port["port"]) <= 65535:
        return
    # What comes over a network must be authenticated, and this version cannot do that.
    raise ConfigError(
        f"endpoint {endpoint}: expected ipc://PATH, or tcp://127.0.0.1:PORT on this machine"
    )
