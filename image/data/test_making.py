"""A new card: its file system is made in seconds; whenever the power goes, the next start ends with a whole one."""

from collections.abc import Callable
from pathlib import Path
from random import Random

from image.data.cut import TAKE_DOWN, Write, cuts, taken_down
from image.data.disk import MAKE_HISTORY, MIB, START, USER, Disk

LOOK = "stat -c '%n %u:%g %a' /var/lib/han-appliance; grep ' /data ' /proc/self/mountinfo"
SHUFFLED = 8
WHOLE = "e2fsck -fn $part 2>&1; dumpe2fs -h $part 2>&1 | grep -a 'volume name\\|Filesystem UUID'"


def test_a_new_card_gets_a_folder_that_belongs_to_the_appliance(card: Disk) -> None:
    start = card.start(LOOK)
    assert start.trouble is None
    assert f"/var/lib/han-appliance {USER}:{USER} 750" in start.said


def test_it_is_mounted_without_access_times_and_without_programs(card: Disk) -> None:
    said = card.start(LOOK).said
    assert "nosuid,nodev,noexec,noatime" in said
    assert "commit=30" in said


def test_what_is_made_is_whole_and_carries_the_label(card: Disk) -> None:
    card.start()
    assert "han-data" in card.tool(WHOLE)


def test_the_next_start_finds_it_and_makes_nothing(card: Disk) -> None:
    card.start()
    before = card.tool(WHOLE).split("UUID")[1]
    start = card.start()
    assert "makes" not in start.said
    assert card.tool(WHOLE).split("UUID")[1] == before


def test_run_twice_in_one_start_it_does_nothing_the_second_time(card: Disk) -> None:
    start = card.start("/program/data-partition; grep -c ' /data ' /proc/self/mountinfo")
    assert start.said.endswith("1\n")
    assert start.trouble is None


def test_it_reaches_from_the_first_gibibyte_to_4_mib_before_the_cards_end(card: Disk) -> None:
    said = card.start("part=/sys/class/block/${disk#/dev/}p4; cat $part/start $part/size").said.split()
    assert (int(said[-2]) * 512, int(said[-1]) * 512) == (1024 * MIB, card.size - (1024 + 4) * MIB)


def test_nothing_is_written_before_its_beginning_and_behind_its_end(card: Disk) -> None:
    around = ((0, START), (card.size - 4 * MIB, 4 * MIB))
    before = [card.digest(*part) for part in around]
    card.start(MAKE_HISTORY)
    assert [card.digest(*part) for part in around] == before


def test_a_card_of_32_gb_takes_little_writing(flashed: Callable[[int], Disk]) -> None:
    card = flashed(30436)
    card.start(before=TAKE_DOWN)
    octets = sum(write.length for write in taken_down(card))
    print(f"\n  32 GB: {octets / MIB:.0f} MiB written")
    assert octets < 64 * MIB


def test_made_on_32_gb_and_started_again(flashed: Callable[[int], Disk]) -> None:
    card = flashed(30436)
    first, second = card.start(), card.start()
    print(f"\n  32 GB: first start {first.seconds:.2f} s, second {second.seconds:.2f} s")
    assert first.trouble is second.trouble is None


def test_cut_at_any_write_of_its_making_the_next_start_ends_with_a_whole_one(card: Disk, tmp_path: Path) -> None:
    card.start(before=TAKE_DOWN)
    writes = taken_down(card)
    made_anew = repaired = found = 0
    for name, state in cuts(writes, Random(5), SHUFFLED):
        card = _used_card(tmp_path, state)
        start = card.start(MAKE_HISTORY)
        made_anew += "makes" in start.said
        repaired += "repair" in start.said
        found += "clean" in start.said
        assert start.trouble is None, f"cut {name}: {start.said}"
        assert "han-data" in card.tool(WHOLE), f"cut {name}"
        assert "makes" not in card.start().said, f"cut {name}"
    print(f"\n  {len(writes)} writes: {made_anew} cuts were made anew, {repaired} repaired, {found} were whole")
    assert made_anew > 20


def _used_card(folder: Path, writes: list[Write]) -> Disk:
    """Return a card that was used for something else before, with these writes done to it."""
    card = Disk(folder, 1536 * MIB)
    leftovers = Random(1).randbytes(4 * MIB)
    for at in (0, 127 * MIB, 255 * MIB, 268 * MIB):
        card.write(START + at, leftovers)
    for write in writes:
        write.put(card)
    return card
