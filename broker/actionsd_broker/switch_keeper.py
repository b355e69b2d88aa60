"""What is switched off in a running daemon, kept in step with the file.

The file may be changed by others: by the command when this daemon hung, or by another
daemon that shares it. So it is looked at every second. What it says is taken over; a file
that has gone or is damaged changes nothing that is known. One that cannot be read is read
again every second: it may become readable without having been written.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime

from actionsd_broker import log
from actionsd_broker.switch_file import Stamp, SwitchFile, SwitchFileError
from actionsd_broker.switches import Switch, Switches, unreadable

LOOK_SECONDS = 1.0
"""How often the file is looked at: one system call."""


class SwitchKeeper:
    """Holds `switches`; without a file they last as long as the process."""

    def __init__(self, file: SwitchFile | None) -> None:
        self._file = file
        self._stamp: Stamp | None = None  # of what was taken over
        self._problem = ""  # why that is not what the file says, if it was logged
        self.switches = Switches()
        self.next_look = math.inf if file is None else 0.0

    def open(self) -> None:
        """Take over what is off at the start: everything, if the file cannot be read."""
        if self._file is None:
            return
        stamp = self._file.stamp()
        try:
            found = self._file.read()
        except SwitchFileError as error:
            self._complain(error, "everything is off")
            found = unreadable(str(error), datetime.now(UTC))
        else:
            self._stamp = stamp
        self._take(found)

    def look(self, now: float) -> bool:
        """Take over what others have written; tell whether anything is off or on by it."""
        if self._file is None or now < self.next_look:
            return False
        self.next_look = now + LOOK_SECONDS
        stamp = self._file.stamp()
        if stamp == self._stamp:
            return False
        if stamp is None:
            self._stamp = None
            log.warning("switches_file_gone", path=str(self._file.path), off=len(self.switches))
            return False
        try:
            found = self._file.read()
        except SwitchFileError as error:
            self._complain(error, "nothing changes")
            return False
        self._stamp, self._problem = stamp, ""
        return self._take(found)

    def change(self, alter: Callable[[Switches], Switches], by: str) -> str | None:
        """Switch something off or on; return why that will not outlast this process, if so.

        It is done in any case: a disk that is full must not keep a bad action running.
        The broker waits for the disk here, some milliseconds for what is done once in a while.
        """
        if self._file is None:
            self._take(alter(self.switches), by)
            return "this daemon has no file for it"
        with self._file.locked():
            self.look(self.next_look)
            self._take(alter(self.switches), by)
            try:
                self._file.write(self.switches)
            except SwitchFileError as error:
                log.error("switches_not_kept", problem=str(error))
                return str(error)
            self._stamp, self._problem = self._file.stamp(), ""
        return None

    def _complain(self, error: SwitchFileError, consequence: str) -> None:
        if str(error) != self._problem:
            self._problem = str(error)
            log.error("switches_unreadable", problem=self._problem, consequence=consequence)

    def _take(self, switches: Switches, by: str = "") -> bool:
        before, self.switches = self.switches, switches
        for switch in switches.entries:
            if switch not in before.entries:
                log.warning("switched_off", **_named(switch), by=switch.by, reason=switch.reason)
        for switch in before.entries:
            if switch.scope not in switches:
                log.warning("switched_on", **_named(switch), by=by or "unknown, see the file")
        return switches.entries != before.entries


def _named(switch: Switch) -> dict[str, str]:
    names = {"tenant": switch.tenant, "action": switch.action}
    return {key: name for key, name in names.items() if name is not None} or {"all": "yes"}
