"""The whole appliance, worked with its two buttons: real files, a real pseudo-terminal, mock pins."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin
from PIL import Image

from appliance.household.situation import Situation
from appliance.panel import setup
from appliance.panel.keys import Key, Press, PressDetector
from appliance.panel.menu import Menu, Row
from appliance.panel.pages import menu_page, setup_page
from appliance.panel.setup import Question, Setup
from appliance.service import front_panel
from appliance.service.front_panel import FrontPanel
from appliance.service.outputs import Watch
from appliance.service.supervisor import Supervisor
from appliance.service.wiring import Machine, appliance
from appliance.settings import settings_file
from appliance.settings.choices import AS_SET, CHOICES_FILE, Choices, load
from appliance.settings.chosen import as_choices, in_file
from appliance.settings.model import Settings
from appliance.simulation import demonstration
from appliance.simulation.oled import Glass
from appliance.simulation.terminal import VirtualPanel, as_braille
from appliance.system.health import Fault, FaultKind
from appliance.system.timebase import Timebase
from appliance.tariffs import Customer, companies
from appliance.words.words import WORDS
from tests.started import CAP_S

A, LONG_A, B = Press(Key.A), Press(Key.A, long=True), Press(Key.B)
GPIO = settings_file.pins(Settings())
FOREVER_S, STUCK_S = 3600.0, 0.4


@dataclass
class Appliance:
    """A running appliance and its buttons."""

    folder: Path
    runtime: Path | None
    settings: Settings
    pins: MockFactory = field(default_factory=lambda: MockFactory(pin_class=MockPWMPin))
    asks: bool = False
    seen: list[Situation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.line, ours = os.openpty()
        self.supervisor: Supervisor = appliance(
            self.settings,
            Timebase(10),
            Machine(
                port=os.ttyname(ours),
                open_bus=Glass("ssd1309").open,
                pin_factory=self.pins,
                folder=self.folder,
                runtime=self.runtime,
                asks=self.asks,
            ),
            outputs=(Watch(self.seen.append),),
        )

    @property
    def takes_keys(self) -> bool:
        """Whether the buttons' pins are taken, and pressing them is noticed."""
        return takes_keys(self.pins)

    @property
    def menu(self) -> Menu | None:
        """The menu that is up."""
        return front_of(self.supervisor)._panel._state.menu

    @property
    def question(self) -> Question | None:
        """The question of a first start that is asked."""
        asked = front_of(self.supervisor)._panel.state.setup
        return None if asked is None else asked.question

    @property
    def situation(self) -> Situation:
        return self.seen[-1]

    async def press(self, *presses: Press) -> None:
        """Press and let go. On a busy machine that takes any time, so what is a long press is said and not timed."""
        detector = front_of(self.supervisor)._detector
        assert detector is not None
        for press in presses:
            detector._long_s = 0.0 if press.long else FOREVER_S
            pin = self.pins.pin(GPIO[f"button_{press.key.value.lower()}"])
            pin.drive_low()
            await until(lambda press=press: press.key in detector._since)
            await until(lambda press=press: not press.long or press.key not in detector._deciding)
            pin.drive_high()
            await until(lambda press=press: press.key not in detector._since)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(CAP_S):
        while not condition():  # noqa: ASYNC110 - seen from outside only
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def running(
    folder: Path, runtime: Path | None = None, settings: Settings | None = None, **given: Any
) -> AsyncIterator[Appliance]:
    made = Appliance(folder, runtime, settings or Settings(), **given)
    task = asyncio.create_task(made.supervisor.run())
    try:
        await until(lambda: made.seen and made.takes_keys)
        yield made
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        os.close(made.line)


def front_of(supervisor: Supervisor) -> FrontPanel:
    """Return the supervisor's output that has the buttons."""
    [front] = (one for one in supervisor._parts.outputs if isinstance(one, FrontPanel))
    return front


def takes_keys(pins: MockFactory) -> bool:
    """Whether somebody listens to the buttons' pins; asking for a pin by its number would make it."""
    return any(pin.when_changed is not None for pin in pins.pins.values())


@pytest.fixture
def quick_fingers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Call a button stuck after a moment, and not after half a minute."""
    monkeypatch.setattr(front_panel, "PressDetector", partial(PressDetector, stuck_s=STUCK_S))


@pytest.fixture
def folder(tmp_path: Path, quick_fingers: None) -> Path:
    made = tmp_path / "data"
    made.mkdir()
    return made


FUSE_25 = (LONG_A, A, A, LONG_A, *[A] * 4, LONG_A, B)


async def test_what_is_chosen_holds_at_once_is_kept_and_holds_after_a_restart(folder: Path) -> None:
    async with running(folder) as one:
        await one.press(B, *FUSE_25)
        await until(lambda: (folder / CHOICES_FILE).exists())
        assert load(folder) == Choices(fuse_a=25)
        assert one.situation.fuse_a == 25
    async with running(folder) as other:
        assert other.situation.fuse_a == 25


async def test_a_first_start_asks_with_short_presses_and_never_again(
    folder: Path,
) -> None:
    async with running(folder, asks=True) as one:
        await one.press(B)  # the boot page
        await until(lambda: one.question is Question.LANGUAGE)
        await one.press(A, A, B, A, A, A, B, A, B, B, *NORWAY)
        assert one.question is Question.PORT
        assert not (folder / CHOICES_FILE).exists()
        await one.press(B)
        await until((folder / CHOICES_FILE).exists)
        assert load(folder) == Choices(
            language="en", fuse_a=40, limit_kw=5, volume="low", country="NO", company="none", power="norgespris"
        )
        await until(lambda: one.situation.fuse_a == 40)
    async with running(folder, asks=True) as other:
        await other.press(B)
        assert other.question is None


async def test_nobody_at_the_keys_is_asked_once_and_not_again(folder: Path) -> None:
    async with running(folder, asks=True) as one:
        await until(lambda: one.question is not None)
        await until((folder / CHOICES_FILE).exists)
        assert (one.question, load(folder)) == (None, AS_SET)
    async with running(folder, asks=True) as other:
        await other.press(B)
        assert other.question is None


async def test_settings_that_are_read_again_lie_under_what_was_chosen(folder: Path) -> None:
    async with running(folder) as one:
        await one.press(B, *FUSE_25)
        await until(lambda: (folder / CHOICES_FILE).exists())
        one.supervisor.apply(settings_file.parse("[thresholds]\nact_w = 7777\n[phases]\nfuse_a = 63", "test"))
        assert one.situation.act_w == 7777
        assert one.situation.fuse_a == 25


async def test_quiet_for_an_hour_is_in_force_at_once(folder: Path) -> None:
    async with running(
        folder, settings=settings_file.parse('[sound]\nquiet_from="00:00"\nquiet_to="00:00"', "test")
    ) as one:
        assert not one.situation.quiet
        await one.press(B, LONG_A, *[A] * 4, LONG_A, A, LONG_A)
        await until(lambda: one.situation.quiet)
        assert one.situation.muted_s == pytest.approx(3600, abs=100)


NORWAY = (B, B, A, B)
"""Norway, none of its companies that are known, and Norgespris."""
OFF = (LONG_A, *[A] * 11, LONG_A, LONG_A)


async def test_switching_off_puts_the_file_that_the_unit_watches(folder: Path, tmp_path: Path) -> None:
    async with running(folder, tmp_path) as one:
        await one.press(B, *OFF)
        await until((tmp_path / "shutdown").exists)


async def test_without_the_runtime_directory_nothing_is_switched_off_and_nothing_breaks(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(folder, tmp_path / "nowhere") as one:
        await one.press(B, *OFF)
        await until(lambda: "cannot switch off" in caplog.text)
        assert not (tmp_path / "nowhere").exists()
        assert one.situation.health.faults == ()


async def test_a_stuck_button_is_a_trouble_until_it_is_let_go(folder: Path) -> None:
    async with running(folder) as one:
        one.pins.pin(GPIO["button_a"]).drive_low()
        await until(lambda: Fault(FaultKind.BUTTON, "A") in one.situation.health.faults)
        one.pins.pin(GPIO["button_a"]).drive_high()
        await until(lambda: one.situation.health.faults == ())


class HeldDown(MockPWMPin):
    """Button A is down when its pin is taken."""

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        if GPIO["button_a"] in self.info.names:
            self.drive_low()


async def test_a_button_that_is_held_at_boot_is_a_trouble_after_a_while_and_works_when_let_go(
    folder: Path,
) -> None:
    async with running(folder, pins=MockFactory(pin_class=HeldDown)) as one:
        await until(lambda: Fault(FaultKind.BUTTON, "A") in one.situation.health.faults)
        assert one.menu is None
        one.pins.pin(GPIO["button_a"]).drive_high()
        await until(lambda: one.situation.health.faults == ())
        await one.press(LONG_A)
        assert one.menu == Menu()


async def test_a_damaged_file_of_choices_is_set_aside_and_the_appliance_runs(folder: Path) -> None:
    (folder / CHOICES_FILE).write_text("limit_kw = [[[")
    async with running(folder) as one:
        assert one.situation is not None
    assert (folder / f"{CHOICES_FILE}.damaged").exists()


def below_strip(picture: Image.Image) -> list[str]:
    """A picture as the terminal has it, without the strip, where a clock goes."""
    return as_braille(picture).split("\n")[3:]


def in_terminal(window: VirtualPanel) -> list[str]:
    """The same, read from the terminal."""
    lines = ["".join(segment.text for segment in strip) for strip in window.screen._compositor.render_strips()]
    top = next(row for row, line in enumerate(lines) if "╭────────" in line)
    left = lines[top].index("╭") + 1
    return [line[left : left + 64] for line in lines[top + 4 : top + 17]]


async def test_the_demonstration_asks_the_questions_of_a_first_start_in_the_terminal() -> None:
    plan = demonstration.plan("kamstrup", "tn", "03:00", asks=True)
    stage = demonstration.Stage(Settings(), plan, 1.0)
    window = VirtualPanel(stage)
    own = in_file(Settings())

    def shows(asked: Setup | None) -> bool:
        assert asked is not None
        situation = stage._situation
        return situation is not None and in_terminal(window) == below_strip(setup_page.picture(asked, situation))

    async with window.run_test(size=(80, 24)) as pilot:
        asked = setup.begin(
            AS_SET, own, 0.0, companies=tuple(one for one in companies() if Customer.HOME in one.customers)
        )
        await until(lambda: shows(asked))
        for key in "aabaaabaababbbab":  # English, 40 A, 10 kW, high, Norway, no company, Norgespris
            asked = asked and setup.pressed(asked, Press(Key(key.upper())), stage._situation)
            await pilot.press(key)
            if asked is not None and asked.question is not None:
                await until(lambda asked=asked: shows(asked))
            await until(lambda: not front_of(stage._supervisor)._detector._since)
        assert stage._supervisor._parts.choices.choices == Choices(
            10, 40, language="en", volume="high", country="NO", company="none", power="norgespris"
        )


async def test_the_demonstration_is_led_through_its_menu_and_back_by_its_own_keys() -> None:
    settings = settings_file.parse('language = "en"\n[display]\nshift = false', "test")
    stage = demonstration.Stage(settings, demonstration.plan("kamstrup", "tn", "03:00", solar=False, noise=0.0), 1.0)
    words, window = WORDS["en"], VirtualPanel(stage)

    def shows(menu: Menu, choices: Choices = AS_SET) -> bool:
        return in_terminal(window) == below_strip(
            menu_page.picture(menu, choices, Situation(watch_w=5000, act_w=10_000), words, as_choices(settings))
        )

    def finger_is_off() -> bool:
        detector = front_of(stage._supervisor)._detector
        return detector is not None and not detector._since

    async with window.run_test(size=(80, 24)) as pilot:
        await until(lambda: stage._situation is not None and takes_keys(stage._factory))
        for key, menu in [
            ("A", Menu()),
            ("a", Menu(Row.LIMIT)),
            ("a", Menu(Row.FUSE)),
            ("A", Menu(Row.FUSE, 0)),
            ("a", Menu(Row.FUSE, 1)),
            ("a", Menu(Row.FUSE, 2)),
        ]:
            await pilot.press(key)
            await until(lambda menu=menu: shows(menu))
            await until(finger_is_off)
        await pilot.press("A")
        await until(lambda: shows(Menu(Row.FUSE), Choices(fuse_a=16)))
        await until(finger_is_off)
        await pilot.press("b")
        await until(lambda: not shows(Menu(Row.FUSE), Choices(fuse_a=16)))
        assert stage._supervisor._household._rules.phase.fuse_a == 16
