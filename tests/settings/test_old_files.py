"""Files of households that have run an older program: what they said then, they say today.

tests/settings/old/ was made by the program of commit 93541d4, before the code was parted into rooms. `appliance.toml`
is what its `han-appliance config` printed, `every-key.toml` sets every key to another value than its default,
`last-good.toml` and `choices.toml` are what it wrote into its data folder. `meaning.json` is what it read from them:
the settings by their keys, and the values that its alarms, tariff, sounds and panel went by (the volume by its name).
"""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from appliance.household.hours import OSLO
from appliance.household.power_limits import PowerLimits, power_limits
from appliance.household.rules import Delays, PhaseRule, Rules, Thresholds
from appliance.settings import choices, corrections, last_good, settings_file
from appliance.settings.chosen import with_choices
from appliance.settings.effective import Origin, effective_settings
from appliance.settings.model import NetworkSettings, Settings
from appliance.settings.policies import policies
from appliance.system.field_names import renamed

OLD = Path(__file__).parent / "old"
MEANING = json.loads((OLD / "meaning.json").read_text(encoding="utf-8"))
TODAY = {"rise_s": "on_delay_s", "hold_s": "off_delay_s", "wishes": "preferences", "care": "brightness"}
"""Fields of the policies that have another name in the code today; the settings' keys are as they were."""
TWO_LIMITS = ("power", "phase")
"""The rules whose two limits have delays of their own today; a file's `rise_s` and `hold_s` are those of both."""


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
    return json.loads(msgspec.json.encode(value, enc_hook=str))


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


def with_delays_of_each_limit(then: dict[str, Any]) -> dict[str, Any]:
    """The rules of then, with their delays where today's have them."""
    rules = {}
    for name, rule in then["rules"].items():
        if name in TWO_LIMITS:
            delays = {key: rule[key] for key in ("on_delay_s", "off_delay_s")}
            rule = {key: value for key, value in rule.items() if key not in delays} | {"watch": delays, "act": delays}
        rules[name] = rule
    return then | {"rules": rules}


def todays_tariff(then: dict[str, Any]) -> dict[str, Any]:
    """A tariff of then in today's words: the number of days is that of the peaks, the price is in `energies`."""
    return {key: value for key, value in then.items() if key not in ("days", "energy")} | {
        "peaks": {"number": then["days"]}
    }


def ore_then(energy: dict[str, Any] | None, local: datetime) -> float | None:
    """The price of an hour by the words of then, which knew no holidays."""
    if energy is None:
        return None
    begins, ends = (time.fromisoformat(energy[key]) for key in ("day_from", "day_to"))
    day = begins <= local.time() < ends and not (energy["weekend_is_night"] and local.weekday() >= 5)
    return energy["day_ore"] if day else energy["night_ore"]


@pytest.mark.parametrize("name", MEANING["settings"])
def test_each_key_has_the_value_it_had(name: str):
    assert set(changed(MEANING["settings"][name], plain(read(name)))) <= {
        # The only default of a table that changed: with 67 of Norway's 73 companies the limit is in the dearer step.
        "tariff[2].on_limit was 'lower' and is 'upper'"
    }


@pytest.mark.parametrize("name", MEANING["policies"])
def test_alarms_tariff_sounds_and_panel_go_by_the_values_they_went_by(name: str):
    found = policies(read(name))
    now = {"rules": found.rules, "tariffs": found.tariffs, "sound": found.sound, "preferences": found.preferences}

    then = with_delays_of_each_limit(renamed(MEANING["policies"][name], TODAY))
    energies = [table["energy"] for table in then["tariffs"]]
    then |= {"tariffs": [todays_tariff(table) for table in then["tariffs"]]}
    assert set(changed(then, plain(now))) <= {"tariffs[2].limit_is_lower was True and is False"}
    for energy, table in zip(energies, found.tariffs, strict=True):
        for number in range(7 * 24):
            local = datetime(2026, 2, 2, tzinfo=OSLO) + timedelta(hours=number)  # a week without a holiday
            assert ore_then(energy, local) == (None if table.energy is None else table.energy.ore(local))


def rules_of(text: str, tmp_path: Path) -> Rules:
    (tmp_path / "appliance.toml").write_text(text)
    return policies(settings_file.load(tmp_path / "appliance.toml")).rules


@pytest.mark.parametrize(
    ("text", "limits_w"),
    [
        ("watch_w = 8000", (8000, 10_000)),
        ("act_w = 7000", (5000, 7000)),
        ("watch_w = 4000\nact_w = 6000", (4000, 6000)),
    ],
)
def test_a_threshold_that_is_set_stands_beside_the_other_as_it_always_was(text, limits_w, tmp_path):
    """Before, 5 and 10 kW were the defaults of both; without any of them today's are 12 and 17 kW, or by the fuse."""
    then = MEANING["policies"]["appliance.toml"]["rules"]["power"]
    assert (then["watch_w"], then["act_w"]) == (5000, 10_000)
    power = rules_of(f"[thresholds]\n{text}", tmp_path).power

    assert (power.watch_w, power.act_w) == limits_w
    assert power_limits(replace_rules(power, fuse_a=25.0), None) == PowerLimits(*limits_w)


def replace_rules(power: Thresholds, fuse_a: float) -> Rules:
    """Rules in which the main fuse is known as well."""
    return Rules(power=power, phase=PhaseRule(fuse_a=fuse_a))


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("watch_share = 0.7", (0.7, 1.0)),
        ("act_share = 0.95", (0.8, 0.95)),
        ("watch_share = 0.6\nact_share = 0.9", (0.6, 0.9)),
    ],
)
def test_a_share_of_the_fuse_that_is_set_stands_beside_the_other_as_it_always_was(text, shares, tmp_path):
    then = MEANING["policies"]["appliance.toml"]["rules"]["phase"]
    assert (then["watch_share"], then["act_share"]) == (0.8, 1.0)
    phase = rules_of(f"[phases]\nfuse_a = 25\n{text}", tmp_path).phase

    assert (phase.watch_share, phase.act_share) == shares


@pytest.mark.parametrize("table", ["thresholds", "phases"])
def test_a_delay_that_is_set_is_that_of_both_limits_and_the_other_is_todays(table, tmp_path):
    def delays(text: str) -> tuple[Delays, Delays]:
        rules = rules_of(f"[{table}]\n{text}", tmp_path)
        rule = rules.power if table == "thresholds" else rules.phase
        return rule.watch, rule.act

    watch, act = delays("")
    assert delays("rise_s = 7") == (Delays(7, watch.off_delay_s), Delays(7, act.off_delay_s))
    assert delays("hold_s = 0") == (Delays(watch.on_delay_s, 0), Delays(act.on_delay_s, 0))


def test_what_a_file_does_not_set_is_the_only_thing_that_differs(tmp_path):
    """The defaults that issue 16 changed, as an empty file has them: thresholds, shares of the fuse, their delays."""
    then = with_delays_of_each_limit(renamed(MEANING["policies"]["appliance.toml"], TODAY))["rules"]
    now = rules_of("", tmp_path)

    assert {one.split(" ")[0] for one in changed(then, plain(now))} == {
        "power.watch_w",
        "power.act_w",
        "power.hysteresis_w",
        "power.watch.on_delay_s",
        "power.watch.off_delay_s",
        "power.act.on_delay_s",
        "power.act.off_delay_s",
        "hour.on_delay_s",
        "phase.watch_share",
        "phase.act_share",
        "phase.watch.on_delay_s",
        "phase.watch.off_delay_s",
        "phase.act.on_delay_s",
    }
    assert power_limits(now, None) == PowerLimits(12_000, 17_000)


@pytest.mark.parametrize(
    ("text", "hysteresis_w"),
    [
        ("watch_w = 8000", 1000),
        ("watch_w = 3000", 600),
        ("act_w = 7000", 1000),
        ("watch_w = 3000\nhysteresis_w = 200", 200),
        ("hysteresis_w = 300", 300),
    ],
)
def test_a_hysteresis_that_is_set_is_kept_and_else_it_is_no_more_than_a_fifth(text, hysteresis_w, tmp_path):
    assert rules_of(f"[thresholds]\n{text}", tmp_path).power.hysteresis_w == hysteresis_w


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

    assert found.settings == replace(read("every-key.toml"), network=NetworkSettings())
    assert (found.mistake is None, found.defaults) == (False, False)
    assert "passphrase" not in (tmp_path / "last-good.toml").read_text()


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
