"""The machine the appliance lives in: its card, its clock, its watchdog, its warmth and its supply."""

import os
import shutil
from pathlib import Path

from appliance.doctor.finding import Finding, Grade
from appliance.doctor.target import Target
from appliance.history.database import why
from appliance.household.clock import ClockSource
from appliance.household.situation import Storage
from appliance.service.status_text import span
from appliance.settings import choices
from appliance.system.health import sentence

_LITTLE_OCTETS = 100_000_000
_NONE_OCTETS = 10_000_000
_MUCH_A_DAY = 2e9
"""A card of 32 GB that bears 500 rewritings, four octets worn for each written, lasts five years at this."""
_LONG_ENOUGH_S = 3600.0
_SECTOR = 512  # the kernel's unit in /sys/block, whatever the disk's is
_WARM_C, _HOT_C = 75.0, 85.0
"""A Pi slows down from 80 °C on, and much at 85 (Raspberry Pi documentation, frequency management)."""


def space(target: Target) -> Finding:
    """Free space for the history, and whether it can be written."""
    name = target.settings.data.folder
    folder = _folder(target)
    free = shutil.disk_usage(folder).free
    says = f"{free / 1e6:,.0f} MB free for {name}".replace(",", " ")
    if target.running is not None and target.running.situation.storage is Storage.FAILING:
        says = f"the running appliance cannot write {name}; {says}"
        return Finding("space", Grade.FAULT, says, why(folder) or "see its log")
    if free < _NONE_OCTETS:
        return Finding("space", Grade.FAULT, says, "make room: the history is kept in memory only when it is full")
    if free < _LITTLE_OCTETS:
        return Finding("space", Grade.WARNING, says, "make room before it is full")
    if target.running is None and not os.access(folder, os.W_OK):
        return Finding("space", Grade.UNKNOWN, f"{says}; this user may not write there, the service may")
    return Finding("space", Grade.FINE, says)


def writes(target: Target) -> Finding:
    """What is written to the card a day: cards die of it."""
    told = []
    device = _folder(target).stat().st_dev
    disk = f"/sys/dev/block/{os.major(device)}:{os.minor(device)}"
    counters = (target.text(f"{disk}/stat") or "").split()
    up_s = target.number("/proc/uptime")
    a_day = None
    if len(counters) > 6 and up_s is not None and up_s >= _LONG_ENOUGH_S:
        a_day = float(counters[6]) * _SECTOR / up_s * 86_400
        told.append(f"{_amount(a_day)} a day since the start of the machine")
    own = None if target.running is None else target.running.process
    if own is not None and own.written_octets is not None and own.running_s >= _LONG_ENOUGH_S:
        told.append(f"{_amount(own.written_octets / own.running_s * 86_400)} a day by the appliance")
    if not told:
        return Finding("writes", Grade.UNKNOWN, "not known: nothing has run for an hour, or the kernel does not count")
    card = target.path(disk).resolve().name.startswith("mmcblk")
    if card and a_day is not None and a_day > _MUCH_A_DAY:
        advice = "see with iotop who writes; a journal in memory (Storage=volatile in journald.conf) helps"
        return Finding("writes", Grade.WARNING, ", ".join(told), advice)
    return Finding("writes", Grade.FINE, ", ".join(told))


def clock(target: Target) -> Finding:
    """Whether the time is known; the meter tells it sooner or later, so this is never a fault."""
    batteries = [target.text(f"/sys/class/rtc/{name}/name") or name for name in target.found("/sys/class/rtc", "rtc*")]
    battery = f"battery clock: {batteries[0]}" if batteries else "no battery clock"
    marked = target.path("/run/systemd/timesync/synchronized").exists()
    by_meter = target.running is not None and target.running.situation.clock_source is ClockSource.METER
    if by_meter:
        return Finding("clock", Grade.FINE, f"the meter tells the time; {battery}")
    if marked or target.kernel.clock_set():
        return Finding("clock", Grade.FINE, f"this machine's clock was set over the network; {battery}")
    return Finding("clock", Grade.UNKNOWN, f"nothing has set this machine's clock, the meter will tell; {battery}")


def watchdog(target: Target) -> Finding:
    """Whether hardware starts the machine anew when it hangs."""
    if not target.found("/sys/class/watchdog", "watchdog0"):
        return Finding("watchdog", Grade.UNKNOWN, "this machine shows no watchdog")
    name = target.text("/sys/class/watchdog/watchdog0/identity") or "watchdog0"
    match target.text("/sys/class/watchdog/watchdog0/state"):
        case "active":
            return Finding("watchdog", Grade.FINE, f"{name} is active")
        case "inactive":
            advice = "put RuntimeWatchdogSec=15 below [Manager] in /etc/systemd/system.conf, then restart"
            return Finding("watchdog", Grade.WARNING, f"{name} is there, and nobody uses it", advice)
        case _:
            return Finding("watchdog", Grade.UNKNOWN, f"{name} does not tell whether it is active")


def temperature(target: Target) -> Finding:
    """How warm the processor is."""
    zones = target.found("/sys/class/thermal", "thermal_zone*")
    told = [target.number(f"/sys/class/thermal/{zone}/temp") for zone in zones]
    known = [millidegrees / 1000 for millidegrees in told if millidegrees is not None]
    if not known:
        return Finding("temperature", Grade.UNKNOWN, "the kernel does not tell it")
    warmest = max(known)
    if warmest < _WARM_C:
        return Finding("temperature", Grade.FINE, f"{warmest:.0f} °C")
    grade = Grade.FAULT if warmest >= _HOT_C else Grade.WARNING
    return Finding("temperature", grade, f"{warmest:.0f} °C; from 80 °C on it slows down", "give it air")


def supply(target: Target) -> Finding:
    """Whether the Pi's supply holds its voltage, as its firmware sees it."""
    for name in target.found("/sys/class/hwmon", "hwmon*"):
        if target.text(f"/sys/class/hwmon/{name}/name") == "rpi_volt":
            match target.number(f"/sys/class/hwmon/{name}/in0_lcrit_alarm"):
                case None:
                    break
                case 0:
                    return Finding("supply", Grade.FINE, "the firmware sees no undervoltage")
                case _:
                    advice = "a supply of 5.1 V and 2.5 A with a short, thick lead"
                    return Finding("supply", Grade.FAULT, "the firmware sees undervoltage", advice)
    return Finding("supply", Grade.UNKNOWN, "the kernel does not tell of undervoltage")


def settings(target: Target) -> Finding:
    """Whether the settings file is one that can be used, and so what was chosen on the panel over it."""
    if target.mistake is not None:
        advice = "mend it; 'han-appliance config' prints one with every key"
        return Finding("settings", Grade.FAULT, target.mistake, advice)
    file = f"no mistake in {target.settings_file}" if target.settings_file else "no file, so the defaults are in force"
    folder = target.path(target.settings.data.folder)
    if not os.access(folder, os.X_OK):
        return Finding("settings", Grade.FINE, file)  # nothing was chosen, or it is not for this user to read
    try:
        chosen = choices.load(folder)
    except choices.ChoicesError as trouble:
        return Finding("settings", Grade.FAULT, str(trouble), "take the file away, and choose anew on the panel")
    over = "" if chosen == choices.AS_SET else "; the panel's choices lie over it ('han-appliance config show')"
    return Finding("settings", Grade.FINE, file + over)


def board(target: Target) -> Finding:
    """Which machine it is."""
    if target.board is not None:
        return Finding("board", Grade.FINE, target.board)
    advice = "`han-appliance demo` shows the panel here"
    return Finding("board", Grade.WARNING, "not a Pi: display, lamps and buttons are only there on one", advice)


def appliance(target: Target) -> Finding:
    """Whether the appliance runs, and what it says is wrong with itself."""
    if target.running is None:
        return Finding("appliance", Grade.UNKNOWN, "none runs here")
    process, faults = target.running.process, target.running.situation.health.faults
    says = f"runs for {span(process.running_s)} as process {process.pid}"
    if faults:
        named = "; ".join(map(sentence, faults))
        return Finding("appliance", Grade.FAULT, f"{says}; {named}", "journalctl -u han-appliance tells more")
    return Finding("appliance", Grade.FINE, says)


def _folder(target: Target) -> Path:
    """The data folder, or the nearest above it that is there and may be looked into."""
    folder = target.path(target.settings.data.folder)
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _amount(octets: float) -> str:
    return f"{octets / 1e9:.1f} GB" if octets >= 1e9 else f"{octets / 1e6:.1f} MB"
