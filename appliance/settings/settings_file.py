"""appliance.toml to frozen, typed settings.

No file is fine: everything has a default. But what is in the file must be right. A key that is not known, or a value
that makes no sense, is refused in one sentence with the file, the key and what is allowed, because the person who
installs this will not see it again for years. The pins come from board.toml, from which the wiring notes are made too.
"""

import contextlib
import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, cast, get_args

import msgspec
from msgspec import Struct

from appliance.settings import corrections, mistakes
from appliance.settings.corrections import BadPeakError
from appliance.settings.library_messages import toml_message, validation_message
from appliance.settings.model import Settings
from appliance.system.atomic_file import read_small_file
from appliance.words.sentence import Sentence, joined
from appliance.words.words import Language

DEFAULT_FILE = Path("/etc/han-appliance/appliance.toml")
"""Read when no other file is named, if it is there."""
USUAL_FOLDER = Settings().data.folder
"""Where the appliance keeps its files when the settings name no folder; the unit's state directory too."""


class SettingsError(Exception):
    """A settings file that cannot be used; the message is one sentence for the person who wrote it."""

    def __init__(self, sentence: str) -> None:
        """Keep the sentence."""
        super().__init__(sentence)
        self.sentence = sentence


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
    return parse(_text(path), str(path))


def document(text: str, name: str) -> Mapping[str, Any]:
    """Return a file's tables, whatever they say. Raise SettingsError, with `name` and the line, for what is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(mistakes.slip(name, text, toml_message(error))) from None
    except ValueError:  # Python reads no integer of more than 4,300 digits
        raise SettingsError(_of(name, Sentence("a number in it has more digits than any setting"))) from None
    except (RecursionError, MemoryError):
        raise SettingsError(_of(name, Sentence("its brackets lie too deep within each other"))) from None


def parse(text: str, name: str) -> Settings:
    """Return the settings in a file's text. Raise SettingsError, with `name` and the line, for bad ones."""
    tables = document(text, name)
    try:
        settings = msgspec.convert(tables, Settings)
    except msgspec.ValidationError as error:
        sentence = mistakes.sentence(validation_message(error), tables)
        raise SettingsError(mistakes.placed(name, text, sentence)) from None
    except (RecursionError, MemoryError, OverflowError):
        raise SettingsError(_of(name, Sentence("a value in it is larger than any setting"))) from None
    clash = _clash(pins(settings))
    if clash is not None:
        raise SettingsError(mistakes.placed(name, text, joined(": ", ("pins", clash))))
    try:
        corrections.understood(settings.corrections)
    except BadPeakError as error:
        raise SettingsError(mistakes.placed(name, text, joined(": ", ("corrections", error.sentence)))) from None
    return settings


def folder_named(path: Path | None) -> Path | None:
    """Return the data folder that a file names legibly, though it may have a mistake; `None` when it names none."""
    try:
        text = _text(path or DEFAULT_FILE)
    except SettingsError:
        return None
    table = re.search(r"^[ \t]*\[[ \t]*data[ \t]*\][^\n]*\n(.*?)(?=^[ \t]*\[|\Z)", text, re.MULTILINE | re.DOTALL)
    found = table and re.search(r"^[ \t]*folder[ \t]*=[ \t]*([\"'])([^\"'\\\n\0]+)\1", table[1], re.MULTILINE)
    return Path(found[2]) if found else None


def language_named(path: Path | None) -> Language:
    """Return the language that a file names legibly, though it may have a mistake; else the default."""
    with contextlib.suppress(SettingsError):
        first = re.split(r"^[ \t]*\[", _text(path or DEFAULT_FILE), maxsplit=1, flags=re.MULTILINE)[0]
        found = re.search(r"^[ \t]*language[ \t]*=[ \t]*[\"'“”„«»‘’]?(\w+)", first, re.MULTILINE)
        for language in get_args(Language):
            if found and found[1] == language:
                return cast(Language, language)
    return Settings().language


def _of(name: str, sentence: Sentence) -> Sentence:
    return joined(": ", (name, sentence))


def _text(path: Path) -> str:
    """Return a file's text. Raise SettingsError."""
    try:
        return read_small_file(path, follow=True).decode("utf-8-sig")  # Windows' Notepad marks its files
    except OSError as error:
        raise SettingsError(
            Sentence("{file}: cannot be read: {reason}", file=str(path), reason=error.strerror or str(error))
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(_of(str(path), Sentence("is not UTF-8 text; save it as UTF-8"))) from None


def pins(settings: Settings) -> Mapping[str, int]:
    """Return the GPIO number by signal: board.toml's, with the settings' own over them."""
    own = {name: gpio for name, gpio in msgspec.structs.asdict(settings.pins).items() if gpio is not None}
    return {name: signal.gpio for name, signal in board().items()} | own


def _clash(assigned: Mapping[str, int]) -> Sentence | None:
    """Return, in words, which two signals share a pin; `None` if none do."""
    holders: dict[int, str] = {}
    for name, gpio in assigned.items():
        if (other := holders.setdefault(gpio, name)) != name:
            return Sentence(
                "{one} and {other} are both on GPIO {gpio}; give each its own (free ones: {free})",
                one=other,
                other=name,
                gpio=gpio,
                free=_free(assigned),
            )
    return None


def _free(assigned: Mapping[str, int]) -> str:
    # GPIO 0 to 8 are pulled up at reset, where an output would light; 9 to 27 are pulled down.
    return ", ".join(str(gpio) for gpio in range(9, 28) if gpio not in assigned.values())
