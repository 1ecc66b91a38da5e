"""The panel as one thing: a situation in, light and sound out, and the two buttons.

It decides nothing about electricity. Which page is up, what the lamps show and what is played follows from the
situation and the keys by pure functions; this class only remembers what was last and hands the results to the
devices. A device that is not there is left out, and the rest goes on; so does all but the picture when a page has a
mistake in it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from PIL import Image

from appliance.household.situation import Situation
from appliance.panel import navigation, pages, setup
from appliance.panel.antiflicker import Side, is_export, steady_side, steady_w
from appliance.panel.brightness import Dimming, dimming, is_news, is_night, needs_attention
from appliance.panel.devices.pins import PanelDevices
from appliance.panel.drawing.typeface import SMALL
from appliance.panel.drawing.widgets import LEFT, RIGHT, Text, Widget, drawn, wrapped
from appliance.panel.keys import Press
from appliance.panel.lamps import Lamps, Light, lamps_for
from appliance.panel.menu import Action, Command, Install
from appliance.panel.navigation import Overlay, State
from appliance.panel.pages import Page, menu_page, setup_page
from appliance.panel.pages.attention import alarm_widgets, fault_widgets, large_alarm_widgets, large_fault_widgets
from appliance.panel.pages.boot import boot_widgets
from appliance.panel.pages.large import large_menu
from appliance.panel.pages.power import large_widgets
from appliance.panel.selftest import self_test
from appliance.panel.setup import GRID_QUESTIONS, Question, Setup
from appliance.panel.sounds import CLICK, LOOK, Tune, click_for, sound_for
from appliance.settings.choices import AS_SET, NO_FILE, Choices, InFile
from appliance.settings.preferences import PREFERENCES, Preferences, Volume
from appliance.system.timebase import Started, Timebase
from appliance.tariffs import Company, Customer, companies
from appliance.words.words import Words

log = logging.getLogger(__name__)

_ON = Light.ON
LAMP_TEST = (Lamps(red=_ON), Lamps(yellow=_ON), Lamps(green=_ON), Lamps(red=_ON, yellow=_ON, green=_ON))
LAMP_TEST_STEP_S = 1.0
GREETING_STEP_S = 0.5
TURN_S = 5.0
"""How long each page of a fault that takes more than one is shown."""


class PictureSink(Protocol):
    """Where pictures go."""

    def __call__(self, picture: Callable[[], Image.Image], dimming: Dimming, *, at_once: bool) -> None:
        """Show this picture next, which is drawn when it is asked for; one that is not wanted `at_once` may wait."""


class SoundListener(Protocol):
    """Who wants to know what the panel sounds like."""

    def __call__(self, tune: Tune, *, played: bool) -> None:
        """Take note of a tune that begins, or would if it were `played`."""


class Panel:
    """Shows situations; called from the event loop only."""

    def __init__(
        self,
        words: Words,
        timebase: Timebase,
        offer: PictureSink,
        preferences: Preferences = PREFERENCES,
        choices: Choices = AS_SET,
        in_file: InFile = NO_FILE,
        *,
        greets: bool = False,
        is_first_start: Callable[[], bool] = lambda: False,
    ) -> None:
        """Begin without lamps and sound.

        A panel that `greets` tests its lamps, silently, once it has them. Whether the household is to be asked the
        questions of a first start is asked of `is_first_start` when the boot page has gone.
        """
        self._words = words
        self._greets = greets
        self._timebase = timebase
        self._offer = offer
        self._preferences = preferences
        self._choices = choices
        self._in_file = in_file
        self._is_first_start: Callable[[], bool] | None = is_first_start
        """Until it was asked."""
        self._handle: Callable[[Action], bool] = lambda _action: False
        self._listener: SoundListener | None = None
        self._touched_s: float | None = None
        self._awake = True
        self._devices: PanelDevices | None = None
        self._state = navigation.begin(timebase.now())
        self._situation: Situation | None = None
        self._import_w: float | None = None
        """The import that is shown, W; below it the export, and which of the two it is."""
        self._export_w: float | None = None
        self._side = Side()
        self._tunes: list[Started] = []
        """The tunes that play, or are about to end because another does."""
        self._lamp_test: Started | None = None
        self._drawn: tuple[Sequence[Widget], Image.Image] | None = None
        """The last picture, and what it is made of: nobody draws on it after that."""
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
            self._lamp_test = self._timebase.start(self._greet(devices))

    def set_handler(self, handle: Callable[[Action], bool]) -> None:
        """Hand what is asked for with the keys to `handle`, which returns whether it can be done.

        The lamps are tested here.
        """
        self._handle = handle

    def listen(self, listener: SoundListener) -> None:
        """Tell this listener of each tune."""
        self._listener = listener

    @property
    def state(self) -> State:
        """What is up: page, menu, overlay."""
        return self._state

    @property
    def situation(self) -> Situation | None:
        """What is shown; `None` before the first."""
        return self._situation

    def calm_until(self, now: float) -> float:
        """Return up to when time alone changes neither what is up nor what a key does, s.

        That is `now` while the lamps are tested.
        """
        if self._lamp_test is not None and not self._lamp_test.done():
            return now
        idle_s = float("inf") if self._touched_s is None else self._touched_s + self._preferences.brightness.idle_s
        return min([moment for moment in (*self._state.moments, idle_s) if moment > now], default=float("inf"))

    def texts(self, situation: Situation, state: State | None = None) -> tuple[str, ...]:
        """Return all that can be read on the glass, in reading order, with what is up at present, or in a `state`."""
        found = self._widgets(state or self._state, situation, self._timebase.now())
        texts: list[str] = []
        for widget in found:
            texts += widget.texts
        return tuple(texts)

    def apply_preferences(
        self, words: Words, preferences: Preferences, choices: Choices, in_file: InFile = NO_FILE
    ) -> None:
        """Speak and shine like this from now on; the menu shows the choices, and what the settings file says."""
        self._words, self._preferences, self._choices, self._in_file = words, preferences, choices, in_file
        self._apply_to_devices()
        self._draw(at_once=True)

    def show(self, situation: Situation) -> None:
        """Bring lamps, sound and display to a new situation, in this order: the lamps are what is seen first."""
        before, situation = self._situation, self._steady(situation)
        self._situation = situation
        if self._devices is not None:
            self._shine()
            self._play(sound_for(before, situation))
        was, self._state = self._state, navigation.seen(self._state, situation, self._timebase.now())
        self._ask()
        self._draw(at_once=is_news(before, situation) or _front(was) != _front(self._state))

    def beat(self) -> bool:
        """Bring the lamps to this moment. Return whether one of them changes by time alone."""
        lamps = self._shine()
        return lamps is not None and lamps.has_rhythm

    def _shine(self) -> Lamps | None:
        """Bring the lamps to this moment, and return them; `None` where there are none, or they are tested."""
        situation, devices = self._situation, self._devices
        if situation is None or devices is None or not (self._lamp_test is None or self._lamp_test.done()):
            return None
        lamps = lamps_for(situation, self._preferences.lamps)
        devices.lamps.show(lamps, self._timebase.now())
        return lamps

    def _steady(self, situation: Situation) -> Situation:
        """Return the situation with powers whose last digit and whose side do not flicker."""
        self._import_w = steady_w(self._import_w, situation.power_import_w)
        self._export_w = steady_w(self._export_w, situation.power_export_w)
        powers = situation.power_import_w, situation.power_export_w
        self._side = steady_side(self._side, *powers, self._timebase.now())
        held = self._side.export if self._side.export != is_export(*powers) else None
        if (self._import_w, self._export_w) == powers and held == situation.shows_export:
            return situation
        return situation.but(power_import_w=self._import_w, power_export_w=self._export_w, shows_export=held)

    def press(self, press: Press) -> None:
        """Do what a press of a key asks for; on a glass that is dark for the night it only wakes it."""
        now, asleep, before = self._timebase.now(), not self._awake, self._state.setup
        self._touched_s = now
        if not asleep:
            self._state, action = navigation.pressed(self._state, press, self._situation, self._choices, now)
            if action is not None:
                self._carry_out(action)
            self._ask()
        self._draw(at_once=True)
        if self._is_sample_played(before):
            return
        click = click_for(self._situation, enabled=self._preferences.click)
        self._play(click)
        if click is None and self._preferences.click and self._listener is not None:
            self._listener(CLICK, played=False)

    def _ask(self) -> None:
        """Begin the questions of a first start where they are due, and take what was answered when they are over."""
        if self._is_first_start is not None and self._state.overlay is not Overlay.BOOT:
            is_first, self._is_first_start = self._is_first_start(), None
            if is_first:
                begun = setup.begin(self._choices, self._in_file, self._timebase.now(), companies=_companies())
                self._state = replace(self._state, setup=begun)
        asked = self._state.setup
        if asked is not None and asked.question is None:
            self._state = replace(self._state, setup=None)
            self._handle(asked.choices)

    def _is_sample_played(self, before: Setup | None) -> bool:
        """Return whether an answer about the sound was just put in front; it is played, as loud as it says."""
        asked = self._state.setup
        if asked is None or asked.question is not Question.SOUND or self._state.overlay is not None:
            return False
        if before is not None and (before.question, before.place) == (asked.question, asked.place):
            return False
        self._play(LOOK, Volume(asked.answer))
        return True

    def _carry_out(self, action: Action) -> None:
        if action in (Command.SET_UP, Command.CHOOSE_COMPANY):
            again = setup.begin(
                self._choices,
                self._in_file,
                self._timebase.now(),
                again=True,
                only=tuple(Question) if action is Command.SET_UP else GRID_QUESTIONS,
                companies=_companies(),
            )
            self._state = replace(self._state, setup=again)
            return
        if action is Command.TEST_LAMPS:
            if self._devices is not None and (self._lamp_test is None or self._lamp_test.done()):
                self._lamp_test = self._timebase.start(self._test_lamps(self._devices))
        elif not self._handle(action) and (action is Command.SHUT_DOWN or isinstance(action, Install)):
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

    def _play(self, tune: Tune | None, volume: Volume | None = None) -> None:
        """Play a tune, if there is one, at the volume that is preferred or at another."""
        if self._devices is None or tune is None:
            return
        self._devices.beeper.volume = volume or self._preferences.volume
        if self._listener is not None:
            self._listener(tune, played=self._devices.beeper.plays(tune))
        self._tunes = [playing for playing in self._tunes if not playing.done()]
        self._tunes.append(self._timebase.start(self._devices.beeper.play(tune, self._timebase)))

    def _draw(self, *, at_once: bool) -> None:
        if (situation := self._situation) is not None:
            now = self._timebase.now()
            shown = dimming(
                self._preferences.brightness,
                situation.local_time,
                now,
                self._touched_s,
                alarm=needs_attention(situation, night=is_night(self._preferences.brightness, situation.local_time)),
            )
            self._awake = shown.awake
            self._offer(partial(self._picture, self._state, situation, now), shown, at_once=at_once)

    def _picture(self, state: State, situation: Situation, now: float) -> Image.Image:
        """Return the picture of what is up, the last one where nothing on it has changed.

        A page with a mistake of ours is replaced by words, and logged once.
        """
        widgets = self._widgets(state, situation, now)
        if self._drawn is None or self._drawn[0] != widgets:
            try:
                self._drawn = widgets, drawn(widgets)
            except Exception as error:
                instead = self._instead(state, error)
                self._drawn = instead, drawn(instead)
        return self._drawn[1]

    def _widgets(self, state: State, situation: Situation, now: float) -> Sequence[Widget]:
        try:
            return self._layout(state, situation, now)
        except Exception as error:
            return self._instead(state, error)

    def _instead(self, state: State, error: Exception) -> Sequence[Widget]:
        kind = (type(error), state.overlay, state.page, state.menu is None)
        if kind not in self._logged:
            self._logged.add(kind)
            log.error("a page cannot be drawn; lamps and sounds go on", exc_info=error)
        return _error_page(error)

    def _layout(self, state: State, situation: Situation, now: float) -> Sequence[Widget]:
        words, large = self._words, self._preferences.large
        match state.overlay:
            case Overlay.BOOT:
                return boot_widgets(situation, words, self_test(situation, has_pins=self._devices is not None))
            case Overlay.ALARM:
                alarm_page = large_alarm_widgets if large else alarm_widgets
                return alarm_page(situation, words, state.subject, navigation.place(state, situation))
            case Overlay.FAULT:
                if large:
                    return large_fault_widgets(situation, words)
                return fault_widgets(situation, words, int(now // TURN_S))
            case None:
                pass
        if state.setup is not None:
            return setup_page.widgets(state.setup, situation)
        if state.menu is not None:
            page = menu_page.widgets(state.menu, self._choices, situation, words, self._in_file.choices)
            return large_menu(page, in_list=state.menu.value is not None) if large else page
        if state.page is Page.NOW and large:
            return large_widgets(situation, words)
        return pages.widgets(state.page, situation, words, paging=state.paging(now))


def _front(state: State) -> tuple[object, ...]:
    """Return what stands in front of the pages."""
    return state.overlay, state.subject


def _error_page(error: Exception) -> Sequence[Widget]:
    """Return a page in place of one that cannot be drawn: plain, so that nothing can be wrong with it."""
    lines = wrapped(SMALL, f"This page cannot be drawn. {type(error).__name__}: {error}"[:160], RIGHT - LEFT)
    return [Text(SMALL, line, LEFT, 2 + 11 * place) for place, line in enumerate(lines[:5])]


def _companies() -> tuple[Company, ...]:
    """Return the grid companies with tables for homes, in the order of the alphabet."""
    return tuple(company for company in companies() if Customer.HOME in company.customers)
