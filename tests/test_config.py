"""appliance.toml: everything has a default, and every mistake gets one sentence."""

import re
import tomllib

import msgspec
import pytest

from appliance import config


def test_no_file_is_fine():
    assert config.load(None) == config.Settings()


def test_the_sample_file_is_the_defaults_and_names_every_key():
    text = config.sample()

    assert config.parse(text, "appliance.toml") == config.Settings()
    document = tomllib.loads(re.sub(r"^# (\w+ = \d+)$", r"\1", text, flags=re.MULTILINE))
    for name, value in msgspec.to_builtins(config.Settings()).items():
        assert name in document
        if name != "pins":
            assert document[name] == value
    own = {name: signal.gpio for name, signal in config.board().items() if name in document["pins"]}
    assert document["pins"] == own
    assert set(own) == set(config.PinSettings.__struct_fields__)


def test_what_is_set_is_taken_and_the_rest_keeps_its_default():
    settings = config.parse("[thresholds]\nact_w = 8000\n[display]\naddress = 0x3D\n[pins]\nled_red = 23", "x")

    assert (settings.thresholds.act_w, settings.thresholds.watch_w) == (8000, 5000)
    assert settings.display.address == 0x3D
    assert config.pins(settings)["led_red"] == 23
    assert config.pins(settings)["led_green"] == 17


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "langage = 'nb'",
            "a.toml: langage is no setting; the file may hold language, line, meter, thresholds, display, pins",
        ),
        ("language = 'no'", "a.toml: language = 'no': it must be one of 'en', 'nb', 'sv'"),
        (
            "[display]\nadress = 1",
            "a.toml: display.adress is no setting; display may hold driver, bus, address, rotate, contrast",
        ),
        ("[display]\naddress = 0x3F", "a.toml: display.address = 63: it must be one of 0x3c, 0x3d"),
        ("[display]\nbus = '1'", "a.toml: display.bus = '1': it must be a whole number from 0 to 31"),
        ("[line]\nbaud = 1200", "a.toml: line.baud = 1200: it must be one of 2400, 9600, 115200"),
        ("line = 3", "a.toml: line = 3: it must be a table, [line]"),
        ("[thresholds]\nwatch_w = nan", "a.toml: thresholds.watch_w = nan: it must be a number from 0 to 100000"),
        (
            "[thresholds]\nwatch_w = 12000",
            "a.toml: thresholds: watch_w (12000) must be above 0 and below act_w (10000): yellow comes before red",
        ),
        (
            "[pins]\nled_red = 17",
            "a.toml: pins: led_green and led_red are both on GPIO 17; give each its own "
            "(free ones: 9, 10, 11, 12, 13, 16, 19, 20, 21, 22, 23, 24, 25, 26)",
        ),
        (
            "[pins]\nled_red = 15",
            "a.toml: pins: han_rxd and led_red are both on GPIO 15; give each its own "
            "(free ones: 9, 10, 11, 12, 13, 16, 19, 20, 21, 22, 23, 24, 25, 26)",
        ),
        ("[pins]\nled_red = 40", "a.toml: pins.led_red = 40: it must be a whole number from 2 to 27"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_is_allowed(text, sentence):
    with pytest.raises(config.SettingsError) as refused:
        config.parse(text, "a.toml")

    assert str(refused.value) == sentence


def test_a_slip_in_the_toml_is_named_with_its_line():
    with pytest.raises(config.SettingsError, match=r"a\.toml: not TOML: .*line 2"):
        config.parse('language = "nb"\nline = = 3', "a.toml")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(config.SettingsError, match="No such file"):
        config.load(tmp_path / "appliance.toml")


def test_no_two_signals_of_the_board_share_a_pin_and_no_output_is_lit_at_reset():
    signals = config.board().values()

    assert len({signal.gpio for signal in signals}) == len(signals)
    assert len({signal.pin for signal in signals}) == len(signals)
    for signal in signals:
        assert signal.pull == ("up" if signal.gpio <= 8 else "down")
        assert signal.direction != "out" or signal.pull == "down"
