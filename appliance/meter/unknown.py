"""A list of an unknown maker, as far as it explains itself: OBIS codes, each with its value, scaled or not."""

from appliance.meter import cosem
from appliance.meter.objects import COMMON_SCALES, Fields, add_bare, add_described, is_obis
from appliance.meter.profile import ClockZone, MakerProfile


def read(notification: cosem.Notification) -> Fields | None:
    """Return the values that have a code; `None` for a list without one. Raises ValueError when they contradict."""
    items = notification.data
    fields: Fields = {}
    if items and isinstance(items[0], str):
        fields["list_name"] = cosem.printable(items[0])
    places = [place for place, item in enumerate(items[:-1]) if is_obis(item)]
    if not places:
        return None
    for place in places:
        match items[place : place + 3]:
            case (bytes() as obis, raw, (int() as scaler, int() as unit)):
                add_described(fields, obis, raw, scaler, unit)
            case (bytes() as obis, raw, *_) if not is_obis(raw):
                add_bare(fields, obis, raw, COMMON_SCALES)
    return fields


PROFILE = MakerProfile(read=read, clock=ClockZone.UNKNOWN)
