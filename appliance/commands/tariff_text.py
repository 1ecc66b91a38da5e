"""What `han-appliance tariff` prints for people, in the household's language."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from appliance.household.recurring import DayKind, Recurring
from appliance.tariffs.answers import OSLO, HourAnswer, StepPrice, steps
from appliance.tariffs.company import Company, Customer
from appliance.tariffs.periods import linear
from appliance.tariffs.stored import Source
from appliance.tariffs.table import Method, Table
from appliance.words.words import NOT_KNOWN, Words

_COLUMN = 9


def company_list(companies: Sequence[Company], source: Source, today: date, words: Words) -> str:
    """Return a line for each company: id, name, since when its prices hold, and what is to be known of them."""
    ids, names = (
        max(map(len, column)) for column in zip(*((each.id, each.full_name) for each in companies), strict=True)
    )
    lines = [
        f"{each.id:{ids}}  {each.full_name:{names}}  {each.valid_from}  {', '.join(_notes(each, today, words))}"
        for each in companies
    ]
    return "\n".join([*lines, "", credit(source, words)])


def _notes(company: Company, today: date, words: Words) -> Iterator[str]:
    yield words.say("checked {day}", day=company.checked.isoformat())
    if company.valid_to is not None:
        day = company.valid_to.isoformat()
        yield words.say("ended {day}", day=day) if company.valid_to <= today else words.say("ends {day}", day=day)
    if Customer.HOME not in company.customers:
        yield words.say("cabins only")


def credit(source: Source, words: Words) -> str:
    """Return where the tables are from, as their licence asks."""
    return words.say(
        "Tables: {credit} ({licence}), {link}, of {day}",
        credit=source.credit,
        licence=source.licence,
        link=source.link,
        day=source.commit_date.isoformat(),
    )


def table(company: Company, table: Table, taxes_ore: float | None, vat: float, source: Source, words: Words) -> str:
    """Return a company's table with the taxes of a day."""
    span = [words.say("from {day}", day=table.valid_from.isoformat())]
    if table.valid_to is not None:
        span.append(words.say("before {day}", day=table.valid_to.isoformat()))
    lines = [
        f"{company.full_name}: {', '.join(span)} ({words.say('checked {day}', day=company.checked.isoformat())})",
        method(table.method, words),
    ]
    if table.method in (Method.DAYS, Method.MONTH, Method.FUSE):
        lower = table.limit_is_lower
        lines.append(
            words.say("What is just on a limit is in the cheaper step.")
            if lower
            else words.say("What is just on a limit is in the dearer step.")
        )
        lines += [f"  {step(each, vat, by_fuse=table.method is Method.FUSE, words=words)}" for each in steps(table)]
    if table.method is Method.WEEKS and (by_kw := linear(table)) is not None:
        fixed, per_kw = words.number(by_kw.fixed_kr, 2), words.number(by_kw.per_kw_kr, 2)
        lines.append(
            "  " + words.say("{fixed} kr a month and {per_kw} kr a kW, without VAT", fixed=fixed, per_kw=per_kw)
        )
    lines.append(words.say("A kWh, without taxes: {ore} øre", ore=_ore(table.energy.base_ore, words)))
    lines += [
        f"  {words.say('{ore} øre: {when}', ore=_ore(ore, words), when=_when(when, words))}"
        for when, ore in table.energy.exceptions
    ]
    shares = {"taxes": _ore(taxes_ore, words), "vat": f"{vat:.0%}".replace("%", " %")}
    lines.append(words.say("Taxes: {taxes} øre a kWh. VAT: {vat}", **shares))
    return "\n".join([*lines, "", credit(source, words)])


def method(found: Method, words: Words) -> str:
    """Return how the step is found, in a sentence."""
    match found:
        case Method.DAYS:
            return words.say("The step goes by the mean of the month's three highest hours, each of another day.")
        case Method.MONTH:
            return words.say("The step goes by the month's highest hour.")
        case Method.WEEKS:
            return words.say("There are no steps: the price goes by five weekly peaks of a year, weighted by season.")
        case Method.FUSE:
            return words.say("The step goes by the main fuse.")
        case Method.UNKNOWN:
            return words.say("How the step is found is not known.")


def step(step: StepPrice, vat: float, *, by_fuse: bool, words: Words) -> str:
    """Return a step with what it costs a month, without and with VAT."""
    unit = "A" if by_fuse else "kW"
    limits = f"{words.limit(step.start)}–{'' if step.end is None else words.limit(step.end)} {unit}"
    prices = {"plain": words.number(step.month_kr(), 2), "full": words.number(step.month_kr(vat), 2)}
    if vat == 0:
        return words.say("{step}: {plain} kr a month, no VAT", step=limits, plain=prices["plain"])
    return words.say("{step}: {plain} kr a month, {full} with VAT", step=limits, **prices)


def hours(found: Iterable[HourAnswer], words: Words) -> Iterator[str]:
    """Yield a table of hours in Norway's time, with a mark at public holidays."""
    names = (words.say("grid"), words.say("taxes"), words.say("power"), words.say("VAT"), words.say("sum"))
    yield f"{words.say('øre a kWh'):22}{''.join(f'{name:>{_COLUMN}}' for name in names)}"
    for hour in found:
        amounts = (hour.energy_ore, hour.taxes_ore, hour.power_ore, hour.vat_ore, hour.total_ore)
        columns = "".join(f"{_ore(amount, words):>{_COLUMN}}" for amount in amounts)
        mark = f"  {words.say('public holiday')}" if hour.holiday else ""
        local = hour.start.astimezone(OSLO)
        yield f"{local:%Y-%m-%d %H:%M} {local.tzname():5}{columns}{mark}"


def _ore(amount: float | None, words: Words) -> str:
    """Return an amount in øre with two decimals, or as many as it has up to three."""
    if amount is None:
        return NOT_KNOWN
    return words.number(amount, 3 if round(amount, 3) != round(amount, 2) else 2)


def _when(when: Recurring, words: Words) -> str:
    """Return hours, days and months of a part of the year."""
    parts = list[str]()
    if when.hours is not None:
        parts.append(", ".join(f"{first:02}–{end:02}" for first, end in _spans(when.hours, 24)))
    if when.days is not None:
        parts.append(", ".join(_days(kind, words) for kind in DayKind if kind in when.days))
    if when.months is not None:
        spans = [
            (_month(first, words), _month((end - 2) % 12 + 1, words))
            for first, end in _spans(frozenset(month - 1 for month in when.months), 12, offset=1)
        ]
        parts.append(", ".join(first if first == last else f"{first}–{last}" for first, last in spans))
    return "; ".join(parts)


def _month(number: int, words: Words) -> str:
    return words.month_within(date(2000, number, 1))


def _spans(found: frozenset[int], size: int, offset: int = 0) -> list[tuple[int, int]]:
    """Return the first number and the one after the last of each run, which may wrap; each is raised by `offset`."""
    starts = sorted(number for number in found if (number - 1) % size not in found)
    spans = list[tuple[int, int]]()
    for start in starts:
        length = next(length for length in range(1, size + 1) if (start + length) % size not in found)
        spans.append((start + offset, (start + length) % size + offset))
    return spans


def _days(kind: DayKind, words: Words) -> str:
    """Return a kind of days in words."""
    match kind:
        case DayKind.WORKING_DAY:
            return words.say("working days")
        case DayKind.WEEKDAY:
            return words.say("Monday to Friday")
        case DayKind.WEEKEND:
            return words.say("weekends")
        case DayKind.HOLIDAY:
            return words.say("public holidays")
        case DayKind.DAY_OFF:
            return words.say("weekends and public holidays")
        case DayKind.MONDAY:
            return words.say("Mondays")
        case DayKind.TUESDAY:
            return words.say("Tuesdays")
        case DayKind.WEDNESDAY:
            return words.say("Wednesdays")
        case DayKind.THURSDAY:
            return words.say("Thursdays")
        case DayKind.FRIDAY:
            return words.say("Fridays")
        case DayKind.SATURDAY:
            return words.say("Saturdays")
        case DayKind.SUNDAY:
            return words.say("Sundays")
