"""appliance.toml: everything has a default, and every mistake gets one sentence."""

import os
import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from appliance.household.rules import Rules, SoundRule
from appliance.household.tariff import Tariff
from appliance.settings import grid, policies, settings_file
from appliance.settings.model import Settings, TariffSettings


def test_no_file_is_fine():
    assert settings_file.load(None) == Settings()


def test_the_sample_file_is_the_defaults():
    assert settings_file.parse(settings_file.sample(), "appliance.toml") == Settings()


def test_the_sample_file_names_every_key_and_its_commented_lines_can_be_used():
    text = re.sub(r"^# (\w+ = )", r"\1", settings_file.sample(), flags=re.MULTILINE)
    settings_file.parse(text, "appliance.toml")
    document = tomllib.loads(text)

    tables = {"": Settings, **{key: type(value) for key, value in msgspec.structs.asdict(Settings()).items()}}
    tables["tariff"] = TariffSettings
    for name, table in tables.items():
        if name and not hasattr(table, "__struct_fields__"):
            continue
        found = document[name] if name else document
        found = found[0] if isinstance(found, list) else found
        assert set(found) == set(table.__struct_fields__), name
    own = {name: signal.gpio for name, signal in settings_file.board().items() if name in document["pins"]}
    assert document["pins"] == own


def test_the_tariff_of_the_sample_file_is_the_codes_own():
    text = re.sub(r"^# \[", "[", settings_file.sample(), flags=re.MULTILINE)

    assert grid.tariffs(settings_file.parse(text, "appliance.toml")) == (Tariff(),)
    assert policies.rules(Settings()) == Rules()
    assert policies.sound(Settings()) == SoundRule()


def test_what_is_set_is_taken_and_the_rest_keeps_its_default():
    settings = settings_file.parse("[thresholds]\nact_w = 8000\n[display]\naddress = 0x3D\n[pins]\nled_red = 23", "x")

    assert (settings.thresholds.act_w, settings.thresholds.watch_w) == (8000, None)
    assert settings.thresholds.limits_w == (5000, 8000)  # the other as it always was
    assert settings.display.address == 0x3D
    assert settings_file.pins(settings)["led_red"] == 23
    assert settings_file.pins(settings)["led_green"] == 17


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("langage = 'nb'", "a.toml: langage is not a setting: did you mean language?"),
        ("[threshold]\nwatch_w = 3", "a.toml: threshold is not a setting: did you mean thresholds?"),
        ("watch_w = 3000", "a.toml: watch_w is not a setting here: it belongs under [thresholds]"),
        ("[hour]\nfuse_a = 25", "a.toml: hour.fuse_a is not a setting here: it belongs under [phases]"),
        ("days = 1", "a.toml: days is not a setting here: it belongs under [[tariff]]"),
        (
            "wifi = 'nb'",
            "a.toml: wifi is not a setting; the file may hold language, line, meter, thresholds, hour, "
            "phases, voltage, export, readings, sound, grid, power, tariff, data, display, lamps, night, network, "
            "mqtt, web, p1, spot, pins, corrections",
        ),
        ("[readings]\nx = 1", "a.toml: readings.x is not a setting; readings may hold silent_s"),
        ("language = 'no'", "a.toml: language = 'no': it must be one of 'en', 'nb', 'nn', 'sv'"),
        ("[display]\nadress = 1", "a.toml: display.adress is not a setting: did you mean address?"),
        ("[display]\naddress = 0x3F", "a.toml: display.address = 63: it must be one of 0x3c, 0x3d"),
        ("[display]\nbus = '1'", "a.toml: display.bus = '1': it must be a whole number from 0 to 31"),
        ("[line]\nbaud = 1200", "a.toml: line.baud = 1200: it must be one of 2400, 9600, 115200, 'auto'"),
        ("line = 3", "a.toml: line = 3: it must be a table, [line]"),
        ("[thresholds]\nwatch_w = nan", "a.toml: thresholds.watch_w = nan: it must be a number from 0 to 100000"),
        (
            "[thresholds]\nwatch_w = 12000",
            "a.toml: thresholds: watch_w (12000) must be above 0 and below act_w (10000): yellow before red",
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
        (
            '[sound]\nquiet_from = "24:00"',
            "a.toml: sound.quiet_from = '24:00': it must be a time of day such as \"22:00\"",
        ),
        ("[hour]\nlimit_kw = 0", "a.toml: hour.limit_kw = 0: it must be a number above 0 and up to 1000"),
        ("[hour]\nalarm = 1", "a.toml: hour.alarm = 1: it must be true or false"),
        ("[phases]\nfuse_a = nan", "a.toml: phases.fuse_a = nan: it must be a number from 6 to 1000"),
        (
            "[phases]\nwatch_share = 1.5",
            "a.toml: phases: watch_share (1.5) must be below act_share (1): yellow comes before red",
        ),
        ("[voltage]\nlow_v = 260", "a.toml: voltage: low_v (260) must be below high_v (253)"),
        ("[[tariff]]\n[[tariff]]\ndays = 0", "a.toml: tariff[2].days = 0: it must be a whole number from 1 to 10"),
        (
            "[[tariff]]\nsteps = [{up_to = 5}, {up_to = 2}]",
            "a.toml: tariff[1]: steps must rise from each up_to to the next; only the last may leave it out",
        ),
        (
            "[[tariff]]\nsteps = [{}, {up_to = 2}]",
            "a.toml: tariff[1]: steps must rise from each up_to to the next; only the last may leave it out",
        ),
        (
            "[[tariff]]\nsteps = [{up_to = 2}, {uptp = 5}]",
            "a.toml: tariff[1].steps[2].uptp is not a setting: did you mean up_to?",
        ),
        (
            "[[tariff]]\nvalid_from = 'July'",
            "a.toml: tariff[1].valid_from = 'July': it must be a date such as 2026-07-01",
        ),
        (
            "[[tariff]]\nday_ore = 50",
            "a.toml: tariff[1]: day_ore and night_ore are given together; where all hours cost the same, "
            "they are equal",
        ),
        ("[tariff]\ndays = 3", "a.toml: tariff = {days = 3}: it must be a list of tables, [[tariff]]"),
        (
            "[network]\nname = 'Home'",
            "a.toml: network: name needs passphrase, and country, such as NO, for what is allowed on the air there",
        ),
        (
            "[network]\npassphrase = 12345678",
            "a.toml: network.passphrase = (not shown): it must be a text that is not empty",
        ),
        (
            "[network]\nwired = true\nhostname = 'My Pi'",
            "a.toml: network: hostname must be small letters, digits and dashes, such as han",
        ),
        (
            "[network]\nssh_key = 'secret'",
            "a.toml: network: ssh_key must be the one line of a public key, such as that in id_ed25519.pub",
        ),
        (
            "[corrections]\n2026-11-03 = 4",
            'a.toml: corrections: 2026-11-03: an hour is written such as "2026-11-03T17", for that from 17:00 to 18:00',
        ),
        (
            "[corrections]\n2026-10-25T02 = 4",
            'a.toml: corrections: 2026-10-25T02 is there twice: write "2026-10-25T02+02:00" for the first, '
            '"2026-10-25T02+01:00" for the second',
        ),
        (
            "[corrections]\n2026-03-29T02 = 4",
            "a.toml: corrections: 2026-03-29 has no hour 02: the clock skips it",
        ),
        (
            "[corrections]\n2026-11-03T17 = '4'",
            "a.toml: corrections: 2026-11-03T17 = '4': it must be the hour's kWh, such as 6.42",
        ),
        (
            "[corrections]\n2026-11-03T17 = 400",
            "a.toml: corrections: 2026-11-03T17 = 400: the hour's kWh must be from 0 to 100",
        ),
        ("[pins]\nled_red = 40", "a.toml: pins.led_red = 40: it must be a whole number from 2 to 27"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_is_allowed(text, sentence):
    with pytest.raises(settings_file.SettingsError) as refused:
        settings_file.parse(text, "a.toml")

    assert re.sub(r"^a\.toml, line \d+: ", "a.toml: ", str(refused.value)) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            'language = "nb"\nline = = 3',
            "a.toml, line 2: line = = 3: it must be a line such as key = value, or [table]",
        ),
        (
            "# W\n[thresholds]\nwatch_w = 3000,0",
            "a.toml, line 3: watch_w = 3000,0: write a point in place of the comma",
        ),
        (
            '[network]\npassphrase = "secret words',
            "a.toml, line 2: passphrase: the quotation mark at its end is missing",
        ),
        ("[phases]\n\nwatch_share = 9", "a.toml, line 3: phases.watch_share = 9: it must be"),
        ("[[tariff]]\n[[tariff]]\nday_ore = -1", "a.toml, line 3: tariff[2].day_ore = -1: it must be"),
        ("\n[thresholds]\nwotch_w = 3000", "a.toml, line 3: thresholds.wotch_w is not a setting"),
        ("[corrections]\n2026-11-03T16 = 4\n2026-11-03T17 = 400", "a.toml, line 3: corrections: 2026-11-03T17 = 400"),
        ("\n[pins]\nled_red = 5", "a.toml, line 3: pins: "),
        (
            "[thresholds]\nact_w = 3000",
            "a.toml, line 2: thresholds: watch_w (5000) must be above 0 and below act_w (3000)",
        ),
        ("[thresholds]\nrise_s = 3\nwatch_w = 12000", "a.toml, line 3: thresholds: watch_w (12000) must be"),
        ("[network]\nwired = true\nname = 'Home'", "a.toml, line 3: network: name needs passphrase"),
        ("[[tariff]]\ndays = 1\nnight_ore = 40", "a.toml, line 3: tariff[1]: day_ore and night_ore are given together"),
    ],
)
def test_a_mistake_is_named_with_its_line(text, sentence):
    with pytest.raises(settings_file.SettingsError) as refused:
        settings_file.parse(text, "a.toml")

    assert str(refused.value).startswith(sentence)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(settings_file.SettingsError, match="No such file"):
        settings_file.load(tmp_path / "appliance.toml")


def test_no_two_signals_of_the_board_share_a_pin_and_no_output_is_lit_at_reset():
    signals = settings_file.board().values()

    assert len({signal.gpio for signal in signals}) == len(signals)
    assert len({signal.pin for signal in signals}) == len(signals)
    for signal in signals:
        assert signal.pull == ("up" if signal.gpio <= 8 else "down")
        assert signal.direction != "out" or signal.pull == "down"


def test_a_file_saved_by_any_editor_of_any_pc_is_read(tmp_path: Path):
    file = tmp_path / "appliance.toml"
    file.write_bytes("\ufeff# Terskler\r\n[thresholds]\r\nwatch_w = 3000\r\n".encode())
    assert settings_file.load(file).thresholds.watch_w == 3000


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("language = “en”", "line 1: language = “en”: write straight quotation marks"),
        ("language = en", 'line 1: language = en: write it in straight quotation marks: "en"'),
        (
            "[data]\nfolder = /home/me/han",
            'line 2: folder = /home/me/han: write it in straight quotation marks: "/home/me/han"',
        ),
        ("[thresholds]\nwatch_w = 5 kW", "line 2: watch_w = 5 kW: write the number alone, without its unit"),
        ("[thresholds]\nwatch_w = 5000W # so", "line 2: watch_w = 5000W # so: write the number alone"),
        ("[thresholds]\nwatch_w = 5 000", "line 2: watch_w = 5 000: write the number without a space in it"),
        ("[thresholds]\nwatch_w = 05000", "line 2: watch_w = 05000: write the number without a zero before it"),
        ("[hour]\nalarm = True", "line 2: alarm = True: write true or false"),
        ("[sound]\nquiet_from = 22:00", "line 2: quiet_from = 22:00: write a time of day in straight quotation marks"),
        ("[sound]\nclick =", "line 2: click =: write a value after the sign ="),
        ("[sound]\nclick = true\n[sound]", "line 3: [sound]: [sound] is there twice; put its lines below the first"),
        ("language = 'nb'\nlanguage = 'en'", "line 2: language = 'en': this key is there twice"),
        ("[sound]\nclick = 22:00:00", "line 2: sound.click = 22:00:00: it must be true or false"),
        ("[display]\nbus = true", "line 2: display.bus = true: it must be a whole number"),
        ("[[tariff]]\nsteps = {basis = 'none'}", "line 2: tariff[1].steps = {basis = 'none'}: it must be a list"),
    ],
)
def test_a_slip_of_the_pen_gets_a_sentence_that_says_what_to_write(text: str, sentence: str):
    with pytest.raises(settings_file.SettingsError) as refused:
        settings_file.parse(text, "a.toml")

    assert str(refused.value).startswith(f"a.toml, {sentence}")


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 200_000,
        "x = " + "{a = " * 5000,
        "language = " + "9" * 5000,
        "[thresholds]\nwatch_w = " + "9" * 4000,
        "[thresholds]\nwatch_w = 0x" + "f" * 4000,
        "[corrections]\n2026-11-03T17 = " + "9" * 4000,
        "[corrections]\n2026-11-03T17 = 0x" + "f" * 5000,
        "[corrections]\n0001-01-01T00 = 1",
        "[corrections]\n9999-12-31T23 = 1",
        "language = '" + "x" * 900_000 + "'",
        "x" * 900_000 + " = 1",
        '[data]\nfolder = "/tmp/a\\u0000b"',
        '[line]\nport = "/dev/a\\u0000b"',
    ],
    ids=range(13),
)
def test_whatever_the_file_holds_it_is_one_short_sentence(text: str):
    with pytest.raises(settings_file.SettingsError) as refused:
        settings_file.parse(text, "a.toml")

    assert len(str(refused.value)) < 400
    assert "\n" not in str(refused.value)


def test_a_pipe_a_device_a_folder_and_a_huge_file_are_refused_at_once(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "huge").write_bytes(b"#" * 10_000_000)
    for path, why in (
        (tmp_path / "pipe", "it is a pipe"),
        (Path("/dev/zero"), "it is a device"),
        (tmp_path, "Is a directory"),
        (tmp_path / "huge", "more than 1 MB"),
    ):
        with pytest.raises(settings_file.SettingsError, match=rf"{path}: cannot be read: .*{why}"):
            settings_file.load(path)


def test_a_secret_is_not_shown_whatever_stands_in_its_place():
    for text in ("[network]\npassphrase = ['secret']", "network = ['secret']", "[network]\npassphrase = 5secret"):
        with pytest.raises(settings_file.SettingsError) as refused:
            settings_file.parse(text, "a.toml")
        assert "secret" not in str(refused.value)


def test_the_folder_is_read_out_of_a_file_with_a_mistake(tmp_path: Path):
    file = tmp_path / "appliance.toml"
    for text, folder in (
        ('x = \n[data]\n# where\nfolder = "/srv/han"  # there\n[hour]\n', Path("/srv/han")),
        ("[data]\nfolder = '/srv/han'", Path("/srv/han")),
        ('[other]\nfolder = "/srv/han"\n', None),
        ("[data]\nfolder = 3\n", None),
    ):
        file.write_text(text)
        assert settings_file.folder_named(file) == folder
    assert settings_file.folder_named(tmp_path / "none") is None
