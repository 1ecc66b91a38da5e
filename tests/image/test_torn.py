"""Cuts that lose sectors: the log's format as the kernel's documentation has it, and a card made of it."""

import random
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from image.testing.sdcard import SDCard
from image.testing.torn import Moment, Write, cut, holding, writes

NOON = datetime(2026, 11, 3, 11, tzinfo=UTC)


def log(*entries: tuple[int, int, bytes]) -> bytes:
    """Return a log of entries of sector, flags and data, by Documentation/admin-guide/device-mapper/log-writes.rst."""
    head = struct.pack("<QQQI", 0x6A736677736872, 1, 0, 512).ljust(512, b"\0")
    for sector, flags, octets in entries:
        head += struct.pack("<QQQQ", sector, len(octets) // 512, flags, 0).ljust(512, b"\0") + octets
    return head


def test_each_write_is_found_in_its_order(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(log((7, 0, b"a" * 1024), (7, 1, b""), (9, 2, b"b" * 512)) + bytes(512))

    assert list(writes(file)) == [Write(7, b"a" * 1024, 2048), Write(9, b"b" * 512, 3584)]
    assert list(next(writes(file)).sectors) == [(7, b"a" * 512), (8, b"a" * 512)]


def test_a_write_that_was_being_logged_is_none(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(log((7, 0, b"a" * 512), (8, 0, b"b" * 1024))[:-1])

    assert [write.sector for write in writes(file)] == [7]


def test_another_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(b"x" * 1024)
    with pytest.raises(ValueError, match="no log of writes"):
        list(writes(file))


def test_only_what_is_new_is_lost_and_never_all_that_is_old(tmp_path: Path) -> None:
    """One sector a second for five minutes: the last two seconds may be lost, and what came later is not there."""
    (tmp_path / "base").write_bytes(bytes(512 * 400))
    done = [Write(number, b"x" * 512, 512 + 1024 * (number + 1)) for number in range(300)]
    moments = [Moment(NOON + timedelta(seconds=number), done[number].ends) for number in range(300)]
    found = set()
    for seed in range(20):
        card, lost = cut(SDCard(tmp_path / "base"), done, moments, 200, random.Random(seed), tmp_path / "cut")
        octets = card.file.read_bytes()
        there = {place for place in range(400) if octets[512 * place] == ord("x")}
        assert set(range(199)) <= there <= set(range(201))
        assert len(there) == 201 - lost
        found.add(frozenset(there) - frozenset(range(199)))
    assert len(found) == 4  # none of both, either, both


def test_at_most_32_kib_are_lost(tmp_path: Path) -> None:
    (tmp_path / "base").write_bytes(bytes(512 * 400))
    done = [Write(0, b"x" * 512 * 300, 512 + 512 * 301)]
    moments = [Moment(NOON, 512), Moment(NOON + timedelta(seconds=1), done[0].ends)]
    card, lost = cut(SDCard(tmp_path / "base"), done, moments, 1, random.Random(1), tmp_path / "cut")

    assert 0 < lost <= 64
    assert card.file.read_bytes()[: 512 * 236] == b"x" * 512 * 236


def test_a_card_holds_something_for_two_seconds_after_a_write() -> None:
    """Looked at each second; the log grew between 9 and 10, and between 49 and 50."""
    lengths = [100] * 10 + [200] * 40 + [300] * 10
    moments = [Moment(NOON + timedelta(seconds=number), length) for number, length in enumerate(lengths)]
    assert holding(moments) == [10, 11, 50, 51]
