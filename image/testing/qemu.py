"""An emulated Raspberry Pi 3 B: power on, power off, and the wires that come out of it.

QEMU's `raspi3b` has the board's own controllers: card, PL011, I2C, pins. It does not run the Pi's firmware, so the
kernel, its initial file system and the device tree are taken out of the card's boot partition, as the firmware would
take them (`firmware`). Its wires are pairs of connected sockets that the emulator inherits: nothing listens on the
host, and no
path is too long.

What is added for the test alone: device tree nodes for a console on the small UART and for the board's revision, which
the firmware tells on a real one; on the command line, PID 1's watchdog off (the emulated one resets the board at once),
a unit, handed in as a credential, that puts a shell on that console, and more time for the appliance to start, which is
five seconds on a Pi and two minutes here on a host that does other things (systemd-debug-generator(8),
"systemd.extra-unit.*", "systemd.unit-dropin.*").
"""

import asyncio
import base64
import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.settings import settings_file
from appliance.settings.model import Settings
from appliance.system import battery_clock as ds3231
from image.testing import firmware, tools
from image.testing.cable import Cable
from image.testing.sdcard import SDCard
from image.testing.trace import EVENTS


@dataclass(frozen=True, slots=True)
class Board:
    """An emulated board: the machine's name in QEMU, its tree on the card, and what is laid over that for the test."""

    machine: str
    tree: str
    overlay: Path
    filters: frozenset[str]
    """Of config.txt, those that fit it."""


PI_3 = Board("raspi3b", "bcm2837-rpi-3-b.dtb", Path(__file__).with_name("console.dtso"), firmware.PI_3_FILTERS)
PI_4 = Board("raspi4b", "bcm2711-rpi-4-b.dtb", Path(__file__).with_name("pi4.dtso"), firmware.PI_4_FILTERS)
GPSET0, GPCLR0 = 0x3F20001C, 0x3F200028
"""Raises pins 0 to 31, and lowers them (BCM2837 ARM Peripherals, section 6.1, at this chip's base address)."""
CONVERTER, STICK = "converter", "stick"
PINS = "/machine/soc/peripherals/gpio"
RELEASED = sum(1 << settings_file.pins(Settings())[f"button_{letter}"] for letter in "ab")
"""The pins of buttons that are not pressed."""
SHELL = """[Unit]
DefaultDependencies=no
[Service]
Environment=TERM=dumb PS1= SYSTEMD_COLORS=0 SYSTEMD_PAGER= COLUMNS=200
ExecStart=/bin/sh
StandardInput=tty-force
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS1
"""
PATIENT = """[Service]
TimeoutStartSec=15min
"""


def dropped_in(unit: str, text: str) -> str:
    """Return the kernel's word that adds these lines to a unit; `unit` may have a name for it after a tilde."""
    return f"systemd.set_credential_binary=systemd.unit-dropin.{unit}:{base64.b64encode(text.encode()).decode()}"


_TEST_ONLY = (
    "console=ttyS1,115200",
    "systemd.watchdog_sec=0",
    f"systemd.set_credential_binary=systemd.extra-unit.probe.service:{base64.b64encode(SHELL.encode()).decode()}",
    "systemd.wants=probe.service",
    dropped_in("han-appliance.service", PATIENT),
)


@dataclass(frozen=True, slots=True)
class Start:
    """What the Pi's firmware would hand over, as files beside the card."""

    kernel: Path
    initrd: Path
    tree: Path
    words: str


def start(card: SDCard, folder: Path, board: Board = PI_3, *, once: bool = False) -> Start:
    """Take it out of the card's boot partition, and return it; `once`: as tryboot.txt says. Raises ToolError."""
    names = set(card.names())

    def read(name: str) -> str | None:
        return card.get(name, folder / "read").read_text(encoding="utf-8") if name in names else None

    try:
        chosen = firmware.chosen(read, names.__contains__, board.tree, board.filters, once=once)
    except firmware.NoSystemError as trouble:
        raise tools.ToolError(f"the Pi would not start: {trouble}") from trouble
    if chosen.initrd is None:
        raise tools.ToolError("the Pi would start without an initial file system")
    kernel, initrd = card.get(chosen.kernel, folder / "vmlinuz"), card.get(chosen.initrd, folder / "initrd.img")
    own, overlay, tree = card.get(chosen.tree, folder / board.tree), folder / "test.dtbo", folder / "test.dtb"
    tools.run("dtc", "-q", "-@", "-I", "dts", "-O", "dtb", "-o", overlay, board.overlay)
    tools.run("fdtoverlay", "-i", own, "-o", tree, overlay)
    words = card.get(chosen.words, folder / "cmdline.txt").read_text(encoding="ascii").strip()
    return Start(kernel, initrd, tree, words)


class EmulatedPi:
    """One machine, from power on to power off; `now` is the time since power on, s."""

    def __init__(
        self,
        card: SDCard,
        handed: Start,
        log: Path,
        *,
        cable: Cable | None = None,
        converter: bool = False,
        stick: Path | None = None,
        battery_clock: bool = False,
        words: tuple[str, ...] = (),
    ) -> None:
        """Make a machine that is off. `log` is where the display's bus is traced; `words` go to the kernel as well.

        With a `converter` on USB from power on, or a `stick`; with a `battery_clock`, which QEMU has as DS1338.
        """
        self.trace = log
        self._converter = converter
        self._stick = stick
        self._battery_clock = battery_clock
        self._cable = cable
        self._card = card
        self._handed = handed
        self._words = " ".join((handed.words, *_TEST_ONLY, *words))
        self._process: asyncio.subprocess.Process | None = None
        self._asking = asyncio.Lock()
        self.switched_on = 0.0
        """On the monotonic clock, s."""
        self.han: socket.socket
        self.usb: socket.socket
        """The far end of a HAN converter on USB, which hangs there after `plug_converter`."""
        self.console: tuple[asyncio.StreamReader, asyncio.StreamWriter]

    @property
    def now(self) -> float:
        """Seconds since power on."""
        return time.monotonic() - self.switched_on

    @property
    def has_ended(self) -> bool:
        """It was reset, or it switched itself off."""
        return self._process is not None and self._process.returncode is not None

    async def power_on(self) -> None:
        """Start, and let the processors run. Raises ToolError when the emulator will not."""
        ours, theirs = zip(*(socket.socketpair() for _ in range(5)), strict=True)
        self.trace.write_bytes(b"")
        self._process = await asyncio.create_subprocess_exec(
            *tools.command("qemu-system-aarch64", *self._arguments([end.fileno() for end in theirs])),
            cwd=tools.CHECKOUT,
            pass_fds=[end.fileno() for end in theirs],
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=self.trace.with_suffix(".qemu").open("wb"),
            start_new_session=True,
        )
        for end in theirs:
            end.close()
        self._monitor = await asyncio.open_connection(sock=ours[0])
        self.han = ours[1]
        self.han.setblocking(False)
        self.console = await asyncio.open_connection(sock=ours[2])
        self._wires = await asyncio.open_connection(sock=ours[3])
        self.usb = ours[4]
        self.usb.setblocking(False)
        if not await self._monitor[0].readline():
            said = self.trace.with_suffix(".qemu").read_text(errors="replace").strip().splitlines()
            raise tools.ToolError(f"the emulator did not start: {said[-1] if said else 'without a word'}")
        await self._ask("qmp_capabilities")
        self.switched_on = time.monotonic()
        await self._wire(f"writel {GPSET0:#x} {RELEASED:#x}")
        await self._wire(f"irq_intercept_out {PINS}")
        if self._converter:
            await self.plug_converter()
        if self._stick is not None:
            await self.plug_stick(self._stick)
        await self._ask("cont")

    async def cut_power(self) -> None:
        """Cut the power as by a pulled plug: what has not reached the card is lost."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
        self._monitor[1].close()
        self._wires[1].close()
        self.console[1].close()
        self.han.close()
        self.usb.close()

    async def plug_converter(self) -> None:
        """Plug a HAN converter into a USB socket: QEMU's has FTDI's numbers. Raises ToolError."""
        words = {"driver": "usb-serial", "chardev": "usb", "id": CONVERTER, "always-plugged": True}
        await self._ask("device_add", words)

    async def plug_stick(self, file: Path) -> None:
        """Plug a USB stick with these octets into a socket. Raises ToolError."""
        octets = {"driver": "file", "filename": str(file), "read-only": True}
        await self._ask("blockdev-add", {"driver": "raw", "node-name": STICK, "read-only": True, "file": octets})
        await self._ask("device_add", {"driver": "usb-storage", "id": STICK, "drive": STICK})

    async def hold(self, gpio: int, *, down: bool) -> None:
        """Pull a button's pin low, or let it rise again; the answer is passed over by `edges`."""
        register = GPCLR0 if down else GPSET0
        self._wires[1].write(f"writel {register:#x} {1 << gpio:#x}\n".encode())
        await self._wires[1].drain()

    async def edges(self) -> AsyncIterator[tuple[int, int]]:
        """Yield each change of a pin that is an output, as it comes: the pin's number, and its new level."""
        async for line in self._wires[0]:
            match line.split():
                case [b"IRQ", change, pin]:
                    yield int(pin), int(change == b"raise")

    async def _wire(self, order: str) -> None:
        """Do something to the pins, before the processors run; buttons are raised by hand for want of pull-ups here."""
        reader, writer = self._wires
        writer.write(f"{order}\n".encode())
        if not (said := await reader.readline()).startswith(b"OK"):
            raise tools.ToolError(f"the emulator's wires answer '{order}' with {said.decode().strip()!r}")

    def said_on_han(self) -> bytes:
        """Return what was sent on the HAN line since the last time; it is to be nothing."""
        with contextlib.suppress(BlockingIOError):
            return self.han.recv(1 << 16)
        return b""

    async def _ask(self, what: str, arguments: dict[str, Any] | None = None) -> Any:
        """Ask QEMU's monitor: one question at a time, with events in between that are passed over."""
        reader, writer = self._monitor
        async with self._asking:
            writer.write(json.dumps({"execute": what, "arguments": arguments or {}}).encode() + b"\n")
            while line := await reader.readline():
                answer = json.loads(line)
                if "return" in answer:
                    return answer["return"]
                if "error" in answer:
                    raise tools.ToolError(f"the emulator's monitor says: {answer['error']['desc']}")
        raise ConnectionResetError("the emulator has ended")

    def _arguments(self, ends: list[int]) -> list[str | Path]:
        monitor, han, console, wires, usb = ends
        return [
            "-M", "raspi3b", "-display", "none", "-no-reboot", "-S",
            "-kernel", self._handed.kernel, "-initrd", self._handed.initrd, "-dtb", self._handed.tree,
            "-append", self._words,
            "-drive", f"{self._card.drive},if=sd,id=card",
            "-device", "ssd0303,bus=i2c-bus.1,address=0x3c",
            *(("-device", f"ds1338,bus=i2c-bus.1,address={ds3231.ADDRESS:#x}") if self._battery_clock else ()),
            "-chardev", f"socket,id=monitor,fd={monitor}", "-mon", "chardev=monitor,mode=control",
            "-chardev", f"socket,id=han,fd={han}", "-serial", "chardev:han",
            "-chardev", f"socket,id=console,fd={console},logfile={self.trace.with_suffix('.console')}",
            "-serial", "chardev:console",
            "-accel", "tcg", "-chardev", f"socket,id=wires,fd={wires}", "-qtest", "chardev:wires", "-qtest-log", "none",
            *(word for event in EVENTS for word in ("-trace", event)), "-msg", "timestamp=on", "-D", self.trace,
            "-chardev", f"socket,id=usb,fd={usb}",
            *(self._cable.arguments() if self._cable else ()),
        ]  # fmt: skip
