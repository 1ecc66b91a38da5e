"""The display's bus and the pins of lamps, buzzer and buttons."""

import errno
from collections.abc import Iterator
from pathlib import Path

from appliance.doctor.finding import Finding, Grade
from appliance.doctor.kernel import GpioLine
from appliance.doctor.target import Target, join, locked_out
from appliance.settings import settings_file
from appliance.system.health import FaultKind

ADDRESSES = (0x3C, 0x3D)
_SILENT = {errno.ENXIO, errno.EREMOTEIO, errno.EIO, errno.ETIMEDOUT}
_HEADER = ("pinctrl-bcm", "pinctrl-rp1")
"""How the kernel labels the chips whose pins are on a Pi's header."""


def display(target: Target) -> Finding:
    """Check what answers at the display's addresses.

    Not which chip it is: the bits of the status that makers' libraries have gone by are reserved, and alike in chips
    that differ (github.com/bitbank2/OneBitDisplay, issue 23).
    """
    bus, wanted = target.settings.display.bus, target.settings.display.address
    device = target.path(f"/dev/i2c-{bus}")
    if not device.exists():
        if target.board is None:
            return Finding("display", Grade.UNKNOWN, f"not a Pi, and there is no I2C bus {bus}")
        others = ", ".join(name.removeprefix("i2c-") for name in target.found("/dev", "i2c-*")) or "none"
        advice = f"sudo raspi-config, Interface Options, I2C, then restart; or set display.bus (there: {others})"
        return Finding("display", Grade.FAULT, f"there is no I2C bus {bus}", advice)
    if (group := locked_out(device)) is not None:
        return Finding("display", Grade.FAULT, f"this user may not use I2C bus {bus}: group {group}", join(group))
    answers = {address: _status(target, device, address) for address in ADDRESSES}
    there = {address: answer for address, answer in answers.items() if isinstance(answer, int)}
    for address, answer in answers.items():
        if isinstance(answer, OSError) and (answer.errno not in _SILENT) and not there:
            return _refused(bus, address, answer)
    if wanted in there:
        also = " (one answers at the other address too)" if len(there) > 1 else ""
        driver = target.settings.display.driver
        says = f"one answers at 0x{wanted:02X}{also}; it cannot say which chip it is, set is {driver}"
        return Finding("display", Grade.FINE, says)
    if there:
        (address,) = there
        says = f"none answers at 0x{wanted:02X}, but one at 0x{address:02X}"
        return Finding("display", Grade.FAULT, says, f"set display.address = 0x{address:02X}")
    advice = "check its four wires: 3V3, ground, SDA on pin 3, SCL on pin 5"
    return Finding("display", Grade.FAULT, f"none answers on I2C bus {bus}, neither at 0x3C nor at 0x3D", advice)


def _refused(bus: int, address: int, error: OSError) -> Finding:
    if error.errno == errno.EBUSY:
        says = f"a driver of the kernel holds address 0x{address:02X} on I2C bus {bus}"
        return Finding("display", Grade.FAULT, says, "take its dtoverlay line out of config.txt and restart")
    return Finding("display", Grade.UNKNOWN, f"cannot tell: I2C bus {bus} says {error.strerror or error}")


def _status(target: Target, device: Path, address: int) -> int | OSError:
    try:
        return target.kernel.i2c_status(device, address)
    except OSError as error:
        return error


def pins(target: Target) -> Finding:
    """Check which program holds the pins of lamps, buzzer and buttons."""
    chips = [target.path(f"/dev/{name}") for name in target.found("/dev", "gpiochip*")]
    if not chips:
        grade, says = (Grade.UNKNOWN, "not a Pi, and there are no pins") if target.board is None else _NO_CHIP
        return Finding("pins", grade, says)
    if all((group := locked_out(chip)) is not None for chip in chips):
        return Finding("pins", Grade.FAULT, f"this user may not use the pins: group {group}", join(group or "gpio"))
    try:
        chip = next(_on_the_header(target, chips), None)
        if chip is None:
            return Finding("pins", Grade.UNKNOWN, "cannot tell: none of the chips has a Pi's header")
        gpio = settings_file.pins(target.settings)
        names = [name for name, signal in settings_file.board().items() if signal.direction in ("in", "out")]
        lines = {name: target.kernel.gpio_line(chip, gpio[name]) for name in names if not name.startswith("han_")}
    except OSError as error:
        return Finding("pins", Grade.UNKNOWN, f"cannot tell: {error.strerror or error}")
    return _held(target, lines)


_NO_CHIP = Grade.FAULT, "this Pi's kernel shows no pins (/dev/gpiochip0)"


def _on_the_header(target: Target, chips: list[Path]) -> Iterator[Path]:
    return (chip for chip in chips if target.kernel.gpio_label(chip).startswith(_HEADER))


def _held(target: Target, lines: dict[str, GpioLine]) -> Finding:
    held = {name: line for name, line in lines.items() if line.holder is not None}
    named = ", ".join(f"GPIO {line.gpio} ({name}) by {line.holder}" for name, line in held.items())
    if target.running is None:
        if held:
            advice = "stop that program, take its dtoverlay out of config.txt, or set [pins]"
            return Finding("pins", Grade.FAULT, f"held by others: {named}", advice)
        return Finding("pins", Grade.FINE, f"all {len(lines)} are free")
    # One holder of all of them is the appliance itself; its word for itself is its pin library's.
    if len(held) == len(lines) and len({line.holder for line in held.values()}) == 1:
        return Finding("pins", Grade.FINE, f"the running appliance holds all {len(lines)}")
    faults = [fault.detail for fault in target.running.situation.health.faults if fault.kind is FaultKind.PINS]
    says = "; ".join(["the running appliance does not hold all its pins", *faults, *([named] if named else [])])
    return Finding("pins", Grade.FAULT, says, "journalctl -u han-appliance says why")
