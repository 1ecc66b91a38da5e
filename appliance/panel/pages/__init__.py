"""The pages: a situation in, a picture of 128x64 pixels out, by pure functions.

Each page says one thing in one file of this room, and all keep one rhythm: the strip on top, the number on the left
baseline, its context to the right, a line of words below, the bar at the foot. A page is first a handful of widgets,
whose boxes a test can look at, and then a picture.

What is not known is "--", what the meter does not report "–", and where there is nothing to show, words say why.
"""

from collections.abc import Callable
from dataclasses import replace
from enum import Enum

from PIL import Image

from appliance.household.situation import Phase, Situation
from appliance.household.tariff import Basis
from appliance.panel.drawing.widgets import Strip, Widget, drawn
from appliance.panel.pages.attention import alarm_widgets, fault_widgets
from appliance.panel.pages.boot import boot_widgets
from appliance.panel.pages.hour import hour_widgets
from appliance.panel.pages.log import log_widgets
from appliance.panel.pages.meter import meter_widgets
from appliance.panel.pages.money import money_widgets
from appliance.panel.pages.month import month_widgets
from appliance.panel.pages.phases import phases_widgets, voltage_widgets
from appliance.panel.pages.power import large_widgets, now_widgets
from appliance.panel.pages.price import price_widgets
from appliance.panel.pages.today import today_widgets
from appliance.panel.selftest import SelfTest
from appliance.words.words import Words

Layout = Callable[[Situation, Words], tuple[Widget, ...]]
"""What stands on a page; the first widget is its strip."""


class Page(Enum):
    """A page that can be turned to: its name, and the function that lays it out.

    The order is that in which button A turns them. A new page is a file of its own, and its import and a line here.
    """

    NOW = "now", now_widgets
    HOUR = "hour", hour_widgets
    PHASES = "phases", phases_widgets
    TODAY = "today", today_widgets
    MONTH = "month", month_widgets
    COST = "cost", money_widgets
    PRICE = "price", price_widgets
    VOLTAGE = "voltage", voltage_widgets
    LOG = "log", log_widgets
    METER = "meter", meter_widgets

    layout: Layout

    def __new__(cls, name: str, layout: Layout) -> "Page":
        """Make the page whose value is its name."""
        page = object.__new__(cls)
        page._value_ = name
        page.layout = layout
        return page


ROUND: tuple[Page, ...] = tuple(Page)
"""In the order in which button A turns them."""


def in_round(situation: Situation | None) -> tuple[Page, ...]:
    """Return the pages that have something for this house, in their order; all of them before anything is known."""
    return ROUND if situation is None else tuple(page for page in ROUND if _has_something(page, situation))


def turned(page: Page, situation: Situation | None, *, back: bool = False) -> Page:
    """Return the page that follows another in the round, or the one before it, but none before the first."""
    place, found = ROUND.index(page), in_round(situation)
    if back:
        return next((other for other in reversed(found) if ROUND.index(other) < place), found[0])
    return next((other for other in found if ROUND.index(other) > place), found[0])


def _has_something(page: Page, situation: Situation) -> bool:
    match page:
        case Page.PHASES:
            return not situation.phases_known or any(phase != Phase() for phase in situation.phases)
        case Page.MONTH:
            if situation.month is None:
                return situation.local_time is None  # then it is not known; else there is no tariff
            return situation.month.tariff.basis is not Basis.NONE
        case Page.COST:
            return situation.money is not None
        case Page.PRICE:
            return situation.spot is not None
        case Page.VOLTAGE:
            day = situation.voltage_day
            return day is None or any(voltage is not None for voltage in day.lowest_v)
        case Page.LOG:
            return bool(situation.past_alarms)
        case Page.NOW | Page.HOUR | Page.TODAY | Page.METER:
            return True


def widgets(page: Page, situation: Situation, words: Words, *, paging: bool = False) -> tuple[Widget, ...]:
    """Return what stands on a page; with `paging`, dots in the strip tell which of the round it is."""
    strip, *rest = page.layout(situation, words)
    if paging and isinstance(strip, Strip):
        found = in_round(situation)
        place = found.index(page) if page in found else 0
        strip = replace(strip, dots=(place, len(found)))
    return strip, *rest


def picture(page: Page, situation: Situation, words: Words, *, paging: bool = False) -> Image.Image:
    """Return the picture of a page: mode "1", 128x64."""
    return drawn(widgets(page, situation, words, paging=paging))


def large(situation: Situation, words: Words) -> Image.Image:
    """Return the picture of the large mode: one huge number and a word."""
    return drawn(large_widgets(situation, words))


def alarm(situation: Situation, words: Words) -> Image.Image:
    """Return the picture of the worst alarm: what is wrong, how much, what to do, how to silence it; else of *Now*."""
    return drawn(alarm_widgets(situation, words))


def fault(situation: Situation, words: Words, turn: int = 0) -> Image.Image:
    """Return the picture of what is wrong with the appliance or its line; if nothing is, of the page *Now*."""
    return drawn(fault_widgets(situation, words, turn))


def boot(situation: Situation, words: Words, self_test: SelfTest) -> Image.Image:
    """Return the picture of the start: the name, the version, the self-test line by line."""
    return drawn(boot_widgets(situation, words, self_test))
