"""The panel as one thing, on mock pins, in a time that leaps: what buttons do to pages, lamps, sounds and actions."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from appliance.household.situation import Alarm, Level, Rule, Situation
from appliance.panel import navigation, pages
from appliance.panel.brightness import Dimming
from appliance.panel.devices.piezo import DUTIES
from appliance.panel.devices.pins import Pins
from appliance.panel.keys import LONG_S, Key, Press, PressDetector
from appliance.panel.menu import Acknowledge, Action, Command, Menu, Mute, Row
from appliance.panel.pages import ROUND, Page, menu_page
from appliance.panel.panel import Panel
from appliance.panel.setup import PAUSE_S
from appliance.settings import settings_file
from appliance.settings.choices import AS_SET, Choices
from appliance.settings.preferences import PREFERENCES, BrightnessRule, Preferences, Volume
from appliance.simulation.examples import CALM
from appliance.words.words import WORDS
from tests.panel.virtual_time import VirtualLoop, in_virtual_time, virtual_timebase

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
            calls=1,
        ),
    ),
)


class Bench:
    """A panel on mock pins, with its glass and what it was asked to do."""

    def __init__(
        self, preferences: Preferences = PREFERENCES, *, able: bool = True, greets: bool = False, asks: bool = False
    ) -> None:
        self.pins = MockFactory(pin_class=MockPWMPin)
        self.actions: list[Action] = []
        self.glass = Image.new("1", (128, 64))
        self.timebase = virtual_timebase()
        self.panel = Panel(EN, self.timebase, self._offer, preferences, greets=greets, is_first_start=lambda: asks)
        self.panel.set_handler(lambda action: self.actions.append(action) or able)
        self.detector = PressDetector(self.panel.press)
        loop = asyncio.get_running_loop()
        self.board = Pins(GPIO, lambda key, down: loop.call_soon(self.detector.edge, key, down), self.pins)
        self.panel.connect(self.board.devices)

    def _offer(self, picture: Callable[[], Image.Image], dimming: Dimming, *, at_once: bool) -> None:  # noqa: ARG002
        image = picture()
        self.glass = image if dimming.awake else Image.new("1", (128, 64))

    def show(self, situation: Situation = CALM) -> None:
        self.situation = situation
        self.panel.show(situation)

    async def press(self, *presses: Press) -> None:
        for press in presses:
            pin = self.pins.pin(GPIO[f"button_{press.key.value.lower()}"])
            pin.drive_low()
            await asyncio.sleep(LONG_S + 0.1 if press.long else 0)
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
        self.detector.close()
        self.panel.connect(None)
        self.board.close()
        self.pins.reset()


def on_a_bench(test: Callable[[Bench], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run a test in virtual time, on a bench that shows a calm house."""

    @in_virtual_time
    async def run() -> None:
        bench = Bench()
        bench.show()
        await test(bench)
        bench.close()

    return run


@on_a_bench
async def test_buttons_turn_the_pages_on_the_glass(bench: Bench) -> None:
    assert bench.shows_page(Page.NOW)
    await bench.press(A)
    assert bench.shows_page(ROUND[1], paging=True)
    await bench.press(LONG_B)
    assert bench.shows_page(Page.NOW)


@on_a_bench
async def test_a_picture_is_drawn_once_for_as_long_as_nothing_on_it_changes(bench: Bench) -> None:
    first = bench.glass
    bench.show()
    assert bench.glass is first
    bench.show(replace(CALM, power_import_w=8888.0))
    assert bench.shows_page(Page.NOW)
    assert bench.glass.tobytes() != first.tobytes()


@on_a_bench
async def test_a_choice_is_asked_for_through_the_menu(bench: Bench) -> None:
    await bench.press(LONG_A)
    assert bench.shows_menu(Menu())
    await bench.press(A, LONG_A, A, A)
    assert bench.shows_menu(Menu(Row.LIMIT, 2))
    await bench.press(LONG_A, B)
    assert bench.actions == [Choices(limit_kw=2)]
    assert bench.shows_page(Page.NOW)


@on_a_bench
async def test_quiet_is_asked_for_through_the_menu(bench: Bench) -> None:
    await bench.press(LONG_A, *[A] * 4, LONG_A, A, LONG_A)
    assert bench.actions == [Mute.HOUR]


@on_a_bench
async def test_an_alarm_in_front_is_acknowledged_with_a(bench: Bench) -> None:
    bench.show(OVER)
    assert bench.shows(pages.alarm(OVER, EN))
    await asyncio.sleep(navigation.GRACE_S)
    await bench.press(A)
    assert bench.actions == [Acknowledge(Rule.POWER)]
    assert bench.shows_page(Page.NOW)


@on_a_bench
async def test_switching_off_is_asked_for_by_holding_a_twice(bench: Bench) -> None:
    await bench.press(LONG_A, *[A] * 11, LONG_A)
    assert bench.actions == []
    await bench.press(LONG_A)
    assert bench.actions == [Command.SHUT_DOWN]


@in_virtual_time
async def test_each_sound_of_a_first_start_is_played_as_loud_as_it_says_also_in_quiet_hours() -> None:
    assert CALM.quiet
    bench = Bench(asks=True)
    bench.show()
    buzzer, duties = bench.pins.pin(GPIO["buzzer"]), []
    for press in (B, B, B, A, A):
        await bench.press(press)
        duties.append(buzzer.state)
        await asyncio.sleep(1.0)
    assert duties[2:] == [DUTIES[Volume.LOW][0], DUTIES[Volume.HIGH][0], 0]
    assert bench.actions == []
    await bench.press(B, B, B, B)
    assert bench.actions == [
        Choices(language="nb", fuse_a=25, limit_kw="none", volume="off", country="NO", company="none", power="none")
    ]
    assert bench.shows_page(Page.NOW)
    bench.close()


@in_virtual_time
async def test_a_first_start_that_nobody_answers_is_over_after_two_minutes() -> None:
    bench = Bench(asks=True)
    bench.show()
    await asyncio.sleep(PAUSE_S)
    bench.show()
    assert bench.actions == [AS_SET]
    assert bench.shows_page(Page.NOW)
    bench.show()
    assert bench.actions == [AS_SET]
    bench.close()


@in_virtual_time
async def test_when_it_cannot_be_switched_off_the_menu_says_so() -> None:
    bench = Bench(able=False)
    bench.show()
    await bench.press(LONG_A, *[A] * 11, LONG_A, LONG_A)
    assert bench.shows_menu(navigation.refused(navigation.State(menu=Menu(Row.SHUT_DOWN))).menu or Menu())
    bench.close()


@in_virtual_time
async def test_a_panel_that_is_switched_on_shows_each_lamp_once_and_silently_and_then_what_is() -> None:
    bench = Bench(greets=True)
    seen: list[tuple[bool, bool, bool]] = []
    sounded = False
    async with asyncio.timeout(10):
        while len(seen) < 3:
            bench.show()
            sounded = sounded or bench.board.devices.beeper.sounding is not None
            if any(bench.lit) and (not seen or seen[-1] != bench.lit):
                seen.append(bench.lit)
            await asyncio.sleep(0.04)
    assert seen == [(True, False, False), (False, True, False), (False, False, True)]
    assert not sounded
    bench.close()


@in_virtual_time
async def test_pins_that_were_lost_and_come_back_are_not_greeted_again() -> None:
    bench = Bench(greets=True)
    bench.panel.connect(None)
    bench.panel.connect(bench.board.devices)
    for _ in range(20):
        bench.show()
        assert bench.lit in ((False, False, False), (False, False, True))
        await asyncio.sleep(0.1)
    bench.close()


@in_virtual_time
async def test_the_lamps_are_tested_in_turn_and_then_all_with_a_tone_while_readings_go_on() -> None:
    bench = Bench()
    bench.show()
    seen: list[tuple[bool, bool, bool]] = []
    sounded = False
    await bench.press(LONG_A, *[A] * 8, LONG_A)
    async with asyncio.timeout(10):
        while len(seen) < 5:
            bench.show(CALM)
            sounded = sounded or bench.board.devices.beeper.sounding is not None
            if not seen or seen[-1] != bench.lit:
                seen.append(bench.lit)
            await asyncio.sleep(0.04)
    green = (False, False, True)
    turns = [(True, False, False), (False, True, False), green, (True, True, True), green]
    assert seen[-5:] == turns
    assert sounded
    bench.close()


@in_virtual_time
async def test_the_first_key_on_a_glass_that_is_dark_for_the_night_only_wakes_it() -> None:
    bench = Bench(Preferences(brightness=BrightnessRule(off_at_night=True)))
    bench.show(replace(CALM, local_time=CALM.local_time.replace(hour=23)))
    assert bench.glass.getbbox() is None
    await bench.press(A)
    assert bench.shows_page(Page.NOW)
    await bench.press(A)
    assert bench.shows_page(ROUND[1], paging=True)
    bench.close()


@in_virtual_time
async def test_large_digits_take_the_first_pages_place() -> None:
    bench = Bench(Preferences(large=True))
    bench.show()
    assert bench.shows(pages.large(CALM, EN))
    await bench.press(A)
    assert bench.shows_page(ROUND[1], paging=True)
    bench.close()


@on_a_bench
async def test_another_language_is_spoken_at_once(bench: Bench) -> None:
    bench.panel.apply_preferences(WORDS["nb"], Preferences(), AS_SET)
    assert bench.shows(pages.picture(Page.NOW, CALM, WORDS["nb"]))


@in_virtual_time
async def test_a_page_with_a_mistake_is_words_once_in_the_log_and_the_lamps_go_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench()
    bench.show()

    def fail(*_arguments: object, **_named: object) -> Image.Image:
        raise ZeroDivisionError("by our own mistake")

    monkeypatch.setattr(pages, "widgets", fail)
    for _ in range(3):
        bench.show(replace(CALM, level=Level.WATCH))
    assert bench.lit == (False, True, False)
    assert bench.glass.getbbox() is not None
    assert [record.getMessage() for record in caplog.records] == ["a page cannot be drawn; lamps and sounds go on"]
    monkeypatch.undo()
    bench.show()
    assert bench.shows_page(Page.NOW)
    bench.close()


edges = st.lists(st.tuples(st.sampled_from(["button_a", "button_b"]), st.booleans(), st.booleans()), max_size=15)


@settings(max_examples=30, deadline=None)
@given(edges, st.sampled_from([CALM, OVER]))
def test_whatever_fingers_do_a_long_b_leads_home(life: list[tuple[str, bool, bool]], situation: Situation) -> None:
    async def live() -> None:
        bench = Bench()
        bench.show()
        for button, down, slowly in life:
            pin = bench.pins.pin(GPIO[button])
            (pin.drive_low if down else pin.drive_high)()
            await asyncio.sleep(LONG_S + 0.1 if slowly else 0)
            bench.show(situation)
        for button in ("button_a", "button_b"):
            bench.pins.pin(GPIO[button]).drive_high()
        await asyncio.sleep(0.005)
        await bench.press(LONG_B)
        assert bench.shows_page(Page.NOW)
        bench.close()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(live())
