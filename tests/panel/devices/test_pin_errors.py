"""Pins that cannot be had, and can be had later: what was tried in vain holds nothing."""

import gc
from collections.abc import Iterator

import pytest
from gpiozero.pins.mock import MockFactory, MockPin, MockPWMPin

from appliance.panel.devices.errors import PinError
from appliance.panel.devices.lamp_row import LampRow


class HeldPins(MockFactory):
    """Pins that another program holds, as lgpio says it (error -60, LG_GPIO_BUSY), until it lets them go."""

    held = True

    def pin(self, name: int | str) -> MockPin:
        if self.held:
            raise OSError("'GPIO busy'")
        return super().pin(name)


@pytest.fixture
def _no_collector() -> Iterator[None]:
    """Leave garbage where it is, as the collector does for minutes in a program that allocates little."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_collector")
def test_a_pin_that_was_held_is_said_to_be_held_each_time_and_is_taken_when_it_is_free() -> None:
    pins = HeldPins(pin_class=MockPWMPin)
    errors = []
    for _ in range(2):
        with pytest.raises(PinError, match="no LEDs on GPIO 22, 27, 17: held by another program") as error:
            LampRow(22, 27, 17, pin_factory=pins)
        errors.append(error)  # kept, as a program keeps it that waits for a while before it tries again
    pins.held = False
    LampRow(22, 27, 17, pin_factory=pins).close()
