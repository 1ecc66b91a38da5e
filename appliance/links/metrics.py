"""The situation for Prometheus: text exposition format 0.0.4, base units, and nothing for what is not known.

Energies are watt-hours and not joules: every meter, bill and panel counts in them.
"""

from collections.abc import Iterable, Iterator

from appliance import __version__
from appliance.household.money import Cost
from appliance.household.rules import Rule
from appliance.household.situation import Signal, Situation

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Samples = Iterable[tuple[str, float | int | None]]
"""The labels as they stand in braces, or "", and the value; `None` is left out."""


def metrics(situation: Situation) -> str:
    """Return all metrics of a situation."""
    return "".join(_lines(situation))


def _lines(situation: Situation) -> Iterator[str]:
    registers, outlook, line, month = situation.registers, situation.outlook, situation.line, situation.month
    so_far_wh: float | None = None
    projection_wh: float | None = None
    headroom_w: float | None = None
    if outlook is not None:
        so_far_wh, projection_wh, headroom_w = outlook.so_far_wh, outlook.projection_wh, outlook.headroom_w
    mean_w = None if month is None or month.mean_kw is None else 1000 * month.mean_kw
    yield from _gauge(
        "han_active_power_watts",
        "Active power from the grid and to it.",
        [('direction="import"', situation.power_import_w), ('direction="export"', situation.power_export_w)],
    )
    phases = list(enumerate(situation.phases, start=1))
    voltages = [(f'phase="l{number}"', phase.voltage_v) for number, phase in phases]
    yield from _gauge("han_voltage_volts", "Voltage by phase.", voltages)
    currents = [(f'phase="l{number}"', phase.current_a) for number, phase in phases]
    yield from _gauge("han_current_amperes", "Current by phase.", currents)
    yield from _counter(
        "han_energy_watthours_total",
        "The meter's registers: the last one and what was used since.",
        [('direction="import"', registers.import_wh), ('direction="export"', registers.export_wh)],
    )
    figures: list[tuple[str, str, float | int | None]] = [
        ("han_hour_energy_watthours", "Energy of the running hour so far.", so_far_wh),
        ("han_hour_projection_watthours", "What the running hour comes to.", projection_wh),
        ("han_hour_headroom_watts", "Power that may be used until the hour ends.", headroom_w),
        ("han_month_mean_watts", "Mean of the month's highest hours.", mean_w),
        ("han_reading_age_seconds", "Seconds since the last reading.", situation.reading_age_s),
        ("han_receiving", "Whether readings come.", int(situation.signal is Signal.RECEIVING)),
        ("han_level", "0 fine, 1 watch, 2 act, 3 fault.", None if situation.level is None else int(situation.level)),
    ]
    for name, text, value in figures:
        yield from _gauge(name, text, [("", value)])
    if (money := situation.money) is not None:
        yield from _gauge("han_price_kroner", "What one more kWh of this hour costs.", _cost(money.kwh))
        yield from _gauge("han_cost_today_kroner", "The energy of the day so far.", _cost(money.today))
        yield from _gauge("han_cost_month_kroner", "Energy so far, and the month's capacity part.", _cost(money.month))
    if (spot := situation.spot) is not None:
        labels = f'area="{spot.area}"'
        yield from _gauge(
            "han_spot_price_kroner", "This hour's spot price of a kWh, with VAT.", [(labels, spot.now_kr)]
        )
    yield from _gauge("han_alarm_active", "Alarms by rule and phase.", _alarms(situation))
    yield from _counter(
        "han_frames_total",
        "Frames by what became of them.",
        [('result="read"', line.readings), ('result="rejected"', line.rejected)],
    )
    yield from _gauge("han_build_info", "The program.", [(f'version="{__version__}"', 1)])


def _cost(cost: Cost) -> Samples:
    """Yield a sum; its label says which parts it lacks."""
    yield f'lacks="{",".join(sorted(part.value for part in cost.missing))}"', cost.kr


def _alarms(situation: Situation) -> Samples:
    active = {(alarm.rule, alarm.phase) for alarm in situation.alarms}
    by_phase = [(rule, phase) for rule, phase in sorted(active, key=str) if phase is not None]
    for rule in Rule:
        yield f'rule="{rule.value}",phase=""', int((rule, None) in active)
    for rule, phase in by_phase:
        yield f'rule="{rule.value}",phase="l{phase}"', 1


def _gauge(name: str, text: str, samples: Samples) -> Iterator[str]:
    return _metric(name, "gauge", text, samples)


def _counter(name: str, text: str, samples: Samples) -> Iterator[str]:
    return _metric(name, "counter", text, samples)


def _metric(name: str, kind: str, text: str, samples: Samples) -> Iterator[str]:
    known = [(labels, value) for labels, value in samples if value is not None]
    if known:
        yield f"# HELP {name} {text}\n# TYPE {name} {kind}\n"
        for labels, value in known:
            yield f"{name}{{{labels}}} {value:.10g}\n" if labels else f"{name} {value:.10g}\n"
