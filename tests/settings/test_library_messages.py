"""The shapes of msgspec's and tomllib's messages that the settings' error sentences are made from.

When one of these fails after an update of msgspec or Python, `appliance/settings/library_messages.py` is what to mend.
"""

import tomllib
from typing import Any

import msgspec
import pytest

from appliance.settings.library_messages import TomlMessage, ValidationMessage, toml_message, validation_message
from appliance.settings.model import Settings


def refused(document: dict[str, Any]) -> msgspec.ValidationError:
    with pytest.raises(msgspec.ValidationError) as found:
        msgspec.convert(document, Settings)
    return found.value


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"language": "fi"}, "Invalid enum value 'fi' - at `$.language`"),
        ({"display": {"bus": "1"}}, "Expected `int`, got `str` - at `$.display.bus`"),
        ({"tariff": [{}, {"days": 0}]}, "Expected `int` >= 1 - at `$.tariff[1].days`"),
        ({"tariff": [{"steps": [{}, {"up": 5}]}]}, "Object contains unknown field `up` - at `$.tariff[0].steps[1]`"),
        ({"langage": "nb"}, "Object contains unknown field `langage`"),
        ({"thresholds": {"act_w": 1.0}}, "watch_w (5000) must be above 0 and below act_w (1): yellow before red"
         " - at `$.thresholds`"),
    ],
)  # fmt: skip
def test_msgspec_says_it_in_these_words(document: dict[str, Any], message: str):
    assert str(refused(document)) == message


@pytest.mark.parametrize(
    ("document", "path", "unknown_key"),
    [
        ({"language": "fi"}, ("language",), None),
        ({"display": {"bus": "1"}}, ("display", "bus"), None),
        ({"tariff": [{}, {"days": 0}]}, ("tariff", 1, "days"), None),
        ({"tariff": [{"steps": [{}, {"up": 5}]}]}, ("tariff", 0, "steps", 1), "up"),
        ({"langage": "nb"}, (), "langage"),
        ({"thresholds": {"act_w": 1.0}}, ("thresholds",), None),
        ({"line": 3}, ("line",), None),
    ],
)
def test_the_place_of_a_value_is_read(document: dict[str, Any], path: tuple[str | int, ...], unknown_key: str | None):
    found = validation_message(refused(document))

    assert (found.path, found.unknown_key) == (path, unknown_key)
    assert " - at" not in found.what


def test_a_message_of_another_shape_is_kept_whole():
    assert validation_message(msgspec.ValidationError("no number")) == ValidationMessage("no number")
    assert toml_message(tomllib.TOMLDecodeError("no table")) == TomlMessage("no table")


@pytest.mark.parametrize(
    ("text", "message", "found"),
    [
        ("a = 1\nb = = 3", "Invalid value (at line 2, column 5)", TomlMessage("Invalid value", 2)),
        ('a = "b', "Unterminated string (at end of document)", TomlMessage("Unterminated string")),
    ],
)
def test_tomllib_says_it_in_these_words(text: str, message: str, found: TomlMessage):
    with pytest.raises(tomllib.TOMLDecodeError) as refused:
        tomllib.loads(text)

    assert str(refused.value) == message
    assert toml_message(refused.value) == found
