"""Which value each setting has, and where it comes from: the program, the file, or the panel.

With a file and choices over it, the household should not have to guess why a limit is what it is. This shows all
settings as the appliance would take them now, by the keys of the settings file. It changes nothing on the disk.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from appliance.settings import last_good, settings_file
from appliance.settings.choices import AS_SET, Choices, ChoicesError
from appliance.settings.choices import load as load_choices
from appliance.settings.chosen import with_choices
from appliance.settings.data_folder import NO_ENVIRONMENT, data_folder, state_directory
from appliance.settings.model import HIDDEN, SECRETS, Settings, StepSettings
from appliance.system.atomic_file import read_small_file
from appliance.words.sentence import Sentence, joined

CHOSEN = {
    "limit_kw": "hour.limit_kw",
    "fuse_a": "phases.fuse_a",
    "tariff": "tariff.basis",
    "country": "grid.country",
    "company": "grid.company",
    "customer": "grid.customer",
    "power": "power.price",
    "brightness": "display.contrast",
    "language": "language",
    "large": "display.large",
    "volume": "sound.volume",
}
"""The setting that a choice lies over."""


class Origin(Enum):
    """Where a value comes from."""

    DEFAULT = "default"
    FILE = "file"
    LAST_GOOD = "last good"
    """The file has a mistake now; the value is from before that."""
    PANEL = "panel"


@dataclass(frozen=True, slots=True)
class Value:
    """A setting in force."""

    key: str
    """As in the file, with its table: "hour.limit_kw"; tables of a list are numbered from 1."""
    value: Any
    """`None` is not set."""
    origin: Origin


@dataclass(frozen=True, slots=True)
class EffectiveSettings:
    """All settings in force, and what is wrong with what they came from."""

    values: tuple[Value, ...]
    mistakes: tuple[str, ...] = ()
    """One sentence each."""


def effective_settings(
    path: Path | None,
    folder: Path | None = None,
    *,
    trusting: bool = True,
    environ: Mapping[str, str] = NO_ENVIRONMENT,
) -> EffectiveSettings:
    """Return the settings of the file at `path` (`None`: the usual one), with the choices in `folder` over them.

    Without a `folder` it is the one that the settings and `environ` name. Without `trusting`, which is for root, a
    mistake in the file leaves the defaults: what the folder remembers is not taken.
    """
    mistakes: list[Sentence] = []
    source, origin = path or settings_file.DEFAULT_FILE, Origin.FILE
    try:
        settings = settings_file.load(path)
        document = _document(source)
    except settings_file.SettingsError as error:
        state = state_directory(environ)
        kept = last_good.remembered(path, folder, state) if trusting else None
        settings, document = (last_good.defaults(path), {}) if kept is None else (kept.settings, kept.tables)
        origin = Origin.LAST_GOOD
        in_force = (
            _in_force(kept, last_good.places(path, folder, state)) if trusting else Sentence("the defaults are shown")
        )
        mistakes.append(joined("; ", (error.sentence, in_force)))
    try:
        choices = load_choices(folder or data_folder(settings, environ))
    except ChoicesError as error:
        why = Sentence("nothing that was chosen on the panel is in force")
        if error.not_allowed:
            why = Sentence("it may count all the same")
        mistakes.append(joined("; ", (error.sentence, why)))
        choices = AS_SET
    return EffectiveSettings(tuple(_values(settings, choices, document, origin)), tuple(mistakes))


def _in_force(kept: last_good.Remembered | None, places: Iterable[Path]) -> Sentence:
    """Return which settings are, after a mistake in the file."""
    if kept is not None:
        return last_good.LAST_GOOD_HOLD
    closed = [place for place in places if place.is_dir() and not os.access(place, os.X_OK)]
    if closed:
        return Sentence(
            "the last good settings are in force, if {folder} has any, which this user may not read",
            folder=str(closed[0]),
        )
    return last_good.DEFAULTS_HOLD


def as_table(shown: EffectiveSettings) -> str:
    """Return a line for each value: key, value as in the file, and origin."""
    rows = [(value.key, as_written(value.key, value.value), value.origin.value) for value in shown.values]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "".join(f"{key:{widths[0]}}  {value:{widths[1]}}  {origin}\n" for key, value, origin in rows)


def as_json(shown: EffectiveSettings) -> str:
    """Return the values as one JSON object by key."""
    values = {value.key: {"value": value.value, "from": value.origin.value} for value in shown.values}
    return json.dumps(values, ensure_ascii=False, indent=2, default=str) + "\n"


def _document(source: Path) -> Mapping[str, Any]:
    """Return the file as tables; empty if there is none."""
    try:
        return settings_file.document(read_small_file(source, follow=True).decode("utf-8-sig"), str(source))
    except (OSError, ValueError, settings_file.SettingsError):
        return {}


def _values(settings: Settings, choices: Choices, document: Mapping[str, Any], from_file: Origin) -> Iterator[Value]:
    before, written = by_key(as_tables(settings)), by_key(document)
    chosen = {CHOSEN[name] for name, choice in msgspec.structs.asdict(choices).items() if choice is not None}
    for key, value in by_key(as_tables(with_choices(settings, choices))).items():
        # Also if the choice is what the file says: a change of the file would change nothing.
        by_choice = value != before.get(key) or re.sub(r"\[\d+\]", "", key) in chosen
        value = HIDDEN if key in SECRETS and value is not None else value
        yield Value(key, value, Origin.PANEL if by_choice else from_file if key in written else Origin.DEFAULT)


def as_tables(settings: Settings) -> dict[str, Any]:
    """Return the settings as plain tables, with the keys that are not set, and the board's pins where none are."""
    pins = settings_file.pins(settings)
    return {**_table(settings), "pins": {name: pins[name] for name in _table(settings.pins)}}


def _table(struct: msgspec.Struct) -> dict[str, Any]:
    return {name: _inside(value) for name, value in msgspec.structs.asdict(struct).items()}


def _inside(value: Any) -> Any:
    match value:
        case StepSettings():
            return {name: part for name, part in _table(value).items() if part is not None}
        case msgspec.Struct():
            return _table(value)
        case tuple():
            return [_inside(one) for one in value]
        case _:
            return value


def by_key(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the values by key, with its tables before it; a step of a tariff is one value."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            found |= by_key(value, f"{key}.")
        elif isinstance(value, list):
            for number, one in enumerate(value, start=1):
                found |= by_key(one, f"{key}[{number}].") if name == "tariff" else {f"{key}[{number}]": one}
        else:
            found[key] = value
    return found


def as_written(key: str, value: Any) -> str:
    """Return a value as the file has it; a dash if it is not set."""
    match value:
        case None:
            return "-"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case float():
            return f"{value:g}"
        case date():
            return value.isoformat()
        case Mapping():
            inside = ", ".join(f"{name} = {as_written(name, part)}" for name, part in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case _:
            return hex(value) if key == "display.address" else str(value)
