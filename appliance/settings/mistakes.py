"""What is wrong with a settings file, in one sentence for the person who wrote it.

Each sentence says where it is, what stands there, as in the file, and what to do. What is quoted is cut, and a secret
is never quoted.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from msgspec import inspect

from appliance.settings.library_messages import TomlMessage, ValidationMessage
from appliance.settings.model import HIDDEN, SECRETS, Settings
from appliance.words.sentence import Sentence, joined

_LONGEST = 60
"""Characters of what is quoted."""
_HINTS = (
    (r"[“”„‟«»‘’]", Sentence('write straight quotation marks, " ", in place of these')),
    (r"=\s*[-+]?\d+,\d", Sentence("write a point in place of the comma")),
    (r"=\s*[-+]?\d{1,3}( \d{3})+\s*(#|$)", Sentence("write the number without a space in it")),
    (r"=\s*[-+]?0\d+\s*(#|$)", Sentence("write the number without a zero before it")),
    (
        r"=\s*\d{1,2}[:.]\d\d(:\d\d)?\s*(#|$)",
        Sentence('write a time of day in straight quotation marks, such as "22:00"'),
    ),
    (r"=\s*[-+]?[\d.]+\s*[^\W\d_].*$", Sentence("write the number alone, without its unit")),
    (r"=\s*(True|TRUE|False|FALSE|yes|no|on|off|ja|nei|nej)\s*(#|$)", Sentence("write true or false")),
    (r"=\s*(#|$)", Sentence("write a value after the sign =, or take the line out")),
)
"""How people write a line that is no TOML, and what to do about it."""
_BARE = r"=\s*([^\W\d_/~][^\"'=\[{#]*?|[/~][^\"'#]*?)\s*(#|$)"
"""A text without quotation marks."""
_BY_TOMLLIB = {
    "Unterminated string": Sentence("the quotation mark at its end is missing"),
    "Unclosed array": Sentence("the ] at its end is missing"),
    "Unclosed inline table": Sentence("the } at its end is missing"),
}


def slip(name: str, text: str, message: TomlMessage) -> Sentence:
    """Return for a text that is no TOML: the file's name, the line, what stands there, and what to do."""
    lines = text.splitlines() or [""]
    number = message.line or len(lines)
    statement = lines[min(number, len(lines)) - 1].strip()
    what = _what_to_do(statement, message)
    if any(secret.rpartition(".")[2] in statement for secret in SECRETS):
        statement = statement.partition("=")[0].strip()
    return _at(name, number, joined(": ", (cut(statement), what)))


def _what_to_do(statement: str, message: TomlMessage) -> Sentence:
    if message.table_twice is not None:
        return Sentence("[{table}] is there twice; put its lines below the first one", table=message.table_twice)
    if message.key_twice:
        return Sentence("this key is there twice; take one of them out")
    for pattern, hint in _HINTS:
        if re.search(pattern, statement):
            return hint
    if found := re.search(_BARE, statement):
        return Sentence('write it in straight quotation marks: "{value}"', value=cut(found[1]))
    return _BY_TOMLLIB.get(message.what, Sentence("it must be a line such as key = value, or [table]"))


def placed(name: str, text: str, sentence: Sentence) -> Sentence:
    """Return a sentence that begins with its key, with the file's name and the key's line before it.

    Where it begins with a table, the line is that of the first key of the table that the sentence names.
    """
    lines = _lines(text)
    key = re.split(r":? ", sentence, maxsplit=1)[0]
    named = (f"{key}.{word}" for word in re.findall(r"[\w:+-]*\w", sentence))
    found = next((lines[one] for one in (key, *named) if one in lines and not isinstance(lines[one], _Table)), None)
    while found is None and key:
        found = lines.get(key)
        key = re.sub(r"\[\d+\]$", "", key) if key.endswith("]") else key.rpartition(".")[0]
    return joined(": ", (name, sentence)) if found is None else _at(name, found, sentence)


class _Table(int):
    """The line on which a table begins."""


def _lines(text: str) -> Mapping[str, int]:
    """Return the line of each key and table, by its whole name."""
    lines: dict[str, int] = {}
    tables: Counter[str] = Counter()
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.match(r"\s*\[\[\s*(\S+?)\s*\]\]", line):
            tables[found[1]] += 1
            table = f"{found[1]}[{tables[found[1]]}]"
            lines[table] = _Table(number)
        elif found := re.match(r"\s*\[\s*(\S+?)\s*\]", line):
            table = found[1]
            lines[table] = _Table(number)
        elif found := re.match(r"\s*\"?([\w:+-]+)\"?\s*=", line):
            lines.setdefault(f"{table}.{found[1]}" if table else found[1], number)
    return lines


def _at(name: str, line: int, sentence: Sentence) -> Sentence:
    return Sentence("{file}, line {line}: {mistake}", file=name, line=int(line), mistake=sentence)


def sentence(message: ValidationMessage, document: Mapping[str, Any]) -> Sentence:
    """Return a mistake in one sentence: the key as in TOML, the value that stands there, and what is allowed."""
    found = inspect.type_info(Settings)
    value: Any = document
    name = ""
    for step in message.path:
        found = found.types[0] if isinstance(found, inspect.UnionType) else found
        value = value[step]
        if isinstance(found, inspect.VarTupleType) and isinstance(step, int):
            found, name = found.item_type, f"{name}[{step + 1}]"
        else:
            found = next(field.type for field in _struct(found).fields if field.name == step)
            name = f"{name}.{step}" if name else str(step)
    if message.unknown_key is not None:
        return _unknown(message.unknown_key, name, _struct(found))
    shown = HIDDEN if any(f"{secret}.".startswith(f"{name}.") for secret in SECRETS) else cut(as_toml(value))
    allowed = _allowed(found)
    if isinstance(found, inspect.StructType) and not isinstance(value, dict):
        allowed = Sentence("it must be a table, [{table}]", table=name)
    elif isinstance(found, inspect.VarTupleType) and not isinstance(value, list):
        allowed = Sentence("it must be a list of tables, [[{table}]]", table=name)
    if allowed is None:
        return joined(": ", (name or Sentence("the file"), message.what))
    return joined(": ", (f"{name} = {shown}", allowed))


def _unknown(key: str, table: str, known: inspect.StructType) -> Sentence:
    """Return that a table, or with "" the file, has no such key, and which one was meant or may be there."""
    whole = f"{table}.{cut(key)}" if table else cut(key)
    names = [field.name for field in known.fields]
    if places := [name for name in _tables_with(key) if name != table]:
        return Sentence("{key} is not a setting here: it belongs under {table}", key=whole, table=", ".join(places))
    if near := difflib.get_close_matches(key.lower().replace("-", "_"), names, 1):
        return Sentence("{key} is not a setting: did you mean {near}?", key=whole, near=near[0])
    if not table:
        return Sentence("{key} is not a setting; the file may hold {known}", key=whole, known=", ".join(names))
    return Sentence("{key} is not a setting; {table} may hold {known}", key=whole, table=table, known=", ".join(names))


def _tables_with(key: str) -> Iterator[str]:
    """Yield the tables that have a key, as a file writes them."""
    for field in _struct(inspect.type_info(Settings)).fields:
        many = isinstance(field.type, inspect.VarTupleType)
        table = field.type.item_type if isinstance(field.type, inspect.VarTupleType) else field.type
        if isinstance(table, inspect.StructType) and any(inner.name == key for inner in table.fields):
            yield f"[[{field.name}]]" if many else f"[{field.name}]"


def as_toml(value: Any) -> str:
    """Return a value as a settings file has it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return repr(value)
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            return f"[{', '.join(map(as_toml, value[:_LONGEST]))}]"
        case dict():
            return f"{{{', '.join(f'{name} = {as_toml(part)}' for name, part in list(value.items())[:_LONGEST])}}}"
        case int() if abs(value) > 10**_LONGEST:  # Python writes out no integer of more than 4,300 digits
            return "a very large number"
        case _:
            return str(value)


def cut(text: str) -> str:
    """Return a text as it may be quoted in a sentence."""
    shown = "".join(sign if sign.isprintable() else "?" for sign in text[:_LONGEST])
    return shown if len(text) <= _LONGEST else f"{shown} ..."


def _struct(found: inspect.Type) -> inspect.StructType:
    if not isinstance(found, inspect.StructType):
        raise TypeError(f"{found} is no table")
    return found


def _allowed(found: inspect.Type) -> Sentence | None:
    """Return what a key of this type must be; `None` where the type's own check has said it."""
    match found:
        case inspect.LiteralType(values=values):
            shown = ", ".join(hex(value) if value in (0x3C, 0x3D) else repr(value) for value in values)
            return Sentence("it must be one of {values}", values=shown)
        case inspect.IntType() | inspect.FloatType():
            return _range(found)
        case inspect.StrType(pattern=str()):
            return Sentence('it must be a time of day such as "22:00"')
        case inspect.StrType():
            return Sentence("it must be a text that is not empty")
        case inspect.BoolType():
            return Sentence("it must be true or false")
        case inspect.DateType():
            return Sentence("it must be a date such as 2026-07-01")
        case inspect.UnionType(types=types):
            return _allowed(types[0])
        case _:
            return None


def _range(found: inspect.IntType | inspect.FloatType) -> Sentence:
    low, high = f"{found.gt if found.ge is None else found.ge:g}", f"{found.le:g}"
    if found.ge is None:
        return Sentence("it must be a number above {low} and up to {high}", low=low, high=high)
    if isinstance(found, inspect.IntType):
        return Sentence("it must be a whole number from {low} to {high}", low=low, high=high)
    return Sentence("it must be a number from {low} to {high}", low=low, high=high)
