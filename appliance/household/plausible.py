"""What a house's connection can carry: values beyond it are damage, another unit or a meter's mistake, and never shown.

Nothing in a frame says that its values are wrong: a negative current sent without a sign is 4,294,961 A. Voltages that
are sent in tenths or hundredths are known by their size, since no phase has 500 V.
"""

from appliance.meter.reading import Reading

MOST_W, MOST_A = 200_000.0, 500.0
"""Without a main fuse in the settings: more than any house has."""
OVERLOAD = 3.0
"""A main fuse carries three times its current for some seconds, and no more."""
PHASE_V = 230.0
"""In a net of 400 V each of the three lines has its fuse at 230 V; in an IT net of 230 V they carry less."""
LARGEST_V = 500.0
_SCALED_V = (150.0, LARGEST_V)
"""What a voltage of another unit is after it was put right: between phases up to 440 V."""
PERSISTS_S = 60.0

_POWERS = tuple(
    f"power_{direction}{phase}_w" for direction in ("import", "export") for phase in ("", "_l1", "_l2", "_l3")
)
_CURRENTS = ("current_l1_a", "current_l2_a", "current_l3_a")
_VOLTAGES = ("voltage_l1_v", "voltage_l2_v", "voltage_l3_v")


def connection_w(fuse_a: float) -> float:
    """Return the power that a connection with this main fuse carries for as long as it likes, W."""
    return 3 * PHASE_V * fuse_a


class Plausibility:
    """Takes out of readings what cannot be."""

    def __init__(self, fuse_a: float | None) -> None:
        self.go_by(fuse_a)
        self._since = self._last = float("-inf")

    def go_by(self, fuse_a: float | None) -> None:
        """Take this for the main fuse, A, from now on; `None` is not known."""
        self._most_w = MOST_W if fuse_a is None else OVERLOAD * connection_w(fuse_a)
        self._most_a = MOST_A if fuse_a is None else OVERLOAD * fuse_a

    def sifted(self, reading: Reading, now: float) -> tuple[Reading, bool]:
        """Return a reading of `now`, s, with only what can be, and whether anything was taken out."""
        if reading.elements == 1:
            wrong = [] if self._carries(reading.power_import_w) else ["power_import_w"]
            mended: dict[str, object] = {}
        else:
            wrong, mended = self._wrong(reading)
        if wrong:
            if now - self._last > PERSISTS_S:
                self._since = now
            self._last = now
        if not (wrong or mended):
            return reading, False
        return Reading.of(vars(reading) | mended | dict.fromkeys(wrong)), bool(wrong)

    def persists(self, now: float) -> bool:
        """Return whether what cannot be has come again and again, up to `now`, s."""
        return now - self._last <= PERSISTS_S <= self._last - self._since

    def _carries(self, power_w: float | None) -> bool:
        return power_w is None or abs(power_w) <= self._most_w

    def _wrong(self, reading: Reading) -> tuple[list[str], dict[str, object]]:
        """Return the names of values that cannot be, and the voltages that were sent in another unit, V."""
        wrong = [name for name in _POWERS if not self._carries(getattr(reading, name))]
        wrong += [name for name in _CURRENTS if abs(getattr(reading, name) or 0.0) > self._most_a]
        mended: dict[str, object] = {}
        for name in _VOLTAGES:
            sent_v = getattr(reading, name)
            if sent_v is None or 0 <= sent_v <= LARGEST_V:
                continue
            volts = next((sent_v / by for by in (10, 100) if _SCALED_V[0] <= sent_v / by <= _SCALED_V[1]), None)
            if volts is None:
                wrong.append(name)
            else:
                mended[name] = volts
        return wrong, mended
