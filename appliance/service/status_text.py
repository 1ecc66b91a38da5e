"""The appliance's status as text, on one screen, for who sits at a keyboard and not before the panel."""

from collections.abc import Iterator
from datetime import datetime

from appliance.household.clock import ClockSource
from appliance.household.hours import OSLO
from appliance.household.situation import Alarm, Phase, Signal, Situation, Storage
from appliance.household.spot import Spot
from appliance.household.tariff import Basis
from appliance.service.status import Process, StatusAnswer
from appliance.system.health import LineCondition, sentence

UNKNOWN = "--"
"""Not known yet, as on the panel."""
NOT_REPORTED = "–"


def as_text(report: StatusAnswer) -> str:
    """Return a line for each thing, its name before it."""
    return "".join(f"{name:10}{value}\n" for name, value in _lines(report))


def _lines(report: StatusAnswer) -> Iterator[tuple[str, str]]:
    situation, process, health = report.situation, report.process, report.situation.health
    yield "Appliance", f"{report.program}, running for {span(process.running_s)} as process {process.pid}"
    yield "Power", _power(situation)
    yield "Phases", ", ".join(_phases(situation)) or UNKNOWN
    yield "Hour", _hour(situation)
    yield "Today", _today(situation)
    yield "Month", _month(situation)
    if situation.spot is not None:
        yield "Spot", _spot(situation.spot)
    yield "Alarms", "; ".join(_alarm(alarm) for alarm in situation.alarms) or "none"
    yield "Meter", " ".join(filter(None, _meter(situation))) or UNKNOWN
    yield "Line", _line(situation)
    yield "Time", _time(situation)
    yield "History", situation.storage.value
    yield "Troubles", "; ".join(map(sentence, health.faults)) or "none"
    if health.newer is not None:
        yield "Update", f"{health.newer} is newer, and can be had"
    if health.offer is not None:
        why = "older than what runs" if health.offer.older else "tried before"
        yield "Update", f"{health.offer.version} is at hand, and is installed only from the panel's menu: {why}"
    yield "Process", ", ".join(_process(process)) or UNKNOWN


def span(seconds: float) -> str:
    """Return a duration in its two largest units."""
    minutes = int(seconds / 60)
    if minutes >= 24 * 60:
        return f"{minutes // (24 * 60)} d {minutes // 60 % 24} h"
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {int(seconds) % 60} s" if minutes else f"{seconds:.0f} s"


def _power(situation: Situation) -> str:
    match situation.signal:
        case Signal.NO_PORT:
            return f"{UNKNOWN} (the serial port cannot be opened)"
        case Signal.WAITING:
            return f"{UNKNOWN} (waiting for the meter's first list)"
    age = "" if situation.reading_age_s is None else f", read {span(situation.reading_age_s)} ago"
    if situation.power_import_w is None:
        return f"{UNKNOWN}{age}"
    level = "" if situation.level is None else f", {situation.level.name.lower()}"
    export = situation.power_export_w
    sold = f", {export / 1000:.2f} kW to it" if export else ""
    return f"{situation.power_import_w / 1000:.2f} kW from the grid{sold}{level}{age}"


def _phases(situation: Situation) -> Iterator[str]:
    if situation.phases_known:
        for number, phase in enumerate(situation.phases, 1):
            yield f"L{number} {_phase(phase)}"


def _phase(phase: Phase) -> str:
    volts = NOT_REPORTED if phase.voltage_v is None else f"{phase.voltage_v:.0f} V"
    amperes = NOT_REPORTED if phase.current_a is None else f"{phase.current_a:.1f} A"
    return f"{volts} {amperes}"


def _hour(situation: Situation) -> str:
    if situation.hour is None:
        return UNKNOWN
    hour, outlook = situation.hour, situation.outlook
    seen = "" if hour.whole else f" in the {span(hour.seen_s)} that were seen"
    so_far = f"{_clock(hour.start)}: {_least(not hour.whole)}{hour.import_wh / 1000:.2f} kWh so far{seen}"
    if outlook is None:
        return so_far
    # With days that were not seen the month may already have more, and the hour may then have less.
    most = "at most " if situation.month is not None and situation.month.at_least else ""
    allowed = "" if outlook.allowed_wh is None else f", may have {most}{outlook.allowed_wh / 1000:.2f}"
    return f"{so_far}, {_least(outlook.at_least)}{outlook.projection_wh / 1000:.2f} expected{allowed}"


def _today(situation: Situation) -> str:
    today = situation.today
    if today is None or today.import_wh is None:
        return UNKNOWN
    highest = today.highest
    peak = "" if highest is None else f", highest hour {highest.import_wh / 1000:.2f} at {_clock(highest.start)}"
    return f"{today.import_wh / 1000:.2f} kWh{peak}"


def _month(situation: Situation) -> str:
    month = situation.month
    if month is None or month.mean_kw is None:
        return UNKNOWN
    step = month.step
    limit = None if step is None else month.tariff.steps[step].up_to
    unit = "A" if month.tariff.basis is Basis.FUSE else "kW"
    reached = "" if limit is None else f", {_least(month.at_least)}in the step up to {limit:g} {unit}"
    unseen = ""
    if month.at_least:
        seen = "a part was not seen" if month.since is None else f"seen from {month.since.astimezone(OSLO):%Y-%m-%d} on"
        unseen = f" ({seen})"
    return f"mean of the highest hours {_least(month.at_least)}{month.mean_kw:.2f} kW{reached}{unseen}"


def _spot(spot: Spot) -> str:
    now = UNKNOWN if spot.now_kr is None else f"{spot.now_kr:.2f} kr a kWh"
    tomorrow = "tomorrow known" if spot.tomorrow else "tomorrow not known yet"
    trouble = "" if spot.trouble is None else f"; {spot.trouble}"
    return f"{now} in {spot.area} with VAT, {tomorrow}, by {spot.source}{trouble}"


def _least(at_least: bool) -> str:
    return "at least " if at_least else ""


def _alarm(alarm: Alarm) -> str:
    phase = "" if alarm.phase is None else f" L{alarm.phase}"
    return f"{alarm.rule.value}{phase}: {alarm.level.name.lower()} for {span(alarm.age_s)}"


def _meter(situation: Situation) -> tuple[str | None, ...]:
    return situation.meter.maker, situation.meter.meter_type, situation.meter.meter_id


def _line(situation: Situation) -> str:
    line, health = situation.line, situation.health
    known = [health.line and health.line.value, health.line_settings, health.port]
    causes = " or ".join(cause.value for cause in health.causes)
    encrypted = health.authentication and f"encrypted and {health.authentication}"
    counters = f"{line.octets} octets, {line.readings} lists, {line.rejected} rejected"
    return ", ".join(filter(None, [*known, f"likely {causes}" if causes else None, encrypted, counters]))


def _time(situation: Situation) -> str:
    if situation.local_time is None:
        return UNKNOWN
    source = {ClockSource.METER: ", by the meter", ClockSource.SYSTEM: ", by this machine's clock"}
    return f"{situation.local_time:%Y-%m-%d %H:%M:%S}{source.get(situation.clock_source, '')}"


def _process(process: Process) -> Iterator[str]:
    if process.memory_octets is not None:
        yield f"{process.memory_octets / 1e6:.0f} MB"
    if process.descriptors is not None:
        yield f"{process.descriptors} descriptors"
    if process.threads is not None:
        yield f"{process.threads} threads"
    if process.written_octets is not None:
        yield f"{process.written_octets / 1e6:.1f} MB written"


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(OSLO):%H:%M}"


def one_line(situation: Situation) -> str:
    """Return how the appliance is, in one line for the person who looks after the machine."""
    match situation.signal:
        case Signal.NO_PORT:
            line = f"the serial port {situation.health.port or ''} cannot be opened".replace("  ", " ")
        case Signal.WAITING:
            line = "waiting for the meter's first list"
        case Signal.SILENT:
            line = f"no list for {(situation.reading_age_s or 0) / 60:.0f} min"
        case Signal.RECEIVING:
            line = _power_in_a_line(situation)
    return "; ".join([line, *_wrong(situation)]).replace("\n", " ")


def _wrong(situation: Situation) -> Iterator[str]:
    """Yield what is wrong with the appliance, in words."""
    condition = situation.health.line
    if situation.signal is Signal.RECEIVING and condition not in (None, LineCondition.FINE):
        yield f"the line is not fine: {condition.value}"
    match situation.storage:
        case Storage.FAILING:
            yield "the history cannot be written"
        case Storage.SET_ASIDE:
            yield "the history was damaged, and a new one is begun"
        case Storage.NONE | Storage.FINE:
            pass
    yield from map(sentence, situation.health.faults)


def _power_in_a_line(situation: Situation) -> str:
    import_w, export_w = situation.power_import_w or 0, situation.power_export_w or 0
    way = f"{export_w / 1000:.2f} kW to the grid" if export_w > import_w else f"{import_w / 1000:.2f} kW from the grid"
    level = "" if situation.level is None else f", {situation.level.name}"
    return f"{situation.meter.maker or 'the meter'}: {way}{level}"
