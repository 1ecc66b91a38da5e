"""What is chosen on the panel: kept in a real file, put over the settings."""

import asyncio
import os
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.household.tariff import Basis
from appliance.panel.menu import FIELDS, VALUES
from appliance.settings import settings_file
from appliance.settings.choices import (
    AS_SET,
    CHOICES_FILE,
    Choices,
    ChoicesError,
    ChoiceStore,
    load,
    load_or_set_aside,
    may_ask,
    save,
)
from appliance.settings.chosen import in_file, with_choices
from appliance.settings.grid import tariffs
from appliance.settings.model import Settings
from appliance.settings.policies import policies
from appliance.system.timebase import Timebase
from appliance.system.worker import Worker

SOME = Choices(limit_kw=5, fuse_a="none", tariff="fuse", brightness=60, language="sv", large=True, volume="low")


def test_without_a_file_nothing_is_chosen(tmp_path: Path) -> None:
    assert load(tmp_path) == AS_SET


def test_what_was_chosen_is_there_again(tmp_path: Path) -> None:
    save(tmp_path, SOME)
    assert load(tmp_path) == SOME
    assert (tmp_path / CHOICES_FILE).read_text().splitlines()[2:4] == ["limit_kw = 5", 'fuse_a = "none"']


@settings(deadline=None)
@given(st.builds(Choices, **{field: st.sampled_from(VALUES[row]) for row, field in FIELDS.items()}))
def test_whatever_the_menu_can_choose_can_be_kept(tmp_path_factory: pytest.TempPathFactory, choices: Choices) -> None:
    folder = tmp_path_factory.mktemp("data")
    save(folder, choices)
    assert load(folder) == choices


@pytest.mark.parametrize(
    "text", ["limit_kw = ", "limit_kw = -1", 'language = "fi"', "colour = 3", "\0\0\0\0", "brightness = 1.5"]
)
def test_a_damaged_file_is_set_aside_and_logged_and_never_fatal(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / CHOICES_FILE).write_text(text)
    assert load_or_set_aside(tmp_path) == AS_SET
    assert (tmp_path / "choices.toml.damaged").read_text() == text
    assert not (tmp_path / CHOICES_FILE).exists()
    [sentence] = caplog.messages
    assert sentence.startswith(f"{tmp_path / CHOICES_FILE}: is not a file of choices: ")
    assert sentence.endswith("; what was chosen on the panel is forgotten, and the settings hold")


def test_a_file_that_is_not_text_is_set_aside_too(tmp_path: Path) -> None:
    (tmp_path / CHOICES_FILE).write_bytes(b"\xff\xfe\x00limit")
    assert load_or_set_aside(tmp_path) == AS_SET
    assert not (tmp_path / CHOICES_FILE).exists()


def test_a_folder_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / CHOICES_FILE).mkdir()
    with pytest.raises(ChoicesError, match="cannot be read: Is a directory"):
        load(tmp_path)


async def until(condition) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the disk has no events
            await asyncio.sleep(0.01)


async def test_a_choice_is_on_the_disk_in_a_moment(tmp_path: Path) -> None:
    store = ChoiceStore(tmp_path, AS_SET, Timebase(), Worker("disk", 5))
    task = asyncio.create_task(store.run())
    store.choose(SOME)
    await until(lambda: load(tmp_path) == SOME)
    task.cancel()


async def test_a_choice_counts_although_the_disk_refuses_and_is_kept_when_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "data"
    store = ChoiceStore(folder, AS_SET, Timebase(600), Worker("disk", 5))
    task = asyncio.create_task(store.run())
    store.choose(SOME)
    await until(lambda: caplog.messages)
    await asyncio.sleep(0.3)
    assert store.choices == SOME
    reason = "what was chosen counts, but cannot be kept: No such file or directory"
    assert caplog.messages == [f"{folder / CHOICES_FILE}: {reason}"]
    folder.mkdir()
    await until(lambda: load(folder) == SOME)
    task.cancel()


async def test_without_a_folder_choices_last_as_long_as_the_program(caplog: pytest.LogCaptureFixture) -> None:
    store = ChoiceStore(None, AS_SET, Timebase(), Worker("disk", 5))
    task = asyncio.create_task(store.run())
    store.choose(SOME)
    await asyncio.sleep(0.05)
    assert (store.choices, caplog.messages) == (SOME, [])
    task.cancel()


def test_settings_without_choices_are_what_they_were() -> None:
    assert with_choices(Settings(), AS_SET) == Settings()


def test_choices_lie_over_the_settings() -> None:
    settings = settings_file.parse("[hour]\nlimit_kw = 10\nrise_s = 7\n[phases]\nfuse_a = 40", "test")
    found = with_choices(settings, SOME)
    assert (found.hour.limit_kw, found.hour.rise_s) == (5, 7)
    assert (found.phases.fuse_a, found.language, found.display.large) == (None, "sv", True)


def test_a_volume_lies_over_the_settings() -> None:
    settings = settings_file.parse('[sound]\nvolume = "high"', "test")
    assert with_choices(settings, Choices(volume="off")).sound.volume == "off"
    assert with_choices(settings, AS_SET).sound.volume == "high"


def test_without_a_goal_no_hour_calls_and_a_goal_does_not_undo_what_the_file_has_switched_off() -> None:
    assert policies(Settings(), Choices(limit_kw="off")).rules.hour.on is False
    assert policies(Settings(), Choices(limit_kw="none")).rules.hour == policies(Settings()).rules.hour
    silent = settings_file.parse("[hour]\nalarm = false", "test")
    assert policies(silent, Choices(limit_kw=5)).rules.hour.on is False


def test_what_the_file_says_of_all_that_can_be_chosen() -> None:
    assert in_file(Settings()).said == frozenset()
    assert in_file(Settings()).choices == Choices(
        "none", "none", "highest-days", 81, "nb", False, "medium", None, "none", "home", "none"
    )
    settings = settings_file.parse(
        'language = "sv"\n[hour]\nalarm = false\n[phases]\nfuse_a = 40\n[[tariff]]\nbasis = "none"', "test"
    )
    found = in_file(settings)
    assert found.choices == Choices("off", 40, "none", 81, "sv", False, "medium", None, "none", "home", "none")
    assert found.said == {"limit_kw", "fuse_a", "tariff", "language"}


@settings(deadline=None)
@given(st.builds(Choices, **{field: st.sampled_from(VALUES[row]) for row, field in FIELDS.items()}))
def test_the_choices_of_settings_with_choices_over_them_are_these(choices: Choices) -> None:
    found = in_file(with_choices(Settings(), choices)).choices
    expected = {name: value for name, value in msgspec.structs.asdict(choices).items() if value is not None}
    assert {name: value for name, value in msgspec.structs.asdict(found).items() if name in expected} == expected


@pytest.mark.parametrize(("name", "may"), [(CHOICES_FILE, False), (f"{CHOICES_FILE}.damaged", False), ("other", True)])
def test_who_has_chosen_once_is_not_asked(tmp_path: Path, name: str, may: bool) -> None:
    assert may_ask(tmp_path)
    (tmp_path / name).write_text("")
    assert may_ask(tmp_path) is may


def test_no_limit_can_be_chosen_over_one() -> None:
    settings = settings_file.parse("[hour]\nlimit_kw = 10", "test")
    assert with_choices(settings, Choices(limit_kw="none")).hour.limit_kw is None


def test_brightness_dims_the_idle_and_the_nightly_glass_along() -> None:
    settings = settings_file.parse("[display]\ncontrast = 200\nidle_contrast = 100\nnight_contrast = 20", "test")
    display = with_choices(settings, Choices(brightness=40)).display
    assert (display.contrast, display.idle_contrast, display.night_contrast) == (102, 51, 10)


@pytest.mark.parametrize("contrast", [0, 1, 100, 255])
def test_brightness_leaves_the_chips_range_nowhere(contrast: int) -> None:
    settings = settings_file.parse(
        f"[display]\ncontrast = {contrast}\nidle_contrast = 255\nnight_contrast = 255", "test"
    )
    for percent in VALUES[next(row for row, field in FIELDS.items() if field == "brightness")][1:]:
        care = policies(with_choices(settings, Choices(brightness=percent))).preferences.brightness
        assert 0 < care.contrast <= 255
        assert max(care.idle_contrast, care.night_contrast) <= care.contrast


def test_a_tariff_by_fuse_takes_no_kilowatts_for_amperes() -> None:
    [table] = tariffs(with_choices(Settings(), Choices(tariff="fuse")))
    assert (table.basis, [step.up_to for step in table.steps]) == (Basis.FUSE, [None])


def test_a_tariff_by_days_takes_no_amperes_for_kilowatts() -> None:
    settings = settings_file.parse('[[tariff]]\nbasis = "fuse"\nsteps = [{up_to = 25}, {up_to = 63}]', "test")
    [table] = tariffs(with_choices(settings, Choices(tariff="highest-days")))
    assert (table.basis, table.steps) == (Basis.PEAKS, tariffs(Settings())[0].steps)


def test_a_chosen_basis_that_the_table_has_keeps_its_steps_and_prices() -> None:
    text = "[[tariff]]\nvalid_from = 2026-01-01\nday_ore = 50\nnight_ore = 40\nsteps = [{up_to = 3, price_kr = 9}, {}]"
    settings = settings_file.parse(text, "test")
    for basis in ("highest-days", "none"):
        [table], [before] = tariffs(with_choices(settings, Choices(tariff=basis))), tariffs(settings)
        assert (table.steps, table.energy, table.valid_from) == (before.steps, before.energy, date(2026, 1, 1))


@pytest.mark.parametrize(
    "octets", [b"x = " + b"[" * 200_000, b"limit_kw = " + b"9" * 5000, b"\xff", b"[" * 10_000_000, b"limit_kw = 1e999"]
)
def test_whatever_the_file_holds_the_start_goes_on_without_it(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / CHOICES_FILE).write_bytes(octets)

    assert load_or_set_aside(tmp_path) == AS_SET
    assert [path.name for path in tmp_path.iterdir()] == [CHOICES_FILE + ".damaged"]


def test_a_pipe_or_a_link_in_its_place_is_set_aside_and_not_followed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / CHOICES_FILE)
    assert load_or_set_aside(tmp_path) == AS_SET
    (tmp_path / "other").write_text("language = 'en'\n")
    (tmp_path / CHOICES_FILE).symlink_to(tmp_path / "other")
    assert load_or_set_aside(tmp_path) == AS_SET
    assert (tmp_path / "other").read_text() == "language = 'en'\n"
