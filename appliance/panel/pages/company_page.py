"""Choosing the grid company: ranges of the alphabet, and in the end one company with what its steps cost."""

from datetime import date

from appliance.household.tariff import Basis, Tariff, in_force
from appliance.panel.company_choice import Span, label
from appliance.panel.drawing.typeface import BOLD, SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, Text, Widget, cut, paragraph
from appliance.panel.pages.menu_page import Line
from appliance.panel.setup import Setup
from appliance.tariffs import Company, Customer, tariffs
from appliance.words.words import Words

_TOPS = (14, 27, 40)
"""Of the rows, as large as three of them fit."""
_NAME_TOP, _STEPS_TOP = 13, 25
_COLUMN = (RIGHT - LEFT) // 2 + 2
_STEPS_SHOWN = 6


def company_widgets(setup: Setup, today: date | None, words: Words) -> tuple[Widget, ...]:
    """Return what stands between strip and foot: the ranges, or one company and its prices of `today`."""
    if setup.span.is_one:
        return _one(setup.companies[setup.span.first], today, words)
    names = [company.full_name for company in setup.companies]
    answers, place = setup.answers, setup.place
    first = max(0, min(place - len(_TOPS) + 1, len(answers) - len(_TOPS)))
    shown = zip(answers[first : first + len(_TOPS)], _TOPS, strict=False)
    return tuple(_row(_name(answer, names, words), top, lit=answer == answers[place]) for answer, top in shown)


def _row(name: str, top: int, *, lit: bool) -> Line:
    fits = BOLD.width(name) <= RIGHT - LEFT - 6
    return Line(name, "", top, lit=lit, face=BOLD if fits else SMALL)


def _name(answer: Span | str, names: list[str], words: Words) -> str:
    if isinstance(answer, str):
        return words.say("none of them")
    return label(answer, names)


def _one(company: Company, today: date | None, words: Words) -> tuple[Widget, ...]:
    """Return a company and its steps, each with its upper limit and its price a month with VAT."""
    tables = tariffs(company.id, customer=Customer.HOME)
    tariff = in_force(tables, today or company.checked) or (tables[-1] if tables else None)
    return (Text(BOLD, cut(BOLD, company.full_name, RIGHT - LEFT), LEFT, _NAME_TOP), *_prices(tariff, words))


def _prices(tariff: Tariff | None, words: Words) -> tuple[Widget, ...]:
    if tariff is None or tariff.basis is Basis.NONE or not tariff.steps:
        said = words.say("Its steps are not known here.")
        if tariff is not None and tariff.linear is not None:
            fixed, each = (
                words.kroner(kr * (1 + tariff.vat)) for kr in (tariff.linear.fixed_kr, tariff.linear.per_kw_kr)
            )
            said = words.say("{fixed}, and {amount} for each kW of the mean", fixed=fixed, amount=each)
        return paragraph(SMALL, said, LEFT, _STEPS_TOP + 2, RIGHT - LEFT, 10, 2)
    unit = "A" if tariff.basis is Basis.FUSE else "kW"
    cells: list[str] = []
    below = 0.0
    for step in tariff.steps[:_STEPS_SHOWN]:
        price = "" if step.price_kr is None else words.number(step.price_kr * (1 + tariff.vat), 0)
        limits = f"{words.limit(below)}+" if step.up_to is None else f"{words.limit(below)}–{words.limit(step.up_to)}"
        cells.append(f"{limits} {unit}: {price}" if not cells else f"{limits}: {price}")
        below = step.up_to or 0.0
    rows = -(-len(cells) // 2)
    return tuple(
        Text(SMALL, cell, LEFT + _COLUMN * (place // rows), _STEPS_TOP + 9 * (place % rows))
        for place, cell in enumerate(cells)
    )
