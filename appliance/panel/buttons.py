"""The two buttons: A turns the page, B goes back.

Each closes its pin to ground against the chip's own pull-up. A contact bounces for some milliseconds, which would
turn two pages at a press, so a change counts once it has lasted `BOUNCE_S`; a finger does not feel that.
"""

from collections.abc import Callable
from contextlib import ExitStack
from enum import Enum
from functools import partial
from typing import Any

from gpiozero import Button

from appliance.panel.pins import taking

BOUNCE_S = 0.02


class Key(Enum):
    """A button by the letter beside it."""

    A = "A"
    B = "B"


class Buttons:
    """Both buttons, from their pins over a resistor to ground."""

    def __init__(self, gpio_a: int, gpio_b: int, on_press: Callable[[Key], None], pin_factory: Any = None) -> None:
        """Take the pins. `on_press` is called from gpiozero's thread when a button goes down. Raises PinError."""
        with ExitStack() as taken:
            for key, gpio in ((Key.A, gpio_a), (Key.B, gpio_b)):
                with taking(f"button {key.value}", gpio):
                    button = Button(gpio, pull_up=True, bounce_time=BOUNCE_S, pin_factory=pin_factory)
                taken.callback(button.close)
                button.when_pressed = partial(on_press, key)
            self._taken = taken.pop_all()

    def close(self) -> None:
        """Give the pins back; nothing is called from here on."""
        self._taken.close()
