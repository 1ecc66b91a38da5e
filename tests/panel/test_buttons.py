"""The two buttons, pressed on gpiozero's mock pins."""

from collections.abc import Iterator

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.panel.buttons import Buttons, Key
from appliance.panel.errors import PinError

A, B = 5, 6


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = MockFactory(pin_class=MockPWMPin)
    yield factory
    factory.reset()


def click(pins: MockFactory, gpio: int) -> None:
    pins.pin(gpio).drive_low()
    pins.pin(gpio).drive_high()


def test_a_press_calls_once_with_its_key(pins: MockFactory) -> None:
    pressed: list[Key] = []
    buttons = Buttons(A, B, pressed.append, pin_factory=pins)
    click(pins, A)
    click(pins, B)
    click(pins, A)
    assert pressed == [Key.A, Key.B, Key.A]
    buttons.close()


def test_a_press_counts_when_the_button_goes_down_and_not_when_it_is_held_or_let_go(pins: MockFactory) -> None:
    pressed: list[Key] = []
    buttons = Buttons(A, B, pressed.append, pin_factory=pins)
    pins.pin(A).drive_low()
    assert pressed == [Key.A]
    pins.pin(A).drive_low()
    pins.pin(A).drive_high()
    assert pressed == [Key.A]
    buttons.close()


def test_both_pins_are_pulled_up_and_debounced(pins: MockFactory) -> None:
    buttons = Buttons(A, B, print, pin_factory=pins)
    assert [(pins.pin(gpio).pull, pins.pin(gpio).bounce) for gpio in (A, B)] == [("up", 0.02)] * 2
    buttons.close()


def test_nothing_is_called_once_the_pins_are_given_back(pins: MockFactory) -> None:
    pressed: list[Key] = []
    Buttons(A, B, pressed.append, pin_factory=pins).close()
    click(pins, A)
    assert pressed == []
    Buttons(A, B, pressed.append, pin_factory=pins).close()


def test_when_the_second_pin_cannot_be_had_the_first_is_given_back(pins: MockFactory) -> None:
    with pytest.raises(PinError, match="no button B on GPIO 99: this board has no such pin"):
        Buttons(A, 99, print, pin_factory=pins)
    Buttons(A, B, print, pin_factory=pins).close()
