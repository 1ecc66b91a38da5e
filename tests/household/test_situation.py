"""`Situation` is a frozen dataclass as any other, though its changed copies are made in another way."""

from dataclasses import FrozenInstanceError, fields, replace

import pytest

from appliance.household.situation import Level, Situation

SITUATION = Situation(watch_w=5000.0, act_w=8000.0, level=Level.WATCH, power_import_w=6000.0)


def test_what_is_left_out_has_its_default() -> None:
    given = {"watch_w", "act_w", "level", "power_import_w"}
    for field in fields(Situation):
        if field.name not in given:
            assert getattr(SITUATION, field.name) == field.default


def test_equal_whichever_way_it_was_made() -> None:
    whole = Situation(**{field.name: getattr(SITUATION, field.name) for field in fields(Situation)})
    assert whole == SITUATION
    assert hash(whole) == hash(SITUATION)
    other = SITUATION.but(power_import_w=6100.0)
    assert other == replace(SITUATION, power_import_w=6100.0)
    assert other != SITUATION
    assert (other.level, SITUATION.power_import_w) == (Level.WATCH, 6000.0)


def test_takes_no_other_names_and_no_change() -> None:
    with pytest.raises(TypeError, match="power_w"):
        SITUATION.but(power_w=1.0)
    with pytest.raises(FrozenInstanceError):
        SITUATION.power_import_w = 1.0  # type: ignore[misc]  # what is tested
