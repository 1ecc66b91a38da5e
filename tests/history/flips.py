"""A household's history with one bit turned, opened as the appliance opens it, and what is then known of each hour.

The file is made once; its hours are known from the arithmetic here, and by no other way. Each case is a copy with a
wrong bit, in memory where the machine has such a disk.
"""

import shutil
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from appliance.history.database import HISTORY_FILE, PAGE_SIZE, History
from appliance.household.checkpoint import Batch, Checkpoint
from appliance.household.hours import HOUR, Hour, LedgerCheckpoint, Quality, RunningHour, Span
from appliance.system.clock import Boot

START = datetime(2026, 1, 1, tzinfo=UTC)
EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)
BOOT = Boot("boot", 1000.0)
HOURS = 72
EDITED = (17, 18, 61)
"""Hours that the household has corrected."""
NEXT = Hour(START + (HOURS + 5) * HOUR, 4321.0, 0.0, Quality.METERED, 1.0)
"""What is written into each file once it is open."""
RUNNING = RunningHour(start=START + HOURS * HOUR, import_wh=512.25, seen_s=1800.0, elapsed_s=1800.0)


@cache
def hour(number: int) -> Hour:
    """One of the hours, as it is known to the household."""
    start = START + number * HOUR
    if number in EDITED:
        return Hour(start, 7000.0 + number, number % 5, Quality.EDITED, 1.0, Quality.METERED)
    return Hour(start, 1000.0 + 7.25 * number, number % 5, Quality.METERED, 1.0, Quality.METERED)


@cache
def measured(number: int) -> Hour:
    """The same before any correction."""
    return Hour(START + number * HOUR, 1000.0 + 7.25 * number, number % 5, Quality.METERED, 1.0, Quality.METERED)


def make(folder: Path, *, keep_log: bool = False) -> Path:
    """Make a history of three days in a folder; with all of it still in its log, as a power cut leaves it, or not."""
    whole = folder / "made" / HISTORY_FILE
    whole.parent.mkdir(parents=True)
    checkpoint = Checkpoint(ledger=LedgerCheckpoint(RUNNING), utc=RUNNING.start + HOUR / 2)
    with closing(History(whole)) as history:
        for begun in range(0, HOURS, 24):
            some = tuple(measured(number) for number in range(begun, begun + 24))
            history.write(Batch(hours=some, checkpoint=checkpoint), BOOT)
        history.write(Batch(spans=(Span(START, START + 5 * HOUR, 4000.0, None),), checkpoint=checkpoint), BOOT)
        for number in EDITED:
            history.write(Batch(hours=(hour(number),), checkpoint=checkpoint), BOOT)
        if keep_log:
            shutil.copytree(whole.parent, folder / "cut")
    return folder / "cut" / HISTORY_FILE if keep_log else whole


def turned(octets: bytes, bits: Iterable[int]) -> bytes:
    """Return octets with these bits, counted from the first, the other way round."""
    changed = bytearray(octets)
    for bit in bits:
        changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


class Life:
    """What became of one file."""

    def __init__(self, file: Path) -> None:
        """Open it, load it, write an hour, look at all of it, and load it again, as the appliance does."""
        with closing(History(file)) as history:
            stored = history.load(BOOT)
            history.write(Batch(hours=(NEXT,)), BOOT)
            if history.damaged():
                history.begin_anew()
            self.set_aside = history.set_aside is not None
            self.sound = not (self.set_aside and history.damaged())
            self.first = {one.start: one for one in stored.hours}
            self.running = None if stored.checkpoint is None else stored.checkpoint.ledger.running
            self.then = {one.start: one for one in history.hours(*EVER)}

    def wrong(self, *, earlier: bool = False) -> list[str]:
        """Return what is wrong without a mark: nothing, it is to be hoped.

        Where a log may be lost, an hour may also be what it was `earlier`, before its correction.
        """
        found = [] if self.sound else ["what was begun anew is damaged"]
        for when, hours in (("at first", self.first), ("then", self.then)):
            for start, one in hours.items():
                known = one.quality is not Quality.UNKNOWN or one.export_quality is not Quality.UNKNOWN
                if known and not may_be(one, (start - START) // HOUR, earlier=earlier):
                    found.append(f"{when} {one}")
        if self.then.get(NEXT.start) != NEXT:
            found.append("what was written is not there")
        if self.running not in (None, RUNNING):
            found.append(f"{self.running}")
        return found

    @property
    def known(self) -> int:
        """How many of the hours are known in the end."""
        return sum(one.quality is not Quality.UNKNOWN for one in self.then.values()) - 1


def may_be(one: Hour, number: int, *, earlier: bool) -> bool:
    """Whether this is the hour of that number, or the one that was written last."""
    if one == NEXT:
        return True
    return 0 <= number < HOURS and (one == hour(number) or (earlier and one == measured(number)))


def life(folder: Path, parts: dict[str, bytes]) -> Life:
    """Put a file, and what belongs to it, in an empty folder and open it; clean up behind it."""
    folder.mkdir()
    try:
        for ending, octets in parts.items():
            folder.joinpath(HISTORY_FILE + ending).write_bytes(octets)
        return Life(folder / HISTORY_FILE)
    finally:
        shutil.rmtree(folder)


def pages_of(octets: bytes) -> int:
    """Return how many pages a file has."""
    return len(octets) // PAGE_SIZE
