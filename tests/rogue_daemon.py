"""`actionsd serve` with rogues for workers.

Arguments: the directory that the rogues share with the test, then those of `serve`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from actionsd_broker import cli, launcher, quarantine, supervisor

zygote = str(Path(__file__).parent / "rogue_zygote.py")
launcher.COMMAND = (sys.executable, "-E", "-P", zygote, sys.argv[1])
# Nobody wants to wait as long as operators would: for a worker that does not come, and for
# an action to be let in again.
supervisor.START_SECONDS = 4.0
quarantine.FIRST_SECONDS = 1.0
sys.exit(cli.main(["serve", *sys.argv[2:]]))
