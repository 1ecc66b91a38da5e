"""The meter room's one door: octets in, readings and rejections out.

`Decoder` knows no device and no time. The same octets give the same results however they are cut into chunks, any
octets at all are taken, and nothing is ever raised.
"""

from appliance.meter import cosem
from appliance.meter.hdlc import Frame, FrameSearch
from appliance.meter.makers import Maker, profile_of
from appliance.meter.objects import Fields
from appliance.meter.reading import Reading, Reason, Rejected

__all__ = ["Decoder", "Reading", "Rejected"]

_LAYOUTS = tuple((maker, profile_of(maker)) for maker in (*Maker, None))
"""Each maker and its profile, in their turn; last the unknown maker, whose lists are read as far as they explain
themselves."""


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
    """Return the values by the first layout that knows the list, and its maker. Raises UnreadableError."""
    for maker, profile in _LAYOUTS:
        fields = profile.read(notification)
        if fields is None:
            continue
        if not fields:
            break  # not one code in it is known
        if maker is not None and fields.get("list_name", profile.list_name).startswith(profile.list_name):
            fields["maker"] = maker
        return fields
    raise cosem.UnreadableError(Reason.UNKNOWN_LIST)
