"""What `han-appliance tariff check` prints for people, in the household's language."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise

from appliance.history.comparison import Comparison, Difference
from appliance.history.csv_export import quality_word
from appliance.history.elhub import ElhubFile
from appliance.household.capacity import Month
from appliance.household.hours import HOUR, OSLO, Quality
from appliance.household.invoice import CapacityLine, EnergyLine, Invoice, to_the_ore
from appliance.household.money import Part
from appliance.household.tariff import Basis
from appliance.tariffs.taxes import ENOVA_ORE
from appliance.words.words import NOT_KNOWN, Words

_TIME, _NUMBER, _WORD = 22, 12, 16
_LINE, _MONEY = 52, 12


def comparison(file: ElhubFile, compared: Comparison, near_wh: float, corrected: int, words: Words) -> Iterator[str]:
    """Yield what the file has, which hours differ, and what can be done about it."""
    yield words.say(
        "In the file: {hours} hours from {first} to {last}, {kwh} kWh",
        hours=len(file.hours),
        first=_day(file.hours[0].start).isoformat(),
        last=_day(file.hours[-1].start).isoformat(),
        kwh=_kwh(sum(hour.import_wh for hour in file.hours), words),
    )
    for remark in file.remarks:
        yield f"- {words.tell(remark)}"
    if compared.differences:
        yield ""
        yield from _table(compared.differences, words)
        yield ""
    yield words.say(
        "{same} hours are equal to the watt-hour, {near} differ by {most} Wh at most, {number} by more or are not "
        "known whole here.",
        same=compared.same,
        near=compared.near,
        most=words.limit(near_wh),
        number=len(compared.differences),
    )
    if compared.same or compared.near or compared.ours_wh:
        yield words.say(
            "The hours that both know whole: {ours} kWh here, {theirs} kWh in the file.",
            ours=_kwh(compared.ours_wh, words),
            theirs=_kwh(compared.theirs_wh, words),
        )
    if compared.later:
        yield words.say(
            "Later than the newest hour that was measured here, and left out: {number} hours.",
            number=len(compared.later),
        )
    if compared.only_here:
        yield words.say("Known here, and not in the file: {number} hours.", number=compared.only_here)
    if compared.shift:
        yield words.say(
            "The hours fit far better when they are moved by an hour: a clock was wrong, here or there. So nothing is "
            "corrected."
        )
    elif corrected:
        yield words.say("Corrected by the file: {number} hours.", number=corrected)
    elif compared.differences:
        yield words.say("With --apply these hours get the file's figures.")


def _table(differences: Sequence[Difference], words: Words) -> Iterator[str]:
    """Yield the hours that differ; a run of hours of which nothing is known here takes one line."""
    yield (
        f"{words.say('Hour'):{_TIME}}{words.say('here kWh'):>{_NUMBER}}  {'':{_WORD}}"
        f"{words.say('file kWh'):>{_NUMBER}}{words.say('difference'):>{_NUMBER}}"
    )
    for run in _runs(differences):
        first, last = run[0], run[-1]
        theirs = _kwh(sum(difference.theirs.import_wh for difference in run), words)
        if len(run) > 1:
            when = words.say("{first} to {last}", first=_time(first.theirs.start), last=_time(last.theirs.start))
            yield words.say("{when}: {number} hours not known here, {kwh} kWh", when=when, number=len(run), kwh=theirs)
            continue
        ours, wh = first.ours, first.wh
        known = quality_word(Quality.UNKNOWN if ours is None else ours.quality, words)
        own = NOT_KNOWN if ours is None or wh is None else _kwh(ours.import_wh, words)
        more = NOT_KNOWN if wh is None else ("+" if wh > 0 else "") + _kwh(wh, words)
        said = f"  ({first.theirs.quality})" if first.theirs.quality else ""
        yield (
            f"{_time(first.theirs.start):{_TIME}}{own:>{_NUMBER}}  {known:{_WORD}}{theirs:>{_NUMBER}}"
            f"{more:>{_NUMBER}}{said}"
        )


def _runs(differences: Sequence[Difference]) -> Iterator[Sequence[Difference]]:
    """Yield the differences, those together that follow on each other and of which nothing is known here."""
    run = [differences[0]]
    for before, difference in pairwise(differences):
        follows = difference.theirs.start == before.theirs.start + HOUR
        if follows and before.wh is None and difference.wh is None:
            run.append(difference)
        else:
            yield run
            run = [difference]
    yield run


def invoice(month: Invoice, own: Invoice | None, company: str | None, words: Words) -> Iterator[str]:
    """Yield a month line by line.

    `own` is the same month by this appliance's own hours, where those are all known.
    """
    named = f"{words.month(month.first)} {month.first.year}"
    yield named if company is None else f"{named}, {company}"
    yield words.say(
        "{hours} of {of_hours} hours, {kwh} kWh", hours=month.hours, of_hours=month.of_hours, kwh=_kwh(month.wh, words)
    )
    if month.month is not None:
        yield from _peaks(month.month, words)
    if not month.priced:
        yield words.say("No prices are known for this month: choose the grid company, or set prices in the settings.")
        return
    total = month.total
    with_vat = bool(month.vat_kr)
    names = (words.say("without VAT"), words.say("VAT"), words.say("with VAT")) if with_vat else (words.say("kr"),)
    yield f"  {'':{_LINE}}" + "".join(f"{name:>{_MONEY}}" for name in names)
    for name, line in _named(month, words):
        vat_kr = None if line.kr is None else line.kr * line.vat
        yield _row(name, line.kr, vat_kr if with_vat else None, words)
    yield _row(words.say("Sum"), month.net_kr, month.vat_kr if with_vat else None, words)
    for missing in Part:
        if missing in total.missing:
            yield f"- {_missing(missing, words)}"
    if any(line.ore is not None for line in month.power):
        yield f"- {words.say('what the power supplier takes beside the price of a kWh is not in the sum')}"
    yield from _old(month, words)
    if own is not None:
        yield words.say("By the hours as they are known here the sum would be {kr} kr.", kr=_kr(own.total.kr, words))


def _peaks(month: Month, words: Words) -> Iterator[str]:
    """Yield what the capacity part goes by."""
    if month.tariff.basis is Basis.FUSE:
        if month.fuse_a is not None:
            yield words.say("The step goes by the main fuse, {fuse} A.", fuse=words.limit(month.fuse_a))
    elif month.mean_kw is not None:
        kept = month.tariff.step(round(month.mean_kw, 3)) == month.step
        yield words.say(
            "Highest hours: {peaks}; mean {mean} kW",
            peaks=", ".join(f"{_time(peak.start)[:16]} {_kwh(peak.import_wh, words)}" for peak in month.top),
            mean=words.number(month.mean_kw, 3 if kept else 4),
        )


def _named(month: Invoice, words: Words) -> Iterator[tuple[str, CapacityLine | EnergyLine]]:
    """Yield the lines, each with what it is for."""
    for part in month.capacity:
        yield _capacity(part, month.month, words), part
    for line in month.energy:
        yield _energy(words.say("Energy part"), line, words), line
    for line in month.taxes:
        for name, tax in _taxes(line, words):
            yield _energy(name, tax, words), tax
    for line in month.power:
        yield _energy(words.say("The power itself"), line, words), line


def _capacity(line: CapacityLine, month: Month | None, words: Words) -> str:
    limits = line.step(month)
    unit = "A" if line.tariff is not None and line.tariff.basis is Basis.FUSE else "kW"
    step = ""
    if limits is not None:
        step = f" {words.limit(limits[0])}–{'' if limits[1] is None else words.limit(limits[1])} {unit}"
    return words.say("Capacity part{step}, {days} of {of_days} days", step=step, days=line.days, of_days=line.of_days)


def _taxes(line: EnergyLine, words: Words) -> Iterator[tuple[str, EnergyLine]]:
    """Yield forbruksavgift and Enova each by itself; nothing where the prices have them in them."""
    if line.ore is None:
        yield words.say("Taxes"), line
        return
    consumption_ore = round(line.ore - ENOVA_ORE, 4)
    if consumption_ore > 0:
        yield words.say("Consumption tax"), EnergyLine(consumption_ore, line.wh, line.vat)
    if consumption_ore >= 0:
        yield words.say("Enova"), EnergyLine(ENOVA_ORE, line.wh, line.vat)


def _energy(name: str, line: EnergyLine, words: Words) -> str:
    ore = NOT_KNOWN if line.ore is None else words.number(line.ore, 2 if round(line.ore, 2) == line.ore else 3)
    return words.say("{name} {ore} øre x {kwh} kWh", name=name, ore=ore, kwh=_kwh(line.wh, words))


def _row(name: str, kr: float | None, vat_kr: float | None, words: Words) -> str:
    """Return a line: without VAT, the VAT and both; where there is no VAT, the one amount."""
    amounts = (kr,) if vat_kr is None or kr is None else (kr, vat_kr, kr + vat_kr)
    return f"  {name:{_LINE}}" + "".join(f"{_kr(amount, words):>{_MONEY}}" for amount in amounts)


def _missing(part: Part, words: Words) -> str:
    """Return what the sum lacks, in a sentence."""
    match part:
        case Part.CAPACITY:
            return words.say("the capacity part is not known, and not in the sum")
        case Part.GRID:
            return words.say("the grid company's price or the taxes are not known for all hours, and not in the sum")
        case Part.POWER:
            return words.say("the power's price is not known for all of the energy, and not in the sum")
        case Part.SPOT:
            return words.say("the spot price is not known for all hours, and not in the sum")
        case Part.MARKUP:
            return words.say("what the supplier adds to the spot price is not known, and not in the sum")
        case Part.HOURS:
            return words.say("the file does not have all hours of the month: it will be more")


def _old(month: Invoice, words: Words) -> Iterator[str]:
    for prices_of in {
        line.tariff.prices_of
        for line in month.capacity
        if line.tariff is not None and line.tariff.prices_are_old(month.first)
    }:
        if prices_of is not None:
            when = f"{words.month_within(prices_of)} {prices_of.year}"
            yield f"- {words.say('the prices are those of {month}, and may have changed', month=when)}"


def _time(start: datetime) -> str:
    local = start.astimezone(OSLO)
    return f"{local:%Y-%m-%d %H:%M} {local.tzname()}"


def _day(start: datetime) -> date:
    return start.astimezone(OSLO).date()


def _kwh(wh: float, words: Words) -> str:
    return words.number(wh / 1000, 3)


def _kr(kr: float | None, words: Words) -> str:
    return NOT_KNOWN if kr is None else words.number(to_the_ore(kr), 2)
