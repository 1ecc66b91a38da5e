"""The panel's words, numbers and times, in the languages of the people who read it.

The source says everything in English; a catalogue in `catalogues/` says the same in another language, and is compiled
when the package is built. Words before codes, and the likely reason with them: the reader of the panel did not install
it.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from math import ceil, floor
from typing import Literal

from appliance.words.sentence import Sentence

Language = Literal["nb", "nn", "en", "sv"]
"""Bokmål, Nynorsk, English, Swedish."""
NOT_KNOWN, NOT_REPORTED = "--", "–"
"""Not known yet; not reported by the meter."""
_FIRM = "\u00a0"
"""A space at which no line is broken: it keeps a number with its unit."""


class CatalogueError(Exception):
    """The words of a language were not compiled, or are damaged."""


@dataclass(frozen=True, slots=True)
class Words:
    """All that the panel says in one language."""

    language: str
    decimal_mark: str
    catalogue: NullTranslations = field(repr=False)

    def say(self, text: str, **values: str | int) -> str:
        """Return the English text in this language, with the values put in where it names them in braces."""
        translated = self.catalogue.gettext(text)
        return translated.format(**values) if values else translated

    def tell(self, sentence: str) -> str:
        """Return a sentence in this language; a text that is none of the catalogue's is returned as it is."""
        if not isinstance(sentence, Sentence) or not sentence:
            return sentence
        translated = self.catalogue.gettext(sentence.text)
        told = {name: self.tell(value) if isinstance(value, str) else value for name, value in sentence.values.items()}
        return translated.format(**told) if told else translated

    def number(self, value: float, decimals: int) -> str:
        """Return a number with this many decimals; one that is rounded to zero has no sign."""
        text = f"{value:.{decimals}f}"
        return (text.lstrip("-") if not text.strip("-0.") else text).replace(".", self.decimal_mark)

    def thousands(self, value: float) -> str:
        """Return W in kW or Wh in kWh, from 0: two decimals below 10, one below 100, else none."""
        return self.number(value / 1000, 2 if value < 9_995 else 1 if value < 99_950 else 0)

    def at_least(self, value: float, *, fine: bool = False) -> str:
        """Return a lower bound of W in kW or Wh in kWh, rounded down.

        It has as many decimals as a number that is known if it is `fine`, else one less, and takes no more room.
        """
        return f"≥{self._bound(value, floor, fine=fine)}"

    def at_most(self, value: float, *, fine: bool = False) -> str:
        """Return an upper bound of W in kW or Wh in kWh, rounded up; see `at_least`."""
        return f"≤{self._bound(value, ceil, fine=fine)}"

    def _bound(self, value: float, whole: Callable[[float], int], *, fine: bool) -> str:
        decimals = max(0, (2 if value < 10_000 else 1 if value < 100_000 else 0) - (not fine))
        scale = 10**decimals
        bound = whole(round(value * scale / 1000, 6)) / scale  # rounded: 4.6 as a sum of decimals may lie beside it
        if value < 10_000 <= bound * 1000 or value < 100_000 <= bound * 1000:
            decimals = max(0, decimals - 1)  # it has a digit more by having been rounded up
        return self.number(bound, decimals)

    def kilowatts(self, power_w: float) -> str:
        """Return W in kW as people say it, with one decimal below 10; for a limit, a headroom."""
        return self.number(power_w / 1000, 1 if power_w < 9_950 else 0)

    def amperes(self, current_a: float) -> str:
        """Return A with one decimal, or none where that would take more than four characters."""
        return self.number(current_a, 1 if -9.95 < current_a < 99.95 else 0)

    def limit(self, value: float) -> str:
        """Return a limit with no more decimals than it was given, at most two, and from 100 on none."""
        if value >= 99.995:
            return f"{value:.0f}"
        return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", self.decimal_mark)

    def kroner(self, amount_kr: float) -> str:
        """Return an amount of money, with øre below 100 kr."""
        amount = self.number(amount_kr, 2 if amount_kr < 99.995 else 0)
        return f"kr {amount}" if self.language == "en" else f"{amount} kr"

    def clock(self, moment: datetime | None) -> str:
        """Return the hh:mm of a local time; dashes for `None`."""
        return f"{NOT_KNOWN}:{NOT_KNOWN}" if moment is None else f"{moment.hour:02}:{moment.minute:02}"

    def day(self, day: date) -> str:
        """Return a day of the month as people write it without the month."""
        return f"{day.day}." if self.language in ("nb", "nn") else f"{day.day}"

    def month(self, day: date) -> str:
        """Return the name of a day's month."""
        names = (
            self.say("January"),
            self.say("February"),
            self.say("March"),
            self.say("April"),
            self.say("May"),
            self.say("June"),
            self.say("July"),
            self.say("August"),
            self.say("September"),
            self.say("October"),
            self.say("November"),
            self.say("December"),
        )
        return names[day.month - 1]

    def month_within(self, day: date) -> str:
        """Return the name of a day's month within a sentence: only English has a capital there."""
        return self.month(day) if self.language == "en" else self.month(day).lower()

    def duration(self, seconds: float) -> str:
        """Return a duration in the largest unit that gives a whole number from 1: s, min, h or days."""
        if seconds < 60:
            return f"{int(seconds)}{_FIRM}s"
        if seconds < 3600:
            return f"{int(seconds // 60)}{_FIRM}min"
        if seconds < 48 * 3600:
            return self.say("{hours} h", hours=int(seconds // 3600)).replace(" ", _FIRM)
        return self.say("{days} days", days=int(seconds // 86_400)).replace(" ", _FIRM)


class _Languages(Mapping[str, Words]):
    """The languages by their code; a catalogue is read when its language is first asked for."""

    _MARKS: Mapping[str, str] = {"nb": ",", "nn": ",", "en": ".", "sv": ","}

    def __getitem__(self, language: str) -> Words:
        """Return the words of a language. Raises KeyError, and CatalogueError when its catalogue was not compiled."""
        return _words(language, self._MARKS[language])

    def __iter__(self) -> Iterator[str]:
        return iter(self._MARKS)

    def __len__(self) -> int:
        return len(self._MARKS)


WORDS: Mapping[str, Words] = _Languages()
"""By the settings' language."""


@cache
def _words(language: str, decimal_mark: str) -> Words:
    if language == "en":
        return Words(language, decimal_mark, NullTranslations())
    compiled = files("appliance.words") / "catalogues" / f"{language}.mo"
    try:
        with compiled.open("rb") as file:
            return Words(language, decimal_mark, GNUTranslations(file))
    except FileNotFoundError:
        raise CatalogueError(
            f"the panel's words in {language!r} are not there: install the package (pip install -e .), which makes "
            f"{language}.mo from {language}.po"
        ) from None
    except (OSError, ValueError, struct.error) as error:
        raise CatalogueError(
            f"the panel's words in {language!r} cannot be read ({error}): install the package again"
        ) from None
