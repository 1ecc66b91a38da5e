"""The machine the appliance lives in: its card, its clock, its watchdog, its warmth and its supply."""

import os
import shutil
from pathlib import Path

from appliance.doctor.finding import Finding, Grade
from appliance.doctor.target import Target
from appliance.history.database import HISTORY_FILE, History, HistoryError
from appliance.history.trouble import why
from appliance.household.clock import ClockSource
from appliance.household.situation import Storage
from appliance.service.status_text import span
from appliance.settings import choices
from appliance.settings.doubts import doubts
from appliance.system import battery_clock
from appliance.system.board import undervoltage, warmest_c
from appliance.system.health import Fault, FaultKind
from appliance.words.sentence import Sentence, joined

_LITTLE_OCTETS = 100_000_000
_NONE_OCTETS = 10_000_000
_MUCH_A_DAY = 2e9
"""A card of 32 GB that bears 500 rewritings, four octets worn for each written, lasts five years at this."""
_LONG_ENOUGH_S = 3600.0
_SECTOR = 512  # the kernel's unit in /sys/block, whatever the disk's is
_WARM_C, _HOT_C = 75.0, 85.0
"""A Pi slows down from 80 °C on, and much at 85 (Raspberry Pi documentation, frequency management)."""


def space(target: Target) -> Finding:
    """Check the free space for the history, and whether it can be written."""
    name = target.settings.data.folder
    folder = _folder(target)
    free = shutil.disk_usage(folder).free
    says = Sentence("{megabytes} MB free for {folder}", megabytes=f"{free / 1e6:,.0f}".replace(",", " "), folder=name)
    if target.running is not None and target.running.situation.storage is Storage.FAILING:
        says = joined("; ", (Sentence("the running appliance cannot write {folder}", folder=name), says))
        return Finding("space", Grade.FAULT, says, why(folder) or _trouble(target) or Sentence("see its log"))
    if free < _NONE_OCTETS:
        return Finding(
            "space", Grade.FAULT, says, Sentence("make room: the history is kept in memory only when it is full")
        )
    if free < _LITTLE_OCTETS:
        return Finding("space", Grade.WARNING, says, Sentence("make room before it is full"))
    if target.running is None and not os.access(folder, os.W_OK):
        may_not = Sentence("this user may not write there, the service may")
        return Finding("space", Grade.UNKNOWN, joined("; ", (says, may_not)))
    return Finding("space", Grade.FINE, says)


def writes(target: Target) -> Finding:
    """Check what is written to the card a day: cards die of it."""
    amounts = []
    device = _folder(target).stat().st_dev
    disk = f"/sys/dev/block/{os.major(device)}:{os.minor(device)}"
    counters = (target.text(f"{disk}/stat") or "").split()
    up_s = target.number("/proc/uptime")
    a_day = None
    if len(counters) > 6 and up_s is not None and up_s >= _LONG_ENOUGH_S:
        a_day = float(counters[6]) * _SECTOR / up_s * 86_400
        amounts.append(Sentence("{amount} a day since the machine started", amount=_amount(a_day)))
    own = None if target.running is None else target.running.process
    if own is not None and own.written_octets is not None and own.running_s >= _LONG_ENOUGH_S:
        a_day_own = own.written_octets / own.running_s * 86_400
        amounts.append(Sentence("{amount} a day by the appliance", amount=_amount(a_day_own)))
    if not amounts:
        says = Sentence("not known: nothing has run for an hour, or the kernel does not count")
        return Finding("writes", Grade.UNKNOWN, says)
    card = target.path(disk).resolve().name.startswith("mmcblk")
    if card and a_day is not None and a_day > _MUCH_A_DAY:
        advice = Sentence("see with iotop who writes; a journal in memory (Storage=volatile in journald.conf) helps")
        return Finding("writes", Grade.WARNING, joined(", ", amounts), advice)
    return Finding("writes", Grade.FINE, joined(", ", amounts))


def clock(target: Target) -> Finding:
    """Check whether the time is known; the meter tells it sooner or later, so this is never a fault."""
    batteries = [target.text(f"/sys/class/rtc/{name}/name") or name for name in target.found("/sys/class/rtc", "rtc*")]
    if not batteries and _answers(target, battery_clock.ADDRESS):
        batteries = ["DS3231"]
    battery = Sentence("battery clock: {name}", name=batteries[0]) if batteries else Sentence("no battery clock")
    marked = target.path("/run/systemd/timesync/synchronized").exists()
    by_meter = target.running is not None and target.running.situation.clock_source is ClockSource.METER
    if by_meter:
        return Finding("clock", Grade.FINE, joined("; ", (Sentence("the meter sends the time"), battery)))
    if marked or target.kernel.clock_set():
        says = Sentence("this machine's clock was set over the network")
        return Finding("clock", Grade.FINE, joined("; ", (says, battery)))
    says = Sentence("nothing has set this machine's clock, the meter will send the time")
    return Finding("clock", Grade.UNKNOWN, joined("; ", (says, battery)))


def _answers(target: Target, address: int) -> bool:
    """Return whether something answers at an address of the display's bus."""
    try:
        target.kernel.i2c_status(target.path(f"/dev/i2c-{target.settings.display.bus}"), address)
    except OSError:
        return False
    return True


def watchdog(target: Target) -> Finding:
    """Check whether hardware restarts the machine when it hangs."""
    if not target.found("/sys/class/watchdog", "watchdog0"):
        return Finding("watchdog", Grade.UNKNOWN, Sentence("this machine shows no watchdog"))
    name = target.text("/sys/class/watchdog/watchdog0/identity") or "watchdog0"
    match target.text("/sys/class/watchdog/watchdog0/state"):
        case "active":
            return Finding("watchdog", Grade.FINE, Sentence("{name} is active", name=name))
        case "inactive":
            advice = Sentence("put RuntimeWatchdogSec=15 below [Manager] in /etc/systemd/system.conf, then restart")
            return Finding(
                "watchdog", Grade.WARNING, Sentence("{name} is there, and nobody uses it", name=name), advice
            )
        case _:
            return Finding("watchdog", Grade.UNKNOWN, Sentence("{name} does not tell whether it is active", name=name))


def temperature(target: Target) -> Finding:
    """Check how warm the processor is."""
    warmest = warmest_c(target.path("/sys"))
    if warmest is None:
        return Finding("temperature", Grade.UNKNOWN, Sentence("the kernel does not tell it"))
    if warmest < _WARM_C:
        return Finding("temperature", Grade.FINE, f"{warmest:.0f} °C")
    grade = Grade.FAULT if warmest >= _HOT_C else Grade.WARNING
    says = Sentence("{degrees} °C; from 80 °C on it slows down", degrees=f"{warmest:.0f}")
    return Finding("temperature", grade, says, Sentence("give it air"))


def supply(target: Target) -> Finding:
    """Check whether the Pi's supply holds its voltage, as its firmware sees it."""
    match undervoltage(target.path("/sys")):
        case None:
            return Finding("supply", Grade.UNKNOWN, Sentence("the kernel does not tell of undervoltage"))
        case False:
            return Finding("supply", Grade.FINE, Sentence("the firmware saw no undervoltage since the start"))
        case True:
            advice = Sentence("a supply of 5.1 V and 2.5 A with a short, thick lead")
            return Finding("supply", Grade.FAULT, Sentence("the firmware saw undervoltage since the start"), advice)


def settings(target: Target) -> Finding:
    """Check whether the settings file, and what was chosen on the panel over it, can be used."""
    if target.mistake is not None:
        advice = Sentence("correct it; 'han-appliance config' prints one with every key")
        return Finding("settings", Grade.FAULT, target.mistake, advice)
    file = Sentence("no file, so the defaults are in force")
    if target.settings_file:
        file = Sentence("no mistake in {file}", file=str(target.settings_file))
    if unlikely := doubts(target.settings):
        return Finding("settings", Grade.WARNING, joined("; ", unlikely), Sentence("correct it in the settings file"))
    folder = target.path(target.settings.data.folder)
    if not os.access(folder, os.X_OK):
        return Finding("settings", Grade.FINE, file)  # nothing was chosen, or it is not for this user to read
    try:
        chosen = choices.load(folder)
    except choices.ChoicesError as error:
        if error.not_allowed:
            return Finding("settings", Grade.FINE, file)
        return Finding(
            "settings", Grade.FAULT, error.sentence, Sentence("remove the file, and choose again on the panel")
        )
    if chosen == choices.AS_SET:
        return Finding("settings", Grade.FINE, file)
    over = Sentence("what was chosen on the panel counts before it ('han-appliance config show')")
    return Finding("settings", Grade.FINE, joined("; ", (file, over)))


def board(target: Target) -> Finding:
    """Say which machine it is."""
    if target.board is not None:
        return Finding("board", Grade.FINE, target.board)
    advice = Sentence("`han-appliance demo` shows the panel here")
    says = Sentence("not a Pi: display, lamps and buttons are only there on one")
    return Finding("board", Grade.WARNING, says, advice)


def appliance(target: Target) -> Finding:
    """Check whether the appliance runs, and what it says is wrong with itself."""
    if target.running is None:
        return Finding("appliance", Grade.UNKNOWN, Sentence("none runs here"))
    process, faults = target.running.process, target.running.situation.health.faults
    says = Sentence("has run for {time} as process {pid}", time=span(process.running_s), pid=process.pid)
    if faults:
        found = joined("; ", (says, *map(_named, faults)))
        return Finding("appliance", Grade.FAULT, found, Sentence("journalctl -u han-appliance tells more"))
    if target.running.situation.storage is Storage.SET_ASIDE:
        advice = Sentence("what could be read of it is in the new one; the old one lies beside it")
        damaged = Sentence("the history was damaged, and a new one has been started")
        return Finding("appliance", Grade.WARNING, joined("; ", (says, damaged)), advice)
    return Finding("appliance", Grade.FINE, says)


def _named(fault: Fault) -> Sentence:
    """Return what is wrong, as `system.health.sentence` says it, but so that it can be told in any language."""
    match fault.kind:
        case FaultKind.HISTORY:
            wrong = Sentence("the history cannot be written")
        case FaultKind.SETTINGS:
            wrong = Sentence("the settings have a mistake")
        case FaultKind.SETTINGS_DEFAULTS:
            wrong = Sentence("the settings have a mistake, and the defaults are in force")
        case FaultKind.DISPLAY:
            wrong = Sentence("the display cannot be reached")
        case FaultKind.SUPPLY:
            wrong = Sentence("the supply was too weak")
        case FaultKind.BUTTON:
            wrong = Sentence("a button is held or stuck")
        case FaultKind.PINS:
            wrong = Sentence("lamps, buzzer and buttons cannot be reached")
        case FaultKind.HOURS_AHEAD:
            wrong = Sentence("the history has hours that lie in the future, and do not count")
        case FaultKind.PART:
            wrong = Sentence("a part keeps failing")
        case FaultKind.UPDATE:
            wrong = Sentence("the update was not taken")
    return joined(": ", (wrong, fault.detail)) if fault.detail else wrong


def _trouble(target: Target) -> str | None:
    """Return what is wrong with the history's file, as it shows when it is opened to be read; `None` if nothing is."""
    path = target.path(target.settings.data.folder) / HISTORY_FILE
    try:
        History(path, read_only=True).close()
    except HistoryError as error:
        return str(error.args[0]) if not isinstance(error.args[0], Sentence) else error.args[0]
    return None


def _folder(target: Target) -> Path:
    """Return the data folder, or the nearest above it that is there and may be looked into."""
    folder = target.path(target.settings.data.folder)
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _amount(octets: float) -> str:
    return f"{octets / 1e9:.1f} GB" if octets >= 1e9 else f"{octets / 1e6:.1f} MB"
