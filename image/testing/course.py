"""Which boot checks what: few boots, since each takes a minute, and as much as can be seen in each.

A new card's first boot is the long one: start, front, system, and a cut while the history is being written. Its card
then lives on, as in a house: a newer image is flashed over it, the household edits its settings on a PC, makes a
mistake in them. Between, power is cut at random: on the new card in the midst of its making, and when it has a history;
then, as often as was asked for, on more new cards, and on those as they go on.
"""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from image.testing import front, inside, short, updates
from image.testing.bench import Bench, powered
from image.testing.cable import Cable, answers_to_its_name, laid, ssh_opens_to_its_key
from image.testing.console import NoAnswerError
from image.testing.history import Kept, check_after_cut, kept
from image.testing.meter import CALM_W, Household
from image.testing.patience import patience_s
from image.testing.qemu import PI_3, PI_4, dropped_in
from image.testing.sdcard import SDCard
from image.testing.short import NO_WATCHDOG
from image.testing.verdict import NotSoError, Verdict

BOOT_RATIO = 1.2
"""Kernel start to the first reading, in times of the same kernel's bare way to multi-user. A figure, no check: of two
boots one after the other, what else the host does during one would decide it."""
SETTLED = timedelta(seconds=62)
"""After the first reading: the first minute is written by then."""
HISTORY_S = 150.0
"""From the first list that was heard to a cut after which whole minutes must be found."""
MAKING_SECTORS = 12_600
"""So many are written to a new card of 2 GB while its data partition is made."""
MAKING_S = 30.0
"""More than that takes."""
RUNNING_S = 75.0
WRITES_S = 75.0
"""Within which a whole minute ends."""
DAY_S = 86_400
CONSOLE_LINES = 20
KEYLESS = "# ssh_key ="
REQUEST = "report"
REPORTED = ("doctor.txt", "hours.csv", "letter.txt")
MASKED = "systemd.mask="
VAR_AS_USUAL = dropped_in("var.mount~usual", "[Unit]\nDefaultDependencies=yes\n")
"""After the image's own `early.conf`, by the names of the files."""


class DeadError(Exception):
    """A machine came to nothing, so that the course cannot go on; with the last words of its console."""


@dataclass(slots=True)
class Course:
    """One run of the boot test on one image."""

    image: Path
    folder: Path
    verdict: Verdict
    chance: random.Random
    house: Household

    async def whole(self, cuts: int, *, bare: bool, brief: bool = False) -> None:
        """Run all of it, with `cuts` power cuts at random moments, two of them on the way.

        The `bare` system is booted too, for comparison. In `brief` none has a mistake in the settings or an update.
        """
        card = self.new_card("first")
        if cuts >= 1:
            await self.cut_in_making(1, card)
        units = await self.first_boot(card)
        if cuts >= 2:
            await self.cut_in_running(2, card)
        first_s = await self.flashed_over(card)
        if bare:
            await self.bare_boot(card, units, first_s)
        if not brief:
            await self.mistaken_and_updated(card)
        await self.watchdog_bites(card)
        await self.another_board(card)
        for number in range(3, cuts + 1):
            before = None
            if number % 2:
                card = self.new_card(f"cut{number}")
                await self.cut_in_making(number, card)
            else:
                before = await self.cut_in_running(number, card)
            await self.lives_on(number, card, before)

    async def first_boot(self, card: SDCard) -> list[str]:
        """Boot a new card: from the first word to a cut. Return the units that are the image's own."""
        self.verdict.say("a new card's first whole boot; the meter is plugged in when it looks for one")
        async with powered("first", card, self.house, self.folder, meter=False) as bench:
            await self.comes_up(bench, front.words_first)
            bench.plug_meter()
            await self.comes_up(bench, front.asks_first)
            await self.comes_up(bench, front.first_reading)
            await self.verdict.check(bench, front.each_lamp_once)
            await self.verdict.check(bench, front.green_when_calm, inside.all_started)
            units, _ = await self._stages(bench)
            wrote, at_s = bench.written.sectors, bench.machine.now
            await self.verdict.check(
                bench, front.yellow_when_high, front.red_when_too_high, front.buzzer_with_red, front.green_again
            )
            await self.verdict.check(
                bench,
                inside.appliance_is_up,
                inside.nothing_listens,
                inside.root_is_read_only,
                inside.nobody_can_log_in,
                inside.data_is_mounted,
                inside.little_memory,
                inside.few_packages,
                inside.han_line_is_silent,
            )
            heard_for_s = (self.house.utc - self.house.heard_from).total_seconds()
            await asyncio.sleep(max(0.0, HISTORY_S + self.chance.uniform(0, 30) - heard_for_s))
            sectors, passed_s = bench.written.sectors - wrote, bench.machine.now - at_s
            self.verdict.say(
                f"        written in {passed_s:.0f} s of running: {sectors} sectors of 512 octets; "
                f"a day like this: {sectors / passed_s * DAY_S:.0f}, or {sectors / passed_s * DAY_S / 2e3:.0f} MB"
            )
            cut = self.house.utc
        await check_after_cut(self.verdict, self.house, card, cut, since=cut - timedelta(seconds=HISTORY_S - 75))
        return units

    async def bare_boot(self, card: SDCard, units: list[str], first_s: float) -> None:
        """Boot the same kernel and system without the image's own units and with /var as Debian has it, to compare."""
        self.verdict.say("the same card without the appliance's units, for comparison")
        words = (*(MASKED + unit for unit in units), VAR_AS_USUAL)
        async with powered("bare", card, self.house, self.folder, words) as bench:
            await bench.console.ask("systemctl is-system-running --wait", patience_s())
            bare_s = dict(await inside.stages(bench))["systemd up to multi-user"]

        self.verdict.say(
            f"        first reading after {first_s:.1f} s, bare multi-user after {bare_s:.1f} s: "
            f"{first_s / bare_s:.2f} times (target {BOOT_RATIO}; on a host that does nothing else)"
        )

    async def flashed_over(self, card: SDCard) -> float:
        """Boot a newer image over the old card, with settings from a PC's editor: history and choices hold.

        It is an ordinary boot too, of a card that has its data. Return when the first reading stood there, seconds
        since the kernel's start.
        """
        self.verdict.say(
            "a newer image flashed over the card, first and last MB zeroed; settings saved by a PC's editor"
        )
        before, cable = kept(card), laid(self.folder)
        card.flash(self.image, like_an_imager=True)
        edit(
            card,
            *front.LIMITS,
            ("watch_w = 5000.0", "watch_w = 3000.0"),
            ("wired = false", "wired = true"),
            (KEYLESS, f'ssh_key = "{cable.public_key}"  #'),
        )
        card.put(b"", REQUEST)
        async with powered("flashed", card, self.house, self.folder, cable=cable) as bench:
            await self._healthy(bench)
            _, first_s = await self._stages(bench)
            await self.verdict.check(bench, front.yellow_by_own_threshold, front.green_again)
            await self.verdict.check(bench, inside.one_door_opens, inside.report_is_written)
            has_address = await inside.address(bench) is not None
            if has_address:
                await self._is_reached(bench, cable)
            else:
                self.verdict.say(f"        no address in this start:\n{await inside.network_words(bench)}")
            cut = self.house.utc
        await check_after_cut(self.verdict, self.house, card, cut, before=before)
        await self._report(card)
        if not has_address:
            await self.reached_at_last(card, cable)
        return first_s

    async def reached_at_last(self, card: SDCard, cable: Cable) -> None:
        """Boot once more for the network alone: a slow host's emulated USB may lose the adapter at power on."""
        self.verdict.say("the same card once more, for its network")
        async with powered("cable", card, self.house, self.folder, cable=cable) as bench:
            await self.comes_up(bench, front.first_reading)
            await bench.console.ask("systemctl is-system-running --wait", patience_s())
            await self._is_reached(bench, cable)

    async def _is_reached(self, bench: Bench, cable: Cable) -> None:
        await self.verdict.check(bench, inside.has_an_address)
        await self.verdict.check(cable, ssh_opens_to_its_key, answers_to_its_name)

    async def mistaken_and_updated(self, card: SDCard) -> None:
        """Boot with a mistake in the settings: it is named on the panel, and the last good ones run on; then update.

        The meter has moved to a converter on USB meanwhile.
        """
        self.verdict.say("a mistake in appliance.toml, the meter on a converter on USB; and then an update")
        before = kept(card)
        edit(card, ("watch_w = 3000.0", front.MISTAKE))
        self._put_updates(card)
        async with powered("mistaken", card, self.house, self.folder, on_usb=True) as bench:
            await self.verdict.check(bench, front.fault_in_settings, inside.the_meter_is_on_usb)
            await self.verdict.check(bench, front.yellow_by_own_threshold)
            self.house.load(CALM_W)
            await self.goes_on(bench, updates.one_comes)
        edit(card, (front.MISTAKE, "watch_w = 3000.0"))  # with it there is no network, which systemd calls degraded
        await self._tried(card, before)

    async def updates_alone(self) -> None:
        """Run the boots with updates, on a new card: the first comes with its first boot."""
        self.verdict.say("an update on a new card")
        card = self.new_card("updates")
        self._put_updates(card, at_once=True)
        async with powered("update", card, self.house, self.folder) as bench:
            await self.goes_on(bench, updates.restarts_to_try_it)
        await self._tried(card, None)

    def _put_updates(self, card: SDCard, *, at_once: bool = False) -> None:
        """Put an update on a card, `at_once` or for later, and a torn one that is newer on a stick, for later."""
        parts = self.image.with_name("update")
        update = updates.made(parts, self.folder, updates.KEPT, 1)
        card.put_file(update, update.name if at_once else f"{updates.KEPT}{updates.LATER}")
        updates.stick(updates.made(parts, self.folder, "torn", 2, torn=True), self.folder)

    async def _tried(self, card: SDCard, before: Kept | None) -> None:
        """Boot the update that is kept, then the torn one of a stick, which is not; the history of `before` holds."""
        self.verdict.say("the one start of the new system; when it is kept, a stick comes with a second one, torn")
        async with powered("trial", card, self.house, self.folder, once=True) as bench:
            await self.verdict.check(bench, updates.other_system_runs)
            await self.goes_on(bench, updates.it_is_kept)
            await self.verdict.check(bench, inside.all_started)
            await self.goes_on(bench, updates.the_torn_one_is_tried_too)
        async with powered("torn", card, self.house, self.folder, once=True) as bench:
            await self.goes_on(bench, updates.it_comes_to_nothing)
        async with powered("back", card, self.house, self.folder, stick=self.folder / updates.STICK) as bench:
            await self.verdict.check(bench, updates.the_old_one_says_so, updates.it_is_only_offered_now)
        await check_after_cut(self.verdict, self.house, card, None, before=before)

    async def goes_on(self, bench: Bench, check: Callable[[Bench], Awaitable[str]]) -> None:
        """Make a check without which the boots after it mean nothing. Raises DeadError."""
        if not await self.verdict.check(bench, check):
            raise DeadError(f"no more of the updates after boot '{bench.name}'")

    async def watchdog_bites(self, card: SDCard) -> None:
        """Boot without the word that keeps the watchdog off."""
        self.verdict.say("with its watchdog, which resets an emulated Pi in the moment it is armed")
        words = tuple(word for word in short.WITH_CONSOLE if word != NO_WATCHDOG)
        async with short.short_boot(PI_3, card, self.folder, "watchdog", words) as boot:
            await self.verdict.check(boot, short.watchdog_is_armed_before_the_root)

    async def another_board(self, card: SDCard) -> None:
        """Boot a Pi 4, once with its root and once without."""
        self.verdict.say("a Raspberry Pi 4 B")
        words = ("console=ttyAMA0,115200", NO_WATCHDOG, *short.TELL_ALL)
        async with short.short_boot(PI_4, card, self.folder, "pi4", words) as boot:
            await self.verdict.check(boot, short.pi4_finds_its_card, short.pi4_mounts_its_root)
        rootless = (*words, "root=PARTUUID=48414e31-09")
        async with short.short_boot(PI_4, card, self.folder, "pi4-rootless", rootless) as boot:
            await self.verdict.check(boot, short.pi4_restarts_itself)

    async def cut_in_making(self, number: int, card: SDCard) -> None:
        """Cut the power while a new card's data partition is being made."""
        enough = self.chance.randrange(1, MAKING_SECTORS)
        async with powered(f"cut{number}", card, self.house, self.folder) as bench:
            began_s = await bench.writing(1, patience_s())
            after_s = await bench.writing(enough, began_s + MAKING_S) - began_s
            sectors = bench.written.sectors
        self.verdict.say(f"power cut {number}: {after_s:.1f} s after a new card's first write, {sectors} sectors")

    async def cut_in_running(self, number: int, card: SDCard) -> Kept:
        """Cut the power at any moment of a boot, or after it: what was known stays known. Return what that is."""
        after_s, before = self.chance.uniform(0, RUNNING_S), kept(card)
        async with powered(f"cut{number}", card, self.house, self.folder) as bench:
            await bench.run(await bench.writing(1, patience_s()) + after_s)
            heard = self.house.first_list is not None
        self.verdict.say(
            f"power cut {number}: {after_s:.1f} s after the boot's first write, {'' if heard else 'not '}yet heard"
        )
        await check_after_cut(self.verdict, self.house, card, None, before=before)
        return before

    async def lives_on(self, number: int, card: SDCard, before: Kept | None) -> None:
        """Boot after a cut: it comes up, and writes on."""
        async with powered(f"cut{number}-again", card, self.house, self.folder) as bench:
            await self._healthy(bench)
            await bench.run(bench.machine.now + WRITES_S)
            cut = self.house.utc
        await check_after_cut(self.verdict, self.house, card, cut, before=before)

    async def _healthy(self, bench: Bench) -> None:
        await self.comes_up(bench, front.first_reading)
        await self.verdict.check(bench, inside.all_started, inside.data_is_mounted, inside.no_repair_asked)

    async def comes_up(self, bench: Bench, sign: Callable[[Bench], Awaitable[str]]) -> None:
        """Wait for the sign that the appliance lives; without it nothing else can be seen. Raises DeadError."""
        if not await self.verdict.check(bench, sign):
            last = "\n".join(bench.console.heard.strip().splitlines()[-CONSOLE_LINES:])
            raise DeadError(f"boot '{bench.name}' never came up; the end of its console:\n{last}")

    async def _stages(self, bench: Bench) -> tuple[list[str], float]:
        """Print when what happened, seconds since the kernel's start.

        Return the units that are the image's own, and when the first reading stood there.
        """
        try:
            began_s = await inside.kernel_began_s(bench)
            marks = await inside.stages(bench)
            units = await bench.console.ask(
                "systemctl list-unit-files --no-legend --plain 'han-*' data.mount | cut -d' ' -f1"
            )
        except NoAnswerError as trouble:
            self.verdict.say(f"        {trouble}")
            return [], math.inf
        lit = (shown.at_s for shown in bench.display.pictures if shown.picture.getbbox())
        first_s = front.first_reading_s(bench)
        seen = {"first words on the glass": next(lit, math.inf), "first reading on the glass": first_s}
        if bench.house.first_list is not None:
            seen["first list that was heard"] = bench.house.first_list - bench.machine.switched_on
        marks += [(name, at_s - began_s) for name, at_s in seen.items()]
        for name, seconds in sorted(marks, key=lambda mark: mark[1]):
            self.verdict.say(f"        {seconds:6.1f} s  {name}")
        return units.split(), first_s - began_s

    async def _report(self, card: SDCard) -> None:
        """Look at the boot partition in a PC."""
        names = card.names()

        async def is_there(names: list[str]) -> str:
            """A PC finds the report beside the settings: verdict, hours and letter; and the request is gone."""
            folder = next((name for name in names if name.startswith("report-")), "no report")
            missing = {f"{folder}{part}" for part in REPORTED} - set(names)
            if missing or REQUEST in names:
                raise NotSoError(
                    f"not there: {', '.join(sorted(missing))}" if missing else "the request is still there"
                )
            return folder

        await self.verdict.check(names, is_there)

    def new_card(self, name: str) -> SDCard:
        """Return a card of this name that was just flashed, with limits that the test can wait for."""
        card = SDCard(self.folder / f"{name}.card")
        card.file.unlink(missing_ok=True)
        card.flash(self.image)
        edit(card, *front.LIMITS)
        return card


def edit(card: SDCard, *changes: tuple[str, str]) -> None:
    """Change the card's own settings file as a PC's editor does: a mark in front, lines ended by two characters."""
    text = card.get(front.SETTINGS, card.file.with_name(front.SETTINGS)).read_text(encoding="utf-8-sig")
    for old, new in changes:
        if old not in text:
            raise LookupError(f"{front.SETTINGS} on the card has no '{old}'")
        text = text.replace(old, new, 1)
    card.put(text.replace("\n", "\r\n").encode("utf-8-sig"), front.SETTINGS)
