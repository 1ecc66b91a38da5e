"""What msgspec and tomllib say of a mistake, taken apart: the one place that relies on how their messages look.

Both tell where a mistake is only in the text of their exceptions. msgspec ends its message with the path of the value,
" - at `$.tariff[0].days`", and names an unknown key as "unknown field `day`". tomllib ends its message with
"(at line 3, column 7)" or "(at end of document)". A message of another shape is kept whole, without a place.
tests/settings/test_library_messages.py pins both shapes, and pyproject.toml bounds msgspec for it.
"""

import re
import tomllib
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class ValidationMessage:
    """A value that does not fit its type, as msgspec names it."""

    what: str
    """The message without the path."""
    path: tuple[str | int, ...] = ()
    """Keys, and places in lists from 0, down to the value; empty for the whole document."""
    unknown_key: str | None = None
    """The key of the table at `path` that has no field."""


@dataclass(frozen=True, slots=True)
class TomlMessage:
    """A text that is no TOML, as tomllib names it."""

    what: str
    """The message without the place."""
    line: int | None = None
    """From 1; `None` is the end of the document."""
    table_twice: str | None = None
    """The name of a table that is declared a second time."""
    key_twice: bool = False


def validation_message(error: msgspec.ValidationError) -> ValidationMessage:
    """Return what msgspec says, with the place of the value."""
    what, _, place = str(error).partition(" - at `$")
    if isinstance(error.__cause__, ValueError):
        what = error.__cause__.args[0]  # a check of our own, which may know it in other languages
    steps = re.findall(r"\.(\w+)|\[(\d+)\]", place)
    path = tuple(key or int(number) for key, number in steps)
    unknown = re.search(r"unknown field `(.*)`", what)
    return ValidationMessage(what, path, unknown and unknown[1])


def toml_message(error: tomllib.TOMLDecodeError) -> TomlMessage:
    """Return what tomllib says, with the line, and what is there twice."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", str(error), re.DOTALL)
    if found is None:
        return TomlMessage(str(error))
    what = found[1]
    twice = re.fullmatch(r"Cannot declare \((.*)\) twice", what)
    table = ".".join(re.findall(r"'([^']*)'", twice[1])) if twice else None
    key_twice = what == "Cannot overwrite a value"
    return TomlMessage(what, int(found[2]) if found[2] else None, table, key_twice)
