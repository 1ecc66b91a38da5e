"""The alarm rules as data: what each judges, from where on, and for how long.

A rule is one `RuleSpec` in `SPECS`. `Alarms` builds, steps and re-sets all of them from that table and knows none by
name, so a new rule is its numbers (`rules`), its entry here and its words on the panel. What it judges is a field of
`AlarmInputs`, or any value of the meter's newest full list.
"""

from collections.abc import Callable
from dataclasses import dataclass

from appliance.household.limit_alarm import Delays, SetPoints, Shown
from appliance.household.rules import Rule, Rules
from appliance.household.situation import Level
from appliance.meter.reading import Reading

HOUR_ACT_S = 1200.0
"""With less than this of the hour left, a projection that is too high asks to act and not only to look."""
_ROUNDING = 1e-9
"""A value over its limit by no more than this is at the limit, and so still within it."""

NOTHING_REPORTED = Reading(offset=0, length=0, elements=0)

Volts = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmInputs:
    """What the rules judge at one moment; `None` is not known."""

    import_w: float | None = None
    export_w: float | None = None
    currents_a: tuple[float | None, float | None, float | None] = (None, None, None)
    hour_wh: float | None = None
    """The projected hour."""
    hour_allowed_wh: float | None = None
    """What it may have; `None` when crossing that costs nothing, or it is not known what it costs."""
    hour_left_s: float = 3600.0
    silence_s: float = 0.0
    """Since the last reading, or since the line was first listened to."""
    means_v: Volts = (None, None, None)
    """The voltages' means of the minute that has ended; for rules that are judged once a minute."""
    full_list: Reading = NOTHING_REPORTED
    """The newest list with phases, while it is fresh: for a rule on a value that has no field here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSpec:
    """One alarm rule. Its functions take the inputs, the rules as set and the phase, 1 to 3, or 0 without phases."""

    rule: Rule
    set_points: Callable[[Rules], SetPoints | None]
    """The limits and delays, in the unit of `value`; `None` while the household has not set the rule."""
    value: Callable[[AlarmInputs, Rules, int], float | None]
    """What is judged; `None` while it is not known, and then the level stays as it is."""
    shown: Callable[[AlarmInputs, Rules, int], Shown] | None = None
    """The value and its limit as people know them, where `value` is something else."""
    may_act: Callable[[AlarmInputs], bool] | None = None
    """When the level may be ACT; always, where this is left out."""
    phases: tuple[int | None, ...] = (None,)
    lowest: Level = Level.WATCH
    """The level from the first set point on."""
    by_minute: bool = False
    """Judged by the minutes that have ended, not at every moment."""
    outlives_restart: bool = True


EACH_PHASE = (1, 2, 3)


def _power(rules: Rules) -> SetPoints:
    power = rules.power
    delays = Delays(power.on_delay_s, power.off_delay_s)
    return SetPoints(watch=power.watch_w, act=power.act_w, hysteresis=power.hysteresis_w, delays=delays)


def _hour(rules: Rules) -> SetPoints:
    """Return the set points as shares of what the hour may have."""
    hour = rules.hour
    delays = Delays(hour.on_delay_s, hour.off_delay_s)
    return SetPoints(watch=1.0, act=1.0, hysteresis=hour.hysteresis, delays=delays)


def _counted(inputs: AlarmInputs, rules: Rules) -> tuple[float, float] | None:
    """Return the projected hour and what it may have, Wh; `None` where the rule is off or nothing can be said."""
    if not rules.hour.on or inputs.hour_wh is None or inputs.hour_allowed_wh is None:
        return None
    return inputs.hour_wh, inputs.hour_allowed_wh


def _hour_share(inputs: AlarmInputs, rules: Rules, _phase: int) -> float | None:
    """Return what the hour will have of what it may; nothing is decided while no power is known."""
    if inputs.import_w is None:
        return None
    counted = _counted(inputs, rules)
    return 0.0 if counted is None else counted[0] / max(1.0, counted[1]) - _ROUNDING


def _hour_shown(inputs: AlarmInputs, rules: Rules, _phase: int) -> Shown:
    counted = _counted(inputs, rules)
    return (inputs.hour_wh, None) if counted is None else counted


def _phase(rules: Rules) -> SetPoints | None:
    phase = rules.phase
    if phase.fuse_a is None:
        return None
    return SetPoints(
        watch=phase.fuse_a * phase.watch_share,
        act=phase.fuse_a * phase.act_share,
        hysteresis=phase.hysteresis_a,
        delays=Delays(phase.on_delay_s, phase.off_delay_s),
    )


def _current_a(inputs: AlarmInputs, _rules: Rules, phase: int) -> float | None:
    current_a = inputs.currents_a[phase - 1]
    return None if current_a is None else abs(current_a)


def _outside_v(inputs: AlarmInputs, rules: Rules, phase: int) -> float | None:
    """Return by how much a mean is outside its limits, V; negative inside."""
    mean_v = inputs.means_v[phase - 1]
    return None if mean_v is None else max(rules.voltage.low_v - mean_v, mean_v - rules.voltage.high_v) - _ROUNDING


def _voltage_shown(inputs: AlarmInputs, rules: Rules, phase: int) -> Shown:
    """Return the mean and the limit on its side, V."""
    mean_v, low_v, high_v = inputs.means_v[phase - 1], rules.voltage.low_v, rules.voltage.high_v
    return mean_v, None if mean_v is None else low_v if mean_v < (low_v + high_v) / 2 else high_v


def _export(rules: Rules) -> SetPoints | None:
    export = rules.export
    if export.limit_w is None:
        return None
    delays = Delays(export.on_delay_s, export.off_delay_s)
    return SetPoints(watch=export.limit_w, hysteresis=export.hysteresis_w, delays=delays)


SPECS = (
    RuleSpec(
        rule=Rule.SILENT,
        set_points=lambda rules: SetPoints(watch=rules.silent_s),
        value=lambda inputs, _rules, _phase: inputs.silence_s,
        lowest=Level.FAULT,
        outlives_restart=False,
    ),
    RuleSpec(rule=Rule.POWER, set_points=_power, value=lambda inputs, _rules, _phase: inputs.import_w),
    RuleSpec(
        rule=Rule.HOUR,
        set_points=_hour,
        value=_hour_share,
        shown=_hour_shown,
        may_act=lambda inputs: inputs.hour_left_s <= HOUR_ACT_S,
    ),
    RuleSpec(rule=Rule.PHASE, set_points=_phase, value=_current_a, phases=EACH_PHASE),
    RuleSpec(
        rule=Rule.VOLTAGE,
        set_points=lambda rules: SetPoints(watch=0.0, hysteresis=rules.voltage.hysteresis_v),
        value=_outside_v,
        shown=_voltage_shown,
        phases=EACH_PHASE,
        by_minute=True,
    ),
    RuleSpec(rule=Rule.EXPORT, set_points=_export, value=lambda inputs, _rules, _phase: inputs.export_w),
)
"""All rules; of alarms that are equally bad, the one that stands first here is named first."""
