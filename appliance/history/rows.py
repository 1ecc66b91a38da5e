"""How a value becomes a row of the history's tables, and a row a value.

A row that makes no sense is left out when it is read. An hour whose sum does not fit keeps its place, and is unknown.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

from appliance.history.schema import Row, Value
from appliance.history.trouble import DamagedError
from appliance.household.checkpoint import AlarmRow, MinuteRow
from appliance.household.hours import Hour, Quality, Span
from appliance.household.situation import Level, Rule

T = TypeVar("T")


def made(make: Callable[[Row], T], rows: Iterable[Row]) -> Iterator[T]:
    """Yield the values of the rows that make sense; leave the others out."""
    for row in rows:
        try:
            value = make(row)
        except (ValueError, TypeError, OverflowError, OSError):  # the last of a moment that no clock has
            continue
        yield value


def hour_row(hour: Hour) -> Row:
    """Return the row for `schema.PUT_HOUR`."""
    return (
        second(hour.start),
        hour.import_wh,
        hour.export_wh,
        hour.quality.value,
        hour.export_quality.value,
        hour.coverage,
    )


def unmeasured_row(hour: Hour) -> Row:
    """Return the row for `schema.PUT_UNMEASURED`."""
    return second(hour.start), hour.export_wh, hour.export_quality.value, hour.coverage


def correction_row(hour: Hour) -> Row:
    """Return the row for `schema.PUT_CORRECTION`."""
    return second(hour.start), hour.import_wh


def span_row(span: Span) -> Row:
    """Return the row for `schema.PUT_SPAN`."""
    return second(span.start), second(span.end), span.import_wh, span.export_wh


def minute_row(minute: MinuteRow) -> Row:
    """Return the row for `schema.PUT_MINUTE`."""
    return second(minute.start), minute.import_w, minute.export_w, *minute.voltages_v


def alarm_row(alarm: AlarmRow) -> Row:
    """Return the row for `schema.PUT_ALARM`."""
    return (
        second(alarm.began),
        alarm.rule.value,
        alarm.phase or 0,
        None if alarm.ended is None else second(alarm.ended),
        alarm.level.value,
        alarm.worst,
        alarm.limit,
        alarm.acknowledged,
    )


def hours(found_rows: Iterable[Row]) -> list[Hour]:
    """Return the hours in rows of `schema.HOURS`. Raise DamagedError when they are not in the order of time.

    One whose sum does not fit is unknown; it is left out after the newest that fits, for its moment may be what is
    wrong with it.
    """
    found: list[Hour] = []
    sure, newest = 0, None
    for row in found_rows:
        if not isinstance(row[0], int) or (newest is not None and row[0] <= newest):
            raise DamagedError("the hours are not in the order of time")
        newest = row[0]
        for value in made(hour, [row]):
            found.append(value)
            sure = len(found) if row[-1] else sure
    return found[:sure]


def spans(found_rows: Iterable[Row]) -> list[Span]:
    """Return the sums in rows of `schema.SPANS`."""
    return list(made(span, found_rows))


def minutes(found_rows: Iterable[Row]) -> list[MinuteRow]:
    """Return the minutes in rows of minutes."""
    return list(made(minute, found_rows))


def alarms(found_rows: Iterable[Row]) -> list[AlarmRow]:
    """Return the alarms in rows of alarms."""
    return list(made(alarm, found_rows))


def hour(row: Row) -> Hour:
    """Return the hour in a row of `schema.HOURS`. Raise ValueError or TypeError when it makes no sense."""
    start, import_wh, export_wh, edited, known, export_known, coverage, fits = row
    if not fits:
        return Hour(_full_hour(start), 0.0, 0.0, Quality.UNKNOWN, 0.0)
    return Hour(
        _moment(start),
        _energy(import_wh),
        _energy(export_wh),
        Quality.EDITED if edited else Quality(known),
        min(1.0, _energy(coverage)),
        Quality(export_known),
    )


def span(row: Row) -> Span:
    """Return the sum in a row of `schema.SPANS`. Raise ValueError or TypeError when it makes no sense."""
    start, end, import_wh, export_wh = row
    return Span(_moment(start), _moment(end), _energy(import_wh), _maybe(export_wh))


def minute(row: Row) -> MinuteRow:
    """Return the minute in a row of minutes. Raise ValueError or TypeError when it makes no sense."""
    start, import_w, export_w, *volts = row
    l1_v, l2_v, l3_v = map(_maybe, volts)
    return MinuteRow(_moment(start), _maybe(import_w), _maybe(export_w), (l1_v, l2_v, l3_v))


def alarm(row: Row) -> AlarmRow:
    """Return the alarm in a row of alarms. Raise ValueError or TypeError when it makes no sense."""
    began, rule, phase, ended, level, worst, limit, acknowledged = row
    if phase not in (0, 1, 2, 3):
        raise ValueError("no such phase")
    return AlarmRow(
        began=_moment(began),
        rule=Rule(rule),
        phase=int(phase) or None,
        ended=None if ended is None else _moment(ended),
        level=Level(int(_number(level))),
        worst=_maybe(worst),
        limit=_number(limit),
        acknowledged=bool(acknowledged),
    )


def second(moment: datetime) -> int:
    """Return the seconds since 1970."""
    return round(moment.timestamp())


def _moment(value: Value) -> datetime:
    if not isinstance(value, int):
        raise TypeError("no moment")
    return datetime.fromtimestamp(value, UTC)


def _full_hour(value: Value) -> datetime:
    moment = _moment(value)
    if moment.timestamp() % 3600:
        raise ValueError("no full hour")
    return moment


def _number(value: Value) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("no number")
    return float(value)


def _maybe(value: Value) -> float | None:
    return None if value is None else _number(value)


def _energy(value: Value) -> float:
    number = _number(value)
    if number < 0:
        raise ValueError("no energy")
    return number
