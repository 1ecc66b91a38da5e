"""The serial port: is it there, may it be opened, what else uses it, and can its hardware do what a meter needs."""

import stat
from collections.abc import Iterator
from pathlib import Path

from appliance.doctor.finding import Finding, Grade
from appliance.doctor.target import Target, join, locked_out
from appliance.household.situation import Signal
from appliance.line.auto_port import AUTO, HEADER, AutoPort
from appliance.line.last_settings import PORT_FILE
from appliance.words.sentence import Sentence, joined

_USUAL = ("serial0", "ttyAMA*", "ttyUSB*", "ttyACM*")
_RUNGS = {"usb", "hub", "port", "ctrl"}
"""Drivers of the ladder between a port and the machine; they say nothing of it."""
_NO_CONSOLE = Sentence(
    "sudo raspi-config, Interface Options, Serial Port: no login shell, but the hardware enabled; then restart"
)


def port_name(target: Target) -> str:
    """Return the port that is set or, where it is found by itself, the one that would be opened now."""
    if (wanted := target.settings.line.port) != AUTO:
        return wanted
    if target.running is not None and target.running.situation.health.port is not None:
        return target.running.situation.health.port
    known = target.text(f"{target.settings.data.folder}/{PORT_FILE}")
    dev = target.path("/dev")
    chosen = Path(AutoPort(None if known is None else str(target.path(known)), dev).choose())
    return str(Path("/dev") / chosen.relative_to(dev)) if chosen.is_relative_to(dev) else f"/dev/{HEADER}"


def port(target: Target) -> Finding:
    """Check whether the port that is set can be used."""
    name = port_name(target)
    path = target.path(name)
    if not path.exists():
        others = [f"/dev/{found}" for pattern in _USUAL for found in target.found("/dev", pattern)]
        there = Sentence("plug in the converter")
        if others:
            there = Sentence("set line.port; there are {others}", others=", ".join(others))
        advice = Sentence(
            "{there}, or switch the serial port on (raspi-config; /dev/serial0 is Raspberry Pi OS's name for it)",
            there=there,
        )
        return Finding("port", Grade.FAULT, Sentence("there is no {name}", name=name), advice)
    shown = Sentence("{name} is {device}", name=name, device=path.resolve().name)
    shown = joined("", (name,)) if name.endswith(path.resolve().name) else shown
    if not stat.S_ISCHR(path.stat().st_mode):
        return Finding(
            "port",
            Grade.FAULT,
            Sentence("{name} is no serial port", name=name),
            Sentence("set line.port to the converter's port"),
        )
    if target.running is not None:
        if target.running.situation.signal is Signal.NO_PORT:
            advice = Sentence("journalctl -u han-appliance says why")
            return Finding(
                "port", Grade.FAULT, Sentence("{port}, but the running appliance cannot open it", port=shown), advice
            )
        return Finding("port", Grade.FINE, Sentence("{port}, and the running appliance reads it", port=shown))
    if (group := locked_out(path)) is not None:
        says = Sentence("{port}; this user may not open it: it is for group {group}", port=shown, group=group)
        return Finding("port", Grade.FAULT, says, join(group))
    return Finding("port", Grade.FINE, Sentence("{port}, and this user may open it", port=shown))


def holder(target: Target) -> Finding:
    """Check whether another program has the port open."""
    path = target.path(port_name(target))
    if not path.exists():
        return Finding("port holder", Grade.UNKNOWN, Sentence("there is no port to hold"))
    appliance = None if target.running is None else target.running.process.pid
    others = [pid for pid in _holders(target, path.resolve()) if pid != appliance]
    if others:
        named = joined(
            ", ",
            (Sentence("{name} (process {pid})", name=_command(target, pid), pid=pid) for pid in others),
        )
        says = Sentence("{program} has the port open and takes octets away", program=named)
        return Finding("port holder", Grade.FAULT, says, Sentence("stop it"))
    return Finding("port holder", Grade.FINE, Sentence("no other program that this user can see has the port open"))


def uart(target: Target) -> Finding:
    """Check which hardware the port is: a Pi's mini-UART has no parity and cannot see a damaged octet."""
    path = target.path(port_name(target))
    if not path.exists():
        return Finding("uart", Grade.UNKNOWN, Sentence("there is no port to look at"))
    name = path.resolve().name
    words = list(_hardware(target, name))
    if any("bcm2835-aux-uart" in word for word in words):
        return Finding(
            "uart",
            Grade.WARNING,
            Sentence("{name} is the mini-UART: it knows no parity and does not see a damaged octet", name=name),
            Sentence("put dtoverlay=disable-bt into config.txt and restart: then the PL011 has the pins"),
        )
    if any("pl011" in word for word in words):
        says = Sentence("{name} is the PL011: it knows parity and sees a damaged octet", name=name)
        return Finding("uart", Grade.FINE, says)
    if name.startswith(("ttyUSB", "ttyACM")):
        driver = next((word for word in words if "," not in word and word not in _RUNGS), "-")
        return Finding("uart", Grade.FINE, Sentence("{name} is a USB converter ({driver})", name=name, driver=driver))
    return Finding("uart", Grade.UNKNOWN, Sentence("the kernel does not tell what hardware {name} is", name=name))


def console(target: Target) -> Finding:
    """Check whether the kernel or a login speaks on the port."""
    name = port_name(target)
    names = {Path(name).name, target.path(name).resolve().name}
    ordered_text, listed = target.text("/proc/cmdline"), target.text("/proc/consoles")
    if ordered_text is None and listed is None:
        return Finding("console", Grade.UNKNOWN, Sentence("the kernel does not tell where its consoles are"))
    ordered = {
        word.removeprefix("console=").split(",")[0] for word in (ordered_text or "").split() if "console=" in word
    }
    active = {line.split()[0] for line in (listed or "").splitlines() if line}
    if taken := names & (ordered | active):
        says = Sentence("the kernel's console is on {ports}", ports=", ".join(sorted(taken)))
        return Finding("console", Grade.FAULT, says, _NO_CONSOLE)
    for pid in target.found("/proc", "[0-9]*"):
        words = (target.text(f"/proc/{pid}/cmdline") or "").split("\0")
        if "getty" in words[0] and names & set(words):
            says = Sentence("a login waits on the port (process {pid})", pid=pid)
            return Finding("console", Grade.FAULT, says, _NO_CONSOLE)
    return Finding("console", Grade.FINE, Sentence("neither the kernel's console nor a login is on the port"))


def _holders(target: Target, device: Path) -> Iterator[int]:
    for pid in target.found("/proc", "[0-9]*"):
        try:
            held = any(link.readlink() == device for link in target.path(f"/proc/{pid}/fd").iterdir())
        except OSError:  # another user's, or it has just ended
            continue
        if held:
            yield int(pid)


def _command(target: Target, pid: int) -> str:
    return target.text(f"/proc/{pid}/comm") or Sentence("another program")


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
