"""The two buttons: edges of two pins in, short and long presses out.

Each closes its pin to ground against the chip's own pull-up. A contact bounces for some milliseconds, which would
turn two pages at a press, so a change counts once it has lasted `BOUNCE_S`; a finger does not feel that. A long press
acts while the button is still down, so that one feels when it is long enough; a short one acts when it is let go.

What is not a finger does nothing. A button that was down already when the pins were taken, or both at once, as by a
cloth that wipes the front, say nothing until they are let go. One that stays down has given its one press, does not
repeat itself, and is called stuck after a while; the other works as if it were not there.

The pins call from gpiozero's thread. `PressDetector` belongs to the event loop: edges are handed over to it, and it
times them by the loop's clock, since a finger is not faster in a fast demonstration.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

LONG_S = 0.8
"""From this long on a press is a long one."""
STUCK_S = 30.0
"""Nobody holds a button for longer."""


class Key(Enum):
    """A button by the letter beside it."""

    A = "A"
    B = "B"


@dataclass(frozen=True, slots=True)
class Press:
    """A press of a button."""

    key: Key
    long: bool = False


class PressDetector:
    """Turns edges into presses; lives on the event loop."""

    def __init__(self, on_press: Callable[[Press], None], long_s: float = LONG_S, stuck_s: float = STUCK_S) -> None:
        """Call `on_press` for each press; one is long from `long_s` on, and a button is stuck from `stuck_s` on."""
        self._on_press = on_press
        self._long_s = long_s
        self._stuck_s = stuck_s
        self._since: dict[Key, float] = {}
        """When each button that is down went down, by the loop's clock."""
        self._deciding: dict[Key, asyncio.TimerHandle] = {}
        """Those of them that may still become a short or a long press."""

    def already_down(self, key: Key) -> None:
        """Note a button that was down when the pins were taken."""
        self._since.setdefault(key, asyncio.get_running_loop().time())

    def edge(self, key: Key, down: bool) -> None:
        """Take in that a button went down, or was let go."""
        if not down:
            self._since.pop(key, None)
            if self._drop(key):
                self._on_press(Press(key))
        elif key not in self._since:
            loop = asyncio.get_running_loop()
            self._since[key] = loop.time()
            if self._deciding:
                for other in tuple(self._deciding):
                    self._drop(other)
            else:
                self._deciding[key] = loop.call_later(self._long_s, self._long, key)

    @property
    def stuck(self) -> tuple[Key, ...]:
        """The buttons that have been down for longer than anybody holds one; to be read on the event loop."""
        if not self._since:
            return ()
        now = asyncio.get_running_loop().time()
        return tuple(key for key in Key if now - self._since.get(key, now) >= self._stuck_s)

    def close(self) -> None:
        """Drop all presses that are not decided; nothing is called after this."""
        for key in tuple(self._deciding):
            self._drop(key)
        self._since.clear()

    def _long(self, key: Key) -> None:
        self._drop(key)
        self._on_press(Press(key, long=True))

    def _drop(self, key: Key) -> bool:
        """Decide no more about a press. Return whether it was undecided."""
        timer = self._deciding.pop(key, None)
        if timer is not None:
            timer.cancel()
        return timer is not None
