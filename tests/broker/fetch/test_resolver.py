"""Names are looked up as they are written, by the hosts file first."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from servers import NameServer, descriptors, run, until

from actionsd_broker.fetch.resolver import ResolveError, SystemResolver


def look_up(name: str, *, hosts: str = "", path: Path, **names: list[str]) -> list[str]:
    async def scenario() -> list[str]:
        async with NameServer(**names) as server:
            (path / "hosts").write_text(hosts)
            resolver = SystemResolver([("127.0.0.1", server.port)], hosts_file=path / "hosts")
            return [str(address) for address in await resolver.addresses(name)]

    return run(scenario())


def test_every_address_is_returned(tmp_path: Path) -> None:
    found = look_up("a.test", path=tmp_path, a_test=["192.0.2.1 192.0.2.2"])
    assert sorted(found) == ["192.0.2.1", "192.0.2.2"]


def test_hosts_file_comes_first_whatever_its_case(tmp_path: Path) -> None:
    hosts = "# a.test\n2001:db8::1 x A.Test\n192.0.2.9 a.test # b.test\nbad a.test\n"
    found = look_up("a.test", hosts=hosts, path=tmp_path, a_test=["192.0.2.1"])
    assert found == ["192.0.2.9", "2001:db8::1"]


@pytest.mark.parametrize("name", ["localhost", "a.localhost"])
def test_localhost_is_never_asked_of_a_name_server(tmp_path: Path, name: str) -> None:
    assert look_up(name, path=tmp_path) == ["127.0.0.1", "::1"]


def test_name_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ResolveError, match=r"there is no b\.test"):
        look_up("b.test", path=tmp_path)


def test_name_with_more_addresses_than_anybody_needs_is_an_error(tmp_path: Path) -> None:
    many = " ".join(f"192.0.2.{number}" for number in range(65))
    with pytest.raises(ResolveError, match="more than 64"):
        look_up("a.test", path=tmp_path, hosts="\n".join(f"{a} a.test" for a in many.split()))


def test_server_that_fails_for_ipv6_is_asked_for_ipv4_all_the_same() -> None:
    async def scenario() -> None:
        async with NameServer(a_test=["192.0.2.1"]) as server:
            resolver = SystemResolver([("127.0.0.1", server.port)])
            server.failing = {"AAAA"}
            assert [str(found) for found in await resolver.addresses("a.test")] == ["192.0.2.1"]
            server.failing = {"A", "AAAA"}
            with pytest.raises(ResolveError, match="no name server answers"):
                await resolver.addresses("a.test")

    run(scenario())


def test_search_list_of_the_machine_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "resolv.conf").write_text("search example.test\nnameserver 127.0.0.1\n")

    async def scenario() -> list[str]:
        async with NameServer() as server:
            resolver = SystemResolver([("127.0.0.1", server.port)], tmp_path / "none")
            with pytest.raises(ResolveError):
                await resolver.addresses("a")
            return server.questions

    assert set(run(scenario())) == {"a. A", "a. AAAA"}


def test_machine_without_name_servers_is_an_error(tmp_path: Path) -> None:
    resolver = SystemResolver(hosts_file=tmp_path / "no", resolver_file=tmp_path / "no")
    with pytest.raises(ResolveError, match="cannot be looked up"):
        run(resolver.addresses("a.test"))


def test_configuration_of_the_machine_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    resolver = SystemResolver(hosts_file=tmp_path / "no", resolver_file=path)
    path.write_text("nameserver 192.0.2.1\n")
    first = resolver._configured()
    assert resolver._configured() is first
    path.write_text("nameserver 192.0.2.2\n")
    os.utime(path, ns=(1, 1))
    assert resolver._configured().nameservers == ["192.0.2.2"]


def test_cancelled_lookup_leaves_no_task_and_no_socket() -> None:
    async def scenario() -> None:
        async with NameServer() as server:
            server.mute = True
            before = descriptors()
            resolver = SystemResolver([("127.0.0.1", server.port)])
            task = asyncio.create_task(resolver.addresses("a.test"))
            await until(lambda: len(server.questions) == 2)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.sleep(0)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            assert descriptors() == before

    run(scenario())
