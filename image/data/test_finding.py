"""What becomes of the history: found after a power cut, after an update, on another card, and mended by itself."""

import struct

import pytest

from image.data.disk import CUT, KEPT, MAKE_HISTORY, MIB, READ_HISTORY, START, USER, Disk, Start

OTHER_MAGIC = b"\x00\x00"
BLOCK = 4096
OTHERS = "echo others: $(find /data/han-appliance ! -user han-appliance | wc -l); "
AS_THE_APPLIANCE = (
    f"setpriv --reuid={USER} --regid={USER} --clear-groups sh -c '>>/var/lib/han-appliance/history.sqlite3' && "
    "echo it may write\n"
)


@pytest.fixture
def lived_in(card: Disk) -> Disk:
    """Return a card with a history on it, switched off in order."""
    card.start(MAKE_HISTORY)
    return card


@pytest.fixture
def cut_off(card: Disk) -> Disk:
    """Return a card with a history whose power went right after it was written."""
    card.start(MAKE_HISTORY + CUT)
    return card.cut()


def test_a_history_is_there_after_a_power_cut(cut_off: Disk) -> None:
    _has_history(cut_off.start(READ_HISTORY))


def test_the_log_says_that_the_power_was_cut(cut_off: Disk) -> None:
    assert "recovering journal" in cut_off.start().said


def test_an_update_with_another_table_leaves_the_history(lived_in: Disk) -> None:
    lived_in.flash(third=(16 * MIB, 100 * MIB), signature=0x48414E32)
    _has_history(lived_in.start(READ_HISTORY))


def test_an_update_after_a_power_cut_leaves_the_history(cut_off: Disk) -> None:
    cut_off.flash()
    _has_history(cut_off.start(READ_HISTORY))


def test_a_newer_image_with_another_user_number_still_has_the_history(lived_in: Disk) -> None:
    other = USER + 7
    lived_in.start(f"chown -R {other}:{other} /data/han-appliance")
    start = lived_in.start(OTHERS + AS_THE_APPLIANCE + READ_HISTORY)
    assert "others: 0\n" in start.said
    assert "it may write\n" in start.said
    _has_history(start)


def test_so_it_is_when_only_the_folder_came_to_its_new_owner_before_the_power_went(lived_in: Disk) -> None:
    other = USER + 7
    lived_in.start(f"chown -R {other}:{other} /data/han-appliance; chown {USER}:{USER} /data/han-appliance")
    start = lived_in.start(OTHERS + AS_THE_APPLIANCE)
    assert "others: 0\n" in start.said
    assert "it may write\n" in start.said


@pytest.mark.parametrize("destroyed", [1, 2048, BLOCK, 4 * BLOCK])
def test_a_beginning_that_was_written_over_is_repaired(lived_in: Disk, destroyed: int) -> None:
    lived_in.write(START, b"\xe5" * 1024 + OTHER_MAGIC * (destroyed // 2))
    lived_in.write(START + 1024 + 0x38, OTHER_MAGIC)
    start = lived_in.start(READ_HISTORY)
    assert "repaired from the copy" in start.said
    _has_history(start)


def test_so_it_is_when_the_power_was_cut_too(cut_off: Disk) -> None:
    cut_off.write(START, bytes(2 * BLOCK))
    _has_history(cut_off.start(READ_HISTORY))


def test_a_beginning_whose_first_copy_is_gone_as_well_is_repaired_from_the_second(lived_in: Disk) -> None:
    lived_in.write(START, bytes(2 * BLOCK))
    lived_in.write(START + 32768 * BLOCK, bytes(2 * BLOCK))
    start = lived_in.start(READ_HISTORY)
    assert "in block 98304" in start.said
    _has_history(start)


def test_a_wrong_checksum_of_its_beginning_is_repaired(lived_in: Disk) -> None:
    lived_in.write(START + 1024 + 0xB0, b"X")
    start = lived_in.start(READ_HISTORY)
    assert "repair" in start.said
    _has_history(start)


def test_a_label_that_was_written_over_is_read_from_the_copy(lived_in: Disk) -> None:
    lived_in.write(START + 1024 + 0x78, b"photos\0")
    _has_history(lived_in.start(READ_HISTORY))


def test_the_mark_of_a_partition_table_before_it_does_not_hide_it(lived_in: Disk) -> None:
    lived_in.write(START + 446, struct.pack("<8BII", 0, 0, 0, 0, 0x83, 0, 0, 0, 2048, 2048) + bytes(48) + b"\x55\xaa")
    _has_history(lived_in.start(READ_HISTORY))


def test_after_a_repair_the_next_start_has_nothing_to_mend(lived_in: Disk) -> None:
    lived_in.write(START, bytes(2 * BLOCK))
    lived_in.start()
    start = lived_in.start(READ_HISTORY)
    assert "repair" not in start.said
    _has_history(start)


def test_wrong_checksums_of_the_free_space_are_mended_without_a_question(lived_in: Disk) -> None:
    lived_in.tool("debugfs -w -R 'set_bg 0 bg_free_blocks_count 7' $part; debugfs -w -R 'ssv state 0' $part")
    _has_history(lived_in.start(READ_HISTORY))


def test_a_history_whose_folder_lost_its_name_is_taken_back(lived_in: Disk) -> None:
    lived_in.tool("debugfs -w -R 'clri <2>' $part; debugfs -w -R 'ssv state 0' $part")
    start = lived_in.start(READ_HISTORY)
    assert "repairs more" in start.said
    _has_history(start)


def test_a_time_before_the_last_one_is_no_damage(lived_in: Disk) -> None:
    lived_in.tool("debugfs -w -R 'ssv mtime 20370101' $part; debugfs -w -R 'ssv wtime 20370101' $part")
    start = lived_in.start(READ_HISTORY)
    assert ": clean," in start.said
    assert "future" not in start.said
    _has_history(start)


def test_copied_to_a_larger_card_it_goes_on_at_its_size(lived_in: Disk) -> None:
    blocks = lived_in.tool("dumpe2fs -h $part 2>/dev/null | grep 'Block count'")
    lived_in.resize(3000 * MIB)
    _has_history(lived_in.start(READ_HISTORY))
    assert lived_in.tool("dumpe2fs -h $part 2>/dev/null | grep 'Block count'") == blocks


def test_copied_to_a_smaller_card_it_is_left_as_it_is_and_said(lived_in: Disk) -> None:
    before = lived_in.digest(length=200 * MIB)
    lived_in.resize(1300 * MIB)
    start = lived_in.start()
    assert start.trouble is not None
    assert "copy of a larger card" in start.trouble
    assert lived_in.digest(length=200 * MIB) == before


def _has_history(start: Start) -> None:
    assert KEPT in start.said, start.said
    assert start.trouble is None
