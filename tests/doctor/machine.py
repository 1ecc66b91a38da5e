"""A Raspberry Pi built in a folder: the kernel's files as they stand on one, and a port that is a real terminal."""

import errno
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from appliance.doctor.kernel import GpioLine, Kernel
from appliance.doctor.target import Target
from appliance.settings import settings_file

SETTINGS = settings_file.parse('[line]\nport = "/dev/serial0"\nparity = "none"\n', "test")
MODEL = "Raspberry Pi 3 Model B Rev 1.2"


class Wiring(Kernel):
    """What hangs on the bus and the pins, and whether the clock was set."""

    def __init__(self) -> None:
        self.on_the_bus: dict[int, int | OSError] = {0x3C: 0x43}
        self.holders: dict[int, str] = {}
        self.label = "pinctrl-bcm2835"
        self.set = False

    def i2c_status(self, bus: Path, address: int) -> int:  # noqa: ARG002 - there is one bus
        match self.on_the_bus.get(address):
            case None:
                raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
            case OSError() as trouble:
                raise trouble
            case status:
                return status

    def gpio_label(self, chip: Path) -> str:  # noqa: ARG002 - there is one chip
        return self.label

    def gpio_line(self, chip: Path, gpio: int) -> GpioLine:  # noqa: ARG002 - there is one chip
        return GpioLine(gpio, self.holders.get(gpio))

    def clock_set(self) -> bool:
        return self.set


@dataclass
class Machine:
    """A whole and healthy Pi below `root`, to be broken."""

    root: Path
    port: str
    """What /dev/serial0 leads to."""
    wiring: Wiring = field(default_factory=Wiring)

    def __post_init__(self) -> None:
        self.name = Path(self.port).name
        self.write("/proc/device-tree/model", MODEL + "\0")
        self.write("/proc/cmdline", "console=tty1 root=/dev/mmcblk0p2 rootwait\n")
        self.write("/proc/consoles", "tty0                 -WU (EC  p  )    4:7\n")
        self.write("/proc/uptime", "90000.12 350000.00\n")
        self.write("/dev/i2c-1")
        self.write("/dev/gpiochip0")
        (self.root / "dev/serial0").symlink_to(self.port)
        self.hardware("arm,pl011\0arm,primecell\0")
        self.write("/sys/class/thermal/thermal_zone0/temp", "48312\n")
        self.write("/sys/class/hwmon/hwmon1/name", "rpi_volt\n")
        self.write("/sys/class/hwmon/hwmon1/in0_lcrit_alarm", "0\n")
        self.write("/sys/class/watchdog/watchdog0/identity", "Broadcom BCM2835 Watchdog timer\n")
        self.write("/sys/class/watchdog/watchdog0/state", "active\n")
        (self.root / "var/lib/han-appliance").mkdir(parents=True)
        self.written_mb(300)

    def write(self, absolute: str, text: str = "") -> None:
        path = self.root / absolute.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def hardware(self, compatible: str) -> None:
        """The UART as a kernel from 6.6 on shows it: the serial core's port lies between it and the device tree."""
        self.write("/sys/devices/platform/soc/uart/of_node/compatible", compatible)
        (self.root / "sys/devices/platform/soc/uart/uart:0/uart:0.0").mkdir(parents=True, exist_ok=True)
        tty = self.root / "sys/class/tty" / self.name
        tty.mkdir(parents=True, exist_ok=True)
        if not (tty / "device").is_symlink():
            (tty / "device").symlink_to("../../../devices/platform/soc/uart/uart:0/uart:0.0")

    def written_mb(self, megabytes: float) -> None:
        """What has been written to the card that the data folder is on, since the start a day and an hour ago."""
        device = self.root.stat().st_dev
        link = self.root / f"sys/dev/block/{os.major(device)}:{os.minor(device)}"
        self.write("/sys/devices/mmc/mmcblk0p2/stat", f"1 0 8 0 100 0 {int(megabytes * 1e6 / 512)} 0 0 0 0\n")
        if not link.is_symlink():
            link.parent.mkdir(parents=True)
            link.symlink_to("../../devices/mmc/mmcblk0p2")

    def process(self, pid: int, command: str, *arguments: str, holds: str | None = None) -> None:
        self.write(f"/proc/{pid}/comm", command + "\n")
        self.write(f"/proc/{pid}/cmdline", "\0".join((command, *arguments)) + "\0")
        (self.root / f"proc/{pid}/fd").mkdir()
        if holds is not None:
            (self.root / f"proc/{pid}/fd/3").symlink_to(holds)

    def target(self, **known: Any) -> Target:
        return replace(Target(SETTINGS, root=self.root, kernel=self.wiring), **known)
