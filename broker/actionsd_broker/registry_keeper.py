"""The registry that is served, and how another takes its place.

A registry is loaded, then its scripts are checked in a worker, then it takes over. What
is wrong with it leaves everything as it was; at the start there is nothing to leave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from actionsd_broker import log
from actionsd_broker.errors import RegistryError
from actionsd_broker.registry import Registry, load_registry
from actionsd_broker.registry_check import CheckJob, RegistryCheck
from actionsd_broker.share import Share
from actionsd_protocol.result import JobResult


class RegistryKeeper:
    """Holds `registry`; asks for check jobs through `submit`. `ready` once there is one.

    `allot` hears of the tenants' shares when another registry has taken over. A `lenient`
    one keeps an unfit first registry to itself, until `raise_start_error` or a reload.
    """

    def __init__(
        self,
        directory: Path | None,
        submit: Callable[[CheckJob], None],
        allot: Callable[[Mapping[str, Share]], None] = lambda _: None,
        *,
        lenient: bool = False,
    ) -> None:
        self._directory = directory
        self._submit = submit
        self._allot = allot
        self._check: RegistryCheck | None = None
        self._asking = False
        self._answered = False
        self._start_error: RegistryError | None = None
        self.registry = Registry()
        self.ready = directory is None
        self._loaded = None if directory is None else self._load(directory, lenient=lenient)

    def raise_start_error(self) -> None:
        """Raise RegistryError if the first registry turned out to be unfit.

        Not while another is checked that may take its place.
        """
        if self._start_error is not None and not self.busy:
            raise self._start_error

    @property
    def busy(self) -> bool:
        """Whether a registry is on its way to be served, or to be refused."""
        return self._check is not None or self._loaded is not None

    def start(self) -> None:
        """Begin to check what was loaded at the start, now that there is a worker."""
        if self._loaded is not None:
            registry, self._loaded = self._loaded, None
            self._begin(registry)

    def reload(self) -> None:
        """Load the registry again."""
        if self._directory is None:
            log.warning("reload_ignored", reason="no registry is configured")
        elif self._check is not None:
            log.warning("reload_ignored", reason="the last one is still being checked")
        else:
            self._reload(self._directory)

    def answer(self, result: JobResult) -> None:
        """Take the result of a check job."""
        if self._check is not None:
            self._check.result(result)
            self._ask()

    def _load(self, directory: Path, *, lenient: bool) -> Registry | None:
        try:
            return load_registry(directory)
        except RegistryError as error:
            if not lenient:
                raise
            self._refuse(error)
            return None

    def _reload(self, directory: Path) -> None:
        try:
            registry = load_registry(directory)
        except RegistryError as error:
            self._refuse(error)
            return
        if self._loaded is None:
            self._begin(registry)
        else:
            self._loaded = registry  # there is no worker yet to check either

    def _begin(self, registry: Registry) -> None:
        self._check = RegistryCheck(registry, self._checked)
        self._ask()

    def _ask(self) -> None:
        # A job that is refused is answered before `submit` returns: a loop, so that a
        # registry of any size is gone through without a call within a call.
        if self._asking:
            self._answered = True
            return
        self._asking = True
        self._answered = True
        while self._answered and self._check is not None:
            self._answered = False
            following = self._check.next()
            if following is not None:
                self._submit(following)
        self._asking = False

    def _checked(self, registry: Registry, error: RegistryError | None) -> None:
        self._check = None
        if error is not None:
            self._refuse(error)
            return
        self.registry = registry
        self.ready = True
        self._start_error = None
        self._allot(registry.shares)
        log.info("registry_loaded", actions=len(registry.actions), flows=len(registry.plans))

    def _refuse(self, error: RegistryError) -> None:
        if not self.ready:
            self._start_error = error
        for problem in error.problems:
            log.error("registry_refused", problem=problem)
