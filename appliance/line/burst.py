"""What one burst of octets says of the settings that it was read with.

Wrong settings leave traces, in how many octets came with an error and in which:

- An 8E1 line read as 8N1 gives right octets, and a framing error at each that has an even number of ones, for there
  the parity bit stands where the stop bit should be. With odd parity it is the other octets. One burst tells both.
- A wrong kind of parity is wrong at every octet. Parity where there is none is wrong at about half, and where octets
  follow each other closely, at most of them, for the receiver falls out of step; but not at all.
"""

from dataclasses import dataclass

from appliance.line.port import Parity, Received, SerialSettings

TELLING = 24
"""Octets after which the share of errors is believed."""
JOINING = 32
"""Octets to skip after the settings change amid a burst, while the receiver finds the start bits again."""
BAD_SHARE = 0.3
"""Settings with this share of errors are left amid a burst. One bit in a hundred turned gives a third of it."""
GOOD_SHARE = 0.1
"""A frame among fewer errors than this settles."""
NEARLY_ALL = 0.8
"""The least share of the octets with the wrong number of ones that must have come with an error."""
ALL_SHARE = 0.97
"""All octets, but for noise. Lists of 8N1 that are read with parity have 0.81 to 0.965 (bit-level model)."""

_EVEN = bytes(octet.bit_count() % 2 == 0 for octet in range(256))
"""By octet, 1 where its number of ones is even."""


@dataclass(slots=True, kw_only=True)
class Burst:
    """What came since the last pause, or since the settings were changed."""

    joined: bool
    """It had begun before."""
    skipped: int = 0
    """Of one that was joined, the first octets, which may be out of step."""
    octets: int = 0
    wrong: int = 0
    """By marks or counters, whichever the driver has."""
    even: int = 0
    """Octets with an even number of ones."""
    wrong_even: int = 0
    """Of those, marked as wrong."""
    wrong_odd: int = 0
    proven: bool = False
    """A frame or a header in it checked."""

    def add(self, received: Received) -> None:
        """Count octets and errors, without the first ones when the burst was joined."""
        skip = min(JOINING - self.skipped, len(received.octets)) if self.joined else 0
        self.skipped += skip
        marked = [place for place in received.wrong if place >= skip]
        even = sum(not received.octets[place].bit_count() % 2 for place in marked)
        self.octets += len(received.octets) - skip
        self.even += received.octets[skip:].translate(_EVEN).count(1)
        self.wrong_even += even
        self.wrong_odd += len(marked) - even
        self.wrong += max(len(marked), (received.errors or 0) - skip)

    @property
    def telling(self) -> bool:
        """Whether its errors can be believed already."""
        return self.octets >= TELLING

    @property
    def share(self) -> float:
        """The share of octets that came with an error."""
        return min(1.0, self.wrong / self.octets) if self.octets else 0.0

    def better(self, settings: SerialSettings) -> SerialSettings | None:
        """Return the settings that the errors speak for; `None` where they do not."""
        if settings.data_bits != 8 or not self.telling:
            return None
        odd = self.octets - self.even
        match settings.parity:
            case Parity.NONE if _only_these(self.wrong_even, self.even, self.wrong_odd, odd):
                parity = Parity.EVEN
            case Parity.NONE if _only_these(self.wrong_odd, odd, self.wrong_even, self.even):
                parity = Parity.ODD
            case Parity.NONE:
                return None
            case other if self.share > ALL_SHARE:
                parity = Parity.ODD if other is Parity.EVEN else Parity.EVEN
            case _ if self.share > BAD_SHARE:
                parity = Parity.NONE
            case _:
                return None
        return SerialSettings(settings.baud, parity)


def _only_these(wrong: int, of: int, stray: int, others: int) -> bool:
    """Return whether errors come at octets of one kind and at hardly any others."""
    return wrong >= 4 and wrong >= NEARLY_ALL * of and stray <= (1 - NEARLY_ALL) * others
