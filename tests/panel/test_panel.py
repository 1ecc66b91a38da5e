"""The panel as one thing, on mock pins: what buttons do to pages, lamps, sounds and deeds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from appliance.household.situation import Alarm, Level, Rule, Situation
from appliance.panel import navigation, pages
from appliance.panel.brightness import Dimming
from appliance.panel.devices.pins import Pins
from appliance.panel.keys import Key, Press, PressDetector
from appliance.panel.menu import Action, Command, Menu, Mute, Row
from appliance.panel.pages import ROUND, Page, menu_page
from appliance.panel.panel import Panel
from appliance.settings import settings_file
from appliance.settings.choices import AS_SET, Choices
from appliance.settings.preferences import PREFERENCES, BrightnessRule, Preferences
from appliance.simulation.examples import CALM
from appliance.system.timebase import Timebase
from appliance.words.words import WORDS

GPIO = settings_file.pins(settings_file.parse("", "none"))
A, LONG_A, B, LONG_B = Press(Key.A), Press(Key.A, long=True), Press(Key.B), Press(Key.B, long=True)
EN = WORDS["en"]
OVER = replace(
    CALM,
    level=Level.ACT,
    alarms=(
        Alarm(
            rule=Rule.POWER,
            level=Level.ACT,
            phase=None,
            value=12_000,
            limit=10_000,
            since=None,
            age_s=0,
            acknowledged=False,
        ),
    ),
)


class Front:
    """A panel on mock pins, with its glass and what it was asked to do."""

    def __init__(
        self, preferences: Preferences = PREFERENCES, *, able: bool = True, speed: float = 1.0, greets: bool = False
    ) -> None:
        self.pins = MockFactory(pin_class=MockPWMPin)
        self.deeds: list[Action] = []
        self.glass = Image.new("1", (128, 64))
        self.timebase = Timebase(speed)
        self.panel = Panel(EN, self.timebase, self._offer, preferences, greets=greets)
        self.panel.set_handler(lambda action: self.deeds.append(action) or able)
        self.fingers = PressDetector(self.panel.press, long_s=0.03)
        loop = asyncio.get_running_loop()
        self.board = Pins(GPIO, lambda key, down: loop.call_soon(self.fingers.edge, key, down), self.pins)
        self.panel.connect(self.board.devices)

    def _offer(self, image: Image.Image, dimming: Dimming, *, at_once: bool) -> None:  # noqa: ARG002
        self.glass = image if dimming.awake else Image.new("1", (128, 64))

    def show(self, situation: Situation = CALM) -> None:
        self.situation = situation
        self.panel.show(situation)

    async def press(self, *presses: Press) -> None:
        for press in presses:
            pin = self.pins.pin(GPIO[f"button_{press.key.value.lower()}"])
            pin.drive_low()
            await asyncio.sleep(0.06 if press.long else 0)
            pin.drive_high()
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    def shows(self, picture: Image.Image) -> bool:
        return self.glass.tobytes() == picture.tobytes()

    def shows_page(self, page: Page, *, paging: bool = False) -> bool:
        return self.shows(pages.picture(page, self.situation, EN, paging=paging))

    def shows_menu(self, menu: Menu, choices: Choices = AS_SET) -> bool:
        return self.shows(menu_page.picture(menu, choices, self.situation, EN))

    @property
    def lit(self) -> tuple[bool, bool, bool]:
        return self.board.devices.lamps.lit

    def close(self) -> None:
        self.fingers.close()
        self.panel.connect(None)
        self.board.close()
        self.pins.reset()


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    made = Front()
    made.show()
    yield made
    made.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - seen on the pins only
            await asyncio.sleep(0.005)


async def test_buttons_turn_the_pages_on_the_glass(front: Front) -> None:
    assert front.shows_page(Page.NOW)
    await front.press(A)
    assert front.shows_page(ROUND[1], paging=True)
    await front.press(LONG_B)
    assert front.shows_page(Page.NOW)


async def test_a_choice_is_asked_for_through_the_menu(front: Front) -> None:
    await front.press(LONG_A)
    assert front.shows_menu(Menu())
    await front.press(LONG_A, A, A)
    assert front.shows_menu(Menu(Row.LIMIT, 2))
    await front.press(LONG_A, B)
    assert front.deeds == [Choices(limit_kw=2)]
    assert front.shows_page(Page.NOW)


async def test_quiet_is_asked_for_through_the_menu(front: Front) -> None:
    await front.press(LONG_A, A, A, A, LONG_A, A, LONG_A)
    assert front.deeds == [Mute.HOUR]


async def test_an_alarm_in_front_is_acknowledged_with_a(front: Front) -> None:
    front.show(OVER)
    assert front.shows(pages.alarm(OVER, EN))
    await front.press(A)
    assert front.deeds == [Command.ACKNOWLEDGE]
    assert front.shows_page(Page.NOW)


async def test_switching_off_is_asked_for_by_holding_a_twice(front: Front) -> None:
    await front.press(LONG_A, *[A] * 8, LONG_A)
    assert front.deeds == []
    await front.press(LONG_A)
    assert front.deeds == [Command.SHUT_DOWN]


async def test_when_it_cannot_be_switched_off_the_menu_says_so() -> None:
    front = Front(able=False)
    front.show()
    await front.press(LONG_A, *[A] * 8, LONG_A, LONG_A)
    assert front.shows_menu(navigation.refused(navigation.State(menu=Menu(Row.SHUT_DOWN))).menu or Menu())
    front.close()


async def test_a_panel_that_is_switched_on_shows_each_lamp_once_and_silently_and_then_what_is() -> None:
    front = Front(speed=20, greets=True)
    seen: list[tuple[bool, bool, bool]] = []
    sounded = False
    async with asyncio.timeout(5):
        while len(seen) < 3:
            front.show()
            sounded = sounded or front.board.devices.beeper.sounding is not None
            if any(front.lit) and (not seen or seen[-1] != front.lit):
                seen.append(front.lit)
            await asyncio.sleep(0.002)
    assert seen == [(True, False, False), (False, True, False), (False, False, True)]
    assert not sounded
    front.close()


async def test_pins_that_were_lost_and_come_back_are_not_greeted_again() -> None:
    front = Front(speed=20, greets=True)
    front.panel.connect(None)
    front.panel.connect(front.board.devices)
    for _ in range(20):
        front.show()
        assert front.lit in ((False, False, False), (False, False, True))
        await asyncio.sleep(0.005)
    front.close()


async def test_the_lamps_are_tested_in_turn_and_then_all_with_a_tone_while_readings_go_on() -> None:
    front = Front(speed=20)
    front.show()
    seen: list[tuple[bool, bool, bool]] = []
    sounded = False
    await front.press(LONG_A, *[A] * 7, LONG_A)
    async with asyncio.timeout(5):
        while len(seen) < 5:
            front.show(CALM)
            sounded = sounded or front.board.devices.beeper.sounding is not None
            if not seen or seen[-1] != front.lit:
                seen.append(front.lit)
            await asyncio.sleep(0.002)
    green = (False, False, True)
    turns = [(True, False, False), (False, True, False), green, (True, True, True), green]
    assert seen[-5:] == turns
    assert sounded
    front.close()


async def test_the_first_key_on_a_glass_that_is_dark_for_the_night_only_wakes_it() -> None:
    front = Front(Preferences(brightness=BrightnessRule(off_at_night=True)))
    front.show(replace(CALM, local_time=CALM.local_time.replace(hour=23)))
    assert front.glass.getbbox() is None
    await front.press(A)
    assert front.shows_page(Page.NOW)
    await front.press(A)
    assert front.shows_page(ROUND[1], paging=True)
    front.close()


async def test_large_digits_take_the_first_pages_place() -> None:
    front = Front(Preferences(large=True))
    front.show()
    assert front.shows(pages.large(CALM, EN))
    await front.press(A)
    assert front.shows_page(ROUND[1], paging=True)
    front.close()


async def test_another_language_is_spoken_at_once(front: Front) -> None:
    front.panel.apply_preferences(WORDS["nb"], Preferences(), AS_SET)
    assert front.shows(pages.picture(Page.NOW, CALM, WORDS["nb"]))


async def test_a_page_with_a_mistake_is_words_once_in_the_log_and_the_lamps_go_on(
    front: Front, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: object, **_named: object) -> Image.Image:
        raise ZeroDivisionError("by our own mistake")

    monkeypatch.setattr(pages, "picture", fail)
    for _ in range(3):
        front.show(replace(CALM, level=Level.WATCH))
    assert front.lit == (False, True, False)
    assert front.glass.getbbox() is not None
    assert [record.getMessage() for record in caplog.records] == ["a page cannot be drawn; lamps and sounds go on"]
    monkeypatch.undo()
    front.show()
    assert front.shows_page(Page.NOW)


edges = st.lists(st.tuples(st.sampled_from(["button_a", "button_b"]), st.booleans(), st.booleans()), max_size=15)


@settings(max_examples=30, deadline=None)
@given(edges, st.sampled_from([CALM, OVER]))
def test_whatever_fingers_do_a_long_b_leads_home(life: list[tuple[str, bool, bool]], situation: Situation) -> None:
    async def live() -> None:
        front = Front()
        front.show()
        for button, down, slowly in life:
            pin = front.pins.pin(GPIO[button])
            (pin.drive_low if down else pin.drive_high)()
            await asyncio.sleep(0.035 if slowly else 0)
            front.show(situation)
        for button in ("button_a", "button_b"):
            front.pins.pin(GPIO[button]).drive_high()
        await asyncio.sleep(0.005)
        await front.press(LONG_B)
        assert front.shows_page(Page.NOW)
        front.close()

    asyncio.run(live())
