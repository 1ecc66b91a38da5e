"""*Log*: the last ten alarms, newest first: when and what, how bad it was and how long it lasted.

Three fit on the glass, so the page goes on to the next three by itself.
"""

from datetime import tzinfo

from appliance.household.hours import OSLO
from appliance.household.situation import AlarmRow, Level, Situation
from appliance.panel.drawing.typeface import SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, Text, Widget, cut, right_aligned
from appliance.panel.pages.layout import strip
from appliance.panel.pages.rule_view import rule_view
from appliance.words.words import NOT_KNOWN, Words

AT_ONCE = 3
"""The number of alarms on the glass."""
VIEW_S = 6
"""For how long each of them is up, s."""
_TOP, _ROW, _LINE = 12, 17, 9
"""So that six lines fit, nothing in the second of each two hangs below its base line."""
_INDENT, _BETWEEN = 8, 4


def log_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the page *Log*."""
    rows, local = situation.past_alarms, situation.local_time
    name = words.say("Alarms")
    if not rows:
        return strip(name, situation, words), Text(SMALL, words.say("None so far"), LEFT, _TOP + 2)
    views = -(-len(rows) // AT_ONCE)
    view = 0 if local is None else (local.minute * 60 + local.second) // VIEW_S % views
    shown = rows[view * AT_ONCE : (view + 1) * AT_ONCE]
    return (
        strip(f"{name} {view + 1}/{views}" if views > 1 else name, situation, words),
        *(text for place, row in enumerate(shown) for text in _two_lines(row, _TOP + _ROW * place, situation, words)),
    )


def _two_lines(row: AlarmRow, top: int, situation: Situation, words: Words) -> list[Text]:
    view = rule_view(row.rule)
    what, room = view.headline(row.level, row.phase, words), RIGHT - LEFT - _INDENT - _BETWEEN
    moments = _when(row, situation, words)
    moment = next((one for one in moments if SMALL.width(what) + SMALL.width(one) <= room), moments[-1])
    when = right_aligned(SMALL, moment, RIGHT, top)
    what = cut(SMALL, what, room - SMALL.width(moment))
    worst = NOT_KNOWN if row.worst is None else view.value(row.worst, row.limit, words)
    return [
        Text(SMALL, _mark(row.level), LEFT, top),
        Text(SMALL, what, LEFT + _INDENT, top),
        when,
        Text(SMALL, f"{worst} {view.unit}", LEFT + _INDENT, top + _LINE),
        right_aligned(SMALL, _lasted(row, words), RIGHT, top + _LINE),
    ]


def _lasted(row: AlarmRow, words: Words) -> str:
    if row.ended is None:
        return words.say("still")
    seconds = (row.ended - row.began).total_seconds()
    return words.duration(seconds) if seconds < 3600 else words.say("{hours} h", hours=int(seconds // 3600))


def _when(row: AlarmRow, situation: Situation, words: Words) -> tuple[str, ...]:
    """Return when it began: the time, with the day where that is not today, and the month where that is not this one.

    A shorter way to say it follows, without the time, for where there is no room.
    """
    local = situation.local_time
    zone: tzinfo | None = OSLO if local is None else local.tzinfo
    began = row.began.astimezone(zone)
    time, day = words.clock(began), words.day(began.date())
    if local is not None and began.date() == local.date():
        return (time,)
    if local is not None and (began.year, began.month) == (local.year, local.month):
        return f"{day} {time}", day
    dated = f"{day} {words.month(began.date())[:3].lower()}"
    return f"{dated} {time}", dated


def _mark(level: Level) -> str:
    match level:
        case Level.OK | Level.WATCH:
            return "!"
        case Level.ACT:
            return "!!"
        case Level.FAULT:
            return "×"
