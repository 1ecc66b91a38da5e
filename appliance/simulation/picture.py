"""The whole front of the appliance as a picture, for the README and `demo --png`.

The display's pixels are squares of a whole number of the picture's pixels, so that what is on the glass can be judged
here; everything round is drawn larger and scaled down. What never changes is drawn once.
"""

from functools import cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from appliance.simulation.view import PanelView

# All places and sizes are in pixels of the display; the picture's scale comes in when they are drawn.
SIZE = (204, 126)
CASE = (4, 3, 200, 121)
BEZEL = (14, 13, 154, 89)
GLASS = (20, 19)
LAMP_X, LAMP_RADIUS = 177, 5.5
LAMP_Y = {"red": 24, "yellow": 51, "green": 78}
BUZZER = (177, 105)
BUTTONS = {"A": (62, 105), "B": (106, 105)}
BUTTON_RADIUS = 7
FINER = 4

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]

WALL: Colour = (222, 219, 212)
CASE_TOP, CASE_FOOT, CASE_EDGE = (58, 62, 68), (38, 41, 46), (84, 89, 96)
HOLE: Colour = (14, 15, 17)
PRINT: Colour = (176, 182, 190)
PIXEL_ON, PIXEL_EDGE, PIXEL_OFF = (214, 238, 255), (150, 186, 214), (5, 8, 13)
LIT: dict[str, tuple[Colour, Colour]] = {
    "red": ((255, 46, 34), (255, 198, 180)),
    "yellow": ((255, 184, 20), (255, 246, 196)),
    "green": ((34, 214, 84), (208, 255, 214)),
}
DARK: dict[str, tuple[Colour, Colour]] = {
    "red": ((70, 20, 18), (122, 52, 48)),
    "yellow": ((74, 58, 16), (128, 106, 52)),
    "green": ((16, 58, 30), (50, 104, 66)),
}
"""A lamp's colour at its rim and at its brightest spot, with and without current."""


def front_picture(view: PanelView, scale: int = 4) -> Image.Image:
    """Return the front as it looks at one moment: RGB, 204 by 126 display pixels of `scale` each."""
    picture = _case(scale).copy()
    picture.paste(_pixels(view.glass, scale), (GLASS[0] * scale, GLASS[1] * scale))
    for colour in LAMP_Y:
        if getattr(view, colour):
            _shine(picture, colour, scale)
    if view.note is not None:
        _sound(picture, view.note, scale)
    return picture


def _pixels(glass: Image.Image, scale: int) -> Image.Image:
    """Return the display's pixels, each with the thin dark seam that one sees on the real ones."""
    width, height = glass.width * scale, glass.height * scale
    grown = glass.convert("L").resize((width, height), Image.Resampling.NEAREST)
    picture = Image.new("RGB", (width, height), PIXEL_OFF)
    picture.paste(PIXEL_ON, mask=grown)
    picture.paste(PIXEL_EDGE, mask=ImageChops.multiply(grown, _seams(width, height, scale)))
    return picture


@cache
def _seams(width: int, height: int, scale: int) -> Image.Image:
    seams = Image.new("L", (width, height))
    if scale > 2:
        draw = ImageDraw.Draw(seams)
        for x in range(scale - 1, width, scale):
            draw.line((x, 0, x, height), 255)
        for y in range(scale - 1, height, scale):
            draw.line((0, y, width, y), 255)
    return seams


@cache
def _case(scale: int) -> Image.Image:
    """Everything that is always there: case, bezel, dark lamps, buttons, the buzzer's holes."""
    fine = scale * FINER
    picture = Image.new("RGB", (SIZE[0] * fine, SIZE[1] * fine), WALL)
    _shadow(picture, fine)
    shading = Image.linear_gradient("L").resize(picture.size)
    body = Image.composite(Image.new("RGB", picture.size, CASE_FOOT), Image.new("RGB", picture.size, CASE_TOP), shading)
    outline = Image.new("L", picture.size)
    ImageDraw.Draw(outline).rounded_rectangle(_times(CASE, fine), 7 * fine, fill=255)
    picture.paste(body, mask=outline)
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle(_times(CASE, fine), 7 * fine, outline=CASE_EDGE, width=fine // 2)
    draw.rounded_rectangle(_times(BEZEL, fine), 3 * fine, fill=HOLE, outline=(22, 24, 27), width=fine)
    for x, y in _holes():
        draw.ellipse(_round(x, y, 0.9, fine), fill=HOLE)
    for letter, (x, y) in BUTTONS.items():
        _button(draw, letter, x, y, fine)
    for colour, y in LAMP_Y.items():
        _lens(draw, LAMP_X, y, DARK[colour], fine)
    return picture.resize((SIZE[0] * scale, SIZE[1] * scale), Image.Resampling.LANCZOS)


def _shadow(picture: Image.Image, fine: int) -> None:
    """Return the case's shadow on the wall; soft, so it is blurred small and scaled up."""
    small = Image.new("L", SIZE)
    left, top, right, foot = CASE
    ImageDraw.Draw(small).rounded_rectangle((left + 1, top + 2, right - 1, foot + 2), 7, fill=150)
    mask = small.filter(ImageFilter.GaussianBlur(1.6)).resize((SIZE[0] * fine, SIZE[1] * fine))
    picture.paste((96, 92, 86), mask=mask)


def _holes() -> list[tuple[float, float]]:
    """Draw a ring of six holes around one."""
    x, y = BUZZER
    return [(x, y), *((x + dx, y + dy) for dx, dy in ((-4, 0), (4, 0), (-2, -3.5), (2, -3.5), (-2, 3.5), (2, 3.5)))]


def _button(draw: ImageDraw.ImageDraw, letter: str, x: float, y: float, fine: int) -> None:
    """Draw a round cap in its recess, with its letter on the case beside it."""
    draw.ellipse(_round(x, y, BUTTON_RADIUS + 1, fine), fill=HOLE)
    for step in range(12):
        shade = 104 - 4 * step
        draw.ellipse(_round(x, y + step / 24, BUTTON_RADIUS - step / 8, fine), fill=(shade, shade + 3, shade + 8))
    draw.ellipse(_round(x, y + 0.5, BUTTON_RADIUS - 2, fine), fill=(66, 70, 76))
    font = ImageFont.load_default(8 * fine)
    draw.text(((x - BUTTON_RADIUS - 4) * fine, y * fine), letter, PRINT, font, anchor="rm")


def _lens(draw: ImageDraw.ImageDraw, x: float, y: float, colours: tuple[Colour, Colour], fine: int) -> None:
    """Draw a lamp in its collar, brightest a little above the middle, where the light falls on it."""
    draw.ellipse(_round(x, y, LAMP_RADIUS + 1.2, fine), fill=HOLE)
    rim, bright = colours
    steps = 24
    for step in range(steps):
        part = (step / (steps - 1)) ** 1.6
        mixed = tuple(round(a + (b - a) * part) for a, b in zip(rim, bright, strict=True))
        radius = LAMP_RADIUS * (1 - step / steps)
        draw.ellipse(_round(x - step / 30, y - step / 18, radius, fine), fill=mixed)


def _shine(picture: Image.Image, colour: str, scale: int) -> None:
    """Light a lamp: the lens, and a glow on the case around it."""
    reach = 4 * LAMP_RADIUS
    left, top = round((LAMP_X - reach) * scale), round((LAMP_Y[colour] - reach) * scale)
    glow, lens, mask = _light(colour, scale)
    around = picture.crop((left, top, left + glow.width, top + glow.height))
    around = ImageChops.screen(around, glow)
    around.paste(lens, mask=mask)
    picture.paste(around, (left, top))


@cache
def _light(colour: str, scale: int) -> tuple[Image.Image, Image.Image, Image.Image]:
    """Return the glow of a lamp, its lens, and where in the square the lens is."""
    reach, fine = 4 * LAMP_RADIUS, scale * FINER
    side = round(2 * reach * scale)
    glow = Image.new("RGB", (side, side))
    dim = tuple(channel * 3 // 5 for channel in LIT[colour][0])
    ImageDraw.Draw(glow).ellipse(_round(reach, reach, LAMP_RADIUS * 1.5, scale), fill=dim)
    glow = glow.filter(ImageFilter.GaussianBlur(LAMP_RADIUS * 0.8 * scale))
    lens = Image.new("RGB", (side * FINER, side * FINER))
    _lens(ImageDraw.Draw(lens), reach, reach, LIT[colour], fine)
    mask = Image.new("L", lens.size)
    ImageDraw.Draw(mask).ellipse(_round(reach, reach, LAMP_RADIUS, fine), fill=255)
    return glow, lens.resize((side, side), Image.Resampling.LANCZOS), mask.resize((side, side))


def _sound(picture: Image.Image, note: str, scale: int) -> None:
    """Mark a sounding buzzer: waves to both sides, and the note under it."""
    x, y = BUZZER
    waves = Image.new("L", (picture.width * 2, picture.height * 2))
    draw = ImageDraw.Draw(waves)
    for number, radius in enumerate((9, 12, 15)):
        for facing in (0, 180):
            strength = 255 - 70 * number
            draw.arc(_round(x, y, radius, 2 * scale), facing - 32, facing + 32, strength, round(1.2 * scale))
    picture.paste(PRINT, mask=waves.resize(picture.size, Image.Resampling.LANCZOS))
    font = ImageFont.load_default(5 * scale)
    ImageDraw.Draw(picture).text((x * scale, (y + 11) * scale), note, PRINT, font, anchor="mm")


def _times(box: Box, fine: int) -> Box:
    left, top, right, foot = box
    return left * fine, top * fine, right * fine, foot * fine


def _round(x: float, y: float, radius: float, fine: int) -> Box:
    return _times((x - radius, y - radius, x + radius, y + radius), fine)
