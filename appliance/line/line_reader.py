"""The line without its port: octets with their times in, frames and the state of the line out.

The serial port and a recording that is replayed are both read by this, so what is said of a recording is what the
appliance would have said.
"""

from appliance.line.autobaud import LineSearch, candidates
from appliance.line.diagnosis import LineWatch
from appliance.line.port import Parity, Received, SerialSettings
from appliance.line.quirks import Framed
from appliance.meter.reading import Reading, Rejected
from appliance.system.health import NOTHING_KNOWN, Health


class LineReader:
    """The search for a line's settings, and the watch over what comes."""

    def __init__(
        self,
        *,
        silent_s: float,
        baud: int | None = None,
        parity: Parity | None = None,
        remembered: SerialSettings | None = None,
    ) -> None:
        """Read a line that is silent `silent_s` after its last octet.

        Baud and parity that are `None` are searched for, first those that are `remembered` from a former run.
        """
        self._by_hand = baud is not None and parity is not None
        self._search = LineSearch(candidates(baud, parity), remembered)
        self._watch = LineWatch(self._search, silent_s=silent_s, read_before=remembered is not None)
        self._found: tuple[object, ...] | None = None
        self._health = NOTHING_KNOWN

    @property
    def settings(self) -> SerialSettings:
        """At which to listen; they may change with each event."""
        return self._search.settings

    @property
    def settled(self) -> bool:
        """Whether frames have shown that the settings are the line's."""
        return self._search.settled

    @property
    def due(self) -> float | None:
        """When `passed` is to be called, s, unless octets come before; `None` when nothing is waited for.

        A pause says nothing of settings that are settled.
        """
        return None if self._search.settled else self._search.due

    def apply_silence(self, silent_s: float) -> None:
        """Call the line silent `silent_s` after its last octet, from now on."""
        self._watch.silent_s = silent_s

    def opened(self, now: float) -> None:
        """Begin again at `now`, s: the port is open, perhaps amid a burst."""
        self._search.opened()
        self._watch.opened(now)

    def lost(self) -> list[Rejected]:
        """Return what had begun and will not end, as the port is gone."""
        self._watch.lost()
        return self._search.lost()

    def refused(self, settings: SerialSettings) -> bool:
        """Drop settings that the port does not take. Return whether any are left."""
        return self._search.refused(settings)

    def take(self, now: float, received: Received) -> Framed:
        """Take octets that came at `now`, s; return those to go on with, and the frames they complete."""
        settings = self._search.settings
        framed = self._search.take(now, received)
        self._watch.take(now, received, framed.at_these_settings, settings)
        return framed

    def judged(self, now: float, result: Reading | Rejected) -> None:
        """Note what the decoder made at `now`, s, of an intact frame: else only the frames are known to come."""
        self._watch.judged(now, result)

    def passed(self, now: float) -> None:
        """End the burst if enough time has passed without an octet at `now`, s."""
        self._search.passed(now)

    def calm_until(self, now: float) -> float:
        """Return up to when time alone does not change the `health`, s; `now` when it may do so at any moment."""
        return self._watch.calm_until(now)

    def health(self, now: float) -> Health:
        """Return what is known of the line at `now`, s; nothing else of the health is filled in."""
        condition, causes = self._watch.condition(now, by_hand=self._by_hand)
        found = condition, causes, self._search.settings, self._watch.authentication
        if found != self._found:  # mostly it is what it was
            self._found = found
            self._health = Health(
                line=condition,
                causes=causes,
                line_settings=str(self._search.settings),
                authentication=self._watch.authentication,
            )
        return self._health
