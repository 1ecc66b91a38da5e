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
from image.testing.meter import Household
from image.testing.sdcard import SDCard, file_of
from image.testing.verdict import NotSoError, Verdict

MOST_MISSING = timedelta(seconds=60)
IN_FLIGHT = timedelta(seconds=5)
"""A list that is on its way, and a write that is."""
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


async def check_after_cut(
    verdict: Verdict,
    house: Household,
    card: SDCard,
    cut: datetime | None,
    *,
    since: datetime | None = None,
    before: Kept | None = None,
    lossy: bool = False,
) -> None:
    """Look at the card after a cut; `None` where nothing was to be heard before it.

    `since`: from where on no minute may be missing; `before`: what it knew at its start; `lossy`: it had called written
    what it then lost.
    """
    found = kept(card)

    async def sound(found: Kept) -> str:
        """After the cut the data partition's file system is whole, or mended without a question."""
        if not found.sound:
            raise NotSoError(found.check)
        return found.check.splitlines()[-1] if found.check else "whole"

    def all_but(found: Kept, most: timedelta) -> str:
        missing = min(found.missing(cut), cut - house.heard_from) if cut else timedelta()
        gaps = [gap for gap in found.gaps() if since and gap >= since]
        if found.trouble or gaps or missing > most + IN_FLIGHT:
            raise NotSoError(found.trouble or f"{missing.total_seconds():.0f} s missing, minutes not there: {gaps}")
        return f"{missing.total_seconds():.0f} s missing, {len(found.minutes)} minutes kept"

    async def complete(found: Kept) -> str:
        """At most 60 s of what was heard are missing at the cut, and no minute before."""
        return all_but(found, MOST_MISSING)

    async def complete_but_for_a_write(found: Kept) -> str:
        """At most 120 s are missing at the cut, since the last minute's write may be lost, and no minute before."""
        return all_but(found, 2 * MOST_MISSING)

    async def still_there(found: Kept) -> str:
        """Nothing that the history knew before is gone."""
        lost = set(before.minutes if before else ()) - set(found.minutes)
        if found.trouble or lost:
            raise NotSoError(found.trouble or f"{len(lost)} minutes are gone")
        return f"{len(before.minutes if before else ())} minutes before, {len(found.minutes)} now"

    whole = complete_but_for_a_write if lossy else complete
    checks = [sound, *([whole] if cut else []), *([still_there] if before else [])]
    await verdict.check(found, *checks)


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
