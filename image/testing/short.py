"""Boots of which only the console is looked at: a Raspberry Pi 4, and a Pi 3 whose watchdog bites.

QEMU's `raspi4b` has the Pi 4's processor, pins and card controller, but its card hangs on another controller, and it
has no expander for the regulators' pins, no PCIe and no Ethernet; what `pi4.dtso` lays over the tree bridges the first
two. An emulated watchdog resets its board in the moment it is armed; on a Pi it would be after the time that was set.
"""

import asyncio
import contextlib
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from image.testing import tools
from image.testing.patience import patience_s
from image.testing.qemu import PI_3, Board, start
from image.testing.sdcard import SDCard
from image.testing.verdict import NotSoError

NO_WATCHDOG = "systemd.watchdog_sec=0"
TELL_ALL = ("ignore_loglevel", "systemd.log_target=kmsg")
WITH_CONSOLE = ("console=ttyS1,115200", NO_WATCHDOG, *TELL_ALL)
IMAGERS_WORDS = (
    "systemd.run=/boot/firstrun.sh systemd.run_success_action=reboot systemd.unit=kernel-command-line.target"
)
IMAGERS_NAME = "strom"
IMAGERS_SCRIPT = f"""#!/bin/bash

set +e

CURRENT_HOSTNAME=`cat /etc/hostname | tr -d " \\t\\n\\r"`
echo {IMAGERS_NAME} >/etc/hostname
rm -f /boot/firstrun.sh
sed -i 's| systemd.run.*||g' /boot/cmdline.txt
exit 0
"""
"""As Imager 1.7 writes it for a host name (OptionsPopup.qml, applySettings)."""
LOOK_S = 0.2


class ShortBoot:
    """A machine that runs, and what it said on its console."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log
        self._began = time.monotonic()

    @property
    def said(self) -> str:
        """All that was said so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def now(self) -> float:
        """Seconds since power on."""
        return time.monotonic() - self._began

    @property
    def has_ended(self) -> bool:
        """It was reset, or it switched itself off."""
        return self._process.returncode is not None

    async def until(self, pattern: str, within_s: float) -> re.Match[str]:
        """Wait until the console said this, and return it. Raises NotSoError."""
        while (found := re.search(pattern, self.said)) is None:
            if self.has_ended or self.now > within_s:
                last = self.said.strip().splitlines()[-1:] or ["nothing"]
                raise NotSoError(f"no '{pattern}' within {self.now:.0f} s; last heard: {last[0]}")
            await asyncio.sleep(LOOK_S)
        return found

    async def end(self, within_s: float) -> None:
        """Wait until it is reset. Raises NotSoError."""
        while not self.has_ended:
            if self.now > within_s:
                raise NotSoError(f"it still runs after {self.now:.0f} s")
            await asyncio.sleep(LOOK_S)


@asynccontextmanager
async def short_boot(
    board: Board, card: SDCard, folder: Path, name: str, words: Sequence[str]
) -> AsyncIterator[ShortBoot]:
    """Have a machine run on this card while the block lasts. Raises ToolError."""
    handed = await asyncio.to_thread(start, card, folder, board)
    log = folder / f"{name}.console"
    log.write_bytes(b"")
    # the PL011 is the first of both; the Pi 3's tree has a console on the second
    serial = ("null", f"file:{log}") if board is PI_3 else (f"file:{log}",)
    command = tools.command(
        "qemu-system-aarch64", "-M", board.machine, "-display", "none", "-monitor", "none", "-no-reboot",
        "-kernel", handed.kernel, "-initrd", handed.initrd, "-dtb", handed.tree,
        "-append", " ".join((handed.words, *words)), "-drive", f"file={card.file},format=raw,if=sd",
        *(word for one in serial for word in ("-serial", one)),
    )  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=tools.CHECKOUT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield ShortBoot(process, log)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def watchdog_is_armed_before_the_root(boot: ShortBoot) -> str:
    """The watchdog is armed in the initial file system, before there is a root: an emulated Pi is reset by that."""
    await boot.until(r"Run /init as init process", patience_s())
    began_s = boot.now
    await boot.end(patience_s())
    if found := re.search(r"Kernel panic|systemd\[1\]", boot.said):
        raise NotSoError(f"'{found[0]}' came before the reset")
    return f"reset {boot.now - began_s:.1f} s after the initial file system began"


async def takes_imagers_wishes(boot: ShortBoot) -> str:
    """Such a card starts as any other, and what Imager left is taken."""
    await boot.until(r"Finished han-appliance-imager\.service", patience_s())
    return f"after {boot.now:.0f} s"


async def pi4_finds_its_card(boot: ShortBoot) -> str:
    """On a Pi 4 both of the card's regulators are there, and its controller comes up."""
    found = await boot.until(r"mmc\d: SDHCI controller on fe340000\.mmc[^\r\n]*", patience_s())
    return f"{found[0]}, after {boot.now:.0f} s"


async def pi4_mounts_its_root(boot: ShortBoot) -> str:
    """The Pi 4's kernel mounts the root, and the appliance is started."""
    await boot.until(r"systemd\[1\]: Starting han-appliance\.service", patience_s())
    return f"after {boot.now:.0f} s"


async def pi4_restarts_itself(boot: ShortBoot) -> str:
    """A Pi 4 without its root starts anew by itself."""
    await boot.until(r"Restarting system", patience_s())
    await boot.end(patience_s())
    if "Reboot failed" in boot.said:
        raise NotSoError("it said 'Reboot failed'")
    return f"after {boot.now:.0f} s"
