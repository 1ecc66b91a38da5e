"""The QR codes that were drawn when the package was built (`words/codes.py`), on the glass.

A code is dark on light, so it stands in a lit field; a module is two pixels wide. One that is missing is left out: the
panel says the rest without it.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import ClassVar

from PIL import Image, ImageOps

from appliance.panel.drawing.widgets import HEIGHT, MARGIN, WIDTH, Box

MODULE = 2
"""Pixels of a module."""


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """A QR code in a lit field at the right edge of the glass, as high as the glass."""

    modules: Image.Image
    """Mode "1", one pixel a module, 1 where it is dark."""
    texts: ClassVar[tuple[str, ...]] = ()

    @property
    def box(self) -> Box:
        """The field: as wide as it is high."""
        return WIDTH - MARGIN - (HEIGHT - 2 * MARGIN), MARGIN, WIDTH - MARGIN, HEIGHT - MARGIN

    def draw(self, image: Image.Image) -> None:
        """Draw field and code."""
        left, top, right, bottom = self.box
        image.paste(1, self.box)
        size = MODULE * self.modules.width
        code = self.modules.resize((size, size), Image.Resampling.NEAREST)
        image.paste(0, ((left + right - size) // 2, (top + bottom - size) // 2), code)


@cache
def port_code(language: str) -> Code | None:
    """Return the code of what to ask of the grid company in a language; `None` if it was not drawn."""
    try:
        with (files("appliance.words") / "catalogues" / f"port.{language}.png").open("rb") as file:
            return Code(ImageOps.invert(Image.open(file).convert("1")))
    except (OSError, ValueError):
        return None
