"""The emulated PC: starting and ending it, and asking the agent inside.

QEMU's own emulation and nothing of the host's processor, so that every host sees the same; two processors, for a thread
that pulses a pin shall not have to wait for the one that draws.
"""

import asyncio
import base64
import json
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smbus2 import i2c_msg

from appliance.simulation.oled import Glass

START = "2026-11-03T11:07:00"
"""What its clock says at power-on, UTC: noon of a winter's day, when sounds are made."""
ADDRESS = 0x3C
DATA_OR_COMMAND = 0xC0
BOOT_S = 600.0
"""Ten times what an idle host takes from power-on to the agent: only a broken boot takes longer on a busy one."""
ANSWER_S = 300.0
"""Longer than any request takes, on a host that is busy with other things."""


class VMError(Exception):
    """The machine did not do what it was asked; one sentence."""


class VM:
    """One machine, running; `console` is what its kernel and systemd say."""

    def __init__(self, folder: Path, disks: Path, meter_port: str) -> None:
        self.console = folder / "console.log"
        self.console.unlink(missing_ok=True)
        self._ours, theirs = socket.socketpair()
        self._began = time.monotonic()
        self._process = subprocess.Popen(
            command(disks, self.console, meter_port, theirs.fileno()),
            stdin=subprocess.DEVNULL,
            stdout=(folder / "qemu.log").open("wb"),
            stderr=subprocess.STDOUT,
            pass_fds=(theirs.fileno(),),
        )
        theirs.close()
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self._glass = Glass("ssd1309", ADDRESS)
        self._reading: asyncio.Task[None] | None = None
        self.bus_messages = 0

    @property
    def age_s(self) -> float:
        """Seconds since power-on, by the wall's clock."""
        return time.monotonic() - self._began

    async def agent(self, within_s: float = BOOT_S) -> None:
        """Wait until the agent is there. Raises VMError."""
        reader, self._writer = await asyncio.open_connection(sock=self._ours)
        here = self._asked[0] = asyncio.get_running_loop().create_future()
        self._reading = asyncio.create_task(self._read(reader))
        try:
            await asyncio.wait_for(here, within_s)
        except TimeoutError:
            raise VMError(f"nothing answered in the machine within {within_s:.0f} s") from None

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            answer = json.loads(line)
            asked = self._asked.pop(answer["number"], None)
            if asked is None or asked.done():
                continue
            if "failed" in answer:
                asked.set_exception(VMError(f"the agent failed: {answer['failed'].strip()}"))
            else:
                asked.set_result(answer["done"])
        for asked in self._asked.values():
            asked.set_exception(VMError("the machine is off"))

    async def ask(self, deed: str, **arguments: Any) -> Any:
        """Have the agent do something (see guest/agent.py), and return what it gave back. Raises VMError."""
        self._number += 1
        asked = self._asked[self._number] = asyncio.get_running_loop().create_future()
        request = {"number": self._number, "do": deed, "with": arguments}
        self._writer.write(json.dumps(request).encode() + b"\n")
        try:
            return await asyncio.wait_for(asked, ANSWER_S)
        except TimeoutError:
            raise VMError(f"no answer to {request} within {ANSWER_S:.0f} s") from None

    async def run(self, *words: str) -> str:
        """Run a command in the machine, and return what it said. Raises VMError when it failed."""
        done: Mapping[str, Any] = await self.ask("run", command=list(words))
        if done["code"]:
            raise VMError(f"{' '.join(words)} ended with {done['code']}: {done['said'].strip()}")
        return str(done["said"]).strip()

    async def glass(self) -> Glass:
        """Return the model of the display's controller, with all octets that crossed the bus until now."""
        for message in await self.ask("glass"):
            octets = base64.b64decode(message)
            self.bus_messages += 1
            self._glass.i2c_rdwr(i2c_msg.write(ADDRESS, octets))
        return self._glass

    def off(self) -> None:
        """Pull the plug."""
        self._process.kill()
        self._process.wait()


def command(disks: Path, console: Path, meter_port: str, agent: int) -> list[str]:
    """Return the emulator's command: log on the first serial port, meter on the second, agent on its own."""
    return [
        "qemu-system-x86_64", "-M", "pc", "-accel", "tcg,thread=multi", "-smp", "2", "-m", "512",
        "-nodefaults", "-display", "none", "-no-reboot", "-rtc", f"base={START}",
        "-kernel", str(disks / "vmlinuz"), "-initrd", str(disks / "initrd"),
        "-append", "console=ttyS0 quiet loglevel=4 panic=-1 no_timer_check systemd.unit=multi-user.target "
                   "systemd.wants=han-test.service systemd.journald.forward_to_console=1",
        "-drive", f"file={disks / 'base.squashfs'},if=virtio,format=raw,readonly=on",
        "-drive", f"file={disks / 'program.squashfs'},if=virtio,format=raw,readonly=on",
        "-chardev", f"file,id=console,path={console}", "-serial", "chardev:console",
        "-chardev", f"serial,id=meter,path={meter_port}", "-serial", "chardev:meter",
        "-device", "virtio-serial-pci", "-chardev", f"socket,id=agent,fd={agent}",
        "-device", "virtserialport,chardev=agent,name=han-test",
    ]  # fmt: skip
