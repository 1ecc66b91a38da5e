"""A sentence whose reader, and so whose language, is not known yet.

Who finds a mistake in the settings does not know the household's language: it may be in those settings. So a sentence
is written in English, as log, status and scripts have it, and remembers what it was made from. `Words.tell` says it
again in the language of the panel or of who asked the doctor.
"""

from collections.abc import Iterable, Mapping
from typing import Self


class Sentence(str):
    """An English sentence that can be told in another language; to all who do not ask, it is its own text.

    What changes it, `f"{sentence}"` or `sentence + "."`, gives a text without that memory: put it into another one.
    """

    __slots__ = ("text", "values")

    text: str
    """As the catalogues have it, with names in braces."""
    values: Mapping[str, str | int]
    """What is put in where it names them; some may be sentences too."""

    def __new__(cls, text: str, **values: str | int) -> Self:
        """Make the sentence from its text and what is put in."""
        made = super().__new__(cls, text.format(**values) if values else text)
        made.text, made.values = text, values
        return made


def joined(separator: str, parts: Iterable[str]) -> Sentence:
    """Return the parts with the separator, which is the same in all languages, between them."""
    values = {f"part{place}": part for place, part in enumerate(parts)}
    return Sentence(separator.join(f"{{{name}}}" for name in values), **values)
