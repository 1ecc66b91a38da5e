"""What a card remembers of the house after its power was cut.

The history's file is taken off the mended copy of the data partition, log and all, and read by the program's own code;
so what is seen here is what the appliance will find at its next start.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.history.database import HISTORY_FILE, History, HistoryError
from appliance.household.checkpoint import MinuteRow
from appliance.system.clock import Boot
from image.testing.sdcard import SDCard, file_of

FOLDER = "/han-appliance"
_LONG_AGO, _FAR_OFF = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found."""

    check: str
    """What the file system check had to say."""
    sound: bool
    """The file system is whole after it."""
    minutes: tuple[MinuteRow, ...] = ()
    noted: datetime | None = None
    """The newest moment that the history knows of."""
    trouble: str | None = None
    """Why there is no history, or no whole one."""

    def missing(self, until: datetime) -> timedelta:
        """Return how much of the time until then is not in it; all of it when nothing is."""
        return until - (self.noted or _LONG_AGO)

    def gaps(self) -> list[datetime]:
        """Return the minutes between the first and the last that are not there."""
        starts = {row.start for row in self.minutes}
        if not starts:
            return []
        span = int((max(starts) - min(starts)) / timedelta(minutes=1))
        return [at for at in (min(starts) + timedelta(minutes=n) for n in range(span)) if at not in starts]


def kept(card: SDCard) -> Kept:
    """Return what a card keeps that is in no machine."""
    data = card.mended()
    try:
        file = None
        for name in (HISTORY_FILE, f"{HISTORY_FILE}-wal"):
            found = file_of(data, f"{FOLDER}/{name}", card.file.with_name(f"{card.file.name}.{name}"))
            file = found if name == HISTORY_FILE else file
        if file is None:
            return Kept(data.check, data.sound, trouble="there is no history on the data partition")
        return _read(file, Kept(data.check, data.sound))
    finally:
        data.file.unlink()


def _read(file: Path, found: Kept) -> Kept:
    try:
        history = History(file)
        damaged = history.damaged()
        checkpoint = history.load(Boot("", 0.0)).checkpoint
        minutes = tuple(history.minutes(_LONG_AGO, _FAR_OFF))
        history.close()
    except HistoryError as trouble:
        return Kept(found.check, found.sound, trouble=str(trouble))
    damage = "the history's file is damaged" if damaged or history.set_aside else None
    return Kept(found.check, found.sound, minutes, checkpoint.utc if checkpoint else None, damage)
