"""appliance.toml to frozen, typed settings.

No file is fine: everything has a default. But what is in the file must be right. A key that is not known, or a value
that makes no sense, is refused in one sentence with the file, the key and what is allowed, because the person who
installs this will not see it again for years. The pins come from board.toml, from which the wiring notes are made too.
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
from appliance.settings.library_messages import TomlMessage, ValidationMessage, toml_message, validation_message
from appliance.settings.model import HIDDEN, SECRETS, Settings

DEFAULT_FILE = Path("/etc/han-appliance/appliance.toml")
"""Read when no other file is named, if it is there."""


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
    """Of the lead on the pin; `None` if the pin is left open."""


def board() -> Mapping[str, Signal]:
    """Return the signals of board.toml by name."""
    document = tomllib.loads((files("appliance.settings") / "board.toml").read_text(encoding="utf-8"))
    return msgspec.convert(document["signals"], dict[str, Signal])


def sample() -> str:
    """Return a settings file with every key, its default, its unit and what it may be."""
    return (files("appliance.settings") / "appliance.toml").read_text(encoding="utf-8")


def rules() -> str:
    """Return what each alarm is about, in plain words with an example."""
    return (files("appliance.settings") / "rules.txt").read_text(encoding="utf-8")


def load(path: Path | None) -> Settings:
    """Return the settings in a file; the defaults when `path` is `None` and there is no `DEFAULT_FILE`.

    Raise SettingsError, with one sentence that names the file and the key.
    """
    if path is None:
        if not DEFAULT_FILE.exists():
            return Settings()
        path = DEFAULT_FILE
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows' Notepad marks its files
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    return parse(text, str(path))


def parse(text: str, name: str) -> Settings:
    """Return the settings in a file's text. Raise SettingsError, with `name` and the line, for bad ones."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name}{_slip(text, toml_message(error))}") from None
    try:
        settings = msgspec.convert(document, Settings)
    except msgspec.ValidationError as error:
        sentence = _sentence(validation_message(error), document)
        raise SettingsError(f"{name}{_line_of(text, sentence)}: {sentence}") from None
    clash = _clash(pins(settings))
    if clash is not None:
        raise SettingsError(f"{name}{_line_of(text, 'pins')}: {clash}")
    try:
        corrections.understood(settings.corrections)
    except BadPeakError as error:
        raise SettingsError(f"{name}{_line_of(text, f'corrections.{error}')}: corrections: {error}") from None
    return settings


def _slip(text: str, message: TomlMessage) -> str:
    """Return for a text that is no TOML: the line, what stands there, and what to do."""
    lines = text.splitlines() or [""]
    number, what = message.line or len(lines), message.what
    statement = lines[number - 1].strip()
    if any(secret.rpartition(".")[2] in statement for secret in SECRETS):
        statement = statement.partition("=")[0].strip()
    if re.search(r"=\s*-?\d+,\d", statement):
        what = "write a point in place of the comma"
    return f", line {number}: {statement}: {what}"


def _line_of(text: str, sentence: str) -> str:
    """Return, in words, the line of the key that a sentence begins with, or of the table around it, or nothing."""
    lines: dict[str, int] = {}
    tables: Counter[str] = Counter()
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.match(r"\s*\[\[\s*(\S+?)\s*\]\]", line):
            tables[found[1]] += 1
            table = f"{found[1]}[{tables[found[1]]}]"
            lines[table] = number
        elif found := re.match(r"\s*\[\s*(\S+?)\s*\]", line):
            table = found[1]
            lines[table] = number
        elif found := re.match(r"\s*\"?([\w:+-]+)\"?\s*=", line):
            lines.setdefault(f"{table}.{found[1]}" if table else found[1], number)
    name = re.split(r":? ", sentence, maxsplit=1)[0]
    while name and name not in lines:
        name = re.sub(r"\[\d+\]$", "", name) if name.endswith("]") else name.rpartition(".")[0]
    return f", line {lines[name]}" if name else ""


def pins(settings: Settings) -> Mapping[str, int]:
    """Return the GPIO number by signal: board.toml's, with the settings' own over them."""
    own = {name: gpio for name, gpio in msgspec.structs.asdict(settings.pins).items() if gpio is not None}
    return {name: signal.gpio for name, signal in board().items()} | own


def _clash(assigned: Mapping[str, int]) -> str | None:
    """Return, in words, which two signals share a pin; `None` if none do."""
    holders: dict[int, str] = {}
    for name, gpio in assigned.items():
        if (other := holders.setdefault(gpio, name)) != name:
            return f"pins: {other} and {name} are both on GPIO {gpio}; give each its own (free ones: {_free(assigned)})"
    return None


def _free(assigned: Mapping[str, int]) -> str:
    # GPIO 0 to 8 are pulled up at reset, where an output would light; 9 to 27 are pulled down.
    return ", ".join(str(gpio) for gpio in range(9, 28) if gpio not in assigned.values())


def _sentence(message: ValidationMessage, document: Mapping[str, Any]) -> str:
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
        known = ", ".join(field.name for field in _struct(found).fields)
        whole = f"{name}.{message.unknown_key}" if name else message.unknown_key
        return f"{whole} is no setting; {name or 'the file'} may hold {known}"
    allowed = _allowed(found)
    if isinstance(found, inspect.StructType) and not isinstance(value, dict):
        return f"{name} = {value!r}: it must be a table, [{name}]"
    if isinstance(found, inspect.VarTupleType) and not isinstance(value, list):
        return f"{name} = {value!r}: it must be a list of tables, [[{name}]]"
    shown = HIDDEN if name in SECRETS else value.isoformat() if isinstance(value, date) else repr(value)
    return f"{name} = {shown}: it must be {allowed}" if allowed else f"{name or 'the file'}: {message.what}"


def _struct(found: inspect.Type) -> inspect.StructType:
    if not isinstance(found, inspect.StructType):
        raise TypeError(f"{found} is no table")
    return found


def _allowed(found: inspect.Type) -> str:
    """Return what a key of this type may be, in words; empty where the type's own check has said it."""
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
