"""All pages on one sheet, to be judged side by side: `han-appliance pages --png DIR`, and the README's picture.

Each pixel of the glass is a square of nine, in the amber of an old display; the captions are in the panel's own face.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from PIL import Image

from appliance.panel.drawing.typeface import SMALL
from appliance.panel.drawing.widgets import HEIGHT, WIDTH
from appliance.simulation.examples import EXAMPLES, Draw
from appliance.words.words import WORDS, Words

SCALE, ACROSS = 3, 5
_GAP, _CAPTION = 6, 12
"""Between two pictures, and the caption's row, in pixels of the glass."""
_DARK, _LIT, _CASE, _PRINT = (8, 7, 5), (255, 176, 46), (40, 42, 46), (150, 154, 160)
"""The colours of the palette: glass, pixel, what is around, caption."""

README_PAGES = (
    *("now", "now-act", "now-export", "hour", "phases"),
    *("today", "month", "voltage-outside", "meter", "alarm-hour"),
    *("now-silent", "fault-settings", "cost", "large", "log"),
)
"""What the README shows."""


def write(folder: Path) -> Iterator[Path]:
    """Draw all examples in all languages into a folder, which is made; tells each sheet's path. Raises OSError."""
    for language in WORDS:
        words = WORDS[language]
        single = folder / language
        single.mkdir(parents=True, exist_ok=True)
        for name, draw in EXAMPLES.items():
            picture = draw(words)
            picture.resize((SCALE * WIDTH, SCALE * HEIGHT), Image.Resampling.NEAREST).save(single / f"{name}.png")
        path = folder / f"pages-{language}.png"
        sheet(EXAMPLES, words).save(path, optimize=True)
        yield path
    readme = folder / "readme.png"
    sheet(EXAMPLES, WORDS["en"], README_PAGES).save(readme, optimize=True)


def sheet(examples: Mapping[str, Draw], words: Words, chosen: Iterable[str] | None = None) -> Image.Image:
    """Return a contact sheet of all examples, or of those named: mode "P", four colours."""
    names = list(examples if chosen is None else chosen)
    rows = -(-len(names) // ACROSS)
    cell = WIDTH + _GAP, HEIGHT + _CAPTION
    made = Image.new("P", (cell[0] * min(ACROSS, len(names)) + _GAP, cell[1] * rows + _GAP), 2)
    made.putpalette([channel for colour in (_DARK, _LIT, _CASE, _PRINT) for channel in colour])
    for place, name in enumerate(names):
        left, top = _GAP + cell[0] * (place % ACROSS), _GAP + cell[1] * (place // ACROSS)
        glass = examples[name](words)
        made.paste(0, (left, top, left + WIDTH, top + HEIGHT))
        made.paste(1, (left, top), glass)
        caption = Image.new("1", (WIDTH, SMALL.height))
        SMALL.draw(caption, 0, 0, name)
        made.paste(3, (left, top + HEIGHT + 1), caption)
    return made.resize((made.width * SCALE, made.height * SCALE), Image.Resampling.NEAREST)
