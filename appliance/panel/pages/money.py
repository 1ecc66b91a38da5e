"""*Cost*: what today, yesterday and the month cost, and what the month will come to.

The last line says what the sums lack, or else how much of the month's cheap kilowatt-hours are used. A house without
prices does not come here.
"""

from appliance.household.money import Cost, Money, Part
from appliance.household.situation import Situation
from appliance.panel.drawing.typeface import SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, Text, Widget, right_aligned
from appliance.panel.pages.layout import not_yet, strip
from appliance.words.words import NOT_KNOWN, Words

_TOP, _ROW = 13, 9
_LAST_TOP = _TOP + 4 * _ROW + 5
_NO_POWER = {Part.POWER, Part.SPOT}
"""Without one of these an hour's power has no price."""


def money_widgets(situation: Situation, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the page *Cost*."""
    money, local = situation.money, situation.local_time
    if money is None or local is None:
        return not_yet(words.say("Cost"), situation, words)
    rows = (
        (words.say("Today"), money.today),
        (words.say("Yesterday"), money.yesterday),
        (words.month(local.date()), money.month),
        (words.say("Month comes to"), money.forecast),
    )
    return (
        strip(words.say("Cost"), situation, words),
        *(text for place, (name, cost) in enumerate(rows) for text in _row(name, cost, _TOP + _ROW * place, words)),
        *(Text(SMALL, line, LEFT, _LAST_TOP) for line in (_last_line(money, words),) if line),
    )


def kroner(cost: Cost, words: Words) -> str:
    """Return a sum, with a mark where it was at least as much."""
    return ("≥" if Part.HOURS in cost.missing else "") + words.kroner(cost.kr)


def _row(name: str, cost: Cost | None, top: int, words: Words) -> tuple[Text, Text]:
    amount = NOT_KNOWN if cost is None or _says_nothing(cost) else kroner(cost, words)
    return Text(SMALL, name, LEFT, top), right_aligned(SMALL, amount, RIGHT, top)


def _says_nothing(cost: Cost) -> bool:
    return not cost.kr and Part.GRID in cost.missing and not _NO_POWER.isdisjoint(cost.missing)


def _last_line(money: Money, words: Words) -> str:
    """Return what matters most of what the sums lack, the prices' age, or the cap's counter."""
    missing = money.month.missing
    lines = []
    # Those that the state supports are counted.
    if money.cap is not None and money.price.power_ore is None and Part.SPOT not in money.kwh.missing:
        used, cap = f"{money.cap.used_kwh:.0f}", f"{money.cap.of_kwh:.0f}"
        lines.append(words.say("Without power, {used}/{cap} kWh", used=used, cap=cap))
    if Part.POWER in missing:
        lines.append(words.say("Without the power price"))
    if Part.SPOT in missing:
        lines.append(words.say("Some hours without spot price"))
    if Part.MARKUP in missing:
        lines.append(words.say("Without the supplier's markup"))
    if Part.GRID in missing:
        lines.append(words.say("Without the grid's energy price"))
    if Part.CAPACITY in missing:
        lines.append(words.say("Without the capacity price"))
    unpriced = money.price.power_ore is not None and money.price.beyond_ore is None
    if money.cap is not None and unpriced and money.cap.used_kwh > money.cap.of_kwh:
        lines.insert(0, words.say("Beyond {cap} kWh not priced", cap=f"{money.cap.of_kwh:.0f}"))
    if money.prices_of is not None:
        lines.append(
            words.say("Prices of {month} {year}", month=words.month_within(money.prices_of), year=money.prices_of.year)
        )
    if money.cap is not None:
        lines.append(words.say("{used} of {cap} kWh", used=f"{money.cap.used_kwh:.0f}", cap=f"{money.cap.of_kwh:.0f}"))
    return next((line for line in lines if SMALL.width(line) <= RIGHT - LEFT), "")


def rate(money: Money, power_w: float, words: Words) -> tuple[str, ...]:
    """Return what an hour costs with a power, W, and below it what of the price is missing; nothing without a price."""
    if _says_nothing(money.kwh):
        return ()
    amount = words.say("{amount}/h", amount=words.kroner(money.kwh.kr * power_w / 1000))
    if not _NO_POWER.isdisjoint(money.kwh.missing):
        return amount, words.say("grid alone")
    return (amount, words.say("power alone")) if Part.GRID in money.kwh.missing else (amount,)


def energy_cost(cost: Cost, words: Words) -> str:
    """Return what a day's energy cost in as few words as a column has room for; empty where it is not known."""
    if _says_nothing(cost) or Part.SPOT in cost.missing:  # of some hours there is the grid's part, of others all
        return ""
    if Part.POWER in cost.missing:
        return words.say("grid {amount}", amount=words.number(cost.kr, 2 if cost.kr < 99.995 else 0))
    return kroner(cost, words)
