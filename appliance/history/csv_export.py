"""The history for a spreadsheet: hours, each day's highest hour, and voltage excursions, as CSV.

A spreadsheet takes the separator and the decimal mark from the language it is set to, so they follow the panel's:
semicolon and decimal comma in Norwegian and Swedish, comma and point in English. The octets begin with the mark that
tells a spreadsheet that they are UTF-8. Times are Norwegian, and each says how far it is from UTC, so the hour that
autumn repeats is there twice and each of them once. What is not known is an empty cell.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from pathlib import Path
from typing import Literal, get_args

from appliance.history.database import History
from appliance.household.capacity import month, months_before
from appliance.household.checkpoint import AlarmRow
from appliance.household.hours import HOUR, OSLO, Hour, Quality
from appliance.household.situation import Rule
from appliance.household.tariff import Basis, Tariff, in_force
from appliance.words.words import WORDS, Language, Words

What = Literal["hours", "peaks", "voltage"]
WHAT: tuple[What, ...] = get_args(What)
ENCODING = "utf-8-sig"
"""Of a file with these lines; its first three octets tell a spreadsheet that the rest is UTF-8."""
_FIRST_YEAR, _LAST_YEAR = 2000, 2100

Cells = Sequence[str]


class BadDatesError(Exception):
    """The days cannot be exported; one sentence."""


def days(first: str, last: str) -> tuple[date, date]:
    """Return two days from texts such as 2026-11-20, the second not before the first. Raise BadDatesError."""
    found = []
    for text in (first, last):
        try:
            found.append(datetime.strptime(text, "%Y-%m-%d").date())
        except ValueError:
            raise BadDatesError(f"{text}: the date must be such as 2026-11-20") from None
        if not _FIRST_YEAR <= found[-1].year <= _LAST_YEAR:
            raise BadDatesError(f"{text}: the year must be from {_FIRST_YEAR} to {_LAST_YEAR}")
    if found[1] < found[0]:
        raise BadDatesError(f"--to {last} is before --from {first}: the last day must not be before the first")
    return found[0], found[1]


def export(
    history: History,
    start: date,
    end: date,
    what: What,
    language: Language,
    tariffs: Sequence[Tariff] = (Tariff(),),
) -> Iterator[str]:
    """Return one table's lines, each with its end, from the local day `start` to the day `end`. Raise HistoryError."""
    match what:
        case "hours":
            table = hour_cells(history.hours(*_utc(start, end)), language)
        case "peaks":
            # The places in a month are of all its days, and of the months before that count with it.
            back = max((table.peaks.months for table in tariffs), default=1) - 1
            hours = history.hours(*_utc(months_before(start.replace(day=1), back), _last_of_month(end)))
            table = peak_cells(hours, start, end, language, tariffs)
        case "voltage":
            table = voltage_cells(history.alarms(*_utc(start, end)), language)
    return _lines(_head(what, WORDS[language]), table, language)


def export_files(
    history: History, start: date, end: date, folder: Path, language: Language, tariffs: Sequence[Tariff] = (Tariff(),)
) -> list[Path]:
    """Write hours.csv, peaks.csv and voltage.csv into a folder, which is made. Return their paths.

    Raise HistoryError, and OSError from the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for what in WHAT:
        path = folder / f"{what}.csv"
        with path.open("w", encoding=ENCODING, newline="") as file:
            file.writelines(export(history, start, end, what, language, tariffs))
        paths.append(path)
    return paths


def hour_cells(hours: Iterable[Hour], language: Language) -> Iterator[Cells]:
    """Yield a row for each hour."""
    words = WORDS[language]
    for hour in hours:
        yield (
            *_when(hour.start),
            _energy(hour.import_wh, hour.quality, words),
            quality_word(hour.quality, words),
            _energy(hour.export_wh, hour.export_quality, words),
            quality_word(hour.export_quality, words),
            _number(100 * hour.coverage, 1, words),
        )


def peak_cells(
    hours: Sequence[Hour], start: date, end: date, language: Language, tariffs: Sequence[Tariff]
) -> Iterator[Cells]:
    """Yield a row for each day's highest hour from `start` to `end`, with its place among the days of its month.

    `hours` are all of the months that these days lie in, oldest first. A place counts when the capacity step is found
    by it; a tariff that is not by hours has none that does. The table in force on the month's last day is the one that
    is billed.
    """
    words = WORDS[language]
    first = start.replace(day=1)
    while first <= end:
        last = _last_of_month(first)
        tariff = in_force(tariffs, last)
        counted = tariff.peaks.number if tariff is not None and tariff.basis is Basis.PEAKS else 0
        peaks = month(tariff or Tariff(), hours, first).peaks
        places = {peak.start: place for place, peak in enumerate(peaks, start=1)}
        for peak in sorted(peaks, key=lambda peak: peak.start):
            if max(start, first) <= peak.start.astimezone(OSLO).date() <= min(end, last):
                place = places[peak.start]
                yield (
                    *_when(peak.start),
                    _energy(peak.import_wh, peak.quality, words),
                    quality_word(peak.quality, words),
                    str(place),
                    words.say("yes") if place <= counted else "",
                )
        first = last + timedelta(days=1)


def voltage_cells(alarms: Iterable[AlarmRow], language: Language) -> Iterator[Cells]:
    """Yield a row for each voltage excursion; without an end while it lasts."""
    words = WORDS[language]
    for alarm in alarms:
        if alarm.rule is not Rule.VOLTAGE:
            continue
        ended: Cells = ("", "", "", "")
        if alarm.ended is not None:
            duration_s = (alarm.ended - alarm.began).total_seconds()
            ended = (*_moment(alarm.ended), f"{duration_s:.0f}")
        yield (
            *_moment(alarm.began),
            *ended,
            "" if alarm.phase is None else str(alarm.phase),
            "" if alarm.worst is None else _number(alarm.worst, 1, words),
            _number(alarm.limit, 1, words),
        )


def _head(what: What, words: Words) -> str:
    """Return the columns' names, with commas between."""
    match what:
        case "hours":
            return words.say("Date, From, To, Zone, From grid kWh, From grid is, To grid kWh, To grid is, Seen %")
        case "peaks":
            return words.say("Date, From, To, Zone, Highest hour kWh, Hour is, Place in month, Counts")
        case "voltage":
            return words.say("Date, From, Zone, To date, To, To zone, Duration s, Phase, Worst V, Limit V")


def quality_word(quality: Quality, words: Words) -> str:
    """Return how an hour is known, in a word or two."""
    match quality:
        case Quality.EDITED:
            return words.say("edited")
        case Quality.METERED:
            return words.say("metered")
        case Quality.INTEGRATED:
            return words.say("integrated")
        case Quality.PARTLY:
            return words.say("seen in part")
        case Quality.UNKNOWN:
            return words.say("unknown")


def _separator(words: Words) -> str:
    """Return what a spreadsheet of the language has between cells: what is not its decimal mark."""
    return "," if words.decimal_mark == "." else ";"


def _lines(head: str, table: Iterable[Cells], language: Language) -> Iterator[str]:
    """Yield lines of CSV (RFC 4180) with the language's separator."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=_separator(WORDS[language]), lineterminator="\r\n")
    for cells in chain([head.split(", ")], table):
        writer.writerow(cells)
        yield text.getvalue()
        text.seek(0)
        text.truncate()


def _utc(start: date, end: date) -> tuple[datetime, datetime]:
    """Return the first moment of one local day and the first after another."""
    after = end + timedelta(days=1)
    return datetime.combine(start, time(), OSLO).astimezone(UTC), datetime.combine(after, time(), OSLO).astimezone(UTC)


def _last_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _when(start: datetime) -> Cells:
    """Return day, beginning, end and zone of an hour."""
    local = start.astimezone(OSLO)
    return local.date().isoformat(), f"{local:%H:%M}", f"{(start + HOUR).astimezone(OSLO):%H:%M}", _zone(local)


def _moment(moment: datetime) -> Cells:
    local = moment.astimezone(OSLO)
    return local.date().isoformat(), f"{local:%H:%M:%S}", _zone(local)


def _zone(local: datetime) -> str:
    # A spreadsheet would take +02:00 for a time of day.
    offset = local.utcoffset()
    return "" if offset is None else f"UTC{offset / HOUR:+g}"


def _energy(energy_wh: float, known: Quality, words: Words) -> str:
    return "" if known is Quality.UNKNOWN else _number(energy_wh / 1000, 3, words)


def _number(value: float, decimals: int, words: Words) -> str:
    return f"{value:.{decimals}f}".replace(".", words.decimal_mark)
