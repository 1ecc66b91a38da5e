"""Updates in an emulated Pi: one that is kept, and after it one whose root is torn, which ends in the old system.

The first is on the card's boot partition, and the second on a USB stick that is plugged in while the Pi runs. Another
comes by the network, and an older one is offered from a stick with exFAT.

A reset ends the emulator, and what it was told before is in its trace: the mailbox's tag by which the firmware is asked
for one start by tryboot.txt. So the next machine is started as the firmware would start it, and forgets the flag. The
updates are made of the very parts that the image was built of, and signed with the key of its cache.
"""

import asyncio
import json
import re
import shutil
from pathlib import Path

from image.recipe import bundle
from image.testing import exfat, tools
from image.testing.bench import Bench
from image.testing.cable import RELEASES, ROUTER
from image.testing.patience import patience_s, stretched
from image.testing.verdict import NotSoError

KEY = "update-key"
KEPT = "kept"
"""The name of the first."""
LATER = ".later"
"""The ending of a file that nobody takes for an update yet."""
FETCHED = "fetched"
"""The name of the one that comes by the network."""
STICK, EXFAT_STICK = "stick.vfat", "stick.exfat"
STICK_OCTETS = 256 << 20
TORN_OCTETS, HEAD_OCTETS = 2 << 20, 4096
"""Of a torn root: without its head, for the slot may hold the rest of a whole one."""
INSTALL_S = 900.0
"""To hear a list, write a root and read it back."""
TRIAL_S = 900.0
FETCH_S = 1500.0
"""The first look is up to ten minutes after the start, not all of a street at once; then 87 MB on an emulated USB."""
LOOK_S = 1.0
_IN_ITS_BOX = "echo 0 >/sys/fs/cgroup/system.slice/han-appliance.service/cgroup.procs"
"""Makes the shell one of the appliance's processes: what the kernel lets through is told by that (cgroup_skb)."""
_KNOCK = f"""python3 -c '
import errno, socket
for address in "{RELEASES}", "{ROUTER}":
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", (address, 9))
        print(address, "let through")
    except OSError as error:
        print(address, errno.errorcode[error.errno])
'"""


def made(parts: Path, folder: Path, name: str, number: int, *, torn: bool = False) -> Path:
    """Return an update of these parts that is newer by so many, below `folder`; `torn`: most of its root is missing.

    Raises ToolError.
    """
    own = folder / name
    shutil.rmtree(own, ignore_errors=True)
    shutil.copytree(parts, own)
    build = json.loads((parts / bundle.MANIFEST).read_text(encoding="utf-8"))["build"]
    if torn:
        with (own / bundle.ROOT).open("r+b") as root:
            root.truncate(TORN_OCTETS)
            root.write(bytes(HEAD_OCTETS))
    bundle.describe(own, name, build + number)
    _sign(own / bundle.MANIFEST, bundle.NAMESPACE)
    file = folder / f"{name}{bundle.ENDING}"
    bundle.pack(own, file, build)
    return file


def published(parts: Path, folder: Path) -> Path:
    """Return a new folder of releases below `folder`, with an update of these parts as the newest. Raises ToolError."""
    releases = folder / "releases"
    shutil.rmtree(releases, ignore_errors=True)
    releases.mkdir()
    file = made(parts, folder, FETCHED, 1).rename(releases / f"han-appliance-{FETCHED}{bundle.ENDING}")
    bundle.newest(folder / FETCHED, file, releases / bundle.NEWEST)
    _sign(releases / bundle.NEWEST, bundle.NEWEST_NAMESPACE)
    return releases


def _sign(file: Path, namespace: str) -> None:
    tools.run("ssh-keygen", "-q", "-Y", "sign", "-f", tools.cache() / KEY, "-n", namespace, file)


def stick(update: Path, folder: Path) -> None:
    """Make a USB stick with an update in its root folder, as a PC would. Raises ToolError."""
    file = _blank(folder / STICK)
    tools.run("mkfs.vfat", "-F", "32", file)
    tools.run("mcopy", "-i", file, update, f"::han-appliance-{update.name}")


def exfat_stick(update: Path, folder: Path) -> None:
    """Make one with exFAT, which its own checker finds sound. Raises ToolError."""
    file = _blank(folder / EXFAT_STICK)
    tools.run("mkfs.exfat", "-q", file)
    exfat.put(file, update, f"han-appliance-{update.name}")
    tools.run("fsck.exfat", "-n", file)


def _blank(file: Path) -> Path:
    file.unlink(missing_ok=True)
    with file.open("wb") as new:
        new.truncate(STICK_OCTETS)
    return file


async def restarts_to_try_it(bench: Bench) -> str:
    """The update is written beside the running system, and the Pi restarts with the flag for one start of it."""
    until_s = bench.machine.now + stretched(INSTALL_S)
    while not bench.machine.has_ended:
        if bench.machine.now > until_s:
            raise NotSoError(f"it still runs: {await bench.console.ask('journalctl -u han-appliance-update -o cat')}")
        await asyncio.sleep(LOOK_S)
    await asyncio.sleep(LOOK_S)  # the trace's last lines
    if not bench.flag.is_set:
        raise NotSoError("it restarts without the flag")
    return f"after {bench.machine.now:.0f} s"


async def other_system_runs(bench: Bench) -> str:
    """The new system runs, from the other slot, and is not chosen yet, with a copy of the history."""
    words = await bench.console.ask(
        "grep -o 'root=PARTUUID=[^ ]*' /proc/cmdline; grep prefix /boot/firmware/config.txt", patience_s()
    )
    while not (where := await bench.console.ask("findmnt -no SOURCE /var/lib/han-appliance", patience_s())):
        if bench.machine.now > patience_s():
            raise NotSoError("no history is mounted")
        await asyncio.sleep(LOOK_S)
    if re.match(r"root=PARTUUID=[0-9a-f]{8}-03\b", words) is None or "history.b" not in where:
        raise NotSoError(f"{words}; {where}")
    return f"{' '.join(words.split())}; {where}"


async def it_is_kept(bench: Bench) -> str:
    """It is chosen once it is well, in one sector, and its history takes the old one's place."""
    said = await _ended(bench)
    if "was taken" not in said:
        raise NotSoError(f"{said}; {await bench.console.ask('journalctl -u han-appliance-trial -o cat | tail -5')}")
    chosen = await bench.console.ask("cat /boot/firmware/config.txt; ls /data/update /data/han-appliance")
    if "os_prefix=b/" not in chosen or "history.b" in chosen or "history.sqlite3" not in chosen:
        raise NotSoError(chosen)
    return f"{said}, {bench.machine.now:.0f} s after power on"


async def one_comes(bench: Bench) -> str:
    """An update that comes while a system runs is written beside it; the Pi restarts with the flag for one start."""
    rename = f"mv /boot/firmware/{KEPT}{LATER} /boot/firmware/{KEPT}{bundle.ENDING}"
    await bench.console.ask(f"mount -o remount,rw /boot/firmware && {rename} && mount -o remount,ro /boot/firmware")
    await bench.console.ask("systemctl start --no-block han-appliance-update")
    return await restarts_to_try_it(bench)


async def it_is_fetched(bench: Bench) -> str:
    """The appliance, in its own sandbox, fetches the newest update from a server that the settings name."""
    until_s = bench.machine.now + stretched(FETCH_S)
    look = "stat -c %s /data/han-appliance/fetched.update"
    while not (size := await bench.console.ask(look, patience_s())).isdecimal():
        if bench.machine.now > until_s:
            raise NotSoError(await bench.console.ask("journalctl -b -o cat -u han-appliance | tail -5"))
        await asyncio.sleep(LOOK_S)
    return f"{int(size) / 1e6:.0f} MB, {bench.machine.now:.0f} s after power on"


async def the_door_is_narrow(bench: Bench) -> str:
    """It may speak with that server and with nobody else: the kernel lets no word of its through to another."""
    asked = "systemctl show han-appliance --value -p IPAddressAllow -p IPAddressDeny -p RestrictAddressFamilies"
    said = (await bench.console.ask(asked)).splitlines()
    if said[0] != f"{RELEASES}/32" or set(said[1].split()) != {"0.0.0.0/0", "::/0"}:
        raise NotSoError(" | ".join(said))
    boxed = await bench.console.ask(f"({_IN_ITS_BOX}; {_KNOCK})", patience_s())
    free = await bench.console.ask(_KNOCK, patience_s())
    if boxed.splitlines() != [f"{RELEASES} let through", f"{ROUTER} EPERM"] or "E" in free:
        raise NotSoError(f"in its box: {boxed}; outside: {free}")
    return " | ".join((*said, *boxed.splitlines()))


async def an_old_one_is_offered(bench: Bench) -> str:
    """A stick with exFAT is plugged in, with an older update: that is offered."""
    await bench.machine.plug_stick(bench.folder / EXFAT_STICK)
    return await it_is_only_offered_now(bench)


async def the_torn_one_is_tried_too(bench: Bench) -> str:
    """A second update, on a USB stick that is plugged in, is written over the first system, and tried."""
    await bench.machine.plug_stick(bench.folder / STICK)
    return await restarts_to_try_it(bench)


async def it_is_only_offered_now(bench: Bench) -> str:
    """The stick is still in: its update is offered, and not tried again by itself."""
    until_s = bench.machine.now + stretched(INSTALL_S)
    while not (told := await bench.console.ask("cat /data/update/offered.json", patience_s())).startswith("{"):
        if bench.machine.now > until_s:
            raise NotSoError(await bench.console.ask("lsblk; journalctl -b -o cat -u 'han-appliance-stick*'"))
        await asyncio.sleep(LOOK_S)
    mounted = await bench.console.ask("findmnt -no SOURCE /run/han-appliance-stick; ls /data/update")
    if bench.machine.has_ended or "/dev/sd" in mounted or "stick.update" in mounted:
        raise NotSoError(mounted)
    return told


async def it_comes_to_nothing(bench: Bench) -> str:
    """A torn root ends by a reset, by itself."""
    until_s = bench.machine.now + stretched(INSTALL_S)
    while not bench.machine.has_ended:
        if bench.machine.now > until_s:
            raise NotSoError("it still runs")
        await asyncio.sleep(LOOK_S)
    return f"after {bench.machine.now:.0f} s"


async def the_old_one_says_so(bench: Bench) -> str:
    """The system before runs again, and says that the update was not taken, and why."""
    systems = "grep -Eo -- '-0[23]\\b' /proc/cmdline; grep os_prefix= /boot/firmware/config.txt"
    runs, _, chosen = (await bench.console.ask(systems, patience_s())).partition("\n")
    said = await _ended(bench)
    until_s, told = bench.machine.now + stretched(TRIAL_S), ""
    while "update was not taken" not in told and bench.machine.now < until_s:
        told = await bench.console.ask("han-appliance status", patience_s())
        await asyncio.sleep(LOOK_S)
    is_chosen = (runs, chosen) in (("-02", "os_prefix=a/"), ("-03", "os_prefix=b/"))
    if not is_chosen or "was not taken" not in said or "not taken" not in told:
        raise NotSoError(f"{runs}, {chosen}; {said}; {told}")
    return f"{runs}, {chosen}; {said}"


async def _ended(bench: Bench) -> str:
    """Wait until a trial has ended, and return what the appliance says of it. Raises NotSoError."""
    until_s = bench.machine.now + stretched(TRIAL_S)
    is_over = "[ -e /data/update/last.json ] && [ ! -e /data/update/trying.json ] && echo yes"
    while await bench.console.ask(is_over, patience_s()) != "yes":
        if bench.machine.now > until_s:
            raise NotSoError(await bench.console.ask("ls /data/update; journalctl -b -o cat -u 'han-appliance-*'"))
        await asyncio.sleep(LOOK_S)
    return await bench.console.ask("han-appliance update", patience_s())
