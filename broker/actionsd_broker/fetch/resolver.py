"""Looks the addresses of a name up: in the hosts file, then in the DNS.

With dnspython rather than getaddrinfo, whose lookups run in threads that nothing can stop:
these are cancelled with the fetch that asked, and can be pointed at a server of a test's own.
Names are taken as they are: no search list, so `api` does not become `api.corp.example`.
Nothing is remembered between lookups.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver

from actionsd_broker.fetch.hosts import Address

MAX_ADDRESSES = 64
"""A name with more is refused: every one of them is judged."""

_LOOPBACK = (ip_address("127.0.0.1"), ip_address("::1"))


class ResolveError(Exception):
    """Raised for a name without an address; its text is the reason."""


class Resolver(Protocol):
    """What the fetcher needs to know about names."""

    async def addresses(self, name: str) -> tuple[Address, ...]:
        """Return every address of a name; raises ResolveError."""


class SystemResolver:
    """Resolves as this machine is configured to, or by `nameservers` (address and port)."""

    def __init__(
        self,
        nameservers: Sequence[tuple[str, int]] = (),
        hosts_file: Path = Path("/etc/hosts"),
        resolver_file: Path = Path("/etc/resolv.conf"),
    ) -> None:
        self._nameservers = [dns.nameserver.Do53Nameserver(*server) for server in nameservers]
        self._hosts_file = hosts_file
        self._resolver_file = resolver_file
        self._dns: dns.asyncresolver.Resolver | None = None
        self._dns_age = -1

    async def addresses(self, name: str) -> tuple[Address, ...]:
        """Return every address of a name, IPv4 first; raises ResolveError."""
        found = self._from_hosts_file(name) or await self._from_dns(name)
        if len(found) > MAX_ADDRESSES:
            raise ResolveError(f"{name} has more than {MAX_ADDRESSES} addresses")
        return found

    def _from_hosts_file(self, name: str) -> tuple[Address, ...]:
        found = []
        with contextlib.suppress(OSError):
            for line in self._hosts_file.read_text("utf-8", "replace").splitlines():
                address, *names = line.partition("#")[0].split() or [""]
                if name in (other.lower() for other in names):
                    with contextlib.suppress(ValueError):
                        found.append(ip_address(address))
        if not found and (name == "localhost" or name.endswith(".localhost")):
            return _LOOPBACK  # RFC 6761: never asked of the DNS
        return _in_order(found)

    async def _from_dns(self, name: str) -> tuple[Address, ...]:
        try:
            resolver = self._configured()
        except (dns.exception.DNSException, OSError) as error:
            raise _explain(name, error) from error
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(_ask(resolver, name, kind))
                for kind in (dns.rdatatype.A, dns.rdatatype.AAAA)
            ]
        answers = [task.result() for task in tasks]
        found = [address for answer in answers if isinstance(answer, list) for address in answer]
        if found:
            return _in_order(found)  # some servers fail when they are asked for IPv6
        for answer in answers:
            if isinstance(answer, Exception):
                raise _explain(name, answer)
        raise ResolveError(f"{name} has no address")

    def _configured(self) -> dns.asyncresolver.Resolver:
        # The file changes when the machine changes networks.
        age = 0 if self._nameservers else self._resolver_file.stat().st_mtime_ns
        if self._dns is None or age != self._dns_age:
            self._dns = dns.asyncresolver.Resolver(configure=False)
            if self._nameservers:
                self._dns.nameservers = self._nameservers
            else:
                self._dns.read_resolv_conf(str(self._resolver_file))
            self._dns_age = age
        return self._dns


async def _ask(
    resolver: dns.asyncresolver.Resolver, name: str, kind: dns.rdatatype.RdataType
) -> list[Address] | Exception:
    try:
        answer = await resolver.resolve(
            dns.name.from_text(f"{name}."), kind, raise_on_no_answer=False, search=False
        )
    except (dns.exception.DNSException, OSError) as error:
        return error
    return [ip_address(record.address) for record in answer.rrset or ()]


def _explain(name: str, error: Exception) -> ResolveError:
    if isinstance(error, dns.resolver.NXDOMAIN):
        return ResolveError(f"there is no {name}")
    if isinstance(error, (dns.exception.Timeout, dns.resolver.NoNameservers)):
        return ResolveError(f"no name server answers for {name}")
    return ResolveError(f"{name} cannot be looked up ({type(error).__name__})")


def _in_order(addresses: Sequence[Address]) -> tuple[Address, ...]:
    unique = dict.fromkeys(addresses)
    return tuple(sorted(unique, key=lambda address: address.version))
