"""What stands on the glass, worked out from the octets that the emulated bus carried.

The emulator has another chip at the display's address, which takes what it is sent; its trace tells every octet. They
go into the model of the controller that the panel's own tests use, so what is looked at is what a person would see,
and words and numbers are found on it by the shapes of the panel's own type, wherever on the glass the day's shift has
put them.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops
from smbus2 import i2c_msg

from appliance.panel.drawing.typeface import Face
from appliance.simulation.oled import Glass

ADDRESS = 0x3C
_TOLD = re.compile(rf"^(?:\d+@(?P<at>[\d.]+):)?i2c_(?P<what>event|send)\s+(?P<rest>.*addr:{ADDRESS:#04x}.*)$")
_OCTET = re.compile(r"data:0x(?P<octet>[0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture, and when it stood there, seconds since power on."""

    at_s: float
    picture: Image.Image


class Display:
    """The glass of one machine; `pictures` are all that stood on it, oldest first."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.pictures: list[Shown] = []
        self.octets = 0
        self._glass = Glass("ssd1309", ADDRESS)
        self._now = now
        self._gathered = bytearray()
        self._changed = asyncio.Event()

    async def until(
        self, is_it: Callable[[Image.Image], bool], within_s: float, *, since_power_on: bool = False
    ) -> Shown | None:
        """Return the first picture that fits, from the present one on, or `since_power_on`; `None` when none came."""
        place = 0 if since_power_on else max(0, len(self.pictures) - 1)
        try:
            async with asyncio.timeout(within_s):
                while True:
                    for shown in self.pictures[place:]:
                        if is_it(shown.picture):
                            return shown
                    place = len(self.pictures)
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return None

    def line(self, line: str) -> None:
        """Take one line of the trace: an octet, or the end of a message."""
        if (told := _TOLD.match(line)) is None:
            return
        if told["what"] == "send":
            if octet := _OCTET.search(told["rest"]):
                self._gathered.append(int(octet["octet"], 16))
        elif self._gathered:
            self.octets += len(self._gathered)
            self._glass.i2c_rdwr(i2c_msg.write(ADDRESS, bytes(self._gathered)))
            self._gathered.clear()

    def rested(self) -> None:
        """Look at the glass, now that nothing is on its way."""
        picture = self._glass.picture()
        if not self.pictures or ImageChops.difference(picture, self.pictures[-1].picture).getbbox():
            self.pictures.append(Shown(self._now(), picture))
            self._changed.set()


def finds(picture: Image.Image, face: Face, text: str) -> bool:
    """Return whether this text stands on the picture, light on dark or dark on light, with nothing in its box."""
    drawn = Image.new("1", (face.width(text), face.height))
    face.draw(drawn, 0, 0, text)
    if (box := drawn.getbbox()) is None:
        return False
    wanted, width = _rows(drawn.crop(box)), box[2] - box[0]
    ground = (1 << width) - 1
    glass = _rows(picture)
    return any(
        all(glass[top + row] >> shift & ground == shape[row] for row in range(len(shape)))
        for shape in (wanted, [row ^ ground for row in wanted])
        for top in range(len(glass) - len(shape) + 1)
        for shift in range(picture.width - width + 1)
    )


def _rows(picture: Image.Image) -> list[int]:
    """Return each row of a one-bit picture as a number, the rightmost pixel in its lowest bit."""
    octets = (picture.width + 7) // 8
    rows, beyond = picture.tobytes(), 8 * octets - picture.width
    return [int.from_bytes(rows[at : at + octets]) >> beyond for at in range(0, len(rows), octets)]


def saved(picture: Image.Image, file: Path, scale: int = 4) -> Path:
    """Save the glass as a PNG, each pixel a square."""
    size = (picture.width * scale, picture.height * scale)
    picture.convert("L").resize(size, Image.Resampling.NEAREST).save(file)
    return file
