"""The alarm rules as data: what each judges, from where on, and for how long.

A rule is one `RuleSpec` in `SPECS`. `Alarms` builds, steps and re-sets all of them from that table and knows none by
name, so a new rule is its numbers (`rules`), its entry here and its words on the panel. What it judges is a field of
`AlarmInputs`, or any value of the meter's newest full list.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from appliance.household.hours import HOUR_S
from appliance.household.limit_alarm import SetPoints, Shown
from appliance.household.minutes import MINUTE_S
from appliance.household.outlook import Outlook
from appliance.household.power_limits import PowerLimits, power_limits
from appliance.household.rules import AT_ONCE, Delays, Rule, Rules
from appliance.household.situation import Level
from appliance.meter.reading import Reading

_MISSED_MINUTE_S = 1.5 * MINUTE_S
"""The end of one minute that was judged is this far away only when the next one was not."""
_ROUNDING = 1e-9
"""A value over its limit by no more than this is at the limit, and so still within it."""

_LOST = 2.0
"""The share that an hour counts as whose limit was crossed: it cannot come back under it."""

NOTHING_REPORTED = Reading(offset=0, length=0, elements=0)

Volts = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmInputs:
    """What the rules judge at one moment; `None` is not known."""

    import_w: float | None = None
    export_w: float | None = None
    currents_a: tuple[float | None, float | None, float | None] = (None, None, None)
    line_to_line: bool | None = None
    """The voltages are between phases; `None` while no phases are known."""
    outlook: Outlook | None = None
    """Of the running hour."""
    night: bool = False
    """Quiet hours are in force, for certain."""
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
    act_value: Callable[[AlarmInputs, Rules, int], float | None] | None = None
    """What is held against the limit of ACT, where that is not `value`."""
    calls: Callable[[AlarmInputs, Rules, Level], bool] | None = None
    """Whether an alarm at this level is worth a page now, by day; always, where this is left out."""
    always_calls: Level | None = None
    """The level that calls however soon it is reached again."""
    phases: tuple[int | None, ...] = (None,)
    lowest: Level = Level.WATCH
    """The level from the first set point on."""
    at_least: Callable[[AlarmInputs], bool] | None = None
    """When the value is a lower bound; never, where this is left out."""
    by_minute: bool = False
    """Judged by the minutes that have ended, not at every moment."""
    always_seen: bool = False
    """Its value is known at every moment, whatever the meter sends."""
    outlives_restart: bool = True

    def limits(self, rules: Rules) -> SetPoints | None:
        """Return the set points, with how long an alarm lasts unseen, and what calls; `None` while the rule is not set.

        A value is believed for `silent_s`, and then an alarm for its off-delay. One that is judged by the minute ends
        when a minute is missing.
        """
        set_points = self.set_points(rules)
        if set_points is None:
            return None
        set_points = replace(set_points, repeat_s=rules.repeat_s, always_calls=self.always_calls)
        if self.always_seen:
            return set_points
        unseen_s = _MISSED_MINUTE_S if self.by_minute else rules.silent_s + set_points.delays.off_delay_s
        return replace(set_points, unseen_s=unseen_s)


EACH_PHASE = (1, 2, 3)


def _power(rules: Rules) -> SetPoints:
    """Return the set points as shares of the limits that hold for the house."""
    power, limits = rules.power, power_limits(rules, None)
    return SetPoints(
        watch=1.0,
        act=limits.act_w / limits.watch_w,
        hysteresis=power.hysteresis_w / limits.watch_w,
        delays=rules.phase.watch if limits.by_fuse else power.watch,
        act_delays=rules.phase.act if limits.by_fuse else power.act,
    )


def _power_limits(inputs: AlarmInputs, rules: Rules) -> PowerLimits:
    return power_limits(rules, inputs.line_to_line)


def _power_share(inputs: AlarmInputs, rules: Rules, _phase: int) -> float | None:
    """Return the import in limits of yellow; nothing where the fuse is judged by the currents of all its phases."""
    if inputs.import_w is None:
        return None
    limits = _power_limits(inputs, rules)
    return 0.0 if limits.by_fuse and None not in inputs.currents_a else inputs.import_w / limits.watch_w


def _power_shown(inputs: AlarmInputs, rules: Rules, _phase: int) -> Shown:
    limits = _power_limits(inputs, rules)
    over = inputs.import_w is not None and inputs.import_w >= limits.act_w
    return inputs.import_w, limits.act_w if over else limits.watch_w


def _power_calls(inputs: AlarmInputs, rules: Rules, level: Level) -> bool:
    """Return whether power is worth a page: yellow is not, while nothing is at stake that it could trip or cost."""
    return level is Level.ACT or _power_limits(inputs, rules).by_fuse


def _hour(rules: Rules) -> SetPoints:
    """Return the set points: shares of what the hour may have, and for ACT of the time that it takes to act."""
    hour = rules.hour
    return SetPoints(
        watch=1.0,
        act=1.0,
        hysteresis=hour.hysteresis,
        delays=Delays(hour.on_delay_s, hour.off_delay_s),
        act_delays=AT_ONCE,
        act_latches=True,
    )


def _hour_share(inputs: AlarmInputs, rules: Rules, _phase: int) -> float | None:
    """Return what the hour will have of what it may, and more than all of it once the limit was crossed.

    Nothing is decided while no power is known. A mean that makes no difference to the month is no alarm.
    """
    outlook = inputs.outlook
    if inputs.import_w is None:
        return None
    if outlook is None or not rules.hour.on:
        return 0.0
    if outlook.lost is not None:
        return _LOST
    if outlook.allowed_wh is None or outlook.time_left_s > HOUR_S - rules.hour.settles_s:
        return 0.0
    comes_to_wh = outlook.so_far_wh + outlook.mean_w * outlook.time_left_s / HOUR_S
    return comes_to_wh / max(1.0, outlook.allowed_wh) - _ROUNDING


def _hour_urgency(inputs: AlarmInputs, rules: Rules, _phase: int) -> float | None:
    """Return how short the time to act is: from 1 on it asks to act now."""
    outlook, hour = inputs.outlook, rules.hour
    if outlook is None or outlook.crosses_in_s is None:
        return 0.0
    return max(
        hour.red_s / max(1.0, outlook.crosses_in_s), hour.too_late_s / max(1.0, _saved_until_s(outlook, hour.base_w))
    )


def _saved_until_s(outlook: Outlook, base_w: float) -> float:
    """Return for how long the hour can still be kept within what is allowed by using no more than `base_w`, s.

    With what may still be used, E, a mean power P and a time left T: E = P s + base (T - s).
    """
    spare_w = outlook.mean_w - base_w
    if spare_w <= 0 or outlook.allowed_wh is None:
        return outlook.time_left_s
    left_ws = (outlook.allowed_wh - outlook.so_far_wh) * HOUR_S
    return (left_ws - base_w * outlook.time_left_s) / spare_w


def _hour_calls(inputs: AlarmInputs, rules: Rules, level: Level) -> bool:
    outlook = inputs.outlook
    crosses_in_s = None if outlook is None else outlook.crosses_in_s
    return level is Level.ACT or (crosses_in_s is not None and crosses_in_s <= rules.hour.call_s)


def _hour_shown(inputs: AlarmInputs, _rules: Rules, _phase: int) -> Shown:
    outlook = inputs.outlook
    return (None, None) if outlook is None else (outlook.projection_wh, outlook.allowed_wh)


def _phase(rules: Rules) -> SetPoints | None:
    phase = rules.phase
    if phase.fuse_a is None:
        return None
    return SetPoints(
        watch=phase.fuse_a * phase.watch_share,
        act=phase.fuse_a * phase.act_share,
        hysteresis=phase.hysteresis_a,
        delays=phase.watch,
        act_delays=phase.act,
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
        calls=lambda inputs, rules, _level: inputs.silence_s >= rules.silent_page_s,
        always_seen=True,
        outlives_restart=False,
    ),
    RuleSpec(rule=Rule.POWER, set_points=_power, value=_power_share, shown=_power_shown, calls=_power_calls),
    RuleSpec(
        rule=Rule.HOUR,
        set_points=_hour,
        value=_hour_share,
        shown=_hour_shown,
        act_value=_hour_urgency,
        calls=_hour_calls,
        always_calls=Level.ACT,
        at_least=lambda inputs: inputs.outlook is not None and inputs.outlook.at_least,
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
"""All rules."""
