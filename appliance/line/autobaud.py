"""Finds the settings at which the line can be read, without I/O: events with their times in, settings out.

The household does not know its meter's baud and parity, and wrong ones look like a broken meter. So each of a few
`CANDIDATES` is tried, and an intact frame settles it. The search must be patient, since some meters speak every ten
seconds only, so most is made of what a burst of octets says of wrong settings (`burst`): they are left in the middle of
the burst, for those that its errors speak for.

What is no frame can settle it as well: a line that proves to speak another protocol (`other_protocols`) is listened to
where that is heard, so that it can be named.

Frames can check at wrong settings too, so a frame settles only among few errors. Silence says nothing against a
candidate, nor does a crackle. Settled settings are left only when octets have come for minutes without an intact frame
or header. A round that found nothing is followed by one that ignores errors, for a receiver that calls every octet
wrong.
"""

from collections.abc import Sequence

from appliance.line.burst import BAD_SHARE, GOOD_SHARE, Burst
from appliance.line.other_protocols import OtherProtocol, OtherProtocols
from appliance.line.port import Parity, Received, SerialSettings
from appliance.line.quirks import Framed, FrameResult, QuirkFilter
from appliance.meter.hdlc import Frame
from appliance.meter.reading import Reason, Rejected

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
"""The likeliest first. No frame comes through seven bits, so the last settles nothing until a meter surprises us."""

GAP_S = 0.5
"""A pause this long ends a burst: the shortest between two lists is 0.8 s."""
CRACKLE = 2
"""This number of octets alone says nothing."""
FEW = 30
"""A burst below this is no list: the shortest frame has 41 octets."""
CHANCES, MANY_CHANCES = 2, 6
"""Bursts of few errors that may pass without a frame; more where something speaks for these settings."""
ENDLESS = 2100
"""A burst beyond the longest frame is none: noise without a pause."""
LOST_S = 300.0
"""Settled settings are left when octets have come for this long without an intact frame or header."""
LULL_S = 30.0
"""Three of the slowest meter's lists: after a pause of this length the search and the rhythm begin from nothing."""
IN_VAIN_S = 10.0
"""Another protocol is looked for on settled settings when octets have come for this long without a frame."""
_CHECKED = (Reason.FRAME, Reason.NO_CLOSING_FLAG, Reason.CUT_OFF)
"""Rejected after a right header check sequence."""


def candidates(baud: int | None = None, parity: Parity | None = None) -> tuple[SerialSettings, ...]:
    """Return those with this baud and this parity; `None` is "find it"."""
    if baud is None and parity is None:
        return CANDIDATES
    return tuple(
        one for one in CANDIDATES if one.data_bits == 8 and baud in (None, one.baud) and parity in (None, one.parity)
    )


class LineSearch:
    """Decides at which settings to listen. `settings` are those of the moment, and may change with each event."""

    def __init__(self, candidates: Sequence[SerialSettings] = CANDIDATES, remembered: SerialSettings | None = None):
        """Begin a search among candidates with the one that read the last time."""
        self._candidates = sorted(candidates, key=lambda one: one != remembered)
        self.settings = self._candidates[0]
        self.settled = False
        self.rounds = 0
        """The number of times that all candidates were tried without a frame."""
        self.frames = QuirkFilter()
        self.other: OtherProtocol | None = None
        """What the line was last heard to speak that is no HDLC."""
        self.other_at = 0.0
        """When that was."""
        self._others = OtherProtocols()
        self.burst = Burst(joined=True)
        self._last: Burst | None = None
        self._last_octet_at: float | None = None
        self._octets_at = 0.0
        self._in_vain_since: float | None = None
        self._tried: set[SerialSettings] = set()
        self._failures = 0
        self._likely = self.settings == remembered  # something speaks for the settings
        self._sees_errors = False  # the driver reports errors
        self._too_slow = 0  # at this baud a list was but a few octets

    @property
    def due(self) -> float | None:
        """When `passed` is to be called, unless octets come before; `None` when nothing is waited for."""
        return None if self._last_octet_at is None else self._last_octet_at + GAP_S

    def opened(self) -> None:
        """Begin again: the port is open, perhaps amid a burst. The settings that read before come first."""
        self.settled, self.rounds, self._in_vain_since = False, 0, None
        self._tried.clear()
        self._failures = self._too_slow = 0
        self._last_octet_at = None
        self.burst = Burst(joined=True)
        self.other, self._others = None, OtherProtocols()
        self.frames.begin()

    def lost(self) -> list[Rejected]:
        """Return what had begun and will not end, as the port is gone."""
        return self.frames.close()

    def refused(self, settings: SerialSettings) -> bool:
        """Drop settings that the port does not take, with any parity if they have one. Return whether any are left."""
        parity = settings.parity is not _NONE
        left = [one for one in self._candidates if one != settings and not (parity and one.parity is not _NONE)]
        if not left and not parity:
            return False
        self._candidates = left or [SerialSettings(settings.baud)]
        if self.settings not in self._candidates:
            self._go_to(self._next(Burst(joined=True)))
        return True

    def take(self, now: float, received: Received) -> Framed:
        """Take octets that came at `now`; return those to go on with, and the frames they complete."""
        self.passed(now)
        if not received.octets:
            return Framed()
        if self._in_vain_since is None or now - self._octets_at >= LULL_S:
            self._in_vain_since = now
        self._last_octet_at = self._octets_at = now
        self.burst.add(received)
        self._sees_errors = self._sees_errors or received.error_count > 0
        framed = self.frames.feed(received.octets, settled=self.settled)
        if any(is_proof(one) for one in framed.at_these_settings):
            self.burst.proven = True
            self._in_vain_since = None
            self.other = None
        elif self._in_doubt(now) and (other := self._others.feed(received.octets)) is not None:
            self.burst.proven = True
            self._in_vain_since = None
            self.other, self.other_at = other, now
        if self.settled:
            self._doubt(now)
        elif self.burst.telling:
            self._judge()
            if self.burst.octets > ENDLESS:
                self._end_burst()
        return framed

    def passed(self, now: float) -> None:
        """End the burst if time has passed without an octet."""
        if self._last_octet_at is not None and now >= self._last_octet_at + GAP_S:
            self._end_burst()

    def _end_burst(self) -> None:
        burst, self.burst = self.burst, Burst(joined=False)
        self._last_octet_at = None
        self._last = burst
        if self.settled or burst.proven or burst.joined or burst.octets <= CRACKLE:
            return
        self._failures += 1
        likely = self._likely or (self._sees_errors and burst.share < GOOD_SHARE)
        chances = MANY_CHANCES if likely else CHANCES
        few, wrong = burst.octets < FEW, burst.telling and burst.share >= BAD_SHARE
        if few:
            self._too_slow = max(self._too_slow, self.settings.baud)
        if self._failures >= chances or wrong or (few and not self._likely):
            self._leave()

    @property
    def _only(self) -> bool:
        """Whether there is nothing to choose from."""
        return len(self._candidates) == 1

    @property
    def _patient(self) -> bool:
        """Whether errors are ignored in this round."""
        return self.rounds % 2 == 1

    @property
    def _others_may_do(self) -> bool:
        """Whether other settings of this baud may do better."""
        return not (self._only or self._patient) or any(
            one.baud == self.settings.baud and one != self.settings and one not in self._tried
            for one in self._candidates
        )

    def _judge(self) -> None:
        """Settle here or leave: enough of a burst has come."""
        if self.burst.proven:
            # Settings that the errors speak for come again, also when noise hid them the first time.
            better = self.burst.better(self.settings) in self._candidates
            if better or (self.burst.share >= GOOD_SHARE and self._others_may_do):
                self._leave()
            else:
                self.settled, self.rounds = True, 0
        elif self.burst.share >= BAD_SHARE and not (self._only or self._patient):
            self._leave()

    def _in_doubt(self, now: float) -> bool:
        """Return whether another protocol is to be looked for; a line that gives frames is spared the work."""
        in_vain_s = 0.0 if self._in_vain_since is None else now - self._in_vain_since
        return not self.settled or self.other is not None or in_vain_s >= IN_VAIN_S

    def _doubt(self, now: float) -> None:
        if self._in_vain_since is not None and now - self._in_vain_since >= LOST_S:
            self.settled = False
            self._tried.clear()
            self._failures = 0

    def _leave(self) -> None:
        """Try other settings: these are not the line's."""
        burst = self.burst if self._last_octet_at is not None else self._last
        self._tried.add(self.settings)
        self._failures, self._likely = 0, False
        self._go_to(self._next(burst or self.burst))

    def _next(self, burst: Burst) -> SerialSettings:
        better = burst.better(self.settings)
        if better in self._candidates and (burst.proven or better not in self._tried):
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
            self._others = OtherProtocols()
            self.frames.settings_changed()


def is_proof(result: FrameResult) -> bool:
    """Return whether settings that gave this can be right: a check sequence was, of a frame or its header."""
    return isinstance(result, Frame) or result.reason in _CHECKED
