"""Starts a daemon with two workers, sends it a trigger, prints the result, stops it all.

Run it with `make demo`, or with a Python that has actionsd: `python examples/demo.py`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from actionsd_client import Client

EXAMPLES = Path(__file__).parent
TRIGGER = "complement-token/pre-userinfo"


def main() -> int:
    """Run the demonstration; return its exit status."""
    # A socket's path must be short, so not below the checkout.
    with tempfile.TemporaryDirectory(prefix="actionsd-demo-") as directory:
        endpoint = f"ipc://{directory}/broker.sock"
        say(f"$ actionsd serve -c examples/actionsd.toml --endpoint {endpoint}")
        command = [sys.executable, "-m", "actionsd_broker.cli", "serve"]
        daemon = subprocess.Popen(
            [*command, "-c", str(EXAMPLES / "actionsd.toml"), "--endpoint", endpoint],
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            if not wait_ready(daemon):
                return 1
            status = send_trigger(endpoint)
        finally:
            daemon.terminate()
            _, rest = daemon.communicate(timeout=30)
            say(rest.rstrip())
        say(f"the daemon and its workers have stopped (exit status {daemon.returncode})")
        return status


def wait_ready(daemon: subprocess.Popen[str]) -> bool:
    """Pass the daemon's log on until it is ready; return False if it ends instead."""
    for line in daemon.stderr or ():
        say(line.rstrip())
        if line.startswith("actionsd ready"):
            return True
    return False


def send_trigger(endpoint: str) -> int:
    """Send the trigger with the context of the first example, and print what comes back."""
    context = (EXAMPLES / "contexts" / "roleClaims.json").read_bytes()
    say(f"$ actionsd call {TRIGGER} --tenant acme --context examples/contexts/roleClaims.json")
    with Client(endpoint) as client:
        result = client.call(TRIGGER, tenant="acme", context=context)
    print(json.dumps(msgspec.to_builtins(result), indent=2))
    return 0 if result.outcome == "succeeded" else 1


def say(text: str) -> None:
    """Print a line for people."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
