"""The README's picture of the panel is what the program draws."""

from PIL import Image, ImageChops

from appliance.simulation.picture import GLASS, LAMP_X, LAMP_Y
from tests.simulation.readme_picture import PANEL, readme_picture

SCALE = 4


def test_the_glass_in_the_readme_s_picture_is_the_page_as_it_is_drawn() -> None:
    # The letters beside the buttons are in Pillow's own face, which may differ from version to version.
    glass = tuple(SCALE * edge for edge in (*GLASS, GLASS[0] + 128, GLASS[1] + 64))
    with Image.open(PANEL) as kept:
        changed = ImageChops.difference(kept.convert("RGB").crop(glass), readme_picture().crop(glass)).getbbox()

    assert changed is None, "draw it again: python -m tests.simulation.readme_picture hardware/panel.png"


def test_its_red_lamp_is_lit_and_no_other() -> None:
    with Image.open(PANEL) as kept:
        brightest = {name: max(kept.convert("RGB").getpixel((LAMP_X * SCALE, y * SCALE))) for name, y in LAMP_Y.items()}

    assert [name for name, value in brightest.items() if value > 180] == ["red"]
