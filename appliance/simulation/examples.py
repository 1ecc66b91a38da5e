"""Situations that show each page in each of its states: for the contact sheet, and for the tests' golden pictures.

All are of one made-up house on one January evening, so that the pages can be compared.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec.structs import replace as replace_settings
from PIL import Image

from appliance.household.capacity import Month
from appliance.household.clock import ClockSource
from appliance.household.hours import HOUR, OSLO, Hour, Quality, RunningHour
from appliance.household.money import Cap, Cost, Money, Part
from appliance.household.outlook import HourState, Outlook, StepLost
from appliance.household.situation import (
    Alarm,
    AlarmRow,
    Level,
    LineQuality,
    MeterIdentity,
    Phase,
    Rule,
    Signal,
    Situation,
    Storage,
    Today,
    VoltageDay,
)
from appliance.household.spot import Spot, SpotDay, SpotPrices, around
from appliance.household.tariff import Basis, HourPrice, Linear, PeakRule, Period, Step, Tariff
from appliance.panel import pages, setup
from appliance.panel.company_choice import Span
from appliance.panel.drawing.widgets import Widget, drawn
from appliance.panel.keys import Key, Press
from appliance.panel.menu import Menu, Row, Stage
from appliance.panel.pages import Page, menu_page, setup_page
from appliance.panel.pages.attention import large_alarm_widgets, large_fault_widgets
from appliance.panel.pages.large import large_menu
from appliance.panel.selftest import PartState, SelfTest
from appliance.panel.setup import Question
from appliance.settings.choices import AS_SET, Choices
from appliance.settings.chosen import as_choices, in_file
from appliance.settings.model import Settings
from appliance.system.health import Cause, Fault, FaultKind, Health, LineCondition, Offer
from appliance.tariffs import companies
from appliance.update import outcome
from appliance.words.sentence import Sentence, joined
from appliance.words.words import Words

NOW = datetime(2026, 1, 15, 16, 36, tzinfo=UTC)
_HOUR_START = NOW.replace(minute=0)
_LOAD_W = (430, 380, 360, 350, 370, 420, 1180, 2650, 1900, 940, 720, 690, 880, 1020, 760, 830, 1640)
"""The mean power of each hour of that day so far."""
_YESTERDAY_W = (
    *(410, 400, 370, 360, 380, 440, 1320, 2240, 1650, 890, 700, 640),
    *(910, 980, 770, 1400, 3180, 2890, 2210, 1480, 1150, 870, 620, 480),
)


def _hours(start: datetime, loads_w: tuple[int, ...]) -> tuple[Hour, ...]:
    return tuple(Hour(start + HOUR * place, load, 0.0, Quality.METERED, 1.0) for place, load in enumerate(loads_w))


def _recent() -> tuple[float | None, ...]:
    """Return the powers of a fridge, a kettle, and an oven that cycles."""
    return tuple(
        900.0
        + (120 if step % 60 < 30 else 0)
        + (1900 if 28 <= step < 50 else 0)
        + (1300 if step > 74 else 0)
        + (step * 37 % 90)
        for step in range(120)
    )


_PEAKS = tuple(
    Hour(datetime(2026, 1, day, 16, tzinfo=UTC), energy, 0.0, known, 1.0)
    for day, energy, known in ((9, 5430, Quality.METERED), (3, 4980, Quality.METERED), (12, 2550, Quality.PARTLY))
)
_MONTH = Month(date(2026, 1, 1), Tariff(), _PEAKS)
_WEEKS = Tariff(
    peaks=PeakRule(number=5, period=Period.WEEK, months=12), steps=(), linear=Linear(589 / 12, 2000 / 12), vat=0.25
)
_MONEY = Money(
    price=HourPrice(energy_ore=28.99, taxes_ore=8.13, power_ore=40.0, vat=0.25),
    kwh=Cost(0.964),
    today=Cost(18.42),
    yesterday=Cost(42.1),
    month=Cost(968.4),
    forecast=Cost(1624.0),
    capacity=Cost(250.0),
    cap=Cap(486.0, 5000.0),
)

_SPOT_ORE = (
    *(41.2, 38.7, 36.9, 36.4, 37.8, 44.5, 71.3, 118.6, 131.2, 112.4, 98.1, 92.7),
    *(90.2, 88.4, 91.6, 104.9, 139.5, 168.8, 157.3, 121.7, 96.3, 78.2, 61.4, 52.9),
)
"""Of a winter's day, øre without VAT."""


def _spot(*ore: float, trouble: str | None = None) -> Spot:
    days = (SpotDay(NOW.date(), ore),) if ore else ()
    return around(SpotPrices("NO1", "hvakosterstrommen.no", days, trouble), NOW, 0.25)


_WITHOUT_POWER = frozenset({Part.POWER})
_GRID_ALONE = replace(
    _MONEY,
    kwh=Cost(0.464, _WITHOUT_POWER),
    today=Cost(8.42, _WITHOUT_POWER),
    yesterday=Cost(19.1, _WITHOUT_POWER),
    month=Cost(518.4, _WITHOUT_POWER),
    forecast=Cost(824.0, _WITHOUT_POWER),
    cap=None,
)
_OLD_PRICES = replace(
    _MONEY, month=Cost(12_345, frozenset({Part.HOURS})), forecast=None, yesterday=None, prices_of=date(2024, 7, 1)
)

CALM = Situation(
    watch_w=5000,
    act_w=10_000,
    level=Level.OK,
    signal=Signal.RECEIVING,
    power_import_w=2314,
    power_export_w=0,
    recent_w=_recent(),
    phases=(Phase(231.2, 4.6), Phase(229.8, 0.3), Phase(230.4, 16.1)),
    phases_known=True,
    fuse_a=40,
    hour=RunningHour(start=_HOUR_START, import_wh=1412, export_wh=0, seen_s=2160, export_seen_s=2160, elapsed_s=2160),
    outlook=Outlook(
        until=_HOUR_START + HOUR,
        time_left_s=1440,
        so_far_wh=1412,
        projection_wh=2338,
        limit_kw=5,
        allowed_wh=4590,
        headroom_w=7945,
        costs_nothing=True,
        mean_kw=4.32,
        step=1,
    ),
    money=_MONEY,
    today=Today(
        day=date(2026, 1, 15),
        import_wh=17_100,
        export_wh=0,
        highest=_hours(NOW.replace(hour=6, minute=0), (2650,))[0],
    ),
    month=_MONTH,
    voltage_day=VoltageDay(date(2026, 1, 15), (226.4, 224.9, 227.1), (233.8, 232.0, 234.6)),
    ended_hours=_hours(datetime(2026, 1, 13, 23, tzinfo=UTC), (*_YESTERDAY_W, *_LOAD_W)),
    local_time=NOW.astimezone(OSLO),
    clock_source=ClockSource.METER,
    storage=Storage.FINE,
    reading_age_s=0.4,
    meter=MeterIdentity("kamstrup", "6841121BN243101040", "5706567274389702"),
    line=LineQuality(4_812_000, 41_286, 12),
    health=Health(LineCondition.FINE, port="/dev/serial0", line_settings="2400 8E1", addresses=("192.168.1.40",)),
)


def _since(steps: int, power_w: float) -> tuple[float | None, ...]:
    """Return the last ten minutes of a calm house in which something was switched on some steps ago."""
    return (*CALM.recent_w[:-steps], *(power_w,) * steps)


FREE = replace(
    CALM,
    outlook=Outlook(
        until=_HOUR_START + HOUR,
        time_left_s=1440,
        so_far_wh=1410,
        projection_wh=2334,
        limit_kw=10,
        allowed_wh=19_590,
        headroom_w=45_450,
        costs_nothing=True,
        mean_kw=4.32,
        step=1,
    ),
)
"""An hour that may come to anything the house can use."""

BUSY = replace(
    CALM,
    level=Level.WATCH,
    power_import_w=6840,
    recent_w=_since(38, 6840.0),
    outlook=Outlook(
        until=_HOUR_START + HOUR,
        time_left_s=1440,
        so_far_wh=3120,
        projection_wh=5856,
        limit_kw=5,
        allowed_wh=4590,
        headroom_w=3675,
        mean_w=6840,
        shed_w=3165,
        crosses_in_s=774,
        mean_kw=5.42,
        step=2,
    ),
    alarms=(
        Alarm(
            rule=Rule.POWER,
            level=Level.WATCH,
            phase=None,
            value=6840,
            limit=5000,
            since=NOW,
            age_s=190,
            acknowledged=False,
        ),
    ),
)
ACT = replace(
    BUSY,
    level=Level.ACT,
    power_import_w=13_040,
    recent_w=_since(7, 13_040.0),
    alarms=(
        Alarm(
            rule=Rule.POWER,
            level=Level.ACT,
            phase=None,
            value=13_040,
            limit=10_000,
            since=NOW,
            age_s=35,
            acknowledged=False,
        ),
    ),
)
GAP = replace(
    CALM,
    hour=RunningHour(start=_HOUR_START, import_wh=1412, seen_s=2100, elapsed_s=2160),
    outlook=replace(CALM.outlook, at_least=True) if CALM.outlook else None,
)
"""A minute of the hour was not seen."""
UNSEEN = replace(
    CALM,
    hour=RunningHour(start=_HOUR_START, import_wh=3120, seen_s=1200, elapsed_s=2160),
    outlook=replace(BUSY.outlook, at_least=True) if BUSY.outlook else None,
)
"""A power cut took a quarter of the hour."""
SUN = replace(
    CALM,
    power_import_w=0,
    power_export_w=4750,
    recent_w=tuple(1200.0 - 50 * step + (2600 if 50 < step < 64 else 0) for step in range(120)),
    today=Today(
        day=date(2026, 1, 15),
        import_wh=6430,
        export_wh=21_870,
        highest=CALM.today.highest if CALM.today else None,
    ),
)
CUT = replace(
    CALM,
    today=replace(CALM.today, import_wh=None, export_wh=None) if CALM.today else None,
    ended_hours=_hours(NOW.replace(hour=14, minute=0), (830, 1640)),
)
"""The power was away from the evening of yesterday until three in the afternoon."""


def _logged(
    minutes_ago: int, rule: Rule, level: Level, worst: float, limit: float, *, lasted_s: int | None, phase: int | None
) -> AlarmRow:
    began = NOW - timedelta(minutes=minutes_ago)
    ended = None if lasted_s is None else began + timedelta(seconds=lasted_s)
    return AlarmRow(
        began=began,
        rule=rule,
        phase=phase,
        ended=ended,
        level=level,
        worst=worst,
        limit=limit,
        acknowledged=True,
    )


LOGGED = replace(
    CALM,
    past_alarms=(
        _logged(3, Rule.POWER, Level.WATCH, 12_840, 12_000, lasted_s=None, phase=None),
        _logged(52, Rule.HOUR, Level.ACT, 5856, 4590, lasted_s=1120, phase=None),
        _logged(1210, Rule.PHASE, Level.ACT, 41.2, 40, lasted_s=310, phase=2),
        _logged(2890, Rule.VOLTAGE, Level.WATCH, 204.3, 207, lasted_s=180, phase=1),
        _logged(9120, Rule.SILENT, Level.FAULT, 200, 30, lasted_s=200_000, phase=None),
        _logged(30_000, Rule.EXPORT, Level.WATCH, 99_900, 5000, lasted_s=45, phase=None),
        _logged(60_000, Rule.EXPORT, Level.WATCH, 5430, 5000, lasted_s=7200, phase=None),
    ),
)
IT_NET = replace(
    CALM,
    phases=(Phase(237.6, 4.6), Phase(235.9, None), Phase(236.5, -7.4)),
    line_to_line=True,
    voltage_day=VoltageDay(date(2026, 1, 15), (226.4, 224.9, 204.1), (233.8, 232.0, 234.6), 3),
)
MOST = replace(
    CALM,
    power_import_w=99_900,
    phases=(Phase(253.4, 144.2), Phase(252.9, 99.9), Phase(253.0, 101.0)),
    fuse_a=125,
    outlook=Outlook(
        until=_HOUR_START + HOUR,
        time_left_s=60,
        so_far_wh=98_120,
        projection_wh=99_900,
        limit_kw=100,
        allowed_wh=103_400,
        headroom_w=100_000,
        costs_nothing=False,
        mean_kw=88.3,
        step=8,
    ),
    today=Today(
        day=date(2026, 1, 15),
        import_wh=2_397_600,
        export_wh=1_204_000,
        highest=CALM.today.highest if CALM.today else None,
    ),
    month=replace(_MONTH, peaks=tuple(replace(peak, import_wh=99_900) for peak in _PEAKS)),
)
WAITING = Situation(watch_w=5000, act_w=10_000)
SILENT = replace(WAITING, signal=Signal.SILENT, reading_age_s=200, local_time=CALM.local_time)
NO_PORT = replace(WAITING, signal=Signal.NO_PORT)
YOUNG = replace(
    CALM, local_time=None, clock_source=ClockSource.UNKNOWN, hour=None, outlook=None, today=None, month=None,
    money=None, voltage_day=None, phases_known=False, phases=(Phase(), Phase(), Phase()), ended_hours=(),
)  # fmt: skip
"""The power is there, and nothing else yet."""


def _alarm(rule: Rule, level: Level, value: float, limit: float, phase: int | None = None) -> Situation:
    return replace(
        BUSY,
        level=level,
        alarms=(
            Alarm(
                rule=rule,
                level=level,
                phase=phase,
                value=value,
                limit=limit,
                since=NOW,
                age_s=95,
                acknowledged=False,
                level_since=NOW,
            ),
        ),
    )


HIGH = replace(_alarm(Rule.HOUR, Level.ACT, 5856, 4590), hour_state=HourState.HIGH)
_LOST = StepLost(hour=_HOUR_START, limit_kw=5, was=1, now=2, above_kw=5, up_to_kw=10, dearer_kr=185)
LOST = replace(
    _alarm(Rule.HOUR, Level.WATCH, 8300, 14_590),
    hour_state=HourState.LOST,
    step_lost=_LOST,
    outlook=Outlook(
        until=_HOUR_START + HOUR,
        time_left_s=1440,
        so_far_wh=5220,
        projection_wh=8300,
        limit_kw=10,
        allowed_wh=14_590,
        headroom_w=23_425,
        mean_w=7700,
        shed_w=0,
        lost=_LOST,
        mean_kw=6.24,
        step=2,
    ),
)
MORNING = replace(
    CALM,
    local_time=datetime(2026, 1, 16, 7, 5, tzinfo=OSLO),
    outlook=None,
    hour=None,
    step_lost=_LOST,
    ended_hours=(*CALM.ended_hours, Hour(_HOUR_START, 8712, 0.0, Quality.METERED, 1.0)),
)
"""A step was lost the evening before, and nobody has seen it."""


def _line(condition: LineCondition, *causes: Cause) -> Situation:
    return replace(SILENT, health=Health(condition, causes))


_NOT_TAKEN = joined("; ", (outcome.sentence(outcome.Reason.NO_LISTS), Sentence("{version} goes on", version="v1.2")))
_MISTAKE = Sentence(
    "{file}, line {line}: {mistake}",
    file="/etc/han-appliance/appliance.toml",
    line=12,
    mistake=joined(
        ": ",
        (
            "thresholds",
            Sentence(
                "watch_w ({watch}) must be above 0 and below act_w ({act}): yellow before red",
                watch="9000",
                act="8000",
            ),
        ),
    ),
)
"""What the settings file's reader says of a file that has watch_w = 9000 and act_w = 8000."""


def _failing(fault: FaultKind, detail: str) -> Situation:
    return replace(CALM, health=Health(LineCondition.FINE, faults=(Fault(fault, detail),)))


def _long_day() -> Situation:
    """Return the day in October that has 25 hours, of which one was not seen."""
    midnight = datetime(2026, 10, 24, 22, tzinfo=UTC)
    hours = _hours(midnight, (400, 380, 360, 340, 350, 900, 1900, 2400, 1100, 800, 700, 900, 1000, 1400, 3100))
    hours = (*hours[:9], replace(hours[9], quality=Quality.UNKNOWN, import_wh=0.0), *hours[10:])
    start = midnight + HOUR * len(hours)
    return replace(
        CALM,
        local_time=(start + timedelta(minutes=20)).astimezone(OSLO),
        hour=RunningHour(start=start, import_wh=700, export_wh=0, seen_s=1200, export_seen_s=0, elapsed_s=1200),
        today=Today(day=date(2026, 10, 25), import_wh=None, export_wh=None, highest=hours[-1]),
        ended_hours=hours,
    )


_FUSE_TARIFF = Tariff(basis=Basis.FUSE, steps=(Step(25), Step(63), Step(125), Step(None)))
_PRICED = Tariff(steps=tuple(Step(kw, price) for kw, price in ((2, 125), (5, 250), (10, 435), (15, 620), (None, 805))))
_MONTH_YOUNG = replace(_MONTH, peaks=())

Draw = Callable[[Words], Image.Image]


def _page(page: Page, situation: Situation, *, paging: bool = False) -> Draw:
    return lambda words: pages.picture(page, situation, words, paging=paging)


def _of(draw: Callable[[Situation, Words], Image.Image], situation: Situation) -> Draw:
    return lambda words: draw(situation, words)


def _large(layout: Callable[[Situation, Words], Sequence[Widget]], situation: Situation) -> Draw:
    return lambda words: drawn(layout(situation, words))


def _offering(*, older: bool) -> Situation:
    """Return the situation with a version that the menu has."""
    return replace(CALM, health=replace(CALM.health, offer=Offer("v0.1.0-12-gd15fc30", 1_700_000_000, older)))


def _large_menu(menu: Menu, choices: Choices = AS_SET, situation: Situation = CALM) -> Draw:
    return lambda words: drawn(
        large_menu(menu_page.widgets(menu, choices, situation, words), in_list=menu.value is not None)
    )


def _boot(self_test: SelfTest) -> Draw:
    return lambda words: pages.boot(WAITING, words, self_test)


def _menu(menu: Menu, choices: Choices = AS_SET, situation: Situation = CALM) -> Draw:
    def draw(words: Words) -> Image.Image:
        own = as_choices(replace_settings(Settings(), language=words.language))
        return menu_page.picture(menu, choices, situation, words, own)

    return draw


def _setup(
    question: Question, answer: Any = None, situation: Situation = CALM, *, presses: str = "", company: str = ""
) -> Draw:
    """Return a question of a first start in which an answer is shown, in the language of the words.

    Before it, keys may be pressed; of the grid company one may be shown.
    """

    def draw(words: Words) -> Image.Image:
        own = in_file(replace_settings(Settings(), language=words.language))
        known = companies()
        begun = setup.begin(AS_SET, own, 0.0, again=True, companies=known)
        assert begun is not None
        asked = replace(begun, questions=begun.questions[begun.questions.index(question) :])
        if question is Question.COMPANY:
            first = next((place for place, one in enumerate(known) if one.id == company), None)
            span = asked.span if first is None else Span(first, first + 1)
            asked = replace(asked, span=span)
            asked = replace(asked, place=len(asked.answers) - 1)
            for press in presses:
                asked = setup.pressed(asked, Press(Key[press]), situation)
            return setup_page.picture(asked, situation)
        place = asked.answers.index(answer) if answer in asked.answers else 0
        if question is Question.LANGUAGE:
            place = asked.answers.index(words.language)
        return setup_page.picture(replace(asked, place=place), situation)

    return draw


EXAMPLES: Mapping[str, Draw] = {
    "now": _page(Page.NOW, CALM),
    "now-paging": _page(Page.NOW, CALM, paging=True),
    "now-watch": _page(Page.NOW, BUSY),
    "now-act": _page(Page.NOW, ACT),
    "now-export": _page(Page.NOW, SUN),
    "now-most": _page(Page.NOW, MOST),
    "now-watts": _page(Page.NOW, replace(CALM, power_import_w=86)),
    "now-waiting": _page(Page.NOW, WAITING),
    "now-silent": _page(Page.NOW, SILENT),
    "now-no-port": _page(Page.NOW, NO_PORT),
    "hour": _page(Page.HOUR, CALM),
    "hour-over": _page(Page.HOUR, replace(BUSY, hour_state=HourState.HIGH)),
    "hour-free": _page(Page.HOUR, FREE),
    "hour-no-limit": _page(
        Page.HOUR,
        replace(CALM, outlook=Outlook(until=_HOUR_START + HOUR, time_left_s=1440, so_far_wh=1412, projection_wh=2338)),
    ),
    "hour-most": _page(Page.HOUR, MOST),
    "hour-partly": _page(Page.HOUR, replace(CALM, outlook=None)),
    "hour-at-least": _page(Page.HOUR, GAP),
    "hour-mostly-unseen": _page(Page.HOUR, UNSEEN),
    "hour-no-time": _page(Page.HOUR, YOUNG),
    "phases": _page(Page.PHASES, CALM),
    "phases-it-net": _page(Page.PHASES, IT_NET),
    "phases-one": _page(Page.PHASES, replace(CALM, phases=(Phase(233.6, 24.2), Phase(), Phase()), fuse_a=None)),
    "phases-it-net-most": _page(
        Page.PHASES, replace(IT_NET, phases=(Phase(237.6, -105.0), Phase(235.9, 144.2), Phase(236.5, -99.9)))
    ),
    "phases-minus": _page(Page.PHASES, replace(CALM, phases=(Phase(231.2, -105.0), Phase(229.8, -9.4), Phase(230.4)))),
    "phases-most": _page(Page.PHASES, MOST),
    "phases-not-yet": _page(Page.PHASES, YOUNG),
    "today": _page(Page.TODAY, CALM),
    "today-sun": _page(Page.TODAY, SUN),
    "today-25-hours": _page(Page.TODAY, _long_day()),
    "today-since": _page(Page.TODAY, CUT),
    "today-most": _page(Page.TODAY, MOST),
    "today-no-time": _page(Page.TODAY, YOUNG),
    "month": _page(Page.MONTH, CALM),
    "month-most": _page(Page.MONTH, MOST),
    "month-at-least": _page(Page.MONTH, replace(CALM, month=replace(_MONTH, at_least=True))),
    "month-most-at-least": _page(
        Page.MONTH, replace(MOST, month=replace(MOST.month, at_least=True) if MOST.month else None)
    ),
    "month-prices": _page(Page.MONTH, replace(CALM, month=replace(_MONTH, tariff=_PRICED))),
    "cost": _page(Page.COST, CALM),
    "cost-grid-alone": _page(Page.COST, replace(CALM, money=_GRID_ALONE)),
    "cost-at-least": _page(Page.COST, replace(CALM, money=_OLD_PRICES)),
    "cost-beyond-cap": _page(Page.COST, replace(CALM, money=replace(_MONEY, cap=Cap(5210.0, 5000.0)))),
    "cost-without-markup": _page(
        Page.COST, replace(CALM, money=replace(_MONEY, month=Cost(968.4, frozenset({Part.MARKUP})), forecast=None))
    ),
    "price": _page(Page.PRICE, replace(CALM, spot=_spot(*_SPOT_ORE))),
    "price-negative": _page(
        Page.PRICE,
        replace(CALM, spot=_spot(*(ore - 130 if 10 <= hour <= 17 else ore for hour, ore in enumerate(_SPOT_ORE)))),
    ),
    "price-most": _page(Page.PRICE, replace(CALM, spot=_spot(*(8 * ore for ore in _SPOT_ORE)))),
    "price-fetching": _page(Page.PRICE, replace(CALM, spot=_spot())),
    "price-not-known": _page(Page.PRICE, replace(CALM, spot=_spot(trouble="hvakosterstrommen.no cannot be reached"))),
    "now-grid-alone": _page(Page.NOW, replace(CALM, money=_GRID_ALONE)),
    "today-grid-alone": _page(Page.TODAY, replace(CALM, money=_GRID_ALONE)),
    "month-weeks": _page(Page.MONTH, replace(CALM, month=replace(_MONTH, tariff=_WEEKS))),
    "month-top-hour": _page(Page.MONTH, replace(CALM, month=replace(_MONTH, tariff=Tariff(peaks=PeakRule(number=1))))),
    "month-fuse": _page(Page.MONTH, replace(CALM, month=replace(_MONTH, tariff=_FUSE_TARIFF, fuse_a=40))),
    "month-fuse-most": _page(
        Page.MONTH, replace(MOST, month=replace(_MONTH, tariff=_FUSE_TARIFF, fuse_a=125), line_to_line=True)
    ),
    "month-no-fuse": _page(Page.MONTH, replace(CALM, month=replace(_MONTH, tariff=_FUSE_TARIFF))),
    "month-none": _page(Page.MONTH, replace(CALM, month=replace(_MONTH, tariff=Tariff(basis=Basis.NONE)))),
    "month-not-yet": _page(Page.MONTH, replace(CALM, month=_MONTH_YOUNG)),
    "voltage": _page(Page.VOLTAGE, CALM),
    "voltage-outside": _page(Page.VOLTAGE, IT_NET),
    "voltage-no-time": _page(Page.VOLTAGE, YOUNG),
    "voltage-one": _page(
        Page.VOLTAGE,
        replace(
            CALM,
            phases=(Phase(233.6, 24.2), Phase(), Phase()),
            voltage_day=VoltageDay(date(2026, 1, 15), (226.4, None, None), (253.2, None, None), 1),
        ),
    ),
    "log": _page(Page.LOG, LOGGED),
    "log-next": _page(Page.LOG, replace(LOGGED, local_time=(NOW + timedelta(seconds=6)).astimezone(OSLO))),
    "log-last": _page(Page.LOG, replace(LOGGED, local_time=(NOW + timedelta(seconds=12)).astimezone(OSLO))),
    "log-empty": _page(Page.LOG, CALM),
    "meter": _page(Page.METER, CALM),
    "meter-newer": _page(Page.METER, replace(CALM, health=replace(CALM.health, newer="v1.12.0"))),
    "meter-unknown": _page(Page.METER, WAITING),
    "large": _of(pages.large, CALM),
    "large-act": _of(pages.large, ACT),
    "large-export": _of(pages.large, SUN),
    "large-silent": _of(pages.large, SILENT),
    "large-alarm-power": _large(large_alarm_widgets, ACT),
    "large-alarm-phase": _large(large_alarm_widgets, _alarm(Rule.PHASE, Level.WATCH, 41.2, 40, 2)),
    "large-alarm-voltage": _large(large_alarm_widgets, _alarm(Rule.VOLTAGE, Level.WATCH, 204.3, 207, 1)),
    "large-fault": _large(large_fault_widgets, _line(LineCondition.SILENT, Cause.PORT_CLOSED)),
    "large-fault-settings": _large(
        large_fault_widgets,
        _failing(FaultKind.SETTINGS, "thresholds.watch_w (9000) must be above 0 and below act_w (8000)"),
    ),
    "large-menu": _large_menu(Menu(), Choices(limit_kw=5)),
    "large-menu-limit": _large_menu(Menu(Row.LIMIT, value=5)),
    "large-menu-shut-down": _large_menu(Menu(Row.SHUT_DOWN, stage=Stage.CONFIRM)),
    "large-menu-version": _large_menu(Menu(Row.VERSION, stage=Stage.CONFIRM), situation=_offering(older=False)),
    "large-menu-shutting-down": _large_menu(Menu(Row.SHUT_DOWN, stage=Stage.GOING)),
    "alarm-power": _of(pages.alarm, ACT),
    "alarm-hour": _of(pages.alarm, HIGH),
    "alarm-step-lost": _of(pages.alarm, LOST),
    "alarm-step-lost-morning": _of(pages.alarm, MORNING),
    "alarm-hour-at-least": _of(
        pages.alarm,
        replace(
            UNSEEN,
            level=Level.ACT,
            alarms=(
                Alarm(
                    rule=Rule.HOUR,
                    level=Level.ACT,
                    phase=None,
                    value=5856,
                    limit=4590,
                    since=NOW,
                    age_s=95,
                    acknowledged=False,
                    at_least=True,
                ),
            ),
        ),
    ),
    "alarm-phase": _of(pages.alarm, _alarm(Rule.PHASE, Level.WATCH, 41.2, 40, 2)),
    "alarm-voltage": _of(pages.alarm, _alarm(Rule.VOLTAGE, Level.WATCH, 204.3, 207, 1)),
    "alarm-export": _of(pages.alarm, _alarm(Rule.EXPORT, Level.WATCH, 5430, 5000)),
    "fault-port-closed": _of(pages.fault, _line(LineCondition.SILENT, Cause.PORT_CLOSED)),
    "fault-noise": _of(pages.fault, _line(LineCondition.NOISE)),
    "fault-inverted": _of(pages.fault, _line(LineCondition.INVERTED)),
    "fault-settings": _of(pages.fault, _failing(FaultKind.SETTINGS, _MISTAKE)),
    "fault-settings-on": lambda words: pages.fault(_failing(FaultKind.SETTINGS, _MISTAKE), words, turn=1),
    "fault-history": _of(pages.fault, _failing(FaultKind.HISTORY, "/var/lib/han-appliance/history.sqlite3")),
    "fault-supply": _of(pages.fault, _failing(FaultKind.SUPPLY, "")),
    "fault-button": _of(pages.fault, _failing(FaultKind.BUTTON, "A")),
    "fault-update": _of(pages.fault, _failing(FaultKind.UPDATE, _NOT_TAKEN)),
    "fault-set-aside": _of(pages.fault, replace(CALM, storage=Storage.SET_ASIDE)),
    "menu": _menu(Menu(), Choices(limit_kw=5)),
    "menu-fuse": _menu(Menu(Row.FUSE)),
    "menu-sound": _menu(Menu(Row.SOUND), situation=replace(CALM, muted_s=2520.0)),
    "menu-sounds": _menu(Menu(Row.SOUND, value=1)),
    "menu-volume": _menu(Menu(Row.VOLUME, value=0)),
    "menu-set-up": _menu(Menu(Row.SET_UP)),
    "menu-limit": _menu(Menu(Row.LIMIT, value=5), Choices(limit_kw=5)),
    "menu-limit-file": _menu(Menu(Row.LIMIT, value=0)),
    "menu-tariff": _menu(Menu(Row.TARIFF, value=0)),
    "menu-language": _menu(Menu(Row.LANGUAGE, value=1)),
    "menu-shut-down": _menu(Menu(Row.SHUT_DOWN, stage=Stage.CONFIRM)),
    "menu-shutting-down": _menu(Menu(Row.SHUT_DOWN, stage=Stage.GOING)),
    "menu-version": _menu(Menu(Row.VERSION), situation=_offering(older=True)),
    "menu-version-older": _menu(Menu(Row.VERSION, stage=Stage.CONFIRM), situation=_offering(older=True)),
    "menu-version-again": _menu(Menu(Row.VERSION, stage=Stage.CONFIRM), situation=_offering(older=False)),
    "menu-version-going": _menu(Menu(Row.VERSION, stage=Stage.GOING), situation=_offering(older=True)),
    "menu-version-gone": _menu(Menu(Row.VERSION, stage=Stage.REFUSED)),
    "menu-no-shut-down": _menu(Menu(Row.SHUT_DOWN, stage=Stage.REFUSED)),
    "setup-language": _setup(Question.LANGUAGE),
    "setup-country": _setup(Question.COUNTRY, "NO"),
    "setup-companies": _setup(Question.COMPANY, presses="A"),
    "setup-companies-fewer": _setup(Question.COMPANY, presses="ABA"),
    "setup-no-company": _setup(Question.COMPANY),
    "setup-company": _setup(Question.COMPANY, company="elvia"),
    "setup-company-by-fuse": _setup(Question.COMPANY, company="alut"),
    "setup-company-linear": _setup(Question.COMPANY, company="fjellnett"),
    "setup-company-unknown": _setup(Question.COMPANY, company="tinfos"),
    "setup-price": _setup(Question.PRICE, "norgespris"),
    "setup-price-another": _setup(Question.PRICE, "none"),
    "setup-fuse": _setup(Question.FUSE, 40.0, IT_NET),
    "setup-fuse-no-list": _setup(Question.FUSE, 63.0, WAITING),
    "setup-fuse-unknown": _setup(Question.FUSE, None),
    "setup-keep-the-step": _setup(Question.GOAL, "none"),
    "setup-goal": _setup(Question.GOAL, 10.0),
    "setup-no-goal": _setup(Question.GOAL, "off"),
    "setup-sound": _setup(Question.SOUND, "low"),
    "setup-sound-off": _setup(Question.SOUND, "off"),
    "setup-port": _setup(Question.PORT, situation=WAITING),
    "boot": _boot(SelfTest(display=PartState.OK, lamps=PartState.OK, buttons=PartState.OK)),
    "boot-failed": _boot(
        SelfTest(
            display=PartState.OK,
            lamps=PartState.FAILED,
            buttons=PartState.FAILED,
            history=PartState.OK,
            port=PartState.FAILED,
        )
    ),
}
"""By name, in the order of the contact sheet: how to draw it in a language."""
