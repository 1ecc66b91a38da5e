"""Draws the front panel for the README: an hour that comes to too much, in Norwegian.

Run as `python -m tests.simulation.readme_picture FILE.png`.
"""

import sys
from pathlib import Path

from PIL import Image

from appliance.simulation.examples import EXAMPLES
from appliance.simulation.picture import front_picture
from appliance.simulation.view import PanelView
from appliance.words.words import WORDS

PANEL = Path(__file__).parents[2] / "hardware" / "panel.png"


def readme_picture() -> Image.Image:
    """Return the picture: RGB."""
    return front_picture(PanelView(EXAMPLES["alarm-hour"](WORDS["nb"]), red=True, yellow=False, green=False))


if __name__ == "__main__":
    readme_picture().save(Path(sys.argv[1]), optimize=True)
