"""What other machines are told of a situation: plain JSON objects by topic, each with all of its keys at all times.

What is not known is null, and never a zero. A key that were missing now and then would make Home Assistant's templates
warn. Powers are W, energies Wh, moments ISO 8601 with their offset.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from typing import Any

from appliance import __version__
from appliance.household.money import Cost
from appliance.household.rules import Rule
from appliance.household.situation import Level, Signal, Situation
from appliance.household.spot import Spot
from appliance.household.tariff import Basis, Tariff
from appliance.links.link import Context
from appliance.system.health import sentence

State = Mapping[str, Any]


def now(situation: Situation, context: Context) -> State:  # noqa: ARG001 - as all in STATES
    """Return what the last lists say of this moment; `power_w` is import less export."""
    import_w, export_w = situation.power_import_w, situation.power_export_w
    state: dict[str, Any] = {
        "power_w": None if import_w is None else _rounded(import_w - (export_w or 0.0)),
        "power_import_w": _rounded(import_w),
        "power_export_w": _rounded(export_w),
    }
    for number, phase in enumerate(situation.phases, start=1):
        state[f"voltage_l{number}_v"] = _rounded(phase.voltage_v)
        state[f"current_l{number}_a"] = _rounded(phase.current_a, 2)
    return state | {"level": None if situation.level is None else level_name(situation.level)}


def energy(situation: Situation, context: Context) -> State:  # noqa: ARG001 - as all in STATES
    """Return the meter's registers at this moment; they never fall, but with another meter."""
    registers = situation.registers
    return {"import_wh": _rounded(registers.import_wh), "export_wh": _rounded(registers.export_wh)}


def hour(situation: Situation, context: Context) -> State:
    """Return the running hour; `since` is known whenever `hour_wh` is."""
    running, outlook = situation.hour, situation.outlook
    so_far = None if running is None or outlook is None else (outlook.so_far_wh, running.start.isoformat())
    return {
        "hour_wh": None if so_far is None else _rounded(so_far[0]),
        "since": None if so_far is None else so_far[1],
        "projection_wh": None if outlook is None else _rounded(outlook.projection_wh),
        "headroom_w": None if outlook is None else _rounded(outlook.headroom_w, 0),
        "limit_kw": None if outlook is None else outlook.limit_kw,
        "state": None if situation.hour_state is None else situation.hour_state.value,
        "at_least": None if outlook is None else outlook.at_least,
        "chosen_kw": context.limit_kw,
    }


def month(situation: Situation, context: Context) -> State:  # noqa: ARG001 - as all in STATES
    """Return the month's capacity."""
    found = situation.month
    return {
        "mean_kw": None if found is None else _rounded(found.mean_kw, 3),
        "step": None if found is None or found.step is None else step_name(found.tariff, found.step),
        "at_least": None if found is None else found.at_least,
        "peaks": []
        if found is None
        else [{"start": peak.start.isoformat(), "kwh": _rounded(peak.import_wh / 1000, 3)} for peak in found.top],
    }


def money(situation: Situation, context: Context) -> State:  # noqa: ARG001 - as all in STATES
    """Return what it costs, kr with VAT: each sum has what is known, and beside it which parts it lacks.

    `today_since` and `month_since` are known whenever the sums are.
    """
    found, local = situation.money, situation.local_time
    today, month, price = (None,) * 3 if found is None or local is None else (found.today, found.month, found.kwh)
    day = None if local is None else datetime.combine(local.date(), time(), local.tzinfo)
    return {
        "price_kr": _kr(price, 4),
        "price_lacks": _lacks(price),
        "today_kr": _kr(today),
        "today_lacks": _lacks(today),
        "today_since": None if day is None else day.astimezone(UTC).isoformat(),
        "yesterday_kr": None if found is None else _kr(found.yesterday),
        "month_kr": _kr(month),
        "month_lacks": _lacks(month),
        "month_since": None if day is None else day.replace(day=1).astimezone(UTC).isoformat(),
        "forecast_kr": None if found is None else _kr(found.forecast),
        "capacity_kr": None if found is None else _kr(found.capacity),
        **_spot(situation.spot),
    }


def _spot(spot: Spot | None) -> State:
    """Return the spot prices, kr a kWh with VAT: this hour's, and those of the hours of today and of tomorrow."""
    return {
        "spot_kr": None if spot is None or spot.now_kr is None else round(spot.now_kr, 4),
        "spot_today": None if spot is None or not spot.today else [round(hour.kr, 4) for hour in spot.today],
        "spot_tomorrow": None if spot is None or not spot.tomorrow else [round(hour.kr, 4) for hour in spot.tomorrow],
        "spot_area": None if spot is None else spot.area,
        "spot_source": None if spot is None else spot.source,
    }


def alarms(situation: Situation, context: Context) -> State:  # noqa: ARG001 - as all in STATES
    """Return which rules have an alarm, and what each is about."""
    active = {alarm.rule for alarm in situation.alarms}
    state: dict[str, Any] = {f"alarm_{rule.value}": "ON" if rule in active else "OFF" for rule in Rule}
    return state | {
        "alarms": [
            {
                "rule": alarm.rule.value,
                "phase": alarm.phase,
                "level": level_name(alarm.level),
                "value": _rounded(alarm.value),
                "limit": _rounded(alarm.limit),
                "acknowledged": alarm.acknowledged,
            }
            for alarm in situation.alarms
        ]
    }


def status(situation: Situation, context: Context) -> State:
    """Return how the appliance itself is."""
    health = situation.health
    return {
        "signal": "ON" if situation.signal is Signal.RECEIVING else "OFF",
        "line": None if health.line is None else health.line.value,
        "readings": situation.line.readings,
        "rejected": situation.line.rejected,
        "storage": situation.storage.value,
        "clock": situation.clock_source.value,
        "quiet": "ON" if situation.muted_s is not None else "OFF",
        "faults": [sentence(fault) for fault in health.faults],
        "started": None if context.started is None else context.started.isoformat(),
        "version": __version__,
    }


STATES: Mapping[str, Callable[[Situation, Context], State]] = {
    "now": now,
    "energy": energy,
    "hour": hour,
    "month": month,
    "money": money,
    "alarms": alarms,
    "status": status,
}
"""The retained topics, and what each holds."""


def level_name(level: Level) -> str:
    """Return a level as other machines are told it."""
    return level.name.lower()


def step_name(tariff: Tariff, place: int) -> str:
    """Return what a step is called: "2–5 kW"."""
    unit = "A" if tariff.basis is Basis.FUSE else "kW"
    below = tariff.steps[place - 1].up_to if place else 0.0
    up_to = tariff.steps[place].up_to
    return f"> {below:g} {unit}" if up_to is None else f"{below or 0:g}–{up_to:g} {unit}"


def _kr(cost: Cost | None, digits: int = 2) -> float | None:
    return None if cost is None else round(cost.kr, digits)


def _lacks(cost: Cost | None) -> list[str]:
    return [] if cost is None else sorted(part.value for part in cost.missing)


def _rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)
