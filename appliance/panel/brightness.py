"""How bright the glass is, when it sleeps, and where on it the picture stands.

An OLED ages where it is lit, in proportion to its current, and an appliance hangs there for years. So it is bright
only while somebody is looking or ought to look: after a key, and while an alarm is not acknowledged. Otherwise it is
dimmed, by night more, and what never changes is moved by a pixel each minute, so that no edge burns in. All of it
follows from a rule and the moment by pure functions; the screen only carries it out.
"""

from dataclasses import dataclass
from datetime import datetime

from appliance.household.situation import Level, Situation
from appliance.settings.preferences import BRIGHTNESS, BrightnessRule

SHIFT_PERIOD_S = 60.0
_PATH = ((0, 0), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))
"""All places within one pixel of the middle, each one pixel from the last, and the first from the last."""


@dataclass(frozen=True, slots=True)
class Dimming:
    """How the picture of this moment is shown."""

    contrast: int = BRIGHTNESS.contrast
    shift: tuple[int, int] = (0, 0)
    """Pixels to the right and down, each -1, 0 or 1."""
    awake: bool = True


BRIGHT = Dimming()
"""The default, before any preference is known."""


def is_night(rule: BrightnessRule, local_time: datetime | None) -> bool:
    """Return whether the glass is dimmed for the night; while the time is not known it is day."""
    return local_time is not None and rule.night.covers(local_time)


def dimming(
    rule: BrightnessRule, local_time: datetime | None, now_s: float, touched_s: float | None, *, alarm: bool
) -> Dimming:
    """Return how the glass is to be at a moment `now_s` of the monotonic clock, s.

    `touched_s` is when a key was last pressed. An alarm is shown as brightly as by day and wakes the glass.
    """
    attended = touched_s is not None and now_s - touched_s < rule.idle_s
    night = is_night(rule, local_time)
    shift = _PATH[int(now_s // SHIFT_PERIOD_S) % len(_PATH)] if rule.shift else (0, 0)
    awake = alarm or attended or not (night and rule.off_at_night)
    return Dimming(_contrast(rule, night=night, attended=attended, alarm=alarm), shift, awake)


def _contrast(rule: BrightnessRule, *, night: bool, attended: bool, alarm: bool) -> int:
    if alarm or (attended and not night):
        return rule.contrast
    preferred = rule.night_contrast if night and not attended else rule.idle_contrast
    return min(rule.contrast, preferred)


def needs_attention(situation: Situation, *, night: bool) -> bool:
    """Return whether somebody ought to look: an alarm of the house has called, and is not acknowledged.

    By night only one that asks to act: who sleeps is not to be woken by a light for what can wait. A fault does not: it
    may stay for months, and a bright sentence would then be burnt in.
    """
    levels = (Level.ACT,) if night else (Level.WATCH, Level.ACT)
    return any(alarm.level in levels and alarm.calls and not alarm.acknowledged for alarm in situation.alarms)


def is_news(before: Situation | None, after: Situation) -> bool:
    """Return whether a reading, an alarm or a fault changed; if not, only time went on and the picture may wait."""
    return before is None or _news(before) != _news(after)


def _news(situation: Situation) -> tuple[object, ...]:
    return (
        situation.power_import_w,
        situation.power_export_w,
        situation.phases,
        situation.level,
        situation.signal,
        [(alarm.rule, alarm.level, alarm.phase, alarm.acknowledged, alarm.calls) for alarm in situation.alarms],
        situation.step_lost,
        situation.storage,
        situation.health,
    )
