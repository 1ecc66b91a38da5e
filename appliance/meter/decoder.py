"""The meter room's one door: octets in, readings and rejections out.

`Decoder` knows no device and no time. The same octets give the same results however they are cut into chunks, any
octets at all are taken, and nothing is ever raised.
"""

from appliance.meter import aidon, cosem, kaifa, kamstrup
from appliance.meter.hdlc import Frame, FrameSearch
from appliance.meter.objects import COMMON_SCALES, Fields, add_bare, add_described, is_obis
from appliance.meter.reading import Reading, Reason, Rejected

__all__ = ["Decoder", "Reading", "Rejected"]


class Decoder:
    """Reads the frames of Aidon, Kaifa and Kamstrup meters: one by one, or from a stream of octets."""

    def __init__(self) -> None:
        self._frames = FrameSearch()

    def read(self, frame: Frame) -> Reading | Rejected:
        """Return the reading in an intact frame, or why it holds none."""
        try:
            if frame.segmented:
                raise cosem.UnreadableError(Reason.SEGMENTED)
            notification = cosem.notification(frame.information)
            fields = _fields(notification)
        except cosem.UnreadableError as verdict:
            return Rejected(frame.offset, len(frame.octets), verdict.reason)
        except ValueError:  # from the layouts: the values contradict each other or their description
            return Rejected(frame.offset, len(frame.octets), Reason.MALFORMED)
        fields["offset"], fields["length"] = frame.offset, len(frame.octets)
        fields["elements"] = notification.elements
        if fields.get("clock") is None:
            fields["clock"] = notification.clock
        return Reading.of(fields)

    def feed(self, octets: bytes | bytearray | memoryview) -> list[Reading | Rejected]:
        """Return what these octets complete, in stream order; a reading comes with its frame's last octet."""
        results = self._frames.feed(octets)
        return [self.read(result) if isinstance(result, Frame) else result for result in results]

    def close(self) -> list[Rejected]:
        """Return what still waits for octets, rejected as cut off: the line has ended."""
        return self._frames.close()


def _fields(notification: cosem.Notification) -> Fields:
    for layout in (aidon.read, kaifa.read, kamstrup.read, _read_unknown):
        fields = layout(notification)
        if fields is not None:
            if len(fields) == ("maker" in fields):
                break  # not one code in it is known
            return fields
    raise cosem.UnreadableError(Reason.UNKNOWN_LIST)


def _read_unknown(notification: cosem.Notification) -> Fields | None:
    """Return a list of an unknown maker, as far as it explains itself; `None` if it has no codes.

    Each code is followed by its value, which is scaled or not.
    """
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
