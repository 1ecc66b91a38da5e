"""The serial port: is it there, may it be opened, what else uses it, and can its hardware do what a meter needs."""

import stat
from collections.abc import Iterator
from pathlib import Path

from appliance.doctor.finding import Finding, Grade
from appliance.doctor.target import Target, join, locked_out
from appliance.household.situation import Signal

_USUAL = ("serial0", "ttyAMA*", "ttyUSB*", "ttyACM*")
_RUNGS = {"usb", "hub", "port", "ctrl"}
"""Drivers of the ladder between a port and the machine; they say nothing of it."""
_NO_CONSOLE = (
    "sudo raspi-config, Interface Options, Serial Port: no login shell, but the hardware enabled; then restart"
)


def port(target: Target) -> Finding:
    """Check whether the port that is set can be used."""
    name = target.settings.line.port
    path = target.path(name)
    if not path.exists():
        others = [f"/dev/{found}" for pattern in _USUAL for found in target.found("/dev", pattern)]
        there = f"set line.port; there are {', '.join(others)}" if others else "plug in the converter"
        advice = f"{there}, or switch the serial port on (raspi-config; /dev/serial0 is Raspberry Pi OS's name for it)"
        return Finding("port", Grade.FAULT, f"there is no {name}", advice)
    shown = name if name.endswith(path.resolve().name) else f"{name} is {path.resolve().name}"
    if not stat.S_ISCHR(path.stat().st_mode):
        return Finding("port", Grade.FAULT, f"{name} is no serial port", "set line.port to the converter's port")
    if target.running is not None:
        if target.running.situation.signal is Signal.NO_PORT:
            advice = "journalctl -u han-appliance says why"
            return Finding("port", Grade.FAULT, f"{shown}, but the running appliance cannot open it", advice)
        return Finding("port", Grade.FINE, f"{shown}, and the running appliance reads it")
    if (group := locked_out(path)) is not None:
        return Finding("port", Grade.FAULT, f"{shown}; this user may not open it: it is for group {group}", join(group))
    return Finding("port", Grade.FINE, f"{shown}, and this user may open it")


def holder(target: Target) -> Finding:
    """Check whether another program has the port open."""
    path = target.path(target.settings.line.port)
    if not path.exists():
        return Finding("port holder", Grade.UNKNOWN, "there is no port to hold")
    appliance = None if target.running is None else target.running.process.pid
    others = [pid for pid in _holders(target, path.resolve()) if pid != appliance]
    if others:
        named = " and ".join(f"{_command(target, pid)} (process {pid})" for pid in others)
        return Finding("port holder", Grade.FAULT, f"{named} has the port open and takes octets away", "stop it")
    return Finding("port holder", Grade.FINE, "no other program that this user can see has the port open")


def uart(target: Target) -> Finding:
    """Check which hardware the port is: a Pi's mini-UART has no parity and cannot see a damaged octet."""
    path = target.path(target.settings.line.port)
    if not path.exists():
        return Finding("uart", Grade.UNKNOWN, "there is no port to look at")
    name = path.resolve().name
    words = list(_hardware(target, name))
    if any("bcm2835-aux-uart" in word for word in words):
        return Finding(
            "uart",
            Grade.WARNING,
            f"{name} is the mini-UART: it knows no parity and does not see a damaged octet",
            "put dtoverlay=disable-bt into config.txt and restart: then the PL011 has the pins",
        )
    if any("pl011" in word for word in words):
        return Finding("uart", Grade.FINE, f"{name} is the PL011: it knows parity and sees a damaged octet")
    if name.startswith(("ttyUSB", "ttyACM")):
        driver = next((word for word in words if "," not in word and word not in _RUNGS), "its driver is not told")
        return Finding("uart", Grade.FINE, f"{name} is a USB converter ({driver})")
    return Finding("uart", Grade.UNKNOWN, f"the kernel does not tell what hardware {name} is")


def console(target: Target) -> Finding:
    """Check whether the kernel or a login speaks on the port."""
    name = target.settings.line.port
    names = {Path(name).name, target.path(name).resolve().name}
    ordered_text, listed = target.text("/proc/cmdline"), target.text("/proc/consoles")
    if ordered_text is None and listed is None:
        return Finding("console", Grade.UNKNOWN, "the kernel does not tell where its consoles are")
    ordered = {
        word.removeprefix("console=").split(",")[0] for word in (ordered_text or "").split() if "console=" in word
    }
    active = {line.split()[0] for line in (listed or "").splitlines() if line}
    if taken := names & (ordered | active):
        return Finding("console", Grade.FAULT, f"the kernel's console is on {' and '.join(taken)}", _NO_CONSOLE)
    for pid in target.found("/proc", "[0-9]*"):
        words = (target.text(f"/proc/{pid}/cmdline") or "").split("\0")
        if "getty" in words[0] and names & set(words):
            return Finding("console", Grade.FAULT, f"a login waits on the port (process {pid})", _NO_CONSOLE)
    return Finding("console", Grade.FINE, "neither the kernel's console nor a login is on the port")


def _holders(target: Target, device: Path) -> Iterator[int]:
    for pid in target.found("/proc", "[0-9]*"):
        try:
            held = any(link.readlink() == device for link in target.path(f"/proc/{pid}/fd").iterdir())
        except OSError:  # another user's, or it has just ended
            continue
        if held:
            yield int(pid)


def _command(target: Target, pid: int) -> str:
    return target.text(f"/proc/{pid}/comm") or "another program"


def _hardware(target: Target, name: str) -> Iterator[str]:
    """Yield what the device and those it hangs on are called in the device tree ("maker,part"), and their drivers."""
    device = target.path(f"/sys/class/tty/{name}/device")
    if not device.exists():
        return
    # From Linux 6.6 on, a port and a controller of the serial core lie between the tty and the hardware.
    here = device.resolve()
    for folder in (here, *here.parents[:4]):
        compatible = folder / "of_node" / "compatible"
        if compatible.exists():
            yield from compatible.read_text(encoding="utf-8", errors="replace").strip("\0").split("\0")
        if (folder / "driver").exists():
            yield (folder / "driver").resolve().name
