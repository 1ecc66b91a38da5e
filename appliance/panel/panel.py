"""The panel as one thing: a situation in, light and sound out, and the two buttons.

It decides nothing about electricity. Which page is up, what the lamps show and what is played follows from the
situation and the keys by pure functions; this class only remembers what was last and hands the results to the
devices. A device that is not there is left out, and the rest goes on.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from appliance.household.situation import Situation
from appliance.panel.buttons import Key
from appliance.panel.buzzer import Beeper, sound_for
from appliance.panel.lamps import LampRow, lamps_for
from appliance.panel.pages import PAGES
from appliance.panel.words import Words
from appliance.timebase import Timebase


@dataclass(frozen=True, slots=True)
class Outputs:
    """The lamps and the buzzer, once their pins are taken."""

    lamps: LampRow
    beeper: Beeper


class Panel:
    """Shows situations; called from the event loop only."""

    def __init__(self, words: Words, timebase: Timebase, offer: Callable[[Image.Image], None]) -> None:
        self._words = words
        self._timebase = timebase
        self._offer = offer
        self._outputs: Outputs | None = None
        self._page = 0
        self._situation: Situation | None = None
        self._tune: asyncio.Task[None] | None = None

    def connect(self, outputs: Outputs | None) -> None:
        """From now on light and sound these, or none."""
        self._outputs = outputs

    def show(self, situation: Situation) -> None:
        """Bring lamps, sound and display to a new situation, in this order: the lamps are what is seen first."""
        before, self._situation = self._situation, situation
        if self._outputs is not None:
            self._outputs.lamps.show(lamps_for(situation), self._timebase.now())
            tune = sound_for(before, situation)
            if tune is not None:
                self._tune = asyncio.create_task(self._outputs.beeper.play(tune, self._timebase))
        self._draw()

    def press(self, key: Key) -> None:
        """A button went down: A turns to the next page, B back to the first."""
        self._page = (self._page + 1) % len(PAGES) if key is Key.A else 0
        self._draw()

    def _draw(self) -> None:
        if self._situation is not None:
            self._offer(PAGES[self._page](self._situation, self._words))
