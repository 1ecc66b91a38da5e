"""The meter room's one door: octets in, readings and rejections out.

`Decoder` knows no device and no time. The same octets give the same results however they are cut into chunks, any
octets at all are taken, and nothing is ever raised.
"""

from collections.abc import Mapping
from dataclasses import replace

from appliance.meter import aidon, cosem, kaifa, kamstrup
from appliance.meter.cipher import Cipher, Keys, Memory
from appliance.meter.hdlc import Address, Frame, FrameSearch
from appliance.meter.makers import Maker, profile_of
from appliance.meter.objects import Fields
from appliance.meter.reading import Reading, Reason, Rejected

__all__ = ["Decoder", "Reading", "Rejected"]

_LAYOUTS = tuple((maker, profile_of(maker)) for maker in (*Maker, None))
"""Each maker and its profile, in their turn; last the unknown maker, whose lists are read as far as they explain
themselves."""


class Decoder:
    """Reads the frames of Aidon, Kaifa and Kamstrup meters: one by one, or from a stream of octets."""

    def __init__(self, keys: Keys | None = None, counters: Memory | None = None) -> None:
        """Read encrypted lists with `keys`; the frame counters that the meter has used up stand in `counters`."""
        self._frames = FrameSearch()
        self._counters: Memory = {} if counters is None else counters
        self.use_keys(keys)

    def use_keys(self, keys: Keys | None) -> None:
        """Read encrypted lists with these keys from now on."""
        self._cipher = Cipher(keys, self._counters)

    def read(self, frame: Frame) -> Reading | Rejected:
        """Return the reading in an intact frame, or why it holds none."""
        if frame.segmented:
            return Rejected(frame.offset, len(frame.octets), Reason.SEGMENTED)
        result = self.information(frame.information, frame.offset, len(frame.octets))
        if isinstance(result, Rejected) and result.reason is Reason.UNKNOWN_LIST:
            return replace(result, maker=_known_maker(frame))
        return result

    def information(self, information: bytes, offset: int = 0, length: int | None = None) -> Reading | Rejected:
        """Return the reading in a frame's information field, or why it holds none.

        `offset` and `length` are those of the frame; without one, the information's own.
        """
        length = len(information) if length is None else length
        try:
            try:
                notification, authentication = cosem.notification(information), None
            except cosem.UnreadableError as verdict:
                if verdict.reason is not Reason.ENCRYPTED:
                    raise
                notification, authentication = self._cipher.open(information[len(cosem.LLC_HEADER) :])
            fields = _fields(notification)
        except cosem.UnreadableError as verdict:
            return Rejected(offset, length, verdict.reason)
        except ValueError:  # from the layouts: the values contradict each other or their description
            return Rejected(offset, length, Reason.MALFORMED)
        fields["offset"], fields["length"] = offset, length
        fields["elements"] = notification.elements
        if fields.get("clock") is None:
            fields["clock"] = notification.clock
        if authentication is not None:
            fields["authentication"] = authentication
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
        name = fields.get("list_name", profile.list_name)
        if maker is not None and name is not None and name.startswith(profile.list_name):
            fields["maker"] = maker
        return fields
    raise cosem.UnreadableError(Reason.UNKNOWN_LIST)


_SIGNS: Mapping[Maker, tuple[bytes, Address]] = {
    Maker.AIDON: (aidon.PROFILE.list_name.encode(), Address(b"\x41", b"\x08\x83", 0x13)),
    Maker.KAIFA: (kaifa.LIST_NAME, Address(b"\x01", b"\x02\x01", 0x10)),
    Maker.KAMSTRUP: (kamstrup.LIST_NAME.encode(), Address(b"\x2b", b"\x21", 0x13)),
}
"""By what a frame tells its maker though its list is not known: the list's name, and the frame's address."""


def _known_maker(frame: Frame) -> Maker | None:
    """Return whose a list is that is not known: the name in it tells, else the address of the frame."""
    information, address = frame.information, frame.address
    named = (maker for maker, (name, _) in _SIGNS.items() if name in information)
    return next(named, None) or next((maker for maker, (_, own) in _SIGNS.items() if own == address), None)
