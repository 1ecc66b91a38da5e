"""What is preferred in the settings reaches the glass, the lamps and the piezo."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import time

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin
from PIL import Image

from appliance.household.daily_window import DailyWindow
from appliance.panel.brightness import Dimming
from appliance.panel.devices.pins import Pins
from appliance.panel.keys import Key, Press
from appliance.panel.panel import Panel
from appliance.settings import settings_file
from appliance.settings.policies import preferences
from appliance.settings.preferences import BrightnessRule, LampRule, Preferences
from appliance.simulation.examples import CALM
from appliance.system.timebase import Timebase
from appliance.words.words import WORDS

GPIO = settings_file.pins(settings_file.parse("", "none"))


class Bench:
    """A panel on mock pins that writes down what it offers to the screen."""

    def __init__(self, factory: MockFactory, preferred: Preferences) -> None:
        self.offers: list[tuple[Dimming, bool]] = []
        self.shown: Image.Image | None = None
        self.panel = Panel(WORDS["nb"], Timebase(), self._offer, preferred)
        self.pins = Pins(GPIO, lambda _key, _down: None, factory)
        self.panel.connect(self.pins.devices)

    def _offer(self, image: Image.Image, dimming: Dimming, *, at_once: bool) -> None:
        self.shown = image
        self.offers.append((dimming, at_once))


@pytest.fixture
def factory() -> Iterator[MockFactory]:
    made = MockFactory(pin_class=MockPWMPin)
    yield made
    made.reset()


def test_each_setting_is_the_preference_of_its_name() -> None:
    settings = settings_file.parse(
        """
        [sound]
        click = false
        [display]
        contrast = 1
        idle_contrast = 2
        night_contrast = 3
        idle_minutes = 4.0
        off_at_night = true
        shift = false
        [lamps]
        only_when_it_matters = true
        night_percent = 5
        [night]
        begins = "20:15"
        ends = "05:45"
        """,
        "test",
    )
    night = DailyWindow(time(20, 15), time(5, 45))

    assert preferences(settings) == Preferences(
        brightness=BrightnessRule(
            contrast=1,
            idle_contrast=2,
            night_contrast=3,
            idle_s=240,
            night=night,
            off_at_night=True,
            shift=False,
        ),
        lamps=LampRule(only_when_it_matters=True, night_level=0.05, night=night),
        click=False,
    )


def test_without_settings_the_preferences_are_the_defaults() -> None:
    assert preferences(settings_file.parse("", "none")) == Preferences()


async def test_a_key_makes_the_glass_bright_at_once(factory: MockFactory) -> None:
    bench = Bench(factory, Preferences(brightness=BrightnessRule(contrast=200, idle_contrast=50)))
    bench.panel.show(CALM)
    bench.panel.press(Press(Key.A))

    assert [dimming.contrast for dimming, _ in bench.offers] == [50, 200]
    assert bench.offers[1][1]
    bench.pins.close()


async def test_a_reading_is_sent_at_once_and_a_clock_that_goes_on_can_wait(factory: MockFactory) -> None:
    bench = Bench(factory, Preferences())
    for situation in (CALM, replace(CALM, reading_age_s=1.0), replace(CALM, power_import_w=2400)):
        bench.panel.show(situation)

    assert [at_once for _, at_once in bench.offers] == [True, False, True]
    bench.pins.close()


@pytest.mark.parametrize(("quiet", "clicks"), [(False, True), (True, False)])
async def test_a_key_clicks_except_in_quiet_hours(factory: MockFactory, quiet: bool, clicks: bool) -> None:
    bench = Bench(factory, Preferences())
    bench.panel.show(replace(CALM, quiet=quiet))
    bench.panel.press(Press(Key.A))
    await asyncio.sleep(0)

    assert (factory.pin(GPIO["buzzer"]).frequency is not None) == clicks
    bench.pins.close()


async def test_the_lamps_are_dark_when_all_is_well_and_that_is_preferred(factory: MockFactory) -> None:
    bench = Bench(factory, Preferences(lamps=LampRule(only_when_it_matters=True)))
    bench.panel.show(CALM)

    assert bench.pins.devices.lamps.lit == (False, False, False)
    bench.pins.close()
