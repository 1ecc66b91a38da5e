"""The emulator's trace: a line for each thing that happened on a bus, followed while it is written.

Three listen to it. The display's octets are one; the card's blocks another, since the emulated card keeps no account
of what is written to it. A block that was told is on the card: what a power cut finds there. The third is what the
firmware is asked for, which the emulated one does not know: one start by tryboot.txt.
"""

import asyncio
import re
from pathlib import Path
from typing import Protocol

EVENTS = ("i2c_event", "i2c_send", "sdcard_write_block", "bcm2835_mbox_property")
_LOOK_S = 0.05
_ASKED_ONCE = "bcm2835_mbox_property mbox property tag:0x00038064 "
_WRITTEN = re.compile(r"sdcard_write_block addr 0x[0-9a-f]+ size 0x(?P<size>[0-9a-f]+)")


class Listener(Protocol):
    """What follows the trace."""

    def line(self, line: str) -> None:
        """Take one line of the trace."""

    def rested(self) -> None:
        """Note that there are no more lines for now."""


async def follow(file: Path, *listeners: Listener) -> None:
    """Tell all that is traced, as it comes, until cancelled."""
    with file.open(encoding="ascii", errors="replace") as trace:
        rest = ""
        while True:
            *lines, rest = (rest + trace.read()).split("\n")
            for line in lines:
                for listener in listeners:
                    listener.line(line)
            for listener in listeners:
                listener.rested()
            await asyncio.sleep(_LOOK_S)


class Written:
    """How much was written to the card since power on."""

    def __init__(self) -> None:
        self.sectors = 0

    def line(self, line: str) -> None:
        """Count a block."""
        if found := _WRITTEN.search(line):
            self.sectors += int(found["size"], 16) // 512

    def rested(self) -> None:
        """Do nothing: a count is always true."""


class Flag:
    """Whether the firmware was asked to go by tryboot.txt at the next restart."""

    def __init__(self) -> None:
        self.is_set = False

    def line(self, line: str) -> None:
        """Look for the mailbox's tag (Raspberry Pi's Linux: RPI_FIRMWARE_SET_REBOOT_FLAGS)."""
        self.is_set |= _ASKED_ONCE in line

    def rested(self) -> None:
        """Do nothing: it stays set until the restart."""
