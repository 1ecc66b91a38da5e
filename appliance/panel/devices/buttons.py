"""The two buttons on their pins: each closes its pin to ground against the chip's own pull-up."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from gpiozero import Button

from appliance.panel.devices.pin_errors import taking
from appliance.panel.keys import Key
from appliance.words.sentence import Sentence

BOUNCE_S = 0.02


class Buttons:
    """Both buttons, each on a pin of its own.

    Connect one side of each button over a resistor of 330 ohm to its pin, and the other side to ground. The resistor
    spares a pin that is an output by mistake; the pull-up is the chip's own. A button has no polarity::

        buttons = Buttons(5, 6, lambda key, down: print(key, down))
    """

    def __init__(self, gpio_a: int, gpio_b: int, on_edge: Callable[[Key, bool], None], pin_factory: Any = None) -> None:
        """Take the pins; `on_edge` is called from gpiozero's thread with a key and whether it is down.

        Raises PinError.
        """
        self._buttons: dict[Key, Button] = {}
        with ExitStack() as taken:
            for key, gpio in ((Key.A, gpio_a), (Key.B, gpio_b)):
                with taking(Sentence("button {letter}", letter=key.value), gpio):
                    button = Button(gpio, pull_up=True, bounce_time=BOUNCE_S, pin_factory=pin_factory)
                taken.callback(button.close)
                button.when_pressed = partial(on_edge, key, True)
                button.when_released = partial(on_edge, key, False)
                self._buttons[key] = button
            self._taken = taken.pop_all()

    @property
    def down(self) -> tuple[Key, ...]:
        """The buttons that are down at this moment."""
        return tuple(key for key, button in self._buttons.items() if button.is_pressed)

    def close(self) -> None:
        """Give the pins back; nothing is called after this."""
        self._taken.close()
