"""appliance.toml to frozen, typed settings.

No file is fine: everything has a default. What is in the file must be right, though: a key that nobody reads or a
value that makes no sense is refused in one sentence with the file, the key and what would be allowed, for the person
who installs this will not see it again for years. The pins come from board.toml, which the wiring notes are made
from too.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct, inspect

from appliance.settings import corrections
from appliance.settings.corrections import BadPeakError
from appliance.settings.model import HIDDEN, SECRETS, Settings

DEFAULT_FILE = Path("/etc/han-appliance/appliance.toml")
"""Read when no other file is named, and it is there."""


class SettingsError(Exception):
    """A settings file that cannot be used; the message is one sentence for the person who wrote it."""


class Signal(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of board.toml: a signal and where it is."""

    gpio: int
    pin: int
    direction: Literal["in", "out", "bus", "open"]
    pull: Literal["up", "down"]
    use: str
    colour: str | None = None
    """Of the lead on the pin; None where the pin is left open."""


def board() -> Mapping[str, Signal]:
    """The signals of board.toml by name."""
    document = tomllib.loads((files("appliance.settings") / "board.toml").read_text(encoding="utf-8"))
    return msgspec.convert(document["signals"], dict[str, Signal])


def sample() -> str:
    """A settings file with every key, its default, its unit and what it may be."""
    return (files("appliance.settings") / "appliance.toml").read_text(encoding="utf-8")


def rules() -> str:
    """What each alarm is about, in plain words with an example."""
    return (files("appliance.settings") / "rules.txt").read_text(encoding="utf-8")


def load(path: Path | None) -> Settings:
    """The settings in a file; the defaults when `path` is `None` and there is no `DEFAULT_FILE`.

    Raises SettingsError, with one sentence naming file and key.
    """
    if path is None:
        if not DEFAULT_FILE.exists():
            return Settings()
        path = DEFAULT_FILE
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows' Notepad marks its files
    except OSError as trouble:
        raise SettingsError(f"{path}: cannot be read: {trouble.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    return parse(text, str(path))


def parse(text: str, name: str) -> Settings:
    """The settings in a file's text; `name` and the line stand in the SettingsError that this raises for bad ones."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        raise SettingsError(f"{name}{_slip(text, str(trouble))}") from None
    try:
        settings = msgspec.convert(document, Settings)
    except msgspec.ValidationError as trouble:
        sentence = _sentence(str(trouble), document)
        raise SettingsError(f"{name}{_line_of(text, sentence)}: {sentence}") from None
    clash = _clash(pins(settings))
    if clash is not None:
        raise SettingsError(f"{name}{_line_of(text, 'pins')}: {clash}")
    try:
        corrections.understood(settings.corrections)
    except BadPeakError as trouble:
        raise SettingsError(f"{name}{_line_of(text, f'corrections.{trouble}')}: corrections: {trouble}") from None
    return settings


def _slip(text: str, trouble: str) -> str:
    """What is no TOML: its line, what stands there, and what to do."""
    lines = text.splitlines() or [""]
    told = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", trouble)
    what, number = (trouble, len(lines)) if told is None else (told[1], int(told[2] or len(lines)))
    statement = lines[number - 1].strip()
    if any(secret.rpartition(".")[2] in statement for secret in SECRETS):
        statement = statement.partition("=")[0].strip()
    if re.search(r"=\s*-?\d+,\d", statement):
        what = "write a point in place of the comma"
    return f", line {number}: {statement}: {what}"


def _line_of(text: str, sentence: str) -> str:
    """In which line that of which a sentence tells first stands, in words; or the table around it, or nothing."""
    stands: dict[str, int] = {}
    tables: Counter[str] = Counter()
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if one := re.match(r"\s*\[\[\s*(\S+?)\s*\]\]", line):
            tables[one[1]] += 1
            table = f"{one[1]}[{tables[one[1]]}]"
            stands[table] = number
        elif one := re.match(r"\s*\[\s*(\S+?)\s*\]", line):
            table = one[1]
            stands[table] = number
        elif one := re.match(r"\s*\"?([\w:+-]+)\"?\s*=", line):
            stands.setdefault(f"{table}.{one[1]}" if table else one[1], number)
    name = re.split(r":? ", sentence, maxsplit=1)[0]
    while name and name not in stands:
        name = re.sub(r"\[\d+\]$", "", name) if name.endswith("]") else name.rpartition(".")[0]
    return f", line {stands[name]}" if name else ""


def pins(settings: Settings) -> Mapping[str, int]:
    """GPIO number by signal: board.toml's, with the settings' own over them."""
    own = {name: gpio for name, gpio in msgspec.structs.asdict(settings.pins).items() if gpio is not None}
    return {name: signal.gpio for name, signal in board().items()} | own


def _clash(assigned: Mapping[str, int]) -> str | None:
    """Which two signals share a pin, in words."""
    holders: dict[int, str] = {}
    for name, gpio in assigned.items():
        if (other := holders.setdefault(gpio, name)) != name:
            return f"pins: {other} and {name} are both on GPIO {gpio}; give each its own (free ones: {_free(assigned)})"
    return None


def _free(assigned: Mapping[str, int]) -> str:
    # GPIO 0 to 8 are pulled up at reset, where an output would light; 9 to 27 are pulled down.
    return ", ".join(str(gpio) for gpio in range(9, 28) if gpio not in assigned.values())


def _sentence(message: str, document: Mapping[str, Any]) -> str:
    """msgspec's message with the key in TOML's manner, the value that stands there, and what is allowed."""
    what, _, where = message.partition(" - at `$")
    found = inspect.type_info(Settings)
    value: Any = document
    name = ""
    for key in re.findall(r"\w+", where):
        found = found.types[0] if isinstance(found, inspect.UnionType) else found
        if isinstance(found, inspect.VarTupleType):
            found, value, name = found.item_type, value[int(key)], f"{name}[{int(key) + 1}]"
        else:
            found = next(field.type for field in _struct(found).fields if field.name == key)
            value, name = value[key], f"{name}.{key}" if name else key
    if unknown := re.search(r"unknown field `(.*)`", what):
        known = ", ".join(field.name for field in _struct(found).fields)
        whole = f"{name}.{unknown[1]}" if name else unknown[1]
        return f"{whole} is no setting; {name or 'the file'} may hold {known}"
    allowed = _allowed(found)
    if isinstance(found, inspect.StructType) and not isinstance(value, dict):
        return f"{name} = {value!r}: it must be a table, [{name}]"
    if isinstance(found, inspect.VarTupleType) and not isinstance(value, list):
        return f"{name} = {value!r}: it must be a list of tables, [[{name}]]"
    shown = HIDDEN if name in SECRETS else value.isoformat() if isinstance(value, date) else repr(value)
    return f"{name} = {shown}: it must be {allowed}" if allowed else f"{name}: {what}"


def _struct(found: inspect.Type) -> inspect.StructType:
    if not isinstance(found, inspect.StructType):
        raise TypeError(f"{found} is no table")
    return found


def _allowed(found: inspect.Type) -> str:
    """What a key of this type may be, in words; empty where the type's own check has said it."""
    match found:
        case inspect.LiteralType(values=values):
            return "one of " + ", ".join(hex(value) if value in (0x3C, 0x3D) else repr(value) for value in values)
        case inspect.IntType() | inspect.FloatType():
            kind = "a whole number" if isinstance(found, inspect.IntType) else "a number"
            above, low = (" above", found.gt) if found.ge is None else ("", found.ge)
            return f"{kind}{above or ' from'} {low:g} {'and up ' if above else ''}to {found.le:g}"
        case inspect.StrType(pattern=str()):
            return 'a time of day such as "22:00"'
        case inspect.StrType():
            return "a text that is not empty"
        case inspect.BoolType():
            return "true or false"
        case inspect.DateType():
            return "a date such as 2026-07-01"
        case inspect.UnionType(types=types):
            return _allowed(types[0])
        case _:
            return ""
