"""What is not ours, cannot be read or does not fit: nothing is written to it, and one sentence says what to do."""

import re
from collections.abc import Callable

import pytest

from image.data.disk import CUT, IMAGE, KEPT, MAKE_HISTORY, MIB, READ_HISTORY, START, USER, Disk

FOREIGN = {
    "an ext4 with another label": "mke2fs -q -F -t ext4 -L photos $part",
    "an ext4 without a label": "mke2fs -q -F -t ext4 $part",
    "a FAT": "mkfs.vfat -n CAMERA $part",
    "swap space": "mkswap $part",
    "a partition table": "echo 2048,2048,83 | sfdisk -q --no-reread $part",
    "an encrypted partition": r"printf 'LUKS\272\276\0\1' | dd of=$part conv=notrunc status=none",
    "two signatures at once": r"mke2fs -q -F -t ext4 -L photos $part; "
    r"{ printf hsqs; head -c 24 /dev/zero; printf '\4\0\0\0'; head -c 8 /dev/zero; printf '\0\20\0\0\0\0\0\0'; } | "
    r"dd of=$part conv=notrunc status=none",
    "an ext4 with a wrong checksum": "mke2fs -q -F -t ext4 -O metadata_csum -L photos $part; "
    "printf X | dd of=$part bs=1 seek=1200 conv=notrunc status=none",
}
STATE = "/var/lib/han-appliance"
TRY_TO_WRITE = f"touch {STATE}/x || echo refused even to root"


@pytest.mark.parametrize("command", FOREIGN.values(), ids=FOREIGN.keys())
def test_somebody_elses_data_is_left_as_it_is_and_said(card: Disk, command: str) -> None:
    card.tool(command)
    before = card.digest()
    start = card.start()
    assert start.trouble is not None, start.said
    assert start.trouble.startswith("somebody else's data")
    assert card.digest() == before


def test_the_appliance_can_then_write_nowhere_and_so_cannot_lose_what_it_thinks_is_kept(card: Disk) -> None:
    card.tool(FOREIGN["a FAT"])
    assert "refused" in card.start(TRY_TO_WRITE).said


def test_its_folder_is_then_its_own_and_empty_so_that_it_starts(card: Disk) -> None:
    card.tool(FOREIGN["a FAT"])
    assert f"{USER}:{USER} 750" in card.start(f"stat -c '%u:%g %a' {STATE}").said


def test_the_sentence_goes_when_the_trouble_goes(card: Disk) -> None:
    card.tool(FOREIGN["a FAT"])
    again = "head -c 1048576 /dev/zero >${disk}p4; umount /var/lib/han-appliance"
    assert card.start(f"{again}; /program/data-partition").trouble is None


def test_a_card_that_is_too_small_is_said(flashed: Callable[[int], Disk]) -> None:
    trouble = flashed(1080).start().trouble
    assert trouble == "this card is too small for a history: take one of 2 GB or more"


def test_a_write_protected_card_is_said_and_not_written(card: Disk) -> None:
    card.start(MAKE_HISTORY + CUT)
    card.cut()
    before = card.digest()
    start = card.start(write_protected=True)
    assert start.trouble == "the card is write-protected: move its slide, or take another card"
    assert card.digest() == before


@pytest.mark.parametrize("kept", [0, 64 * 1024, 130 * MIB])
def test_a_card_that_cannot_be_read_is_never_taken_for_an_empty_one(card: Disk, kept: int) -> None:
    card.start(MAKE_HISTORY)
    size = card.size
    start = card.start(before=f"truncate -s {START + kept} /outside/card.img;")
    assert start.trouble is not None, start.said
    assert "cannot be read" in start.trouble
    assert "makes" not in start.said
    assert card.size == START + kept != size


def test_another_partition_at_its_place_is_said(card: Disk) -> None:
    card.flash(third=(START - 4 * MIB, 100 * MIB))
    trouble = card.start().trouble
    assert trouble is not None
    assert trouble.startswith("the card has another partition where the history would lie")


def test_another_partition_4_is_said(card: Disk) -> None:
    add = "/program/addpart $disk 4 40000 100;"
    trouble = card.start(before=add).trouble
    assert trouble is not None
    assert trouble.startswith("the card has another partition 4")


@pytest.mark.parametrize("moment", range(1, 16))
def test_told_to_stop_at_any_moment_it_leaves_a_mounted_history_or_a_sentence(card: Disk, moment: int) -> None:
    card.start(MAKE_HISTORY)
    # each kind of call is counted by itself, so that it may be told twice
    terminate = f"strace -o /dev/null -e trace=clone,vfork,fork -e inject=clone,vfork,fork:signal=TERM:when={moment}"
    start = card.start(f"({READ_HISTORY}) || mount | tail -3; {TRY_TO_WRITE}", before=terminate)
    if start.trouble is None:
        assert KEPT in start.said
    else:
        assert "refused" in start.said


def test_every_sentence_is_short_and_says_what_to_do() -> None:
    script = (IMAGE / "root/usr/lib/han-appliance/data-partition").read_text()
    sentences = re.findall(r'give_up "(.*)"', script)
    assert len(sentences) > 8
    for sentence in sentences:
        assert any(
            advice in sentence for advice in (": take ", ": move ", ": clear ", ": use ", ": switch ", ", then take ")
        ), sentence
        assert len(sentence) < 130, sentence
