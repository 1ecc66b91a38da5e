"""What has to be known of a maker beside the octets of its lists: how to read them, and what they leave unsaid."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from appliance.meter.cosem import Notification
from appliance.meter.objects import Fields


class ClockZone(Enum):
    """Which time the wall clock in a list shows; the deviation that is sent with it is not reliable with any maker."""

    LOCAL = "local"
    """Norway's clocks, with daylight saving."""
    STANDARD = "standard"
    """Norway's standard time all year, an hour ahead of UTC."""
    UNKNOWN = "unknown"
    """No description says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerProfile:
    """One maker's lists: their reader, and what their values mean."""

    read: Callable[[Notification], Fields | None]
    """Return the values of one of the maker's lists, or `None` for another layout. Raises ValueError when the values
    contradict each other or their description."""
    list_name: str = ""
    """The first letters of the name in the maker's lists, where others send the same layout under another name."""
    clock: ClockZone
    """What its wall clock shows, until something better is known."""
    is_swedish: Callable[[int, str], bool] | None = None
    """Tells by a list's count of elements and its meter's id (empty when not known) that the meter is a Swedish one,
    whose clock stays on standard time."""
    energy_unit_wh: float | None = None
    """What its registers count in by the maker's description, Wh; `None` where each list says it itself."""
    named_list_age: timedelta = timedelta(0)
    """The age of a list that carries a name when its first octet is sent."""
    sends_zero_for_unmeasured_l2: bool = False
    """0 V on L2 is a voltage that the meter does not measure, as in an IT net."""

    def clock_of(self, elements: int, meter_id: str) -> ClockZone:
        """Return what the wall clock in such a list shows, until something better is known."""
        if self.is_swedish is not None and self.is_swedish(elements, meter_id):
            return ClockZone.STANDARD
        return self.clock
