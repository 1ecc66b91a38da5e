"""A line of Elhub's CSV: which of its cells is what, times and energies. Nothing here knows of more than a line."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from appliance.words.sentence import Sentence

LARGEST_KWH = 100
"""Of an hour; as of a correction."""
_FIRST_YEAR, _LAST_YEAR = 2015, 2100
_HEADER_LINES = 40
"""The names of the columns stand in one of the first lines."""

_STARTS = frozenset({"fra", "from", "start", "starttid", "fra tid", "fra dato", "tidspunkt", "tid", "time", "dato/tid"})
_ENDS = frozenset({"til", "to", "slutt", "slutttid", "sluttid", "end", "til tid", "til dato"})
_QUALITIES = ("kvalitet", "quality", "status")
_SERIES = ("målenavn", "måleserie", "måletype", "retning")
_UNITS = frozenset({"enhet", "unit"})
_POINTS = ("målepunkt", "metering point", "meteringpoint", "gsrn")
_ENERGIES = ("forbruk", "consumption", "kwh", "volum", "verdi", "value", "energi")
_USED = ("forbruk", "consumption")
_SOLD = ("produksjon", "production", "innmating", "plusskunde")
_OTHER_UNITS = ("kvar", "reaktiv", "reactive", "mwh", "kr")
_MEASURED = ("målt", "measured")
_TOTALS = ("sum", "total")

_DAY_FIRST = re.compile(r"(\d{1,2})[.-](\d{1,2})[.-](\d{4})[ ,T]+(?:kl\.? *)?(\d{1,2})[:.](\d\d)(?::\d\d)?")
_YEAR_FIRST = re.compile(
    r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})[ ,T]+(\d{1,2}):(\d\d)(?::\d\d(?:\.\d+)?)? *(Z|[+-]\d\d:?\d\d)?"
)
_NUMBER = re.compile(r"(\d{1,6})(?:[.,](\d{1,6}))?(?:kwh)?", re.IGNORECASE)


class ElhubError(Exception):
    """The file is not understood; one sentence."""

    def __init__(self, sentence: Sentence) -> None:
        """Keep the sentence."""
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where in a line what stands."""

    number: int
    start: int
    end: int | None
    energy: int
    quality: int | None
    point: int | None
    series: int | None
    """What was measured, where that stands in each line."""
    unit: int | None


SEVERAL = Sentence("the file has several metering points: download one by itself")

SOLD = Sentence("the file has what was sold to the grid: download the consumption")


def decoded(octets: bytes) -> str:
    """Return the text of a file in any of the encodings that spreadsheets write."""
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return octets.decode("utf-16", errors="replace")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("cp1252", errors="replace")


def header(lines: Sequence[str]) -> tuple[int, str, Columns]:
    """Return where the names of the columns are, what stands between them, and which is where. Raise ElhubError."""
    for place, line in enumerate(lines[:_HEADER_LINES]):
        for separator in ";\t,":
            names = [re.sub(r"\(.*\)", "", name).strip().casefold() for name in cells(line, separator)]
            if (columns := _columns(names)) is not None:
                return place, separator, columns
    raise ElhubError(Sentence("there is no line with the names of columns, such as Fra, Til and KWH 60 Forbruk"))


def _columns(names: Sequence[str]) -> Columns | None:
    """Return the columns by their names; `None` where these are none. Raise ElhubError where they say too little."""
    start = next((place for place, name in enumerate(names) if name in _STARTS), None)
    if start is None:
        return None
    others = [place for place, name in enumerate(names) if name not in _STARTS | _ENDS and not _has(name, _POINTS)]
    energies = [
        place for place in others if _has(names[place], _ENERGIES) and not _has(names[place], _SOLD + _OTHER_UNITS)
    ]
    energies = [place for place in energies if _has(names[place], _USED)] or energies
    if len(energies) > 1:
        raise ElhubError(SEVERAL)
    if not energies:
        if any(_has(names[place], _SOLD) for place in others):
            raise ElhubError(SOLD)
        return None
    return Columns(
        number=len(names),
        start=start,
        end=next((place for place, name in enumerate(names) if name in _ENDS), None),
        energy=energies[0],
        quality=next((place for place in others if _has(names[place], _QUALITIES)), None),
        point=next((place for place, name in enumerate(names) if _has(name, _POINTS)), None),
        series=next((place for place, name in enumerate(names) if _has(name, _SERIES)), None),
        unit=next((place for place, name in enumerate(names) if name in _UNITS), None),
    )


def _has(name: str, words: Sequence[str]) -> bool:
    return any(word in name for word in words)


def cells(line: str, separator: str) -> list[str]:
    """Return a line's cells without the blanks around them; some programs put quotes around the line as a whole."""
    found = _split(line, separator)
    if len(found) == 1:
        found = _split(found[0], separator)
    return [cell.strip(" \t\ufeff\xa0\"'") for cell in found]


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:  # a cell longer than the library takes
        return line.split(separator)


def mended(cells: Sequence[str], separator: str, columns: Columns) -> Sequence[str]:
    """Return the cells of a line, of which one was cut at a decimal comma that had needed quotes."""
    place = columns.energy
    if separator == "," and len(cells) == columns.number + 1 and "".join(cells[place : place + 2]).isdigit():
        return [*cells[:place], ".".join(cells[place : place + 2]), *cells[place + 2 :]]
    return cells


def is_consumption(series: str) -> bool:
    """Return whether a series of values is of the energy that was used, as far as its name says."""
    return not _has(series.casefold(), _SOLD + _OTHER_UNITS)


def is_kwh(unit: str) -> bool:
    """Return whether a unit is kWh, or none is given."""
    return unit.casefold() in ("", "kwh")


def is_total(cells: Sequence[str]) -> bool:
    """Return whether a line says of itself that it is a sum."""
    return any(cell.casefold().startswith(_TOTALS) for cell in cells)


def moment(text: str) -> tuple[datetime, timezone | None] | None:
    """Return a time, with the zone that stands beside it, if any; `None` for all that is no quarter hour's begin."""
    zone = None
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year, hour, minute = map(int, found.groups())
    elif found := _YEAR_FIRST.fullmatch(text):
        *numbers, offset = found.groups()
        year, month, day, hour, minute = map(int, numbers)
        zone = _zone(offset)
    else:
        return None
    if minute % 15 or not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return datetime(year, month, day, hour, minute), zone
    except ValueError:
        return None


def _zone(offset: str | None) -> timezone | None:
    """Return the zone of an offset; one of less than a day, whatever stands there."""
    if offset is None:
        return None
    if offset == "Z":
        return UTC
    hours, minutes = int(offset[1:3]) % 24, int(offset[-2:]) % 60
    return timezone((-1 if offset[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))


def watt_hours(text: str) -> Decimal | None:
    """Return the Wh of a text in kWh, with comma or point; `None` where it is none from 0 to the largest."""
    found = _NUMBER.fullmatch(re.sub(r"\s", "", text))
    if found is None:
        return None
    wh = 1000 * Decimal(f"{found[1]}.{found[2] or 0}")
    return wh if wh <= 1000 * LARGEST_KWH else None


def worth_saying(quality: str) -> str | None:
    """Return how a value is known where it was not measured; at most 20 letters that can be printed."""
    text = "".join(letter for letter in quality if letter.isprintable())[:20]
    return None if not text or text.casefold().startswith(_MEASURED) else text


def cut(text: str) -> str:
    """Return what of a text can be printed, at most 40 characters."""
    return "".join(letter for letter in text if letter.isprintable())[:40]
