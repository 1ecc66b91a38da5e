"""Pictures to put on the glass, of no meaning but with every corner different."""

import random

from PIL import Image, ImageDraw


def marked() -> Image.Image:
    """A frame, a diagonal, and a block near one corner: any shift, turn or mirror image of it is another picture."""
    picture = Image.new("1", (128, 64))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 127, 63), outline=1)
    draw.line((0, 0, 127, 63), 1)
    draw.rectangle((90, 5, 110, 12), fill=1)
    return picture


def noise(seed: int) -> Image.Image:
    """Pixels at random."""
    return Image.frombytes("1", (128, 64), random.Random(seed).randbytes(1024))


def same(one: Image.Image, other: Image.Image) -> bool:
    """Whether two one-bit pictures light the same pixels."""
    return one.size == other.size and one.tobytes() == other.tobytes()


def lit_pixels(picture: Image.Image) -> set[tuple[int, int]]:
    """The places of all lit pixels."""
    octets = picture.convert("L").tobytes()
    return {(at % picture.width, at // picture.width) for at, value in enumerate(octets) if value}
