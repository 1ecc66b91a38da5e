"""A situation without what moves by itself: two moments at which nothing new is said are the same here.

On the glass a clock goes on, an age grows, and the hour's sum and its projection creep. None of it is news. Here each
of these is set to a fixed value where it is known, so that the words of a page say the same as long as nothing else
changes.
"""

from dataclasses import replace
from datetime import datetime

from appliance.household.money import Cap, Cost, Money
from appliance.household.outlook import Outlook
from appliance.household.situation import Alarm, Rule, Situation, Today

MOVING = frozenset({Rule.HOUR, Rule.SILENT})
"""Rules whose value is a projection or an age."""
_NOON = datetime(2000, 1, 1, 12)


def at_rest(situation: Situation) -> Situation:
    """Return the situation with every clock, age, sum that runs and projection at a value of its own."""
    local = situation.local_time
    return situation.but(
        recent_w=(),
        hour=None,
        money=None if situation.money is None else _money(situation.money),
        outlook=None if situation.outlook is None else _outlook(situation.outlook),
        today=None if situation.today is None else _today(situation.today),
        alarms=tuple(map(_alarm, situation.alarms)),
        muted_s=None if situation.muted_s is None else 0.0,
        local_time=None if local is None else _NOON.replace(tzinfo=local.tzinfo),
        reading_age_s=None if situation.reading_age_s is None else 0.0,
    )


def _outlook(outlook: Outlook) -> Outlook:
    return Outlook(
        until=outlook.until,
        time_left_s=0.0,
        so_far_wh=0.0,
        projection_wh=0.0,
        limit_kw=outlook.limit_kw,
        allowed_wh=outlook.allowed_wh,
        headroom_w=None if outlook.headroom_w is None else 0.0,
        shed_w=None if outlook.shed_w is None else min(1.0, outlook.shed_w),
        crosses_in_s=None if outlook.crosses_in_s is None else 0.0,
        lost=outlook.lost,
        costs_nothing=outlook.costs_nothing,
    )


def _today(today: Today) -> Today:
    return Today(
        day=today.day,
        import_wh=None if today.import_wh is None else 0.0,
        export_wh=None if today.export_wh is None else min(1.0, today.export_wh),
        highest=today.highest,
    )


def _money(money: Money) -> Money:
    still = Cost(1.0, money.kwh.missing)
    return Money(
        price=money.price,
        kwh=still,
        today=Cost(0.0, money.today.missing),
        yesterday=money.yesterday,
        month=Cost(0.0, money.month.missing),
        forecast=None,
        capacity=money.capacity,
        cap=None if money.cap is None else Cap(0.0, money.cap.of_kwh),
        prices_of=money.prices_of,
    )


def _alarm(alarm: Alarm) -> Alarm:
    return replace(alarm, age_s=0.0, since=None, value=0.0 if alarm.rule in MOVING else alarm.value)
