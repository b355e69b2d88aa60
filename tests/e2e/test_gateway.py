"""The gateway beside a daemon: TLS, traces, secrets, and the ends of either."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import ssl
from asyncio.subprocess import PIPE
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
import trustme
from daemon import Daemon, short_directory
from http_gateway import TOKEN, Gateway, Reply, hash_of, http_of, running
from servers import run

from actionsd_client import Action, Client

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
HTTP = f"""
log_level = "debug"
queue_limit = 1
[http]
listen = "127.0.0.1:0"
[http.clients.idp]
token_sha256 = ["{hash_of(TOKEN)}"]
tenants = ["*"]
triggers = ["*"]
inline = true
"""
MANIFEST = """
[actions.claim]
file = "claim.js"
[flows]
"complement-token/pre-userinfo" = ["claim"]
"""
CLAIM = "function claim(ctx, api) { api.v1.claims.setClaim('user', ctx.v1.getUser().id); }"
BUSY = "function f() { const end = Date.now() + 1500; while (Date.now() < end); }"


class Place(NamedTuple):
    """A daemon with a gateway that speaks TLS, and who trusts it."""

    daemon: Daemon
    context: ssl.SSLContext

    @property
    def urls(self) -> list[str]:
        return urls_of(self.daemon)

    async def post(self, body: Any, **more: Any) -> Reply:
        async with Gateway.at(*self.urls, context=self.context) as gateway:
            return await gateway.post(body, **more)

    async def get(self, path: str) -> Reply:
        async with Gateway.at(*self.urls) as gateway:
            return await gateway.get(path)


def urls_of(daemon: Daemon, count: int = 1) -> list[str]:
    line = daemon.wait_line("actionsd gateway ready", count)
    return re.findall(r"https?://[^\s,]+", line)


def pid_of(daemon: Daemon, count: int = 1) -> int:
    return int(daemon.wait_line("gateway_started", count).rpartition("pid=")[2])


def job(script: str = "function f() {}", **context: Any) -> dict[str, Any]:
    return {"tenant": "acme", "context": context, "actions": [{"name": "f", "script": script}]}


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    authority = trustme.CA()
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with short_directory() as directory:
        certificate = authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem
        certificate.write_to_path(str(directory / "gateway.pem"))
        (directory / "claim.js").write_text(CLAIM)
        (directory / "acme.toml").write_text(MANIFEST)
        extra = 'certificate = "gateway.pem"\noperations = "127.0.0.1:0"\n'
        text = HTTP.replace("[http.clients", extra + "[http.clients", 1)
        (directory / "config.toml").write_text(text)
        # Not beside the manifests: every TOML file there is one.
        (directory / "registry").mkdir()
        for file in ("claim.js", "acme.toml"):
            (directory / file).rename(directory / "registry" / file)
        daemon = Daemon(directory, ["-c", "config.toml", "--registry", "registry"])
        yield Place(daemon, context)
        daemon.end()


def test_job_of_the_registry_over_tls(place: Place) -> None:
    reply = run(place.post({"tenant": "acme", "context": {"user": {"id": "u1"}}}))
    assert reply.status == 200
    assert reply.document["outcome"] == "succeeded"
    assert reply.document["mutations"] == [
        {"op": "setClaim", "action": "claim", "key": "user", "value": "u1"}
    ]
    assert set(reply.document) == {"outcome", "error", "actions", "mutations", "logs", "timing"}


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_curl_of_the_page_works(place: Place) -> None:
    page = (Path(__file__).parents[2] / "docs" / "http.md").read_text()
    [command] = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)

    async def scenario() -> None:
        async with running(endpoint=place.daemon.endpoint) as gateway:
            here = command.replace("http://127.0.0.1:8480", gateway.urls[0])
            process = await asyncio.create_subprocess_exec(
                "sh", "-c", here, stdout=PIPE, env={**os.environ, "TOKEN": TOKEN}
            )
            printed, _ = await process.communicate()
        assert process.returncode == 0
        assert json.loads(printed)["outcome"] == "succeeded"

    run(scenario())


def test_plain_http_is_not_spoken_where_there_is_tls(place: Place) -> None:
    async def scenario() -> None:
        reader, writer = await asyncio.open_connection(*place.urls[0][8:].split(":"))
        writer.write(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1000)
        writer.close()

    run(scenario())


def test_failed_action_is_a_result_and_is_logged_under_the_requests_id(place: Place) -> None:
    headers = {"X-Request-Id": "req-e2e", "traceparent": PARENT}
    reply = run(place.post(job("function f() { throw new Error('no'); }"), headers=headers))
    assert (reply.status, reply.document["outcome"]) == (200, "failed")
    assert reply.document["error"]["kind"] == "script_threw"
    whose = f"request=req-e2e trace={PARENT}"

    def said() -> list[str]:
        words = ("action_failed", "http_request")
        lines = [line for line in place.daemon.lines if whose in line]
        return [word for word in words if any(f" {word} " in line for line in lines)]

    place.daemon.wait_for(lambda: len(said()) == 2, f"both events of {whose}")


def test_two_mebibytes_pass(place: Place) -> None:
    script = "function f(ctx, api) { api.v1.claims.setClaim('n', ctx.v1.claims.text.length); }"
    reply = run(place.post(job(script, claims={"text": "x" * 2**21})))
    assert reply.document["mutations"][0]["value"] == 2**21


def test_what_a_script_cannot_read_is_an_invalid_request(place: Place) -> None:
    script = "function f(ctx) { ctx.v1.user.getMetadata(); ctx.v1.getUser(); }"
    reply = run(place.post(job(script, user={"creationDate": "2026-02-31T00:00:00Z"})))
    assert (reply.status, reply.problem) == (422, "invalid")


def test_nothing_of_a_context_is_ever_logged(place: Place) -> None:
    secrets = {name: f"secret-{name}" for name in ("accessToken", "idToken", "refreshToken")}
    context = {
        **secrets,
        "httpRequest": {"postForm": {"password": ["secret-password"]}},
        "claims": {"c": "secret-claim"},
    }
    script = """function f(ctx, api) {
      require('zitadel/log').error(ctx.v1.claims.c);
      api.v1.claims.setClaim('c', ctx.v1.claims.c);
      throw new Error(ctx.v1.claims.c);
    }"""
    reply = run(place.post(job(script, **context)))
    assert reply.document["outcome"] == "failed"
    # And where a body is refused, by us and by a worker.
    wrong = {**context, "user": {"id": {"secret-key": "secret-value"}}}
    assert run(place.post(job(script, **wrong))).status == 422
    assert run(place.post(b'{"tenant": "secret-' + b"\xff")).status == 400
    place.daemon.wait_line("route=/v1/triggers/{flow}/{trigger} status=400")
    log = place.daemon.log()
    assert "secret-" not in log
    assert TOKEN not in log


def test_operators_have_an_address_of_their_own_without_tls(place: Place) -> None:
    assert [url.split(":")[0] for url in place.urls] == ["https", "http"]
    assert run(place.get("/healthz")).document == {"status": "alive"}
    assert run(place.get("/readyz")).document == {"status": "ready"}


def test_metrics_have_the_daemons_figures_and_no_tenant(place: Place) -> None:
    run(place.post({"tenant": "tenant-of-mine", **job()}))
    text = run(place.get("/metrics")).body.decode()
    daemon = f'daemon="{place.daemon.endpoint}"'
    labels = f'{daemon},outcome="succeeded",trigger="complement-token/pre-userinfo"'
    for name in ("queue", "run", "cpu"):
        found = re.search(rf"actionsd_job_{name}_seconds_count{{{re.escape(labels)}}} (\S+)", text)
        assert found is not None
        assert float(found[1]) >= 1
    assert f"actionsd_up{{{daemon}}} 1.0" in text
    assert f'actionsd_sandbox_layer{{{daemon},layer="seccomp"}} 1.0' in text
    assert "tenant-of-mine" not in text
    assert "acme" not in text


def test_job_that_takes_too_long_is_a_timeout(place: Place) -> None:
    async def scenario() -> None:
        async with running(http_of(job_seconds=0.2), place.daemon.endpoint) as gateway:
            reply = await gateway.post(job(BUSY))
            assert (reply.status, reply.problem) == (504, "timeout")

    run(scenario())


def test_jobs_of_clients_spare_the_probe(place: Place) -> None:
    async def scenario() -> None:
        async with running(endpoint=place.daemon.endpoint) as gateway:
            assert (await gateway.post(job())).document["outcome"] == "succeeded"
            with Client(place.daemon.endpoint) as client:
                before = client.stats()["jobs"]
                assert (await gateway.get("/readyz")).status == 200
                assert client.stats()["jobs"] == before

    run(scenario())


def test_gateway_that_is_killed_is_replaced_and_nobody_else_notices(place: Place) -> None:
    assert place.urls  # it is ready
    first = pid_of(place.daemon)
    with Client(place.daemon.endpoint) as client:
        running_job = client.submit(
            "preuserinfo", tenant="t", context={}, actions=[Action(name="f", script=BUSY)]
        )
        psutil.Process(first).kill()
        assert "status=-9" in place.daemon.wait_line("gateway_ended")
        assert running_job.result().outcome == "succeeded"
    urls_of(place.daemon, 2)
    assert pid_of(place.daemon, 2) != first
    assert run(place.post(job())).document["outcome"] == "succeeded"
    assert run(place.get("/readyz")).status == 200


def test_sigterm_lets_requests_under_way_finish_and_refuses_new_ones(
    start_daemon: Callable[..., Daemon],
) -> None:
    daemon = start_daemon(config=HTTP, workers=1)
    [url] = urls_of(daemon)
    process = psutil.Process(pid_of(daemon))

    async def scenario() -> None:
        async with Gateway.at(url) as gateway:
            jobs = [asyncio.create_task(gateway.post(job(BUSY))) for _ in range(2)]
            await _until(gateway, "actionsd_http_in_flight 2.0")
            await _until(gateway, f'actionsd_jobs_waiting{{daemon="{daemon.endpoint}"}} 1.0')
            full = await gateway.post(job())
            assert (full.problem, full.headers["Retry-After"]) == ("overloaded", "1")
            daemon.signal(signal.SIGTERM)
            daemon.wait_line("http_draining")
            assert (await gateway.get("/readyz")).problem == "stopping"
            assert (await gateway.get("/healthz")).status == 200
            assert (await gateway.post(job())).problem == "stopping"
            done = await asyncio.gather(*jobs)
            assert [reply.document["outcome"] for reply in done] == ["succeeded"] * 2

    run(scenario())
    assert daemon.wait_exit() == 0
    assert not process.is_running()
    assert "gateway_stopped status=0" in daemon.log()


async def _until(gateway: Gateway, line: str) -> None:
    while line not in (await gateway.get("/metrics")).body.decode():  # noqa: ASYNC110 - a process
        await asyncio.sleep(0.05)


def test_gateway_does_not_outlive_a_daemon_that_is_killed(place: Place) -> None:
    # The last in this file: it is the end of the daemon that the others share.
    gateway = psutil.Process(pid_of(place.daemon))
    place.daemon.signal(signal.SIGKILL)
    place.daemon.wait_exit()
    psutil.wait_procs([gateway], timeout=20)
    assert not gateway.is_running()
