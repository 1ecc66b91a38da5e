"""The panel as one thing: a situation in, light and sound out, and the two buttons.

It decides nothing about electricity. Which page is up, what the lamps show and what is played follows from the
situation and the keys by pure functions; this class only remembers what was last and hands the results to the
devices. A device that is not there is left out, and the rest goes on; so does all but the picture when a page has a
mistake in it.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from PIL import Image

from appliance.household.situation import Signal, Situation, Storage
from appliance.panel import navigation, pages
from appliance.panel.antiflicker import steady_w
from appliance.panel.brightness import Dimming, dimming, is_news, needs_attention
from appliance.panel.devices.pins import PanelDevices
from appliance.panel.drawing.typeface import SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, Text, drawn, wrapped
from appliance.panel.keys import Press
from appliance.panel.lamps import Lamps, Light, lamps_for
from appliance.panel.menu import Action, Command
from appliance.panel.navigation import Overlay
from appliance.panel.pages import Page, menu_page
from appliance.panel.selftest import PartState, SelfTest
from appliance.panel.sounds import LOOK, Tune, click_for, sound_for
from appliance.settings.choices import AS_SET, Choices
from appliance.settings.preferences import PREFERENCES, Preferences
from appliance.system.health import FaultKind
from appliance.system.timebase import Timebase
from appliance.words.words import Words

log = logging.getLogger(__name__)

_ON = Light.ON
LAMP_TEST = (Lamps(red=_ON), Lamps(yellow=_ON), Lamps(green=_ON), Lamps(red=_ON, yellow=_ON, green=_ON))
LAMP_TEST_STEP_S = 1.0
GREETING_STEP_S = 0.5


class PictureSink(Protocol):
    """Where pictures go."""

    def __call__(self, image: Image.Image, dimming: Dimming, *, at_once: bool) -> None:
        """Show this picture next; one that is not wanted `at_once` may wait."""


class Panel:
    """Shows situations; called from the event loop only."""

    def __init__(
        self,
        words: Words,
        timebase: Timebase,
        offer: PictureSink,
        preferences: Preferences = PREFERENCES,
        choices: Choices = AS_SET,
        *,
        greets: bool = False,
    ) -> None:
        """Begin without lamps and sound. A panel that `greets` tests its lamps, silently, once it has them."""
        self._words = words
        self._greets = greets
        self._timebase = timebase
        self._offer = offer
        self._preferences = preferences
        self._choices = choices
        self._handle: Callable[[Action], bool] = lambda _action: False
        self._touched_s: float | None = None
        self._awake = True
        self._devices: PanelDevices | None = None
        self._state = navigation.begin(timebase.now())
        self._situation: Situation | None = None
        self._import_w: float | None = None
        """The import that is shown, W; below it the export."""
        self._export_w: float | None = None
        self._tunes: set[asyncio.Task[None]] = set()
        """The tunes that play, or are about to end because another does."""
        self._lamp_test: asyncio.Task[None] | None = None
        self._logged: set[tuple[object, ...]] = set()
        """The kinds of mistakes that were logged."""

    def connect(self, devices: PanelDevices | None) -> None:
        """Use these lamps and this buzzer from now on, or none."""
        if self._lamp_test is not None:
            self._lamp_test.cancel()
        for playing in self._tunes:
            playing.cancel()
        self._devices = devices
        self._apply_to_devices()
        if devices is not None and self._greets:
            self._greets = False
            self._lamp_test = asyncio.create_task(self._greet(devices))

    def set_handler(self, handle: Callable[[Action], bool]) -> None:
        """Hand what is asked for with the keys to `handle`, which returns whether it can be done.

        The lamps are tested here.
        """
        self._handle = handle

    def apply_preferences(self, words: Words, preferences: Preferences, choices: Choices) -> None:
        """Speak and shine like this from now on; the choices are what the menu shows as chosen."""
        self._words, self._preferences, self._choices = words, preferences, choices
        self._apply_to_devices()
        self._draw(at_once=True)

    def show(self, situation: Situation) -> None:
        """Bring lamps, sound and display to a new situation, in this order: the lamps are what is seen first."""
        before, situation = self._situation, self._steady(situation)
        self._situation = situation
        if self._devices is not None:
            if self._lamp_test is None or self._lamp_test.done():
                self._devices.lamps.show(lamps_for(situation, self._preferences.lamps), self._timebase.now())
            self._play(sound_for(before, situation))
        was, self._state = self._state, navigation.seen(self._state, situation, self._timebase.now())
        self._draw(at_once=is_news(before, situation) or was.overlay is not self._state.overlay)

    def _steady(self, situation: Situation) -> Situation:
        """Return the situation with powers whose last digit does not flicker."""
        self._import_w = steady_w(self._import_w, situation.power_import_w)
        self._export_w = steady_w(self._export_w, situation.power_export_w)
        return replace(situation, power_import_w=self._import_w, power_export_w=self._export_w)

    def press(self, press: Press) -> None:
        """Do what a press of a key asks for; on a glass that is dark for the night it only wakes it."""
        now, asleep = self._timebase.now(), not self._awake
        self._touched_s = now
        if not asleep:
            self._state, action = navigation.pressed(
                self._state, press, self._situation, self._choices, now, sounding=self._is_sounding
            )
            if action is not None:
                self._carry_out(action)
        self._draw(at_once=True)
        self._play(click_for(self._situation, enabled=self._preferences.click))

    @property
    def _is_sounding(self) -> bool:
        """An alarm sounds, and not the click of a key."""
        note = self._devices.beeper.sounding if self._devices is not None else None
        return note is not None and not note.soft

    def _carry_out(self, action: Action) -> None:
        if action is Command.TEST_LAMPS:
            if self._devices is not None and (self._lamp_test is None or self._lamp_test.done()):
                self._lamp_test = asyncio.create_task(self._test_lamps(self._devices))
        elif not self._handle(action) and action is Command.SHUT_DOWN:
            self._state = navigation.refused(self._state)

    async def _greet(self, devices: PanelDevices) -> None:
        """Light each lamp in turn; silently, since the power may come back by night."""
        for lamps in LAMP_TEST[:-1]:
            devices.lamps.show(lamps, self._timebase.now())
            await self._timebase.sleep(GREETING_STEP_S)

    async def _test_lamps(self, devices: PanelDevices) -> None:
        """Light each lamp in turn, then all with a tone, by night too: it is what the test is for."""
        for lamps in LAMP_TEST:
            devices.lamps.show(lamps, self._timebase.now())
            if lamps is LAMP_TEST[-1]:
                self._play(LOOK)
            await self._timebase.sleep(LAMP_TEST_STEP_S)

    def _apply_to_devices(self) -> None:
        if self._devices is not None:
            self._devices.lamps.night_level = self._preferences.lamps.night_level
            self._devices.beeper.volume = self._preferences.volume

    def _play(self, tune: Tune | None) -> None:
        if self._devices is not None and tune is not None:
            playing = asyncio.create_task(self._devices.beeper.play(tune, self._timebase))
            self._tunes.add(playing)
            playing.add_done_callback(self._tunes.discard)

    def _draw(self, *, at_once: bool) -> None:
        if (situation := self._situation) is not None:
            now = self._timebase.now()
            shown = dimming(
                self._preferences.brightness,
                situation.local_time,
                now,
                self._touched_s,
                alarm=needs_attention(situation),
            )
            self._awake = shown.awake
            self._offer(self._picture(situation, now), shown, at_once=at_once)

    def _picture(self, situation: Situation, now: float) -> Image.Image:
        """Return the picture of what is up; a page with a mistake of ours is replaced by words, and logged once."""
        try:
            return self._drawn(situation, now)
        except Exception as error:
            state = self._state
            kind = (type(error), state.overlay, state.page, state.menu is None)
            if kind not in self._logged:
                self._logged.add(kind)
                log.error("a page cannot be drawn; lamps and sounds go on", exc_info=error)
            return _error_page(error)

    def _drawn(self, situation: Situation, now: float) -> Image.Image:
        state, words = self._state, self._words
        match state.overlay:
            case Overlay.BOOT:
                return pages.boot(situation, words, self._self_test(situation))
            case Overlay.ALARM:
                return pages.alarm(situation, words)
            case Overlay.FAULT:
                return pages.fault(situation, words)
            case None:
                pass
        if state.menu is not None:
            return menu_page.picture(state.menu, self._choices, situation, words)
        if state.page is Page.NOW and self._preferences.large:
            return pages.large(situation, words)
        return pages.picture(state.page, situation, words, paging=state.paging(now))

    def _self_test(self, situation: Situation) -> SelfTest:
        """Return the self-test as far as it has come. The display is well: it shows this."""
        pins = PartState.OK if self._devices is not None else PartState.NOT_YET
        if any(fault.kind is FaultKind.PINS for fault in situation.health.faults):
            pins = PartState.FAILED
        history = PartState.FAILED if situation.storage is Storage.FAILING else PartState.OK
        port = PartState.FAILED if situation.signal is Signal.NO_PORT else PartState.OK
        stuck = any(fault.kind is FaultKind.BUTTON for fault in situation.health.faults)
        return SelfTest(
            display=PartState.OK,
            lamps=pins,
            buttons=PartState.FAILED if stuck else pins,
            history=PartState.NOT_YET if situation.storage is Storage.NONE else history,
            port=port,
        )


def _error_page(error: Exception) -> Image.Image:
    """Return a page in place of one that cannot be drawn: plain, so that nothing can be wrong with it."""
    lines = wrapped(SMALL, f"This page cannot be drawn. {type(error).__name__}: {error}"[:160], RIGHT - LEFT)
    return drawn(Text(SMALL, line, LEFT, 2 + 11 * place) for place, line in enumerate(lines[:5]))
