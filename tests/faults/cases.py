"""What can befall the appliance from outside: each a story of what is seen meanwhile, and how soon it heals.

A case breaks one thing, sees that the rest goes on, mends it, and returns how many seconds the recovery took and what
the panel had said. Nothing here reaches into the program.
"""

import asyncio
import contextlib
import random
import resource
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from appliance.history.database import HISTORY_FILE, History
from appliance.service import correct_hour
from appliance.service.local_socket import SOCKET, ControlError
from tests.faults.cupboard import START, Cupboard, Seen, Took, living

RED_GPIO = 22


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case went."""

    said: str
    """What the panel said meanwhile, in its own words."""
    recovery: Took
    """From the end of the cause to all well."""


Case = Callable[[Path], Awaitable[Outcome]]


def well(seen: Seen) -> bool:
    """A green lamp, a fresh reading."""
    return seen.lamps == ["green"] and seen.signal == "receiving" and not seen.faults


async def line_lives(cupboard: Cupboard, seconds: float = 12.0) -> None:
    """Readings come, the power is right, and red follows the load: whatever else is broken."""
    before = (await cupboard.see()).readings
    cupboard.load_w = 12_000.0
    await cupboard.until(lambda seen: "red" in seen.lamps, 15, "red while something else is broken")
    cupboard.load_w = 1000.0
    await cupboard.until(lambda seen: seen.power_w == 1000, 15, "the power back")
    await cupboard.hold(lambda seen: seen.signal == "receiving", seconds, "receiving")
    await cupboard.until(lambda seen: seen.level == "OK", 60, "red over")  # a red that blinks is dark now and then
    assert (await cupboard.see()).readings > before + 4


async def port_vanishes_and_returns(folder: Path) -> Outcome:
    async with living(folder) as cupboard:
        cupboard.unplug()
        await cupboard.until(lambda seen: seen.says("Ingen serieport"), 20, "no port in words")
        await cupboard.until(lambda seen: seen.lamps in ([], ["yellow"]), 5)
        cupboard.plug()
        return Outcome("Ingen serieport", await cupboard.until(well, 60))


async def meter_falls_silent(folder: Path) -> Outcome:
    async with living(folder) as cupboard:
        cupboard.mangle = lambda _octets: b""
        await cupboard.until(lambda seen: seen.says("Ingen data"), 40, "silent in words")
        cupboard.mangle = lambda octets: octets
        return Outcome("Ingen data", await cupboard.until(well, 60))


async def every_fortieth_octet_dropped(folder: Path) -> Outcome:
    """Short lists come through now and then, whole; nothing wrong is ever shown."""

    passed = 0

    def mangle(octets: bytes) -> bytes:
        nonlocal passed
        kept = bytearray()
        for octet in octets:
            passed += 1
            if passed % 40:
                kept.append(octet)
        return bytes(kept)

    async with living(folder) as cupboard:
        cupboard.mangle = mangle
        await cupboard.until(lambda seen: seen.power_w is None, 60, "no number")
        await cupboard.hold(lambda seen: seen.power_w in (None, 1000), 20, "no wrong number")
        cupboard.mangle = lambda octets: octets
        return Outcome("", await cupboard.until(well, 60))


async def one_bit_in_a_thousand_turned(folder: Path) -> Outcome:
    chance = random.Random(7)

    def mangle(octets: bytes) -> bytes:
        turned = bytearray(octets)
        for place in range(8 * len(turned)):
            if chance.random() < 1e-3:
                turned[place // 8] ^= 1 << place % 8
        return bytes(turned)

    async with living(folder) as cupboard:
        cupboard.mangle = mangle
        await cupboard.hold(lambda seen: seen.power_w in (None, 1000), 40, "no wrong number")
        assert (await cupboard.see()).rejected > 0
        cupboard.mangle = lambda octets: octets
        return Outcome("", await cupboard.until(well, 60))


def display(illness: str, cure: str = "none") -> Case:
    """A display that is ill while the load changes, and well again."""

    async def case(folder: Path) -> Outcome:
        async with living(folder) as cupboard:
            await cupboard.see(glass=illness)
            await line_lives(cupboard)
            await cupboard.see(glass=cure)
            return Outcome(
                "", await cupboard.until(lambda seen: seen.says("kW") and well(seen), 90, "the picture back")
            )

    return case


async def display_raises(folder: Path) -> Outcome:
    """A mistake of ours behind the display, for a moment; in the long run its pauses grow to a minute."""
    async with living(folder) as cupboard:
        await cupboard.see(glass="raises")
        cupboard.load_w = 12_000.0
        await cupboard.until(lambda seen: "red" in seen.lamps, 15, "red while something else is broken")
        cupboard.load_w = 1000.0
        await cupboard.until(lambda seen: seen.power_w == 1000, 15, "the power back")
        await cupboard.see(glass="none")
        recovery = await cupboard.until(lambda seen: seen.says("kW"), 30, "picture")
        await cupboard.until(well, 90)
        return Outcome("", recovery)


async def a_pin_is_taken(folder: Path) -> Outcome:
    """Another program holds a lamp's pin when the appliance starts: no lamps, but the display reads."""
    async with living(folder, hold_pin=RED_GPIO) as cupboard:
        await cupboard.until(lambda seen: seen.says("Ingen lamper"), 40, "what is missing in words")
        await cupboard.until(lambda seen: seen.power_w == 1000 and seen.says("kW"), 40, "the display reads")
        assert (await cupboard.see()).lamps == []
        await cupboard.see(free_pin=RED_GPIO)
        return Outcome("Ingen lamper", await cupboard.until(well, 30))


async def stopped_for_ninety_seconds(folder: Path) -> Outcome:
    async with living(folder) as cupboard:
        cupboard.signal(signal.SIGSTOP)
        await cupboard.timebase.sleep(90)
        cupboard.signal(signal.SIGCONT)
        return Outcome("", await cupboard.until(well, 60))


def clock_jumps(days: int) -> Case:
    """The system's clock is set wrong by so many days, and right again; the meter has told the time meanwhile."""

    async def case(folder: Path) -> Outcome:
        async with living(folder) as cupboard:
            begin = START.isoformat()
            await cupboard.see(clock=begin, jump_days=0)
            await cupboard.until(lambda seen: seen.local_time is not None, 30)
            await cupboard.see(clock=begin, jump_days=days)
            await line_lives(cupboard)
            await cupboard.see(clock=begin, jump_days=0)
            return Outcome("", await cupboard.until(well, 60))

    return case


async def killed_and_begun_again(folder: Path) -> Outcome:
    """The process dies between two octets; the running hour goes on from the disk."""
    async with living(folder) as cupboard:
        await cupboard.see(clock=START.isoformat(), jump_days=0)
        await cupboard.until(lambda _seen: minutes_of(cupboard.data) > 0, 180, "a minute on the disk")
        await cupboard.end()
        await cupboard.start()
        return Outcome("", await cupboard.until(well, 60))


async def disk_full(folder: Path) -> Outcome:
    async with living(folder, before=on_a_small_disk(folder)) as cupboard:
        await cupboard.see(clock=START.isoformat(), jump_days=0)
        await cupboard.until(lambda seen: seen.storage == "fine", 30)
        disk = Path(f"/proc/{cupboard.pid}/root{cupboard.data}")
        fill(disk / "fill")
        for hour in range(8):  # corrections are written at once
            await asyncio.to_thread(correct, disk, hour)
        await cupboard.until(lambda seen: seen.storage == "failing", 10, "the history failing")
        await line_lives(cupboard)
        (disk / "fill").unlink()
        recovery = await cupboard.until(lambda seen: seen.storage == "fine" and well(seen), 30)
        copy = folder / "copy"  # SQLite would look through /proc, at this side's folder
        shutil.copytree(disk, copy, ignore=shutil.ignore_patterns("*.sock", "*-shm"))
        assert corrections_of(copy) == [1000.0 + hour for hour in range(8)]
        return Outcome("", recovery)


async def disk_read_only(folder: Path) -> Outcome:
    """As a kernel leaves it behind after an error, from the start until somebody mends it."""
    async with living(folder, before=on_a_small_disk(folder, "ro")) as cupboard:
        await cupboard.see(clock=START.isoformat(), jump_days=0)
        await cupboard.until(lambda seen: seen.storage == "failing", 30, "the history failing")
        await line_lives(cupboard)
        mend = ("nsenter", f"--target={cupboard.pid}", "--mount", "mount", "-o", "remount,rw", str(cupboard.data))
        await (await asyncio.create_subprocess_exec(*mend)).wait()
        return Outcome("", await cupboard.until(lambda seen: seen.storage == "fine" and well(seen), 30))


async def no_descriptors_left(folder: Path) -> Outcome:
    """Something leaks until nothing can be opened any more: what is open goes on."""
    async with living(folder) as cupboard:
        usual = resource.prlimit(cupboard.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(cupboard.pid, resource.RLIMIT_NOFILE, (3, usual[1]))
        await line_lives(cupboard)
        cupboard.unplug()
        cupboard.plug()
        await cupboard.until(lambda seen: seen.signal == "no port", 30)
        resource.prlimit(cupboard.pid, resource.RLIMIT_NOFILE, usual)
        return Outcome("Ingen serieport", await cupboard.until(well, 60))


async def mute_and_mad_clients(folder: Path) -> Outcome:
    """Others on the machine hold the local socket open, say nothing, or say nonsense."""
    async with living(folder) as cupboard:
        with contextlib.ExitStack() as clients:
            for number in range(40):
                client = clients.enter_context(socket.socket(socket.AF_UNIX))
                client.connect(str(cupboard.data / SOCKET))
                if number % 2:
                    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it was turned away already
                        client.sendall(b"\xff" * 2000)
            await line_lives(cupboard)
        return Outcome("", await cupboard.until(well, 30))


async def told_to_end_while_all_hangs(folder: Path) -> Outcome:
    async with living(folder) as cupboard:
        await cupboard.see(glass="hangs")
        await cupboard.timebase.sleep(5)
        cupboard.signal(signal.SIGTERM)
        began = time.monotonic()
        await cupboard.ended()
        took_s = time.monotonic() - began
        return Outcome("", Took(took_s, took_s))


def on_a_small_disk(folder: Path, mode: str = "rw") -> tuple[str, ...]:
    """The beginning of a command that gives the data folder a file system of its own, of 3 MB."""
    mount = f"mount -t tmpfs -o size=3m,{mode} none {folder / 'data'}"
    return ("unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh")


def may_mount() -> bool:
    """Whether this user may give a process mounts of its own."""
    unshare = shutil.which("unshare")
    return unshare is not None and subprocess.run([unshare, "--mount", "true"], capture_output=True).returncode == 0


def fill(file: Path) -> None:
    """Leave no room on a disk."""
    with contextlib.suppress(OSError), file.open("wb", buffering=0) as out:
        while True:
            out.write(bytes(1024))


def correct(folder: Path, hour: int) -> None:
    """Have the running appliance correct an hour of yesterday."""
    start = START.replace(minute=0) - timedelta(days=1, hours=hour)
    with contextlib.suppress(ControlError):
        correct_hour.set_hour(folder, start, 1000.0 + hour)


def minutes_of(folder: Path) -> int:
    """Return how many minutes the history has; none before it is there."""
    if not (folder / HISTORY_FILE).exists():
        return 0
    with contextlib.closing(History(folder / HISTORY_FILE, read_only=True)) as history:
        return len(history.minutes(START - timedelta(days=1), START + timedelta(days=1)))


def corrections_of(folder: Path) -> list[float]:
    """Return the corrected hours of yesterday, the last first, Wh."""
    with contextlib.closing(History(folder / HISTORY_FILE, read_only=True)) as history:
        return [hour.import_wh for hour in history.hours(START - timedelta(days=2), START - timedelta(hours=20))][::-1]


SET_ANEW_S = 65.0
"""A module that was changed between two pictures is found when the display is next set up again."""
ENDS_S = 10.0
"""By the wall's clock. It takes less than two on an idle machine; a busy one may take as long as systemd waits for it
(TimeoutStopSec of the unit)."""
HEALED_S = {"display replaced by another chip, and back": SET_ANEW_S, "told to end while the display hangs": ENDS_S}
"""Seconds by which all is well, where it is not five."""
CASES: dict[str, Case] = {
    "port vanishes and returns as another": port_vanishes_and_returns,
    "meter falls silent": meter_falls_silent,
    "converter drops every 40th octet": every_fortieth_octet_dropped,
    "one bit in a thousand turned": one_bit_in_a_thousand_turned,
    **{f"display {illness}": display(illness) for illness in ("absent", "times out", "hangs")},
    "display raises": display_raises,
    "display replaced by another chip, and back": display("sh1106", "ssd1309"),
    "a lamp's pin taken": a_pin_is_taken,
    "disk full": disk_full,
    "disk read-only": disk_read_only,
    "clock a year ahead": clock_jumps(365),
    "clock a year behind": clock_jumps(-365),
    "stopped for 90 s": stopped_for_ninety_seconds,
    "killed": killed_and_begun_again,
    "no descriptor left": no_descriptors_left,
    "mute and mad clients": mute_and_mad_clients,
    "told to end while the display hangs": told_to_end_while_all_hangs,
}
