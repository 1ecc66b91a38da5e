"""The two buttons, worked on gpiozero's mock pins: edges come from another thread, presses arrive on the event loop.

The loop's time leaps, so that a press is as long as the test says on any machine.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.panel.devices.buttons import BOUNCE_S, Buttons
from appliance.panel.devices.errors import PinError
from appliance.panel.keys import LONG_S, STUCK_S, Key, Press, PressDetector
from tests.panel.virtual_time import in_virtual_time

A, B = 5, 6
SHORT_A, LONG_A, SHORT_B, LONG_B = Press(Key.A), Press(Key.A, long=True), Press(Key.B), Press(Key.B, long=True)


class PinsWithAHeldDown(MockPWMPin):
    """Button A is down already when its pin is taken."""

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        if A in self.info.names:
            self.drive_low()


class Hand:
    """A hand on both buttons, and the presses that the panel gets."""

    def __init__(self, pins: MockFactory) -> None:
        self.presses: list[Press] = []
        self.detector = PressDetector(self.presses.append)
        loop = asyncio.get_running_loop()
        self.buttons = Buttons(
            A, B, lambda key, down: loop.call_soon_threadsafe(self.detector.edge, key, down), pin_factory=pins
        )
        for key in self.buttons.down:
            self.detector.already_down(key)
        self._pins = pins

    async def down(self, gpio: int) -> None:
        await self._drive(self._pins.pin(gpio).drive_low)

    async def up(self, gpio: int) -> None:
        await self._drive(self._pins.pin(gpio).drive_high)

    async def _drive(self, call: Any) -> None:
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
        await asyncio.sleep(0.01)

    async def until_pressed(self, count: int) -> list[Press]:
        async with asyncio.timeout(2 * LONG_S):
            while len(self.presses) < count:  # noqa: ASYNC110 - presses have no event
                await asyncio.sleep(0.01)
        return self.presses


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = MockFactory(pin_class=MockPWMPin)
    yield factory
    factory.reset()


def with_a_hand(test: Callable[[Hand], Coroutine[Any, Any, None]]) -> Callable[[MockFactory], None]:
    """Run a test in virtual time, with a hand on the buttons."""

    @in_virtual_time
    async def run(pins: MockFactory) -> None:
        hand = Hand(pins)
        await test(hand)
        hand.buttons.close()
        hand.detector.close()

    return run


@with_a_hand
async def test_a_short_press_is_told_when_it_is_let_go(hand: Hand) -> None:
    await hand.down(A)
    assert hand.presses == []
    await hand.up(A)
    assert hand.presses == [SHORT_A]


@with_a_hand
async def test_presses_are_told_in_their_order(hand: Hand) -> None:
    for gpio in (A, B, A):
        await hand.down(gpio)
        await hand.up(gpio)
    assert hand.presses == [SHORT_A, SHORT_B, SHORT_A]


@with_a_hand
async def test_a_long_press_is_told_while_the_button_is_still_down_and_once(hand: Hand) -> None:
    await hand.down(B)
    assert await hand.until_pressed(1) == [LONG_B]
    await asyncio.sleep(3 * LONG_S)
    await hand.up(B)
    assert hand.presses == [LONG_B]


@with_a_hand
async def test_both_at_once_say_nothing_and_each_works_again_when_let_go(hand: Hand) -> None:
    await hand.down(A)
    await hand.down(B)
    await asyncio.sleep(2 * LONG_S)
    await hand.up(A)
    await hand.up(B)
    assert hand.presses == []
    await hand.down(B)
    await hand.up(B)
    assert hand.presses == [SHORT_B]


@with_a_hand
async def test_a_button_that_stays_down_is_stuck_and_the_other_works(hand: Hand) -> None:
    await hand.down(A)
    assert hand.detector.stuck == ()
    await asyncio.sleep(STUCK_S + 0.05)
    assert hand.detector.stuck == (Key.A,)
    assert hand.presses == [LONG_A]
    await hand.down(B)
    await hand.up(B)
    assert hand.presses == [LONG_A, SHORT_B]


@with_a_hand
async def test_a_stuck_button_that_is_let_go_is_well_again(hand: Hand) -> None:
    await hand.down(A)
    await asyncio.sleep(STUCK_S + 0.05)
    await hand.up(A)
    assert hand.detector.stuck == ()
    await hand.down(A)
    await hand.up(A)
    assert hand.presses == [LONG_A, SHORT_A]


@in_virtual_time
async def test_a_button_that_is_down_at_boot_says_nothing_and_is_stuck_after_a_while() -> None:
    factory = MockFactory(pin_class=PinsWithAHeldDown)
    hand = Hand(factory)
    await asyncio.sleep(STUCK_S + 0.05)
    assert (hand.presses, hand.detector.stuck) == ([], (Key.A,))
    await hand.up(A)
    assert (hand.presses, hand.detector.stuck) == ([], ())
    await hand.down(A)
    await hand.up(A)
    assert hand.presses == [SHORT_A]
    hand.buttons.close()
    factory.reset()


def test_both_pins_are_pulled_up_and_debounced(pins: MockFactory) -> None:
    buttons = Buttons(A, B, print, pin_factory=pins)
    assert [(pins.pin(gpio).pull, pins.pin(gpio).bounce) for gpio in (A, B)] == [("up", BOUNCE_S)] * 2
    buttons.close()


@in_virtual_time
async def test_nothing_is_told_once_the_pins_are_given_back(pins: MockFactory) -> None:
    hand = Hand(pins)
    await hand.down(A)
    hand.buttons.close()
    hand.detector.close()
    await asyncio.sleep(2 * LONG_S)
    await hand.up(A)
    assert hand.presses == []
    Buttons(A, B, print, pin_factory=pins).close()


def test_when_the_second_pin_cannot_be_had_the_first_is_given_back(pins: MockFactory) -> None:
    with pytest.raises(PinError, match="no button B on GPIO 99: this board has no such pin"):
        Buttons(A, 99, print, pin_factory=pins)
    Buttons(A, B, print, pin_factory=pins).close()
