"""Whatever bit of the history's file is wrong: it opens, and no hour is wrong without a mark.

An hour is right, unknown, or missing; nothing else. Every bit of the pages that are written and read most is turned in
turn: the first, which says what the file is, and those where hours and corrections begin. All of them by HAN_LONG
(.ci/long), else each ninth, which is each bit of an octet in its turn.
"""

import logging
import os
import random
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.history import schema
from appliance.history.database import HISTORY_FILE, PAGE_SIZE, History
from appliance.household.checkpoint import Batch
from appliance.household.hours import Quality
from tests.history.flips import BOOT, EVER, HOURS, Life, hour, life, make, turned
from tests.share import cases

EACH = cases(90, 9, 1)
SEEDS = cases(30, 120, 1500)
MEMORY = Path("/dev/shm")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory, where there is such a disk: each case writes to it many times."""
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as name:
        yield Path(name)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Without the sentences of some thousand damages."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def told(name: str, lives: list[Life]) -> None:
    """Print what became of them."""
    kept = Counter(
        ("set aside" if one.set_aside else "as it was")
        + (", all hours known" if one.known == HOURS else f", {HOURS - one.known} of {HOURS} hours lost")
        for one in lives
    )
    print(f"\n{name}: {len(lives)} files: " + "; ".join(f"{count} {what}" for what, count in kept.most_common()))


@pytest.mark.parametrize("quarter", range(4))
@pytest.mark.parametrize("page", [1, 2, 3])
def test_any_bit_of_the_first_pages_may_be_wrong(folder: Path, page: int, quarter: int):
    octets = make(folder).read_bytes()
    begin = (page - 1) * PAGE_SIZE * 8 + quarter * PAGE_SIZE * 2
    wrong, lives = [], []
    for bit in range(begin, begin + PAGE_SIZE * 2):
        if bit % EACH == 0:
            one = life(folder / "case", {"": turned(octets, [bit])})
            lives.append(one)
            wrong += [f"octet {bit // 8}, bit {bit % 8}: {what}" for what in one.wrong()]

    told(f"page {page}, part {quarter + 1} of 4", lives)
    assert wrong == []


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
def test_any_bits_of_a_file_and_its_log_may_be_wrong_after_a_power_cut(folder: Path, ending: str):
    """A log that is damaged costs what was written after the damage: so an hour may be as it was earlier."""
    cut = make(folder, keep_log=True)
    parts = {part: cut.with_name(HISTORY_FILE + part).read_bytes() for part in ("", "-wal", "-shm")}
    wrong, lives = [], []
    for seed in range(SEEDS):
        chance = random.Random(seed)
        bits = [chance.randrange(len(parts[ending]) * 8) for _ in range(chance.choice([1, 1, 8, 60]))]
        one = life(folder / "case", {**parts, ending: turned(parts[ending], bits)})
        lives.append(one)
        wrong += [f"seed {seed}: {what}" for what in one.wrong(earlier=True)]

    told(f"random bits of {HISTORY_FILE}{ending}", lives)
    assert wrong == []


@pytest.mark.parametrize("of", ["", "-wal"])
def test_a_file_and_its_log_may_end_anywhere(folder: Path, of: str):
    cut = make(folder, keep_log=True)
    parts = {part: cut.with_name(HISTORY_FILE + part).read_bytes() for part in ("", "-wal")}
    size, wrong, lives = len(parts[of]), [], []
    for seed in range(SEEDS // 3):
        end = random.Random(seed).randrange(size)
        one = life(folder / "case", {**parts, of: parts[of][:end]})
        lives.append(one)
        wrong += [f"at {end}: {what}" for what in one.wrong(earlier=True)]

    told(f"{HISTORY_FILE}{of} cut short", lives)
    assert wrong == []


@pytest.mark.parametrize("main", [b"", None])
def test_a_log_beside_a_file_of_no_length_or_no_file_has_all_hours(folder: Path, main: bytes | None):
    cut = make(folder, keep_log=True)
    log = cut.with_name(HISTORY_FILE + "-wal").read_bytes()

    one = life(folder / "case", {"-wal": log} if main is None else {"": main, "-wal": log})

    assert one.set_aside
    assert one.wrong() == []
    assert one.known == HOURS


def test_a_bit_that_is_wrong_in_a_number_makes_the_hour_unknown_and_no_other(folder: Path):
    """The review's B10: 8,268 Wh that became 12,364 passed every other check, and were the month's peak."""
    file = make(folder)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE hours SET import_wh = 12364 WHERE start = ?", (round(hour(9).start.timestamp()),))
        connection.execute("UPDATE corrections SET import_wh = 12364 WHERE start = ?", (hour(17).start.timestamp(),))
        connection.execute("DELETE FROM corrections WHERE start = ?", (hour(18).start.timestamp(),))
    with closing(History(file, read_only=True)) as history:
        first = history.hours(*EVER)

    with closing(History(file)) as history:
        assert history.damaged()
        history.begin_anew()
        assert not history.damaged()
        then = history.hours(*EVER)

    assert first == then
    assert len(first) == HOURS
    assert [number for number in range(HOURS) if first[number] != hour(number)] == [9, 17, 18]
    assert {first[number].quality.value for number in (9, 17, 18)} == {"unknown"}


def test_an_hour_that_is_wrong_and_the_newest_is_left_out(folder: Path):
    """Its moment may be what is wrong, and an hour in the future would end the running one."""
    file = make(folder)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE hours SET start = 2524608000 WHERE start = ?", (hour(30).start.timestamp(),))
    for _ in range(2):
        with closing(History(file)) as history:
            assert history.load(BOOT).hours == tuple(hour(number) for number in range(HOURS) if number != 30)
            if history.damaged():
                history.begin_anew()


def test_a_wrong_number_is_not_given_a_sum_by_what_is_written_after_it(folder: Path):
    file = make(folder)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE hours SET export_wh = 9000 WHERE start = ?", (hour(9).start.timestamp(),))
        connection.execute("UPDATE corrections SET import_wh = 9000 WHERE start = ?", (hour(17).start.timestamp(),))
    with closing(History(file)) as history:
        edited = replace(hour(9), import_wh=2000.0, export_wh=0.0, quality=Quality.EDITED)
        metered = replace(hour(17), import_wh=3000.0, quality=Quality.METERED)
        history.correct(edited)
        history.write(Batch(hours=(metered,)), BOOT)
        found = {one.start: one for one in history.hours(*EVER)}

    assert (found[edited.start].import_wh, found[edited.start].export_wh) == (2000.0, 0.0)
    assert found[metered.start] == metered


def test_sums_have_four_octets(folder: Path):
    file = make(folder)
    with closing(sqlite3.connect(file)) as connection:
        sums = [number for (number,) in connection.execute("SELECT sum FROM hours")]
    assert len(set(sums)) == HOURS
    assert all(-(1 << 31) <= number < 1 << 31 for number in sums)
    assert schema.row_sum("hours", 1) == schema.row_sum("hours", 1) != schema.row_sum("spans", 1)
