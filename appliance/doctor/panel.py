"""The display's bus and the pins of lamps, buzzer and buttons."""

import errno
from collections.abc import Iterator
from pathlib import Path

from appliance.doctor.finding import Finding, Grade
from appliance.doctor.kernel import GpioLine
from appliance.doctor.target import Target, join, locked_out
from appliance.settings import settings_file
from appliance.system.health import FaultKind
from appliance.words.sentence import Sentence, joined

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
            return Finding("display", Grade.UNKNOWN, Sentence("not a Pi, and there is no I2C bus {bus}", bus=bus))
        others = ", ".join(name.removeprefix("i2c-") for name in target.found("/dev", "i2c-*")) or "-"
        advice = Sentence(
            "sudo raspi-config, Interface Options, I2C, then restart; or set display.bus (there: {others})",
            others=others,
        )
        return Finding("display", Grade.FAULT, Sentence("there is no I2C bus {bus}", bus=bus), advice)
    if (group := locked_out(device)) is not None:
        says = Sentence("this user may not use I2C bus {bus}: group {group}", bus=bus, group=group)
        return Finding("display", Grade.FAULT, says, join(group))
    answers = {address: _status(target, device, address) for address in ADDRESSES}
    there = {address: answer for address, answer in answers.items() if isinstance(answer, int)}
    for address, answer in answers.items():
        if isinstance(answer, OSError) and (answer.errno not in _SILENT) and not there:
            return _refused(bus, address, answer)
    if wanted in there:
        found = Sentence("one answers at {address}", address=f"0x{wanted:02X}")
        if len(there) > 1:
            found = Sentence("one answers at {address}, and one at the other address too", address=f"0x{wanted:02X}")
        chip = Sentence(
            "it cannot say which chip it is; the settings say {driver}", driver=target.settings.display.driver
        )
        return Finding("display", Grade.FINE, joined("; ", (found, chip)))
    if there:
        (address,) = there
        says = Sentence(
            "none answers at {wanted}, but one at {address}", wanted=f"0x{wanted:02X}", address=f"0x{address:02X}"
        )
        return Finding(
            "display", Grade.FAULT, says, Sentence("set display.address = {address}", address=f"0x{address:02X}")
        )
    advice = Sentence("check its four wires: 3V3, ground, SDA on pin 3, SCL on pin 5")
    says = Sentence("none answers on I2C bus {bus}, neither at 0x3C nor at 0x3D", bus=bus)
    return Finding("display", Grade.FAULT, says, advice)


def _refused(bus: int, address: int, error: OSError) -> Finding:
    if error.errno == errno.EBUSY:
        says = Sentence(
            "a driver of the kernel holds address {address} on I2C bus {bus}", address=f"0x{address:02X}", bus=bus
        )
        advice = Sentence("take its dtoverlay line out of config.txt and restart")
        return Finding("display", Grade.FAULT, says, advice)
    says = Sentence("cannot tell: I2C bus {bus} says {reason}", bus=bus, reason=error.strerror or str(error))
    return Finding("display", Grade.UNKNOWN, says)


def _status(target: Target, device: Path, address: int) -> int | OSError:
    try:
        return target.kernel.i2c_status(device, address)
    except OSError as error:
        return error


def pins(target: Target) -> Finding:
    """Check which program holds the pins of lamps, buzzer and buttons."""
    chips = [target.path(f"/dev/{name}") for name in target.found("/dev", "gpiochip*")]
    if not chips:
        grade, says = (Grade.UNKNOWN, Sentence("not a Pi, and there are no pins")) if target.board is None else _NO_CHIP
        return Finding("pins", grade, says)
    if all((group := locked_out(chip)) is not None for chip in chips):
        return Finding(
            "pins",
            Grade.FAULT,
            Sentence("this user may not use the pins: group {group}", group=group or "gpio"),
            join(group or "gpio"),
        )
    try:
        chip = next(_on_the_header(target, chips), None)
        if chip is None:
            return Finding("pins", Grade.UNKNOWN, Sentence("cannot tell: none of the chips has a Pi's header"))
        gpio = settings_file.pins(target.settings)
        names = [name for name, signal in settings_file.board().items() if signal.direction in ("in", "out")]
        lines = {name: target.kernel.gpio_line(chip, gpio[name]) for name in names if not name.startswith("han_")}
    except OSError as error:
        return Finding("pins", Grade.UNKNOWN, Sentence("cannot tell: {reason}", reason=error.strerror or str(error)))
    return _held(target, lines)


_NO_CHIP = Grade.FAULT, Sentence("this Pi's kernel shows no pins (/dev/gpiochip0)")


def _on_the_header(target: Target, chips: list[Path]) -> Iterator[Path]:
    return (chip for chip in chips if target.kernel.gpio_label(chip).startswith(_HEADER))


def _held(target: Target, lines: dict[str, GpioLine]) -> Finding:
    held = {name: line for name, line in lines.items() if line.holder is not None}
    named = joined(
        ", ",
        (
            Sentence("GPIO {gpio} ({name}) by {holder}", gpio=line.gpio, name=name, holder=line.holder or "-")
            for name, line in held.items()
        ),
    )
    if target.running is None:
        if held:
            advice = Sentence("stop that program, take its dtoverlay out of config.txt, or set [pins]")
            return Finding("pins", Grade.FAULT, Sentence("held by others: {named}", named=named), advice)
        return Finding("pins", Grade.FINE, Sentence("all {count} are free", count=len(lines)))
    # One holder of all of them is the appliance itself; its word for itself is its pin library's.
    if len(held) == len(lines) and len({line.holder for line in held.values()}) == 1:
        return Finding("pins", Grade.FINE, Sentence("the running appliance holds all {count}", count=len(lines)))
    faults = [fault.detail for fault in target.running.situation.health.faults if fault.kind is FaultKind.PINS]
    not_all = Sentence("the running appliance does not hold all its pins")
    says = joined("; ", [not_all, *faults, *([named] if named else [])])
    return Finding("pins", Grade.FAULT, says, Sentence("journalctl -u han-appliance says why"))
