"""An HTTP server that says what it was asked, and a daemon that may fetch from it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from daemon import Daemon, serving, short_directory

CONFIGURATION = """
[[fetch.allow]]
host = "127.0.0.1"
scheme = "http"
port = {port}
methods = ["GET", "POST", "PUT", "PATCH"]
private = true

[secrets.crm]
file = "crm"
hosts = ["127.0.0.1"]
"""
SECRET = "correct-horse"  # noqa: S105 - the tests' own


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer any method."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(*self._respond(body.decode()))

    do_POST = do_PUT = do_PATCH = do_GET  # noqa: N815 - http.server looks for these names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Keep quiet."""

    def _respond(self, body: str) -> tuple[int, bytes]:
        match self.path.split("/")[1:]:
            case ["users"]:
                return 201, json.dumps({"id": "u-17", **json.loads(body or "{}")}).encode()
            case ["status", number]:
                return int(number), f"status {number}".encode()
            case ["latin1"]:
                return 200, b"caf\xe9"
            case ["moved"]:
                return 302, b""
            case _:
                lines = [list(line) for line in self.headers.items()]
                echo = {"method": self.command, "path": self.path, "headers": lines, "body": body}
                return 200, json.dumps(echo).encode()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("x-part", "one, two")
        self.send_header("X-Part", "three")
        if status == 302:
            self.send_header("Location", "/there")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def echo_site() -> Iterator[int]:
    """Serve on loopback; the value is the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def daemon_beside(port: int) -> Iterator[Daemon]:
    """Run a daemon whose scripts may fetch from the site, with a secret for it."""
    with short_directory() as directory:
        (directory / "crm").write_text(SECRET)
        configuration = directory / "actionsd.toml"
        configuration.write_text(CONFIGURATION.format(port=port))
        with serving(directory, "--workers", "2", "-c", str(configuration)) as daemon:
            yield daemon
