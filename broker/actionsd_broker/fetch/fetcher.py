"""Carries out one fetch: each hop checked, dialled, read; secrets in, secrets out.

Every way it can go is a value. The pure modules decide; this one asks them in order.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass, field

from actionsd_broker.fetch.decoding import Body, CodingError, TooLargeError
from actionsd_broker.fetch.exchange import ExchangeError, Exchanges, Reply
from actionsd_broker.fetch.headers import (
    HeaderError,
    check_headers,
    of_response,
    values_of,
)
from actionsd_broker.fetch.hosts import Address
from actionsd_broker.fetch.limits import FetchTable
from actionsd_broker.fetch.lines import Owner
from actionsd_broker.fetch.outcomes import (
    Denial,
    Fault,
    FetchDenied,
    FetchFailed,
    FetchRequest,
    FetchResponse,
    Header,
    Hop,
    Outcome,
)
from actionsd_broker.fetch.policy import Policy, Refusal, admit, match
from actionsd_broker.fetch.redirects import (
    MAX_REDIRECTS,
    Outgoing,
    follow,
    is_downgrade,
    location_of,
)
from actionsd_broker.fetch.resolver import ResolveError, Resolver, SystemResolver
from actionsd_broker.fetch.rules import MethodError, Rule, spell_method
from actionsd_broker.fetch.slots import Slots
from actionsd_broker.fetch.target import MalformedUrlError, Target, read_url
from actionsd_broker.fetch.vault import Filled, Vault


class _DeniedError(Exception):
    """Ends a fetch that is not allowed."""

    def __init__(self, denial: Denial, reason: str, explanation: str | None = None) -> None:
        super().__init__(reason)
        self.denial = denial
        self.explanation = explanation or reason


class _FailedError(Exception):
    """Ends a fetch that does not work."""

    def __init__(self, kind: Fault, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


@dataclass
class _Progress:
    """How far a fetch has come, for the explanation of its end."""

    stage: str = "waiting for a place"
    method: str = ""
    target: Target | None = None
    addresses: tuple[Address, ...] = ()
    hops: list[Hop] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def begin(self, method: str, target: Target) -> None:
        self.method, self.target, self.addresses = method, target, ()

    def tell(self, reason: str) -> str:
        """Return a reason as a script may hear it.

        Where a redirect leads is a server's word: a script that gets a server to redirect
        to a name with a secret in it must not read that name here.
        """
        if self.hops and self.target is not None:
            for name in (self.target.place, self.target.host):
                reason = reason.replace(name, "a redirect's target")
        return reason

    def explain(self, policy: Policy, text: str) -> str:
        who = f"tenant {policy.tenant}"
        if policy.action is not None:
            who += f", action {policy.action}"
        if self.target is None:
            return f"{who}: {text}"
        came = "".join(f", redirected by {hop.place} ({hop.status})" for hop in self.hops)
        where = f"hop {len(self.hops) + 1}, {self.method} {self.target.place}{came}"
        found = ", ".join(map(str, self.addresses))
        return f"{who}: {where}{f', addresses {found}' if found else ''}: {text}"


class Fetcher:
    """Fetches for scripts. One for all tenants; used within one event loop.

    `vault` may be replaced while fetches are under way: each keeps what it began with.
    """

    def __init__(
        self,
        limits: FetchTable,
        vault: Vault | None = None,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.vault = vault or Vault()
        self._limits = limits
        self._resolver = resolver or SystemResolver()
        self._exchanges = Exchanges(tls or ssl.create_default_context(), limits.keep_seconds)
        self._slots = Slots(limits.at_once)

    async def fetch(self, request: FetchRequest, policy: Policy, deadline: float) -> Outcome:
        """Carry a request out by a deadline on the clock of `time.monotonic`."""
        progress, vault = _Progress(), self.vault
        until = min(deadline, time.monotonic() + self._limits.total_seconds)
        try:
            async with asyncio.timeout_at(until), self._slots.take(policy.tenant):
                return await self._follow(request, policy, vault, progress)
        except _DeniedError as error:
            text = vault.clean_text(progress.explain(policy, error.explanation))
            return FetchDenied(error.denial, progress.tell(str(error)), text)
        except _FailedError as error:
            text = vault.clean_text(progress.explain(policy, str(error)))
            return FetchFailed(error.kind, progress.tell(str(error)), text)
        except TimeoutError:
            kind = Fault.BUSY if progress.target is None else Fault.TIMEOUT
            reason = f"time was up while {progress.stage}"
            text = vault.clean_text(progress.explain(policy, reason))
            return FetchFailed(kind, progress.tell(reason), text)

    async def _follow(
        self, request: FetchRequest, policy: Policy, vault: Vault, progress: _Progress
    ) -> FetchResponse:
        target, outgoing = self._check(request)
        while True:
            progress.begin(outgoing.method, target)
            connect_by = time.monotonic() + self._limits.connect_seconds
            rule = await self._decide(policy, target, outgoing.method, progress)
            filled = vault.fill(outgoing, policy.tenant, target.host)
            if isinstance(filled, Refusal):
                raise _DeniedError(filled.denial, filled.reason, filled.explanation)
            progress.used |= filled.used
            owner = (policy.tenant, policy.action)
            answer = await self._exchange(owner, filled, target, rule, connect_by, progress)
            if isinstance(answer, FetchResponse):
                return _clean(answer, vault, progress.used, target.host)
            target, outgoing = self._redirect(outgoing, target, answer, progress)

    async def close(self) -> None:
        """Close the connections that are kept."""
        await self._exchanges.close()

    def _check(self, request: FetchRequest) -> tuple[Target, Outgoing]:
        try:
            method = spell_method(request.method)
            target = read_url(request.url)
            headers = check_headers(request.headers)
        except MethodError as error:
            raise _DeniedError(Denial.METHOD, str(error)) from None
        except MalformedUrlError as error:
            raise _DeniedError(Denial.MALFORMED, f"the URL is refused: {error}") from None
        except HeaderError as error:
            raise _DeniedError(Denial.HEADER, f"the request is refused: {error}") from None
        if request.body is not None and len(request.body) > self._limits.request_kib * 1024:
            kib = self._limits.request_kib
            raise _FailedError(Fault.TOO_LARGE, f"the request's body has more than {kib} KiB")
        return target, Outgoing(method, headers, request.body)

    async def _decide(
        self, policy: Policy, target: Target, method: str, progress: _Progress
    ) -> Rule:
        rules = match(policy, target, method)
        if isinstance(rules, Refusal):
            raise _DeniedError(rules.denial, rules.reason, rules.explanation)
        progress.stage = f"looking {target.host} up"
        progress.addresses = await self._resolve(target)
        rule = admit(rules, target, progress.addresses)
        if isinstance(rule, Refusal):
            raise _DeniedError(rule.denial, rule.reason, rule.explanation)
        return rule

    async def _resolve(self, target: Target) -> tuple[Address, ...]:
        if target.address is not None:
            return (target.address,)
        try:
            async with asyncio.timeout(self._limits.connect_seconds):
                return await self._resolver.addresses(target.host)
        except ResolveError as error:
            raise _FailedError(Fault.RESOLVE, str(error)) from None
        except TimeoutError:
            reason = f"{target.host} could not be looked up in time"
            raise _FailedError(Fault.RESOLVE, reason) from None

    async def _exchange(
        self,
        owner: Owner,
        filled: Filled,
        target: Target,
        rule: Rule,
        connect_by: float,
        progress: _Progress,
    ) -> FetchResponse | Reply:
        progress.stage = "waiting for the response"
        # Never nothing: that would mean no limit.
        seconds = max(connect_by - time.monotonic(), 0.001)
        addresses = progress.addresses
        try:
            async with self._exchanges.open(
                owner, target, addresses, filled.outgoing, seconds
            ) as reply:
                shown = tuple(map(str, addresses))
                hop = Hop(target.place, shown, rule.name, reply.status)
                if location_of(reply.status, reply.headers) is not None:
                    progress.hops.append(hop)
                    return reply
                body, headers = await self._read(reply, progress)
                return FetchResponse(reply.status, headers, body, (*progress.hops, hop))
        except ExchangeError as error:
            reason = f"no response from {target.place}: {error}"
            raise _FailedError(error.kind, reason) from None
        except MalformedUrlError as error:
            raise _bad_redirect(error) from None

    async def _read(self, reply: Reply, progress: _Progress) -> tuple[bytes, tuple[Header, ...]]:
        limit = self._limits.response_kib * 1024
        coding = ", ".join(values_of(reply.headers, "content-encoding"))
        progress.stage = "reading the response"
        try:
            body = Body(coding, limit)
            while chunk := await reply.read():
                body.feed(chunk)
            return body.finish(), of_response(reply.headers, decoded=body.is_coded)
        except TooLargeError:
            reason = f"its body has more than {self._limits.response_kib} KiB"
            raise ExchangeError(Fault.TOO_LARGE, reason) from None
        except CodingError as error:
            raise ExchangeError(Fault.ENCODING, str(error)) from None

    @staticmethod
    def _redirect(
        outgoing: Outgoing, target: Target, reply: Reply, progress: _Progress
    ) -> tuple[Target, Outgoing]:
        if len(progress.hops) > MAX_REDIRECTS:
            raise _FailedError(Fault.REDIRECTS, f"more than {MAX_REDIRECTS} redirects")
        location = location_of(reply.status, reply.headers) or ""
        try:
            following, changed = follow(outgoing, target, reply.status, location)
        except MalformedUrlError as error:
            raise _bad_redirect(error) from None
        if is_downgrade(target, following):
            progress.begin(changed.method, following)
            reason = "a redirect from https to http is not followed"
            raise _DeniedError(Denial.REDIRECT, reason)
        return following, changed


def _bad_redirect(error: MalformedUrlError) -> _DeniedError:
    reason = "a redirect to a malformed URL is not followed"
    return _DeniedError(Denial.MALFORMED, reason, f"{reason}: {error}")


def _clean(answer: FetchResponse, vault: Vault, used: set[str], host: str) -> FetchResponse:
    headers, body = answer.headers, answer.body
    for redactor in vault.redactors(used, host):
        headers, body = redactor.clean_headers(headers), redactor.clean(body)
    return FetchResponse(answer.status, headers, body, answer.hops)
