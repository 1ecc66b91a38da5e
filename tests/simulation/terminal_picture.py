"""Draws the terminal panel as a picture, for the README: the demonstration in 80x24 characters, cell by cell.

Run as `python -m tests.simulation.terminal_picture FILE.png`. A terminal's font is not at hand on every
machine, so pixels and lamps are drawn as the shapes they are, and words in the panel's own face.
"""

import asyncio
import sys
from pathlib import Path

from PIL import Image, ImageDraw
from rich.color import Color
from textual.strip import Strip

from appliance.panel.drawing.typeface import SMALL
from appliance.settings.model import Settings
from appliance.simulation import demonstration
from appliance.simulation.terminal import VirtualPanel

CELL_WIDTH, CELL_HEIGHT = 10, 20
QUARTERS = {"▟": "0111", "█": "1111", "▙": "1011", "▜": "1101", "▛": "1110"}
LINES = {"─": "lr", "│": "ud", "╭": "rd", "╮": "ld", "╰": "ru", "╯": "lu"}
Rgb = tuple[int, int, int]


def terminal_picture(strips: list[Strip]) -> Image.Image:
    """The lines of a terminal as a picture: RGB."""
    width = max(strip.cell_length for strip in strips)
    picture = Image.new("RGB", (width * CELL_WIDTH, len(strips) * CELL_HEIGHT))
    pen = ImageDraw.Draw(picture)
    for row, strip in enumerate(strips):
        column = 0
        for segment in filter(None, strip):  # an empty one is false
            style = segment.style
            ink = _rgb(style.color if style else None, (195, 201, 209))
            paper = _rgb(style.bgcolor if style else None, (29, 32, 36))
            left, top = column * CELL_WIDTH, row * CELL_HEIGHT
            column += len(segment.text)
            pen.rectangle((left, top, column * CELL_WIDTH - 1, top + CELL_HEIGHT - 1), paper)
            _write(picture, left, top, segment.text, ink)
    return picture


def _rgb(colour: Color | None, otherwise: Rgb) -> Rgb:
    triplet = colour.triplet if colour is not None else None
    return otherwise if triplet is None else (triplet.red, triplet.green, triplet.blue)


def _write(picture: Image.Image, left: int, top: int, text: str, ink: Rgb) -> None:
    if any(set(letter) <= set(SMALL.glyphs) - {" "} for letter in text):
        words = text.strip()
        mask = Image.new("1", (SMALL.width(words), SMALL.height))
        SMALL.draw(mask, 0, 0, words)
        mask = mask.resize((mask.width * 3 // 2, mask.height * 3 // 2), Image.Resampling.NEAREST)
        # Where the middle of the words is in the terminal, it is here.
        middle = left + (len(text) - len(text.lstrip()) + len(words) / 2) * CELL_WIDTH
        picture.paste(ink, (round(middle - mask.width / 2), top + 4), mask)
        return
    pen = ImageDraw.Draw(picture)
    for place, letter in enumerate(text):
        _shape(pen, left + place * CELL_WIDTH, top, letter, ink)


def _shape(pen: ImageDraw.ImageDraw, left: int, top: int, letter: str, ink: Rgb) -> None:
    wide, high = CELL_WIDTH // 2, CELL_HEIGHT // 2
    if "⠀" < letter <= "⣿":
        for bit, (x, y) in enumerate(((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))):
            if ord(letter) - 0x2800 >> bit & 1:
                pen.rectangle((left + 5 * x, top + 5 * y, left + 5 * x + 3, top + 5 * y + 3), ink)
    elif letter in QUARTERS:
        for place, filled in enumerate(QUARTERS[letter]):
            if filled == "1":
                x, y = left + wide * (place % 2), top + high * (place // 2)
                pen.rectangle((x, y, x + wide - 1, y + high - 1), ink)
    elif letter in LINES:
        x, y = left + wide, top + high
        ends = {"l": (left, y), "r": (left + CELL_WIDTH - 1, y), "u": (x, top), "d": (x, top + CELL_HEIGHT - 1)}
        for end in LINES[letter]:
            pen.line((x, y, *ends[end]), ink)


async def _made(path: Path) -> None:
    stage = demonstration.Stage(Settings(), demonstration.plan("aidon", "it"), 1.0)
    window = VirtualPanel(stage)
    async with window.run_test(size=(80, 24)) as pilot:
        await pilot.pause(40)
        picture = terminal_picture(window.screen._compositor.render_strips())
    picture.quantize(32).save(path, optimize=True)


if __name__ == "__main__":
    asyncio.run(_made(Path(sys.argv[1])))
