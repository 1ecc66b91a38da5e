"""The panel as one thing: a situation in, light and sound out, and the two buttons.

It decides nothing about electricity. Which page is up, what the lamps show and what is played follows from the
situation and the keys by pure functions; this class only remembers what was last and hands the results to the
devices. A device that is not there is left out, and the rest goes on.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from appliance.household.situation import Situation
from appliance.panel.buttons import Key
from appliance.panel.buzzer import Beeper, Tune, click_for, sound_for
from appliance.panel.care import CARE, CareRule, Dimming, calls, dimming, news
from appliance.panel.lamps import LAMPS, LampRow, LampRule, lamps_for
from appliance.panel.pages import ROUND, picture
from appliance.panel.words import Words
from appliance.timebase import Timebase


@dataclass(frozen=True, slots=True)
class Outputs:
    """The lamps and the buzzer, once their pins are taken."""

    lamps: LampRow
    beeper: Beeper


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the household wishes the panel to be."""

    care: CareRule = CARE
    lamps: LampRule = LAMPS
    click: bool = True
    """Keys are heard, but in quiet hours."""


WISHES = Wishes()


class Offer(Protocol):
    """Where pictures go."""

    def __call__(self, image: Image.Image, dimming: Dimming, *, at_once: bool) -> None:
        """Show this next; at leisure when it is not wanted `at_once`."""


class Panel:
    """Shows situations; called from the event loop only."""

    def __init__(self, words: Words, timebase: Timebase, offer: Offer, wishes: Wishes = WISHES) -> None:
        self._words = words
        self._timebase = timebase
        self._offer = offer
        self._wishes = wishes
        self._touched_s: float | None = None
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
            self._outputs.lamps.show(lamps_for(situation, self._wishes.lamps), self._timebase.now())
            self._play(sound_for(before, situation))
        self._draw(at_once=news(before, situation))

    def press(self, key: Key) -> None:
        """A button went down: A turns to the next page, B back to the first."""
        self._touched_s = self._timebase.now()
        self._page = (self._page + 1) % len(ROUND) if key is Key.A else 0
        self._draw(at_once=True)
        self._play(click_for(self._situation, wished=self._wishes.click))

    def _play(self, tune: Tune | None) -> None:
        if self._outputs is not None and tune is not None:
            self._tune = asyncio.create_task(self._outputs.beeper.play(tune, self._timebase))

    def _draw(self, *, at_once: bool) -> None:
        if (situation := self._situation) is not None:
            now = self._timebase.now()
            shown = dimming(self._wishes.care, situation.local_time, now, self._touched_s, alarm=calls(situation))
            self._offer(picture(ROUND[self._page], situation, self._words), shown, at_once=at_once)
