"""The front as a picture: the display's true pixels, and lamps and buzzer at their places."""

import pytest
from PIL import Image, ImageChops

from appliance.simulation.picture import BUZZER, GLASS, LAMP_X, LAMP_Y, SIZE, front_picture
from appliance.simulation.view import PanelView
from tests.panel.pictures import marked

DARK = PanelView(Image.new("1", (128, 64)), red=False, yellow=False, green=False)


@pytest.mark.parametrize("scale", [2, 4, 5])
def test_every_pixel_of_the_display_is_a_square_of_the_picture(scale: int) -> None:
    picture = front_picture(PanelView(marked(), red=False, yellow=False, green=False), scale)
    assert (picture.mode, picture.size) == ("RGB", (SIZE[0] * scale, SIZE[1] * scale))
    left, top = GLASS[0] * scale, GLASS[1] * scale
    for y in range(64):
        for x in range(128):
            bright = sum(picture.getpixel((left + x * scale, top + y * scale))) > 380
            assert bright == bool(marked().getpixel((x, y))), (x, y)


@pytest.mark.parametrize(("colour", "strongest"), [("red", (0,)), ("yellow", (0, 1)), ("green", (1,))])
def test_a_lit_lamp_is_bright_in_its_colour_and_the_others_stay_dark(colour: str, strongest: tuple[int, ...]) -> None:
    lit = {name: name == colour for name in LAMP_Y}
    picture, dark = front_picture(PanelView(DARK.glass, **lit)), front_picture(DARK)
    for name, y in LAMP_Y.items():
        at = (LAMP_X * 4, round((y + 2.5) * 4))  # below the highlight
        pixel = picture.getpixel(at)
        if name == colour:
            assert all(pixel[channel] > 180 for channel in strongest)
            assert pixel[2] < 150
        else:
            assert max(pixel) < 130
        assert (pixel != dark.getpixel(at)) == (name == colour)


def test_a_sounding_buzzer_is_marked_around_its_holes_and_nowhere_else() -> None:
    sounding = front_picture(PanelView(DARK.glass, red=False, yellow=False, green=False, note="C6"))
    changed = ImageChops.difference(sounding, front_picture(DARK)).getbbox()
    assert changed is not None
    left, top, right, foot = (edge / 4 for edge in changed)
    assert BUZZER[0] - 18 < left < BUZZER[0] < right < BUZZER[0] + 18
    assert BUZZER[1] - 18 < top < BUZZER[1] < foot < BUZZER[1] + 18


def test_drawing_leaves_no_trace_in_the_next_picture() -> None:
    before = front_picture(DARK).tobytes()
    front_picture(PanelView(marked(), red=True, yellow=True, green=True, note="C6"))
    assert front_picture(DARK).tobytes() == before
