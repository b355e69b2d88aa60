"""One ZITADEL instance: its keys, the calls that were seen, and what a call is answered.

From a header and a body to an answer; HTTP is the endpoint's. Nothing of a body is logged:
names of the instance, of tenants, triggers, actions and ops are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from actionsd_broker import log
from actionsd_broker.errors import ConfigError
from actionsd_broker.zitadel_config import ZitadelTable, check_instance, read_signing_keys
from actionsd_client import Result, Trace
from actionsd_gateway.jobs import Jobs
from actionsd_gateway.zitadel.call import Call
from actionsd_gateway.zitadel.calls import read_call
from actionsd_gateway.zitadel.document import PayloadError, write_document
from actionsd_gateway.zitadel.jwks import Jwks
from actionsd_gateway.zitadel.key_source import PrivateKey, jwks_source, read_private_keys
from actionsd_gateway.zitadel.outcome import (
    UNCHANGED,
    Answer,
    Refusal,
    fault_of,
    problem,
    refuse,
)
from actionsd_gateway.zitadel.payload import Unverifiable, open_body
from actionsd_gateway.zitadel.replay import Replays, Verdict
from actionsd_gateway.zitadel.signature import Objection, Signed, verify
from actionsd_protocol.frames import MAX_PAYLOAD_BYTES

MAX_TENANT_CHARACTERS = 200

_REPEATED = {
    Verdict.REPLAYED: (409, "this call was answered before"),
    Verdict.FORGOTTEN: (409, "this call may have been answered before"),
    Verdict.FULL: (503, "too many calls"),
}


@dataclass(frozen=True)
class Keys:
    """What an instance's calls are checked with."""

    signing: tuple[bytes, ...] = field(repr=False)
    jwks: Jwks | None
    private: tuple[PrivateKey, ...] = field(repr=False)


class Target:
    """Answers the calls of one instance. `clock` gives Unix seconds."""

    def __init__(
        self, name: str, table: ZitadelTable, keys: Keys, clock: Callable[[], float]
    ) -> None:
        self._name = name
        self._table = table
        self._keys = keys
        self._clock = clock
        self._refusal = Refusal(table.failure_status, table.failure_message)
        self._replays = Replays(table.tolerance_seconds, table.repeat_seconds)
        self._under_way: dict[bytes, asyncio.Task[Answer]] = {}

    async def answer(
        self, header: str | None, body: bytes, jobs: Jobs, trace: Trace | None
    ) -> Answer:
        """Return what a call is answered; `header` is its signature."""
        now = self._clock()
        signed = verify(
            header,
            body,
            self._keys.signing,
            now=now,
            tolerance_seconds=self._table.tolerance_seconds,
        )
        if isinstance(signed, Objection):
            return self._refused(401, signed.value, trace)
        verdict, known = self._replays.admit(signed, now)
        if verdict in _REPEATED:
            status, reason = _REPEATED[verdict]
            return self._refused(status, reason, trace)
        if known is not None:
            return known
        return await self._run_once(signed, body, jobs, trace)

    async def _run_once(
        self, signed: Signed, body: bytes, jobs: Jobs, trace: Trace | None
    ) -> Answer:
        """Run a call, or wait for one that is the same and under way."""
        task = self._under_way.get(signed.identity)
        if task is None:
            task = asyncio.create_task(self._run(body, jobs, trace))
            self._under_way[signed.identity] = task
            task.add_done_callback(partial(self._done, signed))
        # Others may wait for it: it does not end because one of them went away.
        return await asyncio.shield(task)

    def _done(self, signed: Signed, task: asyncio.Task[Answer]) -> None:
        self._under_way.pop(signed.identity, None)
        if not task.cancelled() and task.exception() is None:
            self._replays.answered(signed, task.result(), self._clock())

    async def _run(self, body: bytes, jobs: Jobs, trace: Trace | None) -> Answer:
        try:
            document = await open_body(body, self._keys.jwks, self._keys.private)
            if document is Unverifiable.NO_KEYS:
                return self._fault(503, document.value, trace)
            if isinstance(document, Unverifiable):
                return self._refused(401, document.value, trace, is_final=True)
            call = read_call(document)
            return UNCHANGED if call is None else await self._run_call(call, jobs, trace)
        except PayloadError as error:
            return self._refused(400, str(error), trace, is_final=True)

    async def _run_call(self, call: Call, jobs: Jobs, trace: Trace | None) -> Answer:
        tenant = call.tenant or self._table.default_tenant
        if tenant is None:
            raise PayloadError("it names no organisation, and there is no default_tenant")
        if len(tenant) > MAX_TENANT_CHARACTERS:
            raise PayloadError("the organisation: too long")
        context = write_document(call.context)
        if len(context) > MAX_PAYLOAD_BYTES:
            raise PayloadError(f"a context of {len(context)} bytes, {MAX_PAYLOAD_BYTES} allowed")
        result = await jobs.run(call.trigger, tenant, context, trace=trace)
        fault = fault_of(result)
        if fault is not None:
            return self._fault(fault[1], fault[0], trace, tenant=tenant, trigger=call.trigger)
        assert isinstance(result, Result)  # noqa: S101 - anything else was a fault
        return self._reply(call, tenant, result, trace)

    def _reply(self, call: Call, tenant: str, result: Result, trace: Trace | None) -> Answer:
        about = {"tenant": tenant, "trigger": call.trigger, **_request(trace)}
        if result.outcome != "succeeded":
            action = None if result.error is None else result.error.action
            kind = None if result.error is None else result.error.kind.value
            log.info("zitadel_refused", instance=self._name, action=action, kind=kind, **about)
            return refuse(self._refusal)
        reply = call.reply(result.mutations)
        if reply.unsupported:
            ops = ",".join(sorted(set(reply.unsupported)))
            done = self._table.unsupported
            log.warning("zitadel_unsupported", instance=self._name, ops=ops, done=done, **about)
            if done == "fail":
                return refuse(self._refusal)
        return UNCHANGED if reply.body is None else Answer(200, write_document(reply.body))

    def _refused(
        self, status: int, reason: str, trace: Trace | None, *, is_final: bool = False
    ) -> Answer:
        about = {"instance": self._name, "status": status, "reason": reason}
        log.warning("zitadel_call_refused", **about, **_request(trace))
        return problem(status, reason, is_final=is_final)

    def _fault(self, status: int, kind: str, trace: Trace | None, **about: str) -> Answer:
        log.error("zitadel_call_failed", instance=self._name, kind=kind, **about, **_request(trace))
        return problem(status, f"the call could not be carried out: {kind}")


def _request(trace: Trace | None) -> dict[str, str]:
    return {} if trace is None or trace.request is None else {"request": trace.request}


def make_targets(
    tables: Mapping[str, ZitadelTable],
    environ: Mapping[str, str],
    *,
    unix: Callable[[], float],
    monotonic: Callable[[], float],
) -> dict[str, Target]:
    """Return what answers each instance, with its keys; raises ConfigError that names the key."""
    return {
        name: Target(name, table, _read_keys(name, table, environ, monotonic), unix)
        for name, table in tables.items()
    }


def _read_keys(
    name: str,
    table: ZitadelTable,
    environ: Mapping[str, str],
    monotonic: Callable[[], float],
) -> Keys:
    mistake = check_instance(table)
    if mistake is not None:
        raise ConfigError(f"http.zitadel.{name}.{mistake}")
    source = jwks_source(name, table)
    return Keys(
        signing=read_signing_keys(name, table, environ),
        jwks=None if source is None else Jwks(name, source, monotonic),
        private=read_private_keys(name, table, environ),
    )
