"""The boots for which image/test has no time: what a household may plug in, and cuts that a card survives badly.

They are made in place of the others (`--further`), each on what `Course` has: cards, a house, a verdict.
"""

import asyncio
from datetime import UTC, datetime, timedelta

from image.testing import front, inside, short, torn, updates
from image.testing.bench import powered
from image.testing.cable import RELEASES, laid
from image.testing.course import HISTORY_S, SETTLED, Course, edit
from image.testing.history import check_after_cut
from image.testing.meter import Household
from image.testing.qemu import PI_3
from image.testing.sdcard import SDCard
from image.testing.verdict import NotSoError

_NIGHT = datetime(2026, 11, 3, 1, 2, tzinfo=UTC)
"""Two minutes past two: an update that was fetched is tried before five."""


async def further(course: Course, replugs: int, cuts: int) -> None:
    """Run them; a converter's socket goes dead `replugs` times, and `cuts` cuts lose what the card held."""
    card = course.new_card("further")
    await _on_usb(course, card, replugs)
    await _on_the_bench(course, card)
    await _imager_left_its_script(course, card)
    await _has_a_battery_clock(course)
    await _fetches_an_update(course)
    await _loses_what_it_holds(course, cuts)


async def _on_usb(course: Course, card: SDCard, replugs: int) -> None:
    """Boot a new card with the meter on a converter on USB."""
    course.verdict.say("a new card, with the meter on a converter on USB")
    async with powered("usb", card, course.house, course.folder, on_usb=True) as bench:
        await course.verdict.check(bench, inside.the_meter_is_on_usb)
        for number in range(1, replugs + 1):
            if replugs > 1:
                course.verdict.say(f"        off and on the {number}. time of {replugs}")
            await course.verdict.check(bench, inside.a_converter_comes_back)
        await course.verdict.check(bench, inside.appliance_is_up)


async def _on_the_bench(course: Course, card: SDCard) -> None:
    """Boot with a file 'bench' on the card."""
    course.verdict.say("a file 'bench' on the card")
    card.put(b"", "bench")
    async with powered("bench", card, course.house, course.folder) as bench:
        await course.verdict.check(bench, front.wires_are_shown, front.each_button_lights_a_lamp)


async def _imager_left_its_script(course: Course, card: SDCard) -> None:
    """Boot a card on which Raspberry Pi Imager 1 left its script, which would be run in place of the system."""
    course.verdict.say("a card with the script of Raspberry Pi Imager 1, and its words for the kernel")
    card.put(f"{short.IMAGERS_WORDS}\n".encode(), "cmdline.txt")  # beside the systems: the Pi's start takes theirs
    card.put(short.IMAGERS_SCRIPT.encode(), "firstrun.sh")
    async with short.short_boot(PI_3, card, course.folder, "imager", short.WITH_CONSOLE) as boot:
        await course.verdict.check(boot, short.takes_imagers_wishes)

    async def taken(card: SDCard) -> str:
        """Its wish is in the settings, and the script is gone."""
        settings = card.get(front.SETTINGS, course.folder / front.SETTINGS).read_text(encoding="utf-8-sig")
        if f'hostname = "{short.IMAGERS_NAME}"' not in settings or "firstrun.sh" in card.names():
            raise NotSoError(f"files: {', '.join(card.names())}")
        return f'hostname = "{short.IMAGERS_NAME}"'

    await course.verdict.check(card, taken)


async def _has_a_battery_clock(course: Course) -> None:
    """Boot a new card with a battery clock and no meter; then a stick with exFAT comes, with an older update."""
    course.verdict.say("a battery clock on the bus and no meter; then a stick with exFAT, with an older update")
    parts = course.image.with_name("update")
    updates.exfat_stick(updates.made(parts, course.folder, "older", -1), course.folder)
    card = course.new_card("clock")
    async with powered("clock", card, course.house, course.folder, meter=False, battery_clock=True) as bench:
        await course.comes_up(bench, front.words_first)
        await course.verdict.check(bench, inside.battery_clock_tells_the_time, updates.an_old_one_is_offered)


async def _fetches_an_update(course: Course) -> None:
    """Boot a new card in the small hours, with a network on which there is a newer version."""
    course.verdict.say("a new card at night, whose settings have it fetch updates, and a newer one on the network")
    cable = laid(course.folder, updates.published(course.image.with_name("update"), course.folder))
    card, night = course.new_card("fetch"), Household(_NIGHT)
    address = f'update_address = "http://{RELEASES}"  #'
    edit(
        card,
        ("wired = false", "wired = true"),
        ('updates = "no"', 'updates = "yes"'),
        ("# update_address =", address),
    )
    async with powered("fetch", card, night, course.folder, cable=cable) as bench:
        await course.comes_up(bench, front.first_reading)
        await course.verdict.check(bench, inside.has_an_address, updates.the_door_is_narrow)
        await course.goes_on(bench, updates.it_is_fetched)
        await course.goes_on(bench, updates.restarts_to_try_it)
    async with powered("fetched", card, night, course.folder, once=True) as bench:
        await course.verdict.check(bench, updates.other_system_runs)
        await course.goes_on(bench, updates.it_is_kept)


async def _loses_what_it_holds(course: Course, cuts: int) -> None:
    """Run a new card whose writes are logged; then make of the log what cuts leave that lose the newest sectors."""
    course.verdict.say("a new card whose writes are logged, for cuts that lose what it held")
    card = torn.LoggedCard(course.new_card("logged").file)
    base, moments = card.copied(course.folder / "base.card"), []
    card.log.write_bytes(b"")
    async with powered("logged", card, course.house, course.folder) as bench:
        await course.comes_up(bench, front.first_reading)
        until_s, heard_from = bench.machine.now + HISTORY_S, course.house.heard_from
        while bench.machine.now < until_s:
            moments.append(torn.Moment(course.house.utc, card.log.stat().st_size))
            await asyncio.sleep(torn.LOOK_S)
    done = list(torn.writes(card.log))
    course.verdict.say(
        f"        {sum(len(write.octets) for write in done) // torn.SECTOR} sectors in {len(done)} writes"
    )
    late = [place for place in torn.holding(moments) if moments[place].utc - moments[0].utc >= SETTLED]
    for number in range(1, cuts + 1):
        place = course.chance.choice(late)
        after, lost = torn.cut(base, done, moments, place, course.chance, course.folder / "torn.card")
        course.verdict.say(f"lossy cut {number}: {lost} of the newest sectors are not there")
        since = max(heard_from + timedelta(minutes=1), moments[0].utc)
        await check_after_cut(course.verdict, course.house, after, moments[place].utc, since=since, lossy=True)
