"""The front panel in a terminal: the display's true pixels, the lamps, the sounds, and keys for the buttons.

In 80x24 characters the 128x64 pixels are Braille patterns, eight pixels a character; in a large terminal they are half
blocks, which are easier on the eye. It is a window and nothing more: it looks at the panel twenty times a second, and
its keys press the same pins as a finger.

This is the only module that knows textual, which comes with the extra `demo`.
"""

import asyncio
from contextlib import suppress
from typing import ClassVar, Protocol

from PIL import Image
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Horizontal, Vertical
from textual.events import Resize
from textual.widgets import Static

from appliance.panel.keys import Key, Press
from appliance.simulation.view import PanelView

LOOK_S = 1 / 20
LINGER_LOOKS = 16
"""The number of looks for which notes stay on the screen after the last one: they are shorter than a glance."""

LARGE = (134, 40)
"""The smallest terminal, in characters, that has room for half blocks."""

BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bits of a Braille pattern by row and column (Unicode, chapter 21.1); its code point is 2800 plus these."""

COLOURS = ("red", "yellow", "green")
SMALLEST = (80, 24)
"""And the smallest with room for anything."""
KEYS = "a next  ·  b back  ·  shift holds: A menu, B first page  ·  q quit"

LIT_LAMP, DARK_LAMP = "▟██▙\n▜██▛", "╭──╮\n╰──╯"


class Stage(Protocol):
    """What the window looks at."""

    async def run(self) -> None:
        """Run the appliance and all around it, until cancelled."""

    def view(self) -> PanelView:
        """Return what the panel shows at this moment."""

    def press(self, press: Press) -> None:
        """Press a button, hold it for as long as the press is, and let it go."""


def show(stage: Stage, seconds: float | None = None) -> int:
    """Run the stage and show its panel until `q`, or for `seconds`. Return the exit code.

    What ends the stage ends the window, and is raised.
    """
    window = VirtualPanel(stage, seconds)
    window.run()
    if window.failure is not None:
        raise window.failure
    return 0


def as_braille(picture: Image.Image) -> str:
    """Return a one-bit picture in characters of two by four pixels; a dark one is a space."""
    pixels, width = picture.convert("L").tobytes(), picture.width
    dots = [(row * width + column, bit) for row, bits in enumerate(BRAILLE) for column, bit in enumerate(bits)]
    lines = []
    for top in range(0, picture.height * width, 4 * width):
        cells = (sum(bit for at, bit in dots if pixels[left + at]) for left in range(top, top + width, 2))
        lines.append("".join(chr(0x2800 + cell) if cell else " " for cell in cells))
    return "\n".join(lines)


def as_half_blocks(picture: Image.Image) -> str:
    """Return a one-bit picture in characters of one by two pixels."""
    pixels, width = picture.convert("L").tobytes(), picture.width
    lines = []
    for top in range(0, picture.height * width, 2 * width):
        upper, lower = pixels[top : top + width], pixels[top + width : top + 2 * width]
        lines.append("".join(" ▄▀█"[2 * bool(high) + bool(low)] for high, low in zip(upper, lower, strict=True)))
    return "\n".join(lines)


class Line(Static):
    """One line of words, drawn again only when they change."""

    written = ""

    def write(self, words: str) -> None:
        """Show these words; what does not fit ends in an ellipsis."""
        if words != self.written:
            self.written = words
            self.update(Text(words, no_wrap=True, overflow="ellipsis"))


class VirtualPanel(App[None]):
    """The window."""

    TITLE = "HAN appliance"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "press('a')"),
        Binding("b", "press('b')"),
        Binding("A", "press('A')"),
        Binding("B", "press('B')"),
        Binding("q", "quit"),
    ]
    CSS = """
    Screen { background: #1d2024; color: #c3c9d1; align: center middle; overflow: hidden; }
    #front { width: auto; height: auto; }
    #display { width: auto; height: auto; border: round #5d646d; background: #05080d; color: #d6eeff; }
    #lamps { width: 4; height: 18; margin-left: 4; padding-top: 2; }
    #lamps Static { width: 4; height: 2; margin-bottom: 4; }
    .large #lamps { margin-left: 0; height: 34; padding-top: 5; }
    .large #lamps Static { margin-bottom: 9; }
    #red { color: #8a3733; }        #red.lit { color: #ff4a3d; }
    #yellow { color: #8a7030; }     #yellow.lit { color: #ffc21f; }
    #green { color: #2f7845; }      #green.lit { color: #33e06a; }
    #small { display: none; width: 100%; text-align: center; }
    .small #small { display: block; }
    .small #front, .small #words { display: none; }
    #words { width: 100%; height: auto; margin-top: 1; padding: 0 2; }
    #words Static { width: 100%; text-align: center; }
    #sound { color: #ffffff; height: 1; }
    #caption { height: 1; }
    #keys { color: #8b939d; height: 1; }
    """

    def __init__(self, stage: Stage, seconds: float | None = None) -> None:
        super().__init__()
        self.failure: BaseException | None = None
        """What ended the stage, when it did not end by our own wish."""
        self._stage = stage
        self._seconds = seconds
        # Kept, not looked for: a look may come before all of the window is there, or when some of it is gone.
        self._glass = Static(id="display")
        self._lamps = {colour: Static(DARK_LAMP, id=colour) for colour in COLOURS}
        self._too_small = Static(id="small")
        self._sound = Line(id="sound")
        self._caption = Line(id="caption")
        self._large = False
        self._beside: asyncio.Task[None] | None = None
        self._drawn: tuple[bytes, bool] | None = None
        self._notes: list[str] = []
        self._last_note: str | None = None
        self._quiet_looks = 0

    def compose(self) -> ComposeResult:
        """Return the display with the lamps beside it, as on the front, and three lines of words."""
        with Center(), Horizontal(id="front"):
            yield self._glass
            with Vertical(id="lamps"):
                yield from self._lamps.values()
        yield self._too_small
        with Vertical(id="words"):
            yield self._sound
            yield self._caption
            yield Static(KEYS, id="keys")

    def on_mount(self) -> None:
        """Start the stage, and look at it from now on."""
        self._beside = asyncio.create_task(self._stage.run())
        self._beside.add_done_callback(self._stage_ended)
        self.set_interval(LOOK_S, self._look)
        if self._seconds is not None:
            self.set_timer(self._seconds, self.exit)

    async def on_unmount(self) -> None:
        """Let the stage end in good order: lamps dark, display cleared."""
        if self._beside is not None:
            self._beside.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self._beside

    def on_resize(self, event: Resize) -> None:
        """Choose the larger picture where there is room for it, and say so where there is none."""
        width, height = event.size.width, event.size.height
        self._large = width >= LARGE[0] and height >= LARGE[1]
        self.screen.set_class(self._large, "large")
        self.screen.set_class(width < SMALLEST[0] or height < SMALLEST[1], "small")
        needed = f"The panel needs {SMALLEST[0]} x {SMALLEST[1]} characters"
        self._too_small.update(f"{needed}; this terminal has {width} x {height}: make it larger.")
        self._look()

    def action_press(self, letter: str) -> None:
        """Press the button with this letter; a capital is a long press."""
        self._stage.press(Press(Key(letter.upper()), long=letter.isupper()))

    def _stage_ended(self, stage: asyncio.Task[None]) -> None:
        if not stage.cancelled():
            self.failure = stage.exception()
            self.exit()

    def _look(self) -> None:
        """Bring the window up to what the panel shows."""
        view = self._stage.view()
        self._draw(view.glass)
        for colour, lamp in self._lamps.items():
            lit = bool(getattr(view, colour))
            if lamp.has_class("lit") != lit:
                lamp.set_class(lit, "lit")
                lamp.update(LIT_LAMP if lit else DARK_LAMP)
        self._hear(view.note)
        self._caption.write(view.caption)

    def _draw(self, glass: Image.Image) -> None:
        drawn = (glass.tobytes(), self._large)
        if drawn != self._drawn:
            self._drawn = drawn
            picture = as_half_blocks(glass) if self._large else as_braille(glass)
            self._glass.update(Text(picture, no_wrap=True))

    def _hear(self, note: str | None) -> None:
        """Write the notes of a tune as they come, and leave them a moment."""
        if note is None:
            self._quiet_looks += 1
            if self._quiet_looks > LINGER_LOOKS:
                self._notes.clear()
        else:
            self._quiet_looks = 0
            if note != self._last_note:
                self._notes.append(note)
        self._last_note = note
        self._sound.write("♪ " + "  ".join(self._notes[-4:]) if self._notes else "")
