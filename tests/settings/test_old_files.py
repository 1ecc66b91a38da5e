"""Files of households that have run an older program: what they said then, they say today.

tests/settings/old/ was made by the program of commit 93541d4, before the code was parted into rooms. `appliance.toml`
is what its `han-appliance config` printed, `every-key.toml` sets every key to another value than its default,
`last-good.toml` and `choices.toml` are what it wrote into its data folder. `meaning.json` is what it read from them:
the settings by their keys, and the values that its alarms, tariff, sounds and panel went by (the volume by its name).
"""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance.settings import choices, corrections, last_good, settings_file
from appliance.settings.chosen import with_choices
from appliance.settings.effective import Origin, effective_settings
from appliance.settings.model import Settings
from appliance.settings.policies import policies
from appliance.system.field_names import renamed

OLD = Path(__file__).parent / "old"
MEANING = json.loads((OLD / "meaning.json").read_text(encoding="utf-8"))
TODAY = {"rise_s": "on_delay_s", "hold_s": "off_delay_s", "wishes": "preferences", "care": "brightness"}
"""Fields of the policies that have another name in the code today; the settings' keys are as they were."""


def read(name: str) -> Settings:
    """Read one of the old files, or two of them joined by "and", as today's program does."""
    file, _, chosen = name.partition(" and ")
    settings = settings_file.load(OLD / file)
    return with_choices(settings, choices.load(OLD)) if chosen else settings


def plain(value: Any) -> Any:
    """What JSON makes of a value, unset fields included."""
    if isinstance(value, msgspec.Struct):
        return {name: plain(part) for name, part in msgspec.structs.asdict(value).items()}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return json.loads(msgspec.json.encode(value))


def changed(then: Any, now: Any, place: str = "") -> Iterator[str]:
    """Yield a sentence for each value of then that is not the same now; what was added since is none of them."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key, value in then.items():
            if key in now:
                yield from changed(value, now[key], f"{place}.{key}".removeprefix("."))
            else:
                yield f"{place}.{key} was {value!r} and is gone"
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for number, (one, other) in enumerate(zip(then, now, strict=True), 1):
            yield from changed(one, other, f"{place}[{number}]")
    elif then != now:
        yield f"{place} was {then!r} and is {now!r}"


@pytest.mark.parametrize("name", MEANING["settings"])
def test_each_key_has_the_value_it_had(name: str):
    assert list(changed(MEANING["settings"][name], plain(read(name)))) == []


@pytest.mark.parametrize("name", MEANING["policies"])
def test_alarms_tariff_sounds_and_panel_go_by_the_values_they_went_by(name: str):
    found = policies(read(name))
    now = {"rules": found.rules, "tariffs": found.tariffs, "sound": found.sound, "preferences": found.preferences}

    assert list(changed(renamed(MEANING["policies"][name], TODAY), plain(now))) == []


def test_the_file_that_sets_every_key_sets_each_to_another_value_than_its_default():
    """Else a default would hide a key that is not read any more."""
    then, default = MEANING["settings"]["every-key.toml"], MEANING["settings"]["appliance.toml"]
    same = [
        f"{table}.{key}"
        for table, values in then.items()
        if isinstance(values, dict) and table != "corrections"
        for key, value in values.items()
        if value == default[table][key]
    ]

    assert same == []


def test_the_hours_that_were_corrected_are_the_same_hours():
    assert corrections.understood(read("every-key.toml").corrections) == {
        datetime(2026, 11, 3, 16, tzinfo=UTC): 4210,
        datetime(2026, 10, 25, 0, tzinfo=UTC): 3500,
    }


def test_the_last_good_settings_hold_over_a_file_with_a_mistake(tmp_path: Path):
    shutil.copy(OLD / "last-good.toml", tmp_path)
    (tmp_path / "appliance.toml").write_text("[thresholds]\nact_w = 0\n")

    found = last_good.load_or_last_good(tmp_path / "appliance.toml", tmp_path)

    assert found.settings == read("every-key.toml")
    assert found.mistake is not None


def test_what_was_chosen_on_the_panel_is_in_force():
    shown = {value.key: value for value in effective_settings(OLD / "appliance.toml", OLD).values}
    chosen = {key: value.value for key, value in shown.items() if value.origin is Origin.PANEL}

    assert chosen == {
        "language": "en",
        "hour.limit_kw": 5,
        "phases.fuse_a": None,
        "tariff[1].basis": "highest-days",
        "display.contrast": 153,
        "display.idle_contrast": 71,
        "display.night_contrast": 12,
        "display.large": True,
    }
