"""What stands in front of a person at one moment, for what draws the panel: the terminal and the front picture."""

from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True, slots=True)
class PanelView:
    """Read from the devices' ends: the glass and the pins."""

    glass: Image.Image
    """What the display shows: mode "1", 128x64."""
    red: bool
    yellow: bool
    green: bool
    note: str | None = None
    """What the buzzer sounds, in words; `None` is silence."""
    caption: str = ""
    """What goes on around the panel, one line."""
