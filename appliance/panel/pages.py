"""The pages: a situation in, a picture of 128x64 pixels out, by pure functions.

Each says one thing: *Now* the power against the limit, *Phases* volts and amperes. The strip on top, the number on
the left and the bar at the foot stand in the same place on every page. What is not known is "--", what the meter does
not report "–", and where there is nothing to show, words say why.
"""

from collections.abc import Sequence
from enum import Enum

from PIL import Image

from appliance.household.situation import Level, Phase, Signal, Situation
from appliance.panel.typeface import LARGE, MEDIUM, SMALL
from appliance.panel.widgets import LEFT, RIGHT, Bar, Strip, Text, UpArrow, Widget, drawn, phase_row, wrapped
from appliance.panel.words import Words


class Page(Enum):
    """What a page is about."""

    NOW = "now"
    HOUR = "hour"
    PHASES = "phases"
    TODAY = "today"
    MONTH = "month"
    VOLTAGE = "voltage"
    METER = "meter"


ROUND: tuple[Page, ...] = (Page.NOW, Page.PHASES)
"""In the order in which button A turns them."""

NOT_KNOWN, NOT_REPORTED = "--", "–"
_NUMBER_TOP = 13
_UNIT_TOP = _NUMBER_TOP + LARGE.baseline - MEDIUM.baseline
_UNIT_GAP = 6
_WORDS_LEFT = 40
_WORDS_TOP = 14
_LINE = 10
_ROWS_TOP, _ROW = 12, 17
_SCALE = 1.25
"""The bar's end, in red thresholds: a load over the limit can be seen to be so."""


def now(situation: Situation, words: Words) -> Image.Image:
    """The power of this moment, to or from the grid, against the limit."""
    return drawn(now_widgets(situation, words))


def phases(situation: Situation, words: Words) -> Image.Image:
    """Volts and amperes of each phase."""
    return drawn(phases_widgets(situation, words))


def picture(page: Page, situation: Situation, words: Words, *, paging: bool = False) -> Image.Image:  # noqa: ARG001
    """A page of a situation; `paging` is while somebody turns the pages."""
    return phases(situation, words) if page is Page.PHASES else now(situation, words)


def large(situation: Situation, words: Words) -> Image.Image:
    """One huge number and a word."""
    return now(situation, words)


def alarm(situation: Situation, words: Words) -> Image.Image:
    """What is over its limit."""
    return now(situation, words)


def fault(situation: Situation, words: Words) -> Image.Image:
    """What is wrong with the appliance."""
    lines = [f"{trouble.fault.value}: {trouble.detail}" for trouble in situation.upkeep.troubles]
    if not lines:
        return now(situation, words)
    return drawn([_strip("HAN", situation, words), *(Text(SMALL, line, LEFT + 1, 14) for line in lines[:1])])


def boot(situation: Situation, words: Words, checks: Sequence[tuple[str, bool | None]]) -> Image.Image:
    """What is seen first: that it is alive, and what it found."""
    marks = {True: "ok", False: "!", None: "--"}
    lines = [f"{words.say(name)} {marks[fine]}" for name, fine in checks]
    return drawn(
        [
            _strip("HAN appliance", situation, words),
            *(Text(SMALL, line, LEFT + 1, _WORDS_TOP + _LINE * place) for place, line in enumerate(lines)),
        ]
    )


def now_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """What stands on the page *Now*."""
    if situation.power_import_w is None:
        return _unknown(situation, words)
    export = situation.power_import_w == 0 and bool(situation.power_export_w)
    power_w = (situation.power_export_w or 0) if export else situation.power_import_w
    number = Text(LARGE, kilowatts(power_w, words), LEFT, _NUMBER_TOP)
    unit_left = number.box[2] + _UNIT_GAP
    scale = _SCALE * situation.act_w
    return (
        _strip(words.to_grid if export else words.from_grid, situation, words),
        number,
        Text(MEDIUM, "kW", unit_left, _UNIT_TOP),
        *((UpArrow(unit_left, _NUMBER_TOP + 2),) if export else ()),
        Bar(situation.power_import_w / scale, situation.watch_w / scale, situation.act_w / scale),
    )


def phases_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """What stands on the page *Phases*."""
    name = words.line_to_line if situation.line_to_line else words.phases
    rows = [
        phase_row(
            f"L{number}", *_phase(phase, words, known=situation.phases_known), top=_ROWS_TOP + _ROW * (number - 1)
        )
        for number, phase in enumerate(situation.phases, start=1)
    ]
    return (_strip(name, situation, words), *(widget for row in rows for widget in row))


def kilowatts(power_w: float, words: Words) -> str:
    """Power of 0 W and more in kW: two decimals below 10 kW, one below 100."""
    decimals = 2 if power_w < 9995 else 1 if power_w < 99_950 else 0
    return f"{power_w / 1000:.{decimals}f}".replace(".", words.decimal_mark)


def _phase(phase: Phase, words: Words, *, known: bool) -> tuple[str, str]:
    if not known:
        return NOT_KNOWN, NOT_KNOWN
    voltage, current = phase.voltage_v, phase.current_a
    return (
        NOT_REPORTED if voltage is None else f"{voltage:.0f}",
        NOT_REPORTED if current is None else _amperes(current, words),
    )


def _amperes(current_a: float, words: Words) -> str:
    decimals = 1 if abs(current_a) < 99.95 else 0
    text = f"{current_a:.{decimals}f}".replace(".", words.decimal_mark)
    return text.removeprefix("-") if not text.strip("-0.,") else text  # -0,04 A is no current


def _strip(name: str, situation: Situation, words: Words) -> Strip:
    """The strip, which calls while something is over a limit: without colour, too, one sees that it is, and what."""
    moment = situation.local_time
    time = NOT_KNOWN + ":" + NOT_KNOWN if moment is None else f"{moment:%H:%M}"
    match situation.level:
        case Level.ACT:
            return Strip(words.act, time, calls=True)
        case Level.WATCH:
            return Strip(_watched(situation, words), time, calls=True)
        case _:
            return Strip(name, time)


def _watched(situation: Situation, words: Words) -> str:
    """What asks for a look."""
    worst = situation.alarms[0] if situation.alarms else None
    if worst is None or worst.rule not in words.alarms:
        return words.watch
    return words.alarms[worst.rule].format(worst.phase)


def _unknown(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """No number: what is the matter, and the likely reason."""
    match situation.signal:
        case Signal.NO_PORT:
            matter, advice = words.no_port, words.no_port_advice
        case Signal.SILENT:
            matter, advice = words.silent.format(_duration(situation.reading_age_s or 0)), words.silent_advice
        case _:
            matter, advice = words.waiting, words.waiting_advice
    width = RIGHT - _WORDS_LEFT
    lines = [*wrapped(SMALL, matter, width), *wrapped(SMALL, advice, width)]
    return (
        _strip(words.no_signal, situation, words),
        Text(LARGE, NOT_KNOWN, LEFT, _NUMBER_TOP),
        *(Text(SMALL, line, _WORDS_LEFT, _WORDS_TOP + _LINE * place) for place, line in enumerate(lines)),
    )


def _duration(seconds: float) -> str:
    """How long, in the largest unit that gives a number: s, min or h."""
    if seconds < 60:
        return f"{int(seconds)} s"
    return f"{seconds // 60:.0f} min" if seconds < 3600 else f"{seconds // 3600:.0f} h"
