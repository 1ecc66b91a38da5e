"""Situations that show each page in each of its states: for the contact sheet, and for the tests' golden pictures.

All are of one made-up house on one January evening, so that the pages can be compared.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from PIL import Image

from appliance.household.clock import ClockSource
from appliance.household.hours import HOUR, OSLO, Hour, Quality, RunningHour
from appliance.household.outlook import Outlook
from appliance.household.situation import (
    Alarm,
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
from appliance.household.tariff import Basis, Month, Step, Tariff
from appliance.panel import pages
from appliance.panel.menu import Menu, Row, ShutdownStage
from appliance.panel.pages import Page, menu_page
from appliance.panel.selftest import PartState, SelfTest
from appliance.settings.choices import AS_SET, Choices
from appliance.system.health import Cause, Fault, FaultKind, Health, LineCondition
from appliance.words.words import Words

NOW = datetime(2026, 1, 15, 16, 36, tzinfo=UTC)
_HOUR_START = NOW.replace(minute=0)
_LOAD_W = (430, 380, 360, 350, 370, 420, 1180, 2650, 1900, 940, 720, 690, 880, 1020, 760, 830, 1640)
"""The mean power of each hour of that day so far."""


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
        certain=True,
        mean_kw=4.32,
        step=1,
    ),
    today=Today(
        day=date(2026, 1, 15),
        import_wh=17_100,
        export_wh=0,
        cost_kr=18.42,
        highest=_hours(NOW.replace(hour=6, minute=0), (2650,))[0],
    ),
    month=_MONTH,
    voltage_day=VoltageDay(date(2026, 1, 15), (226.4, 224.9, 227.1), (233.8, 232.0, 234.6)),
    ended_hours=_hours(datetime(2026, 1, 14, 23, tzinfo=UTC), _LOAD_W),
    local_time=NOW.astimezone(OSLO),
    clock_source=ClockSource.METER,
    storage=Storage.FINE,
    reading_age_s=0.4,
    meter=MeterIdentity("Kamstrup", "6841121BN243101040", "5706567274389702"),
    line=LineQuality(4_812_000, 41_286, 12),
    health=Health(LineCondition.FINE, port="/dev/serial0", line_settings="2400 8E1", addresses=("192.168.1.40",)),
)


def _since(steps: int, power_w: float) -> tuple[float | None, ...]:
    """Return the last ten minutes of a calm house in which something was switched on some steps ago."""
    return (*CALM.recent_w[:-steps], *(power_w,) * steps)


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
        costs_nothing=False,
        certain=True,
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
SUN = replace(
    CALM,
    power_import_w=0,
    power_export_w=4750,
    recent_w=tuple(1200.0 - 50 * step + (2600 if 50 < step < 64 else 0) for step in range(120)),
    today=Today(
        day=date(2026, 1, 15),
        import_wh=6430,
        export_wh=21_870,
        cost_kr=3.1,
        highest=CALM.today.highest if CALM.today else None,
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
        certain=True,
        mean_kw=88.3,
        step=8,
    ),
    today=Today(
        day=date(2026, 1, 15),
        import_wh=2_397_600,
        export_wh=1_204_000,
        cost_kr=8420.5,
        highest=CALM.today.highest if CALM.today else None,
    ),
    month=replace(_MONTH, peaks=tuple(replace(peak, import_wh=99_900) for peak in _PEAKS)),
)
WAITING = Situation(watch_w=5000, act_w=10_000)
SILENT = replace(WAITING, signal=Signal.SILENT, reading_age_s=200, local_time=CALM.local_time)
NO_PORT = replace(WAITING, signal=Signal.NO_PORT)
YOUNG = replace(
    CALM, local_time=None, clock_source=ClockSource.UNKNOWN, hour=None, outlook=None, today=None, month=None,
    voltage_day=None, phases_known=False, phases=(Phase(), Phase(), Phase()), ended_hours=(),
)  # fmt: skip
"""The power is there, and nothing else yet."""


def _alarm(rule: Rule, level: Level, value: float, limit: float, phase: int | None = None) -> Situation:
    return replace(
        BUSY,
        level=level,
        alarms=(
            Alarm(
                rule=rule, level=level, phase=phase, value=value, limit=limit, since=NOW, age_s=95, acknowledged=False
            ),
        ),
    )


def _line(condition: LineCondition, *causes: Cause) -> Situation:
    return replace(SILENT, health=Health(condition, causes))


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
        today=Today(day=date(2026, 10, 25), import_wh=None, export_wh=None, cost_kr=None, highest=hours[-1]),
        ended_hours=hours,
    )


_FUSE_TARIFF = Tariff(basis=Basis.FUSE, steps=(Step(25), Step(63), Step(125), Step(None)))
_MONTH_YOUNG = replace(_MONTH, peaks=())

Draw = Callable[[Words], Image.Image]


def _page(page: Page, situation: Situation, *, paging: bool = False) -> Draw:
    return lambda words: pages.picture(page, situation, words, paging=paging)


def _of(draw: Callable[[Situation, Words], Image.Image], situation: Situation) -> Draw:
    return lambda words: draw(situation, words)


def _boot(self_test: SelfTest) -> Draw:
    return lambda words: pages.boot(WAITING, words, self_test)


def _menu(menu: Menu, choices: Choices = AS_SET) -> Draw:
    return lambda words: menu_page.picture(menu, choices, CALM, words)


EXAMPLES: Mapping[str, Draw] = {
    "now": _page(Page.NOW, CALM),
    "now-paging": _page(Page.NOW, CALM, paging=True),
    "now-watch": _page(Page.NOW, BUSY),
    "now-act": _page(Page.NOW, ACT),
    "now-export": _page(Page.NOW, SUN),
    "now-most": _page(Page.NOW, MOST),
    "now-waiting": _page(Page.NOW, WAITING),
    "now-silent": _page(Page.NOW, SILENT),
    "now-no-port": _page(Page.NOW, NO_PORT),
    "hour": _page(Page.HOUR, CALM),
    "hour-over": _page(Page.HOUR, BUSY),
    "hour-no-limit": _page(
        Page.HOUR,
        replace(CALM, outlook=Outlook(until=_HOUR_START + HOUR, time_left_s=1440, so_far_wh=1412, projection_wh=2338)),
    ),
    "hour-most": _page(Page.HOUR, MOST),
    "hour-partly": _page(Page.HOUR, replace(CALM, outlook=None)),
    "hour-no-time": _page(Page.HOUR, YOUNG),
    "phases": _page(Page.PHASES, CALM),
    "phases-it-net": _page(Page.PHASES, IT_NET),
    "phases-one": _page(Page.PHASES, replace(CALM, phases=(Phase(233.6, 24.2), Phase(), Phase()), fuse_a=None)),
    "phases-most": _page(Page.PHASES, MOST),
    "phases-not-yet": _page(Page.PHASES, YOUNG),
    "today": _page(Page.TODAY, CALM),
    "today-sun": _page(Page.TODAY, SUN),
    "today-25-hours": _page(Page.TODAY, _long_day()),
    "today-most": _page(Page.TODAY, MOST),
    "today-no-time": _page(Page.TODAY, YOUNG),
    "month": _page(Page.MONTH, CALM),
    "month-most": _page(Page.MONTH, MOST),
    "month-fuse": _page(Page.MONTH, replace(CALM, month=replace(_MONTH, tariff=_FUSE_TARIFF, fuse_a=40))),
    "month-no-fuse": _page(Page.MONTH, replace(CALM, month=replace(_MONTH, tariff=_FUSE_TARIFF))),
    "month-none": _page(Page.MONTH, replace(CALM, month=replace(_MONTH, tariff=Tariff(basis=Basis.NONE)))),
    "month-not-yet": _page(Page.MONTH, replace(CALM, month=_MONTH_YOUNG)),
    "voltage": _page(Page.VOLTAGE, CALM),
    "voltage-outside": _page(Page.VOLTAGE, IT_NET),
    "voltage-no-time": _page(Page.VOLTAGE, YOUNG),
    "meter": _page(Page.METER, CALM),
    "meter-unknown": _page(Page.METER, WAITING),
    "large": _of(pages.large, CALM),
    "large-act": _of(pages.large, ACT),
    "large-export": _of(pages.large, SUN),
    "large-silent": _of(pages.large, SILENT),
    "alarm-power": _of(pages.alarm, ACT),
    "alarm-hour": _of(pages.alarm, _alarm(Rule.HOUR, Level.WATCH, 5856, 4590)),
    "alarm-phase": _of(pages.alarm, _alarm(Rule.PHASE, Level.WATCH, 41.2, 40, 2)),
    "alarm-voltage": _of(pages.alarm, _alarm(Rule.VOLTAGE, Level.WATCH, 204.3, 207, 1)),
    "alarm-export": _of(pages.alarm, _alarm(Rule.EXPORT, Level.WATCH, 5430, 5000)),
    "fault-port-closed": _of(pages.fault, _line(LineCondition.SILENT, Cause.PORT_CLOSED)),
    "fault-noise": _of(pages.fault, _line(LineCondition.NOISE)),
    "fault-inverted": _of(pages.fault, _line(LineCondition.INVERTED)),
    "fault-settings": _of(
        pages.fault, _failing(FaultKind.SETTINGS, "thresholds.watch_w (9000) must be above 0 and below act_w (8000)")
    ),
    "fault-history": _of(pages.fault, _failing(FaultKind.HISTORY, "/var/lib/han-appliance/history.sqlite3")),
    "fault-button": _of(pages.fault, _failing(FaultKind.BUTTON, "A")),
    "fault-set-aside": _of(pages.fault, replace(CALM, storage=Storage.SET_ASIDE)),
    "menu": _menu(Menu(), Choices(limit_kw=5)),
    "menu-quiet": _menu(Menu(Row.QUIET)),
    "menu-limit": _menu(Menu(Row.LIMIT, value=5)),
    "menu-tariff": _menu(Menu(Row.TARIFF, value=1)),
    "menu-language": _menu(Menu(Row.LANGUAGE, value=1)),
    "menu-shut-down": _menu(Menu(Row.SHUT_DOWN, shutdown=ShutdownStage.CONFIRM)),
    "menu-shutting-down": _menu(Menu(Row.SHUT_DOWN, shutdown=ShutdownStage.GOING)),
    "menu-no-shut-down": _menu(Menu(Row.SHUT_DOWN, shutdown=ShutdownStage.REFUSED)),
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
