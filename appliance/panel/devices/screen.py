"""When to write to the display.

A display is slow (a picture is 25 ms on a 400 kHz bus), and it hangs on wires that come loose. So it has a thread of
its own with one slot in front: a newer picture replaces the one that waits, and offering one never takes longer than
a comparison. What is on the glass already is not sent, and what can wait (a clock that goes on) is sent twice a second
at most. A display that does not answer costs one sentence in the log and a try now and then; when it is back it is set
up again and gets the newest picture. A display that lost its supply between two pictures sends no sign of it, so every
display is set up again once a minute: it is dark for a minute at most, at the cost of 0.05 % of the bus.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from PIL import Image

from appliance.panel.brightness import BRIGHT, Dimming
from appliance.panel.devices.display import Display
from appliance.panel.devices.errors import DisplayError
from appliance.system.backoff import Backoff
from appliance.system.say_once import SayOnce
from appliance.system.timebase import Timebase
from appliance.system.worker import HungError, Worker

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 1.0
"""Between the first failure of a display and the next try; each pause after it is twice as long."""
LONGEST_PAUSE_S = 4.0
FAULT_AFTER = 2
"""Failures in a row, a second apart, from which on it is a fault and no glitch of the bus."""
SIZE = (128, 64)
MIN_INTERVAL_S = 0.5
"""Between a picture and one that can wait, in the appliance's seconds."""
REINIT_S = 60.0
"""Between two set-ups of a display that seems well: as often as the picture is shifted, so mostly in one go."""
CLOSE_TIMEOUT_S = 0.6
"""How long, by the wall's clock, the end of the program waits for the display to go dark."""


@dataclass(frozen=True, slots=True)
class _GlassState:
    """All that is on the glass at a time, and which set-up of the display it belongs to."""

    octets: bytes | None
    """Of the picture; `None` while the display is off."""
    contrast: int
    period: int
    """The number of times `REINIT_S` had passed."""


_ASLEEP = _GlassState(None, 0, 0)


def shifted(image: Image.Image, shift: tuple[int, int]) -> Image.Image:
    """Return a picture moved to the right and down by pixels, dark where nothing was."""
    if shift == (0, 0):
        return image
    moved = Image.new(image.mode, image.size)
    moved.paste(image, shift)
    return moved


def _send(display: Display, after: _GlassState, before: _GlassState | None) -> None:
    """Bring the glass from one state to another; runs in the worker's thread."""
    if after.octets is None:
        display.sleep()
    else:
        picture = Image.frombytes("1", SIZE, after.octets)
        display.show(picture, after.contrast, reinit=before is not None and before.period != after.period)


class Screen:
    """Brings the newest picture to the glass, whatever the display does."""

    def __init__(self, opener: Callable[[], Display], timebase: Timebase, worker: Worker) -> None:
        """Show nothing yet; `opener` opens the display, in the worker's thread. Raises nothing of the display's."""
        self._opener = opener
        self._timebase = timebase
        self._worker = worker
        self._newest: tuple[Image.Image, Dimming] | None = None
        self._at_once = False
        self._offered = asyncio.Event()
        self._display: Display | None = None
        self._shown: _GlassState | None = None
        self._failure = SayOnce(log)
        self._failures: list[str] = []
        """Since a picture was sent."""

    @property
    def fault(self) -> str | None:
        """Why the display cannot be reached; `None` while it can, and before it was tried."""
        return self._failures[-1] if len(self._failures) >= FAULT_AFTER else None

    def offer(self, image: Image.Image, dimming: Dimming = BRIGHT, *, at_once: bool = True) -> None:
        """Show this picture next, in place of one that still waits; from the event loop, returns at once.

        A picture that is not wanted `at_once` waits until `MIN_INTERVAL_S` after the last one; it does not delay one
        that is.
        """
        self._newest = image, dimming
        self._at_once = self._at_once or at_once
        self._offered.set()

    def draw(self, picture: Callable[[], Image.Image], dimming: Dimming, *, at_once: bool) -> None:
        """Draw this picture and `offer` it."""
        self.offer(picture(), dimming, at_once=at_once)

    async def run(self) -> None:
        """Keep the glass up to date until cancelled; then leave it dark."""
        backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        try:
            while True:
                try:
                    await self._send_pictures()
                except (DisplayError, HungError) as error:
                    if self._shown is not None:
                        backoff.reset()
                    self._failure.warn(str(error))
                    self._failures = [*self._failures, str(error)][-FAULT_AFTER:]
                    await self._drop()
                await self._timebase.sleep(backoff.pause_s())
        finally:
            await self._leave()

    async def _send_pictures(self) -> None:
        """Open the display and send pictures; ends by DisplayError and HungError only."""
        display = self._display = await self._worker.do(self._opener)
        due_s = self._timebase.now()
        while True:
            self._offered.clear()
            wanted = self._wanted()
            if wanted is None:
                self._at_once = False
                await self._offered.wait()
            elif self._at_once or (pause_s := due_s - self._timebase.now()) <= 0:
                self._at_once = False
                await self._worker.do(partial(_send, display, wanted, self._shown))
                self._shown = wanted
                due_s = self._timebase.now() + MIN_INTERVAL_S
                self._failures = []
                self._failure.over("the display is back")
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause_s / self._timebase.speed):
                        await self._offered.wait()

    def _wanted(self) -> _GlassState | None:
        """Return what is to be sent now; `None` when it is on the glass."""
        if self._newest is None:
            return None
        image, dimming = self._newest
        wanted = _ASLEEP
        if dimming.awake:
            picture = shifted(image, dimming.shift).tobytes()
            wanted = _GlassState(picture, dimming.contrast, int(self._timebase.now() // REINIT_S))
        return None if wanted == self._shown else wanted

    async def _drop(self) -> None:
        """Close a display that failed: it is opened and set up again before it is written."""
        self._shown = None
        if self._display is not None:
            display, self._display = self._display, None
            with suppress(HungError):
                await self._worker.do(display.close)

    async def _leave(self) -> None:
        if self._display is not None:
            display, self._display = self._display, None
            with suppress(TimeoutError, DisplayError, HungError):
                await asyncio.wait_for(self._worker.do(display.leave_dark), CLOSE_TIMEOUT_S)
        self._shown = None
        self._worker.end()
