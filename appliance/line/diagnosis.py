"""What the line does, in the words of `health`, from what came and when; without I/O.

A line that is wrong is nearly always wrong in one of a few ways, and octets, errors and rhythm tell them apart: an
inverted line rests low, so bursts end without a stop bit, or in a break; a meter that cuts its port's supply is back
within some 60 s; a port that never sent an octet was most likely never opened by the grid company. Causes are in order
of likelihood and never more than likely: no electronics here can see the other end of the cable.
"""

from collections import deque
from collections.abc import Iterable
from itertools import pairwise
from statistics import median

from appliance.line.autobaud import CRACKLE, FEW, GAP_S, LULL_S, LineSearch, is_proof
from appliance.line.port import Received, SerialSettings
from appliance.line.quirks import FrameResult
from appliance.meter.hdlc import Frame
from appliance.system.health import Cause, LineCondition

UNREAD_S = 60.0
"""Octets that give nothing for this long are noise, though the line was read before."""
PAUSE_S = (45.0, 75.0)
"""The overcurrent pause takes a minute (Aidon v1.1A §2.2.1); a silence of this length that ends by itself was one."""
WINDOW_S = 600.0
"""What is older may have been mended."""
MOST = 200
"""Lists that are remembered."""
DAMAGED_SHARE, MISSING_SHARE, FEWEST = 0.01, 0.02, 3
"""More than this share and at least this number, so that one bad moment is no condition of the line."""
TELLING_LISTS = 8
"""The number of lists that make a rhythm."""


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
        self._starts: deque[float] = deque(maxlen=MOST)

    def opened(self, now: float) -> None:
        """Begin again: the port is open."""
        self._open_since, self._last_octet_at, self._last = now, None, None
        self._burst_octets = self._low_ends = self._full_bursts = 0
        self._starts.clear()

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
                self._starts.clear()
        self._last_octet_at, self._last = now, received
        self._burst_octets += len(received.octets)
        self._burst_baud = settings.baud
        for one in results:
            self._read = self._read or is_proof(one)
            self._proven_at = now if is_proof(one) else self._proven_at
            self._intact.append((now, isinstance(one, Frame)))
            if isinstance(one, Frame):
                self._starts.append(now - len(one.octets) * settings.octet_s)

    def _end_burst(self) -> None:
        """Count a burst that a pause has ended."""
        if self._burst_octets > CRACKLE and self._burst_baud == 2400 and self._last is not None:
            self._low_ends = self._low_ends + self._last.ends_in_break if self._last.ends_wrong else 0
        self._full_bursts += self._burst_octets >= FEW
        self._burst_octets = 0

    def condition(self, now: float, *, by_hand: bool) -> tuple[LineCondition, tuple[Cause, ...]]:
        """Return what the line does, and why where it is silent; `by_hand`: baud and parity were both set."""
        if self._open_since is None:
            return LineCondition.NO_PORT, ()
        since = self._last_octet_at if self._last_octet_at is not None else self._open_since
        if now - since >= self.silent_s:
            return LineCondition.SILENT, self._causes(now - since)
        return self._reading(now) if self._search.settled else self._searching(by_hand), ()

    def _searching(self, by_hand: bool) -> LineCondition:
        if self._low_ends >= 2:
            return LineCondition.INVERTED
        if not self._search.rounds:
            return LineCondition.SEARCHING
        return LineCondition.WRONG_SETTINGS if by_hand and self._full_bursts else LineCondition.NOISE

    def _reading(self, now: float) -> LineCondition:
        if now - self._proven_at >= UNREAD_S:
            return LineCondition.NOISE
        whole = [intact for at, intact in self._intact if now - at <= WINDOW_S]
        damaged = whole.count(False)
        if damaged >= FEWEST and damaged > DAMAGED_SHARE * len(whole):
            return LineCondition.DAMAGED
        missing, expected = self._missing(now)
        if missing >= FEWEST and missing > MISSING_SHARE * expected:
            return LineCondition.MISSING
        return LineCondition.FINE

    def _missing(self, now: float) -> tuple[int, int]:
        """Return how many lists the rhythm of the others lacks, and how many there should have been."""
        starts = [at for at in self._starts if now - at <= WINDOW_S]
        if len(starts) <= TELLING_LISTS:
            return 0, 0
        steps = [later - earlier for earlier, later in pairwise(starts)]
        rhythm = median(steps)
        missing = sum(max(0, round(step / rhythm) - 1) for step in steps) if rhythm > 0 else 0
        return missing, missing + len(starts)

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
