"""The panel in a terminal, worked by its own keys."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin
from PIL import Image
from textual.app import ComposeResult

from appliance.panel.devices.buttons import Buttons
from appliance.panel.keys import Key, Press, PressDetector
from appliance.simulation.terminal import DARK_LAMP, LIT_LAMP, VirtualPanel, as_braille, as_half_blocks
from appliance.simulation.view import PanelView
from tests.panel.pictures import lit_pixels, marked, noise

GPIO = {Key.A: 5, Key.B: 6}
CAPTION = "kamstrup in a house at 17:05:12: cooker, water heater, car charger"


class Stage:
    """A panel that shows what the test wants, with its buttons on mock pins."""

    def __init__(self) -> None:
        self.showing = PanelView(marked(), red=False, yellow=False, green=True, caption=CAPTION)
        self.pins = MockFactory(pin_class=MockPWMPin)
        self.pressed: list[Press] = []
        self.events: list[str] = []
        self.trouble = asyncio.Event()

    async def run(self) -> None:
        fingers = PressDetector(self.pressed.append, long_s=0.05)
        buttons = Buttons(GPIO[Key.A], GPIO[Key.B], fingers.edge, pin_factory=self.pins)
        self.events.append("began")
        try:
            await self.trouble.wait()
            raise RuntimeError("the stage fell down")
        finally:
            buttons.close()
            self.events.append("ended")

    def view(self) -> PanelView:
        return self.showing

    def press(self, press: Press) -> None:
        pin = self.pins.pin(GPIO[press.key])
        pin.drive_low()
        asyncio.get_running_loop().call_later(0.1 if press.long else 0, pin.drive_high)


def screen_text(window: VirtualPanel) -> list[str]:
    """What the terminal shows, line by line."""
    return ["".join(segment.text for segment in strip) for strip in window.screen._compositor.render_strips()]


def dots(lines: list[str]) -> set[tuple[int, int]]:
    """The pixels in lines of Braille, as the Unicode standard numbers the dots."""
    places = {1: (0, 0), 2: (0, 1), 3: (0, 2), 4: (1, 0), 5: (1, 1), 6: (1, 2), 7: (0, 3), 8: (1, 3)}
    return {
        (2 * column + x, 4 * row + y)
        for row, line in enumerate(lines)
        for column, cell in enumerate(line)
        if cell != " "
        for dot, (x, y) in places.items()
        if ord(cell) - 0x2800 >> (dot - 1) & 1
    }


def halves(lines: list[str]) -> set[tuple[int, int]]:
    """The pixels in lines of half blocks."""
    return {
        (column, 2 * row + y)
        for row, line in enumerate(lines)
        for column, cell in enumerate(line)
        for y in {" ": (), "▀": (0,), "▄": (1,), "█": (0, 1)}[cell]
    }


async def until(window: VirtualPanel, condition: Callable[[list[str]], bool]) -> list[str]:
    async with asyncio.timeout(5):
        while not condition(lines := screen_text(window)):  # noqa: ASYNC110 - a terminal has no events
            await asyncio.sleep(0.02)
    return lines


def test_braille_has_every_pixel_at_its_place() -> None:
    lines = as_braille(noise(1)).split("\n")
    assert [len(line) for line in lines] == [64] * 16
    assert dots(lines) == lit_pixels(noise(1))


def test_half_blocks_have_every_pixel_at_its_place() -> None:
    lines = as_half_blocks(noise(1)).split("\n")
    assert [len(line) for line in lines] == [128] * 32
    assert halves(lines) == lit_pixels(noise(1))


async def test_nothing_is_cut_at_80_by_24() -> None:
    window = VirtualPanel(Stage())
    async with window.run_test(size=(80, 24)):
        lines = await until(window, lambda lines: CAPTION in "".join(lines))
    top = next(row for row, line in enumerate(lines) if "╭────────" in line)
    left = lines[top].index("╭") + 1
    assert dots([line[left : left + 64] for line in lines[top + 1 : top + 17]]) == lit_pixels(marked())
    text = "\n".join(lines)
    for part in LIT_LAMP.split("\n"):
        assert text.count(part) == 1
    for words in (CAPTION, "a next", "b back", "A menu", "B first page", "q quit"):
        assert words in text
    assert "…" not in text


async def test_a_large_terminal_gets_the_larger_picture_and_a_smaller_one_again_when_it_shrinks() -> None:
    window = VirtualPanel(Stage())
    async with window.run_test(size=(134, 40)) as pilot:
        wanted = (CAPTION, "▀", LIT_LAMP.split("\n")[0])
        lines = await until(window, lambda lines: all(words in "".join(lines) for words in wanted))
        top = next(row for row, line in enumerate(lines) if "╭────────" in line)
        left = lines[top].index("╭") + 1
        assert halves([line[left : left + 128] for line in lines[top + 1 : top + 33]]) == lit_pixels(marked())
        await pilot.resize_terminal(80, 24)
        await until(window, lambda lines: any("⠀" < cell <= "⣿" for cell in "".join(lines)))


@pytest.mark.parametrize("colour", ["red", "yellow", "green"])
async def test_the_lamps_stand_as_on_the_street(colour: str) -> None:
    stage = Stage()
    stage.showing = replace(stage.showing, **{name: name == colour for name in ("red", "yellow", "green")})
    window = VirtualPanel(stage)
    async with window.run_test(size=(80, 24)):
        lines = await until(window, lambda lines: LIT_LAMP[:4] in "".join(lines))
    beside = [line[70:].strip() for line in lines]
    lamps = [part == LIT_LAMP[:4] for part in beside if part in (LIT_LAMP[:4], DARK_LAMP[:4])]
    assert lamps == [colour == name for name in ("red", "yellow", "green")]


class Early(VirtualPanel):
    """Looks before the window is there, as it may where the machine is busy."""

    def compose(self) -> ComposeResult:
        self._look()
        yield from super().compose()


async def test_a_look_before_the_window_is_there_takes_no_harm() -> None:
    window = Early(Stage())
    async with window.run_test(size=(80, 24)):
        await until(window, lambda lines: CAPTION in "".join(lines))


async def test_a_new_picture_is_drawn() -> None:
    stage = Stage()
    window = VirtualPanel(stage)
    async with window.run_test(size=(80, 24)):
        await until(window, lambda lines: CAPTION in "".join(lines))
        stage.showing = replace(stage.showing, glass=Image.new("1", (128, 64), 1))
        await until(window, lambda lines: "".join(lines).count("⣿") == 64 * 16)


async def test_the_notes_of_a_tune_are_written_and_stay_a_moment() -> None:
    stage = Stage()
    quiet = stage.showing
    window = VirtualPanel(stage)
    async with window.run_test(size=(80, 24)):
        stage.showing = replace(quiet, note="C6")
        await until(window, lambda lines: "♪ C6 " in "".join(lines))
        stage.showing = replace(quiet, note="E6")
        await until(window, lambda lines: "♪ C6  E6" in "".join(lines))
        stage.showing = quiet
        await asyncio.sleep(0.2)
        assert "♪ C6  E6" in "".join(screen_text(window))
        await until(window, lambda lines: "♪" not in "".join(lines))


async def test_the_keys_a_and_b_press_the_buttons_on_their_pins() -> None:
    stage = Stage()
    window = VirtualPanel(stage)
    async with window.run_test(size=(80, 24)) as pilot:
        for key in ("a", "b", "A", "B"):
            await pilot.press(key)
            await pilot.pause(0.2)
        assert stage.pressed == [Press(Key.A), Press(Key.B), Press(Key.A, long=True), Press(Key.B, long=True)]


@pytest.mark.parametrize("size", [(79, 24), (80, 23), (40, 10)])
async def test_a_terminal_that_is_too_small_is_told_so_in_a_sentence(size: tuple[int, int]) -> None:
    window = VirtualPanel(Stage())
    async with window.run_test(size=size) as pilot:
        lines = await until(window, lambda lines: "The panel needs 80 x 24" in " ".join("".join(lines).split()))
        assert f"{size[0]} x {size[1]}" in " ".join(" ".join(lines).split())
        assert not any("⠀" < cell <= "⣿" for cell in "".join(lines))
        await pilot.resize_terminal(80, 24)
        await until(window, lambda lines: any("⠀" < cell <= "⣿" for cell in "".join(lines)))


async def test_q_quits_and_lets_the_stage_end_in_good_order() -> None:
    stage = Stage()
    window = VirtualPanel(stage)
    async with window.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
        await pilot.pause()
    assert stage.events == ["began", "ended"]
    assert window.failure is None


async def test_a_stage_that_fails_ends_the_window() -> None:
    stage = Stage()
    window = VirtualPanel(stage)
    async with window.run_test(size=(80, 24)) as pilot:
        stage.trouble.set()
        await pilot.pause(0.1)
        assert not window.is_running
    assert str(window.failure) == "the stage fell down"


async def test_the_window_closes_after_its_seconds() -> None:
    window = VirtualPanel(Stage(), seconds=0.1)
    async with window.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.4)
        assert not window.is_running
