"""Finds the settings at which the line can be read, without I/O: events with their times in, settings out.

Nobody tells the household its meter's baud and parity, and wrong ones look like a broken meter. So each of a few
`CANDIDATES` is listened at, and a frame that checks settles it. Listening must be patient, for some meters speak but
every ten seconds, so most is made of what a receiver with wrong settings notices:

- An 8E1 line heard as 8N1 gives right octets, and a framing error at each that has an even number of ones, for there
  the parity bit stands where the stop bit should be. With odd parity it is the other octets. One burst tells both.
- A wrong kind of parity is wrong at every octet; parity where there is none at about half.
- A fast line heard slowly gives a handful of octets where a list has hundreds.

Frames can check at wrong settings too (the first of these), so a frame settles only among few errors. Silence says
nothing against a candidate, nor does a crackle. Settled settings are left only when octets have come for minutes
without anything that checks. A round that found nothing is followed by one that lets errors be, for a receiver that
calls every octet wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.line.habits import Found, Frames
from appliance.line.port import Heard, Parity, SerialSettings
from appliance.meter.hdlc import Frame
from appliance.meter.reading import Reason

_NONE, _EVEN, _ODD = Parity.NONE, Parity.EVEN, Parity.ODD
CANDIDATES = (
    SerialSettings(2400, _NONE),
    SerialSettings(2400, _EVEN),
    SerialSettings(9600, _NONE),
    SerialSettings(115200, _NONE),
    SerialSettings(2400, _ODD),
    SerialSettings(9600, _EVEN),
    SerialSettings(115200, _EVEN),
    SerialSettings(9600, _ODD),
    SerialSettings(115200, _ODD),
    SerialSettings(2400, _EVEN, 7),
)
"""The likeliest first. No frame can come through seven bits: the last tells a line of text from noise."""


def candidates(baud: int | None = None, parity: Parity | None = None) -> tuple[SerialSettings, ...]:
    """Those with this baud and this parity; `None` is "find it"."""
    if baud is None and parity is None:
        return CANDIDATES
    return tuple(
        one for one in CANDIDATES if one.data_bits == 8 and baud in (None, one.baud) and parity in (None, one.parity)
    )


GAP_S = 0.5
"""A pause this long ends a burst: the shortest between two lists is 0.8 s."""
CRACKLE = 2
"""So many octets alone say nothing."""
FEW = 30
"""A burst below this is no list: the shortest frame has 41 octets."""
CHANCES, MANY_CHANCES = 2, 6
"""Bursts of few errors that may pass without a frame; more where something speaks for these settings."""
ENDLESS = 2100
"""A burst beyond the longest frame is none: noise without a pause."""
TELLING = 24
"""Octets after which the share of errors is believed."""
JOINING = 32
"""Octets until a receiver that was set anew amid a burst has found its step."""
BAD_SHARE = 0.3
"""Settings with so many errors are left amid a burst. A line with one bit in a hundred turned has a third of that."""
GOOD_SHARE = 0.1
"""A frame among fewer errors than this settles."""
NEARLY_ALL = 0.8
"""Of the octets that settings make wrong, so many are."""
LOST_S = 300.0
"""Settled settings are left when octets have come for so long without anything that checks."""
_CHECKED = (Reason.FRAME, Reason.NO_CLOSING_FLAG, Reason.CUT_OFF)
"""Rejected behind a right header check sequence."""


@dataclass(slots=True)
class Burst:
    """What was heard since the last pause, or since the settings were changed."""

    joined: bool
    """It had begun before."""
    octets: int = 0
    wrong: int = 0
    skipped: int = 0
    even: int = 0
    """Octets with an even number of ones."""
    wrong_even: int = 0
    """Of those, marked as wrong."""
    wrong_odd: int = 0
    proven: bool = False
    ends_in_break: bool = False

    def add(self, heard: Heard) -> None:
        """Count octets and errors, but of the first ones when it was joined."""
        skip = min(JOINING - self.skipped, len(heard.octets)) if self.joined else 0
        self.skipped += skip
        self.ends_in_break = heard.ends_in_break
        marked = [place for place in heard.wrong if place >= skip]
        even = sum(not heard.octets[place].bit_count() % 2 for place in marked)
        self.octets += len(heard.octets) - skip
        self.even += sum(not octet.bit_count() % 2 for octet in heard.octets[skip:])
        self.wrong_even += even
        self.wrong_odd += len(marked) - even
        self.wrong += max(len(marked), (heard.errors or 0) - skip)

    @property
    def telling(self) -> bool:
        """Its errors can be believed already."""
        return self.octets >= TELLING

    @property
    def share(self) -> float:
        """The share of octets that came with an error."""
        return min(1.0, self.wrong / self.octets) if self.octets else 0.0

    def better(self, settings: SerialSettings) -> SerialSettings | None:
        """The settings that the errors speak for; `None` where they do not."""
        if settings.data_bits != 8 or not self.telling:
            return None
        odd = self.octets - self.even
        match settings.parity:
            case Parity.NONE if _just(self.wrong_even, self.even, self.wrong_odd, odd):
                parity = _EVEN
            case Parity.NONE if _just(self.wrong_odd, odd, self.wrong_even, self.even):
                parity = _ODD
            case Parity.NONE:
                return None
            case other if self.share > NEARLY_ALL:
                parity = _ODD if other is _EVEN else _EVEN
            case _ if self.share > BAD_SHARE:
                parity = _NONE
            case _:
                return None
        return SerialSettings(settings.baud, parity)


class LineSearch:
    """Decides at which settings to listen. `settings` are those of the moment, and may change with each event."""

    def __init__(self, candidates: Sequence[SerialSettings] = CANDIDATES, remembered: SerialSettings | None = None):
        """A search among candidates, beginning with the one that read the last time."""
        self._candidates = sorted(candidates, key=lambda one: one != remembered)
        self.settings = self._candidates[0]
        self.settled = False
        self.rounds = 0
        """How often all candidates were listened at in vain."""
        self.frames = Frames()
        self.burst = Burst(joined=True)
        self.last: Burst | None = None
        """The burst before this one, at whatever settings."""
        self._last_octet_at: float | None = None
        self._proven_at = 0.0
        self._tried: set[SerialSettings] = set()
        self._failures = 0
        self._likely = remembered is not None
        self._marks = False  # the driver tells of errors
        self._too_slow = 0  # at this baud a list was but a few octets

    @property
    def due(self) -> float | None:
        """When `passed` is to be called, unless octets come before; `None` when nothing is waited for."""
        return None if self._last_octet_at is None else self._last_octet_at + GAP_S

    def opened(self, now: float) -> None:
        """The port is open, perhaps amid a burst. The settings that read before come first again."""
        self.settled, self.rounds, self._proven_at = False, 0, now
        self._tried.clear()
        self._failures = self._too_slow = 0
        self._last_octet_at = None
        self.burst = Burst(joined=True)
        self.frames.begin()

    def refused(self, settings: SerialSettings) -> bool:
        """The port does not take these, nor, if they have one, any parity; whether there is something else to try."""
        parity = settings.parity is not _NONE
        left = [one for one in self._candidates if one != settings and not (parity and one.parity is not _NONE)]
        if not left and not parity:
            return False
        self._candidates = left or [SerialSettings(settings.baud)]
        if self.settings not in self._candidates:
            self._go_to(self._next(Burst(joined=True)))
        return True

    def heard(self, now: float, heard: Heard) -> tuple[bytes, list[Found]]:
        """Octets came: those to go on with, and what frames they complete."""
        self.passed(now)
        if not heard.octets:
            return b"", []
        self._last_octet_at = now
        self.burst.add(heard)
        self._marks = self._marks or heard.error_count > 0
        octets, found = self.frames.feed(heard.octets)
        if any(is_proof(one) for one in found):
            self.burst.proven = True
            self._proven_at = now
        if self.settled:
            self._doubt(now)
        elif self.burst.telling:
            self._judge()
            if self.burst.octets > ENDLESS:
                self._end_burst()
        return octets, found

    def passed(self, now: float) -> None:
        """Time passed; a pause ends the burst."""
        if self._last_octet_at is not None and now >= self._last_octet_at + GAP_S:
            self._end_burst()

    def _end_burst(self) -> None:
        burst, self.burst = self.burst, Burst(joined=False)
        self._last_octet_at = None
        self.last = burst
        if self.settled or burst.proven or burst.joined or burst.octets <= CRACKLE:
            return
        self._failures += 1
        likely = self._likely or (self._marks and burst.share < GOOD_SHARE)
        chances = MANY_CHANCES if likely else CHANCES
        few, wrong = burst.octets < FEW, burst.telling and burst.share >= BAD_SHARE
        if few:
            self._too_slow = max(self._too_slow, self.settings.baud)
        if self._failures >= chances or wrong or (few and not self._likely):
            self._leave()

    @property
    def _only(self) -> bool:
        """There is nothing to choose from."""
        return len(self._candidates) == 1

    @property
    def _patient(self) -> bool:
        return self.rounds % 2 == 1

    @property
    def _others_may_do(self) -> bool:
        """Others of this baud may do better."""
        return not (self._only or self._patient) or any(
            self._untried(one) for one in self._candidates if one.baud == self.settings.baud and one != self.settings
        )

    def _judge(self) -> None:
        """Enough was heard of a burst to settle here or to leave."""
        if self.burst.proven:
            if self._untried(self.burst.better(self.settings)) or (
                self.burst.share >= GOOD_SHARE and self._others_may_do
            ):
                self._leave()
            else:
                self.settled, self.rounds = True, 0
        elif self.burst.share >= BAD_SHARE and not (self._only or self._patient):
            self._leave()

    def _doubt(self, now: float) -> None:
        if now - self._proven_at >= LOST_S:
            self.settled = False
            self._tried.clear()
            self._failures = 0

    def _untried(self, settings: SerialSettings | None) -> bool:
        return settings in self._candidates and settings not in self._tried

    def _leave(self) -> None:
        """These settings are not the line's."""
        burst = self.burst if self._last_octet_at is not None else self.last
        self._tried.add(self.settings)
        self._failures, self._likely = 0, False
        self._go_to(self._next(burst or self.burst))

    def _next(self, burst: Burst) -> SerialSettings:
        better = burst.better(self.settings)
        if better is not None and self._untried(better):
            self._likely = True
            return better
        left = [one for one in self._candidates if one not in self._tried]
        if not left:
            self.rounds += 1
            self._tried.clear()
            self._too_slow = 0
            left = self._candidates
        if burst.proven:
            left = sorted(left, key=lambda one: one.baud != self.settings.baud)
        else:
            left = sorted(left, key=lambda one: one.baud <= self._too_slow)
        return left[0]

    def _go_to(self, settings: SerialSettings) -> None:
        if settings != self.settings:
            self.settings = settings
            self.burst = Burst(joined=True)
            self.frames.begin()


def _just(wrong: int, of: int, stray: int, others: int) -> bool:
    """Whether errors come at octets of one kind and at hardly any others."""
    return wrong >= 4 and wrong >= NEARLY_ALL * of and stray <= (1 - NEARLY_ALL) * others


def is_proof(found: Found) -> bool:
    """Whether settings that gave this can be right: a check sequence was, of a frame or its header."""
    return isinstance(found, Frame) or found.reason in _CHECKED
