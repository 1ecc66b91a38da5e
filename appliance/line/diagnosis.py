"""What the line does, in the words of `health`, from what came and when; without I/O.

A line that is wrong is nearly always wrong in one of a few ways, and octets, errors and rhythm tell them apart: an
inverted line rests low, so bursts end without a stop bit, or in a break; a meter that cuts its port's supply is back
within some 60 s; a port that never sent an octet was most likely never opened by the grid company. Causes are in order
of likelihood and never more than likely: no electronics here can see the other end of the cable.

Frames may be intact and say nothing to us: encrypted, in pieces, of a meter nobody has described. What the decoder
made of them is told to `judged`, and a line of which nothing is read is never called fine.
"""

from collections import deque
from collections.abc import Iterable, Mapping

from appliance.line.autobaud import CRACKLE, FEW, GAP_S, LULL_S, LineSearch, is_proof
from appliance.line.other_protocols import OtherProtocol
from appliance.line.port import Received, SerialSettings
from appliance.line.quirks import FrameResult
from appliance.line.rhythm import Rhythm
from appliance.meter.hdlc import Frame
from appliance.meter.reading import Reading, Reason, Rejected
from appliance.system.health import Cause, LineCondition

UNREAD_S = 60.0
"""Octets that give nothing for this long are noise, and frames are unreadable, though the line was read before."""
PAUSE_S = (45.0, 75.0)
"""The overcurrent pause takes a minute (Aidon v1.1A §2.2.1); a silence of this length that ends by itself was one."""
WINDOW_S = 600.0
"""What is older may have been mended."""
MOST = 200
"""Lists that are remembered."""
DAMAGED_SHARE, MISSING_SHARE, FEWEST = 0.01, 0.02, 3
"""More than this share and at least this number, so that one bad moment is no condition of the line."""
TELLING_UNREAD = 8
"""The last frames that were not read, by which a line is named."""
RECOUNT_S = 5.0
"""How often the missing lists are counted, at a list."""
TELLING_LISTS = 8
"""The number of lists that make a rhythm."""

_UNREAD: Mapping[Reason, LineCondition] = {
    Reason.ENCRYPTED: LineCondition.ENCRYPTED,
    Reason.WRONG_KEY: LineCondition.ENCRYPTED,
    Reason.BLOCK_TRANSFER: LineCondition.BLOCK_TRANSFER,
    Reason.NOT_A_NOTIFICATION: LineCondition.UNKNOWN_METER,
    Reason.UNKNOWN_LIST: LineCondition.UNKNOWN_METER,
}
"""What a line is whose intact frames are rejected for this reason; for any other it is unreadable."""
UNREAD = frozenset(_UNREAD.values()) | {LineCondition.UNKNOWN_LIST, LineCondition.UNREADABLE}
"""What a line can be whose frames are intact, and none is read."""
_CAUSES: Mapping[Reason, tuple[Cause, ...]] = {
    Reason.WRONG_KEY: (Cause.WRONG_KEY,),
    Reason.REPLAYED: (Cause.REPLAYED,),
}
_OTHERS: Mapping[OtherProtocol, LineCondition] = {
    OtherProtocol.P1: LineCondition.P1,
    OtherProtocol.MBUS: LineCondition.MBUS,
}


class LineWatch:
    """Remembers what happened on the line; fed with the same events as the search."""

    def __init__(self, search: LineSearch, *, silent_s: float, read_before: bool = False) -> None:
        """Watch over a search. The line is silent `silent_s` after its last octet.

        `read_before`: this line was read in a previous run.
        """
        self._search = search
        self.silent_s = silent_s
        self._read = read_before
        self._open_since: float | None = None
        self._last_octet_at: float | None = None
        self._last: Received | None = None
        self._burst_octets = self._burst_baud = 0
        self._low_ends = 0
        self._full_bursts = 0
        self._paused_before = False
        self._proven_at = 0.0
        self._intact: deque[tuple[float, bool]] = deque(maxlen=MOST)
        self._damaged: deque[float] = deque(maxlen=FEWEST)
        """When the newest frames came that were not intact."""
        self._lists = Rhythm(MOST)
        self._read_at: float | None = None
        self._unread: deque[Rejected] = deque(maxlen=TELLING_UNREAD)
        self.authentication: str | None = None
        """Of the last list that was read."""
        self._counted_at = float("-inf")
        self._rhythm: tuple[int, int] | None = None
        """Lists that are missing, and expected, among those; `None` until they are counted."""

    def opened(self, now: float) -> None:
        """Begin again: the port is open."""
        self._open_since, self._last_octet_at, self._last = now, None, None
        self._burst_octets = self._low_ends = self._full_bursts = 0
        self._lists.clear()
        self._unread.clear()
        self._read_at = self.authentication = None
        self._rhythm = None

    def lost(self) -> None:
        """Note that the port is gone."""
        self._open_since = None

    def take(self, now: float, received: Received, results: Iterable[FrameResult], settings: SerialSettings) -> None:
        """Note octets that were read with these settings, and the frames that they completed."""
        if self._last_octet_at is not None:
            pause_s = now - self._last_octet_at
            if pause_s >= GAP_S:
                self._end_burst()
            self._paused_before = self._paused_before or PAUSE_S[0] <= pause_s <= PAUSE_S[1]
            if pause_s >= LULL_S:
                self._lists.clear()
                self._rhythm = None
        self._last_octet_at, self._last = now, received
        self._burst_octets += len(received.octets)
        self._burst_baud = settings.baud
        for one in results:
            if is_proof(one):
                self._read, self._proven_at = True, now
            self._intact.append((now, isinstance(one, Frame)))
            if isinstance(one, Frame):
                self._lists.add(now - len(one.octets) * settings.octet_s)
                if self._rhythm is None or now - self._counted_at >= RECOUNT_S:
                    self._count_missing(now)
            else:
                self._damaged.append(now)

    def judged(self, now: float, result: Reading | Rejected) -> None:
        """Note what the decoder made of an intact frame."""
        if isinstance(result, Reading):
            self._read_at, self.authentication = now, result.authentication
            self._unread.clear()
        else:
            self._unread.append(result)

    def _end_burst(self) -> None:
        """Count a burst that a pause has ended."""
        if self._burst_octets > CRACKLE and self._burst_baud == 2400 and self._last is not None:
            self._low_ends = self._low_ends + self._last.ends_in_break if self._last.ends_wrong else 0
        self._full_bursts += self._burst_octets >= FEW
        self._burst_octets = 0

    def condition(self, now: float, *, by_hand: bool) -> tuple[LineCondition, tuple[Cause, ...]]:
        """Return what the line does, and why where nothing is read; `by_hand`: baud and parity were both set."""
        if self._open_since is None:
            return LineCondition.NO_PORT, ()
        since = self._last_octet_at if self._last_octet_at is not None else self._open_since
        if now - since >= self.silent_s:
            return LineCondition.SILENT, self._causes(now - since)
        if (other := self._search.other) is not None and now - self._search.other_at < UNREAD_S:
            return _OTHERS[other], ()
        if not self._search.settled:
            return self._searching(by_hand), ()
        if now - self._proven_at >= UNREAD_S:
            return LineCondition.NOISE, ()
        if self._unread and (self._read_at is None or now - self._read_at >= UNREAD_S):
            return self._unreadable()
        return self._reading(now), ()

    def _unreadable(self) -> tuple[LineCondition, tuple[Cause, ...]]:
        """Return what the frames are of which none was read; what most of the last ones are."""
        reasons = [one.reason for one in self._unread]
        reason = max(reversed(reasons), key=reasons.count)
        condition = _UNREAD.get(reason, LineCondition.UNREADABLE)
        if reason is Reason.UNKNOWN_LIST and self._unread[-1].maker is not None:
            condition = LineCondition.UNKNOWN_LIST
        return condition, _CAUSES.get(reason, ())

    def _searching(self, by_hand: bool) -> LineCondition:
        if self._low_ends >= 2:
            return LineCondition.INVERTED
        if not self._search.rounds:
            return LineCondition.SEARCHING
        return LineCondition.WRONG_SETTINGS if by_hand and self._full_bursts else LineCondition.NOISE

    def _reading(self, now: float) -> LineCondition:
        if self._damaged and now - self._damaged[-1] <= WINDOW_S:
            whole = [intact for at, intact in self._intact if now - at <= WINDOW_S]
            damaged = whole.count(False)
            if damaged == len(whole) < FEWEST:
                return LineCondition.SEARCHING
            if damaged >= FEWEST and damaged > DAMAGED_SHARE * len(whole):
                return LineCondition.DAMAGED
        missing, expected = self._rhythm or (0, 0)
        if missing >= FEWEST and missing > MISSING_SHARE * expected:
            return LineCondition.MISSING
        return LineCondition.FINE

    def _count_missing(self, now: float) -> None:
        """Count how many lists the rhythm of the others lacks, and how many there should have been."""
        self._lists.forget(now, WINDOW_S)
        self._counted_at = now
        self._rhythm = self._lists.missing() if len(self._lists) > TELLING_LISTS else None

    def calm_until(self, now: float) -> float:
        """Return up to when time alone does not change the condition or its causes, s; `now` when it may do so."""
        if self._open_since is None:
            return float("inf")
        since = self._last_octet_at if self._last_octet_at is not None else self._open_since
        moments = [since + self.silent_s, since + PAUSE_S[1]]
        if self._search.settled and now < since + self.silent_s:
            if self._reading(now) is not LineCondition.FINE:
                return now  # what was wrong is forgotten after a while
            moments.append(self._proven_at + UNREAD_S)
            if self._unread and self._read_at is not None:
                moments.append(self._read_at + UNREAD_S)
        if self._search.other is not None:
            moments.append(self._search.other_at + UNREAD_S)
        return min((moment for moment in moments if moment > now), default=float("inf"))

    def _causes(self, silence_s: float) -> tuple[Cause, ...]:
        """Return why nothing has come for `silence_s`, the likeliest first."""
        closed, cable, converter = Cause.PORT_CLOSED, Cause.CABLE, Cause.CONVERTER
        low = self._last is not None and self._last.ends_in_break
        if self._last_octet_at is not None and self._read and silence_s <= PAUSE_S[1]:
            rest = (converter, cable) if low else (cable, converter)
            likely = self._paused_before or low or not (self._last and self._last.octets.endswith(b"\x7e"))
            return (Cause.OVERCURRENT_PAUSE, *rest) if likely else (rest[0], Cause.OVERCURRENT_PAUSE, rest[1])
        if low:
            return converter, cable, closed
        return (cable, converter, closed) if self._read else (closed, cable, converter)
