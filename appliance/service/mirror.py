"""The panel's newest picture, for who looks on from elsewhere."""

from collections.abc import Callable, Mapping
from typing import Protocol

from PIL import Image

from appliance.household.situation import Situation
from appliance.panel.brightness import Dimming
from appliance.panel.devices.screen import SIZE, shifted
from appliance.panel.lamps import lamps_for
from appliance.settings.preferences import LampRule


class Offer(Protocol):
    """Where a picture goes (`Screen.offer`)."""

    def __call__(self, image: Image.Image, dimming: Dimming, *, at_once: bool) -> None:
        """Show this picture next."""


class Mirror:
    """Hands pictures on to the display, and keeps the newest."""

    def __init__(self, offer: Offer, lamps: LampRule) -> None:
        """Hand on to `offer`; the lamps go by this rule."""
        self._offer = offer
        self._lamps = lamps
        self._newest: tuple[Image.Image, Dimming] | None = None

    def draw(self, picture: Callable[[], Image.Image], dimming: Dimming, *, at_once: bool) -> None:
        """Draw this picture once, for both."""
        image = picture()
        self._newest = image, dimming
        self._offer(image, dimming, at_once=at_once)

    def octets(self) -> bytes:
        """Return what is on the glass: 128 x 64 pixels, eight in an octet; dark while the display sleeps."""
        if self._newest is None or not self._newest[1].awake:
            return Image.new("1", SIZE).tobytes()
        image, dimming = self._newest
        return shifted(image, dimming.shift).tobytes()

    def lights(self, situation: Situation) -> Mapping[str, str]:
        """Return what the red, the yellow and the green lamp do."""
        lamps = lamps_for(situation, self._lamps)
        return {"red": lamps.red.value, "yellow": lamps.yellow.value, "green": lamps.green.value}
