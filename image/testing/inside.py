"""Checks from within: what the system says of itself, by the test's shell."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime

from image.testing.bench import Bench
from image.testing.patience import patience_s, stretched
from image.testing.verdict import NotSoError

MOST_MEMORY_MB = 120
MOST_PACKAGES = 160
LOOK_S = 1.0
ADDRESS_S = 120.0
"""From the end of starting to an address: an emulated Pi takes three seconds for it."""
USB_SOCKET = "/sys/bus/usb/devices/1-1:1.0/1-1-port1"
"""Of the emulated hub (Linux: Documentation/ABI/testing/sysfs-bus-usb, `disable`): the kernel lets go of what is in
there, and finds it anew. To pull a device out of its controller is more than QEMU bears (hcd-dwc2: "dev != NULL")."""
CONVERTER_NAME = "/dev/serial/by-id/usb-"
CLOCK_SET_TO = datetime(2026, 12, 24, 16, 30, tzinfo=UTC)
_SET_CLOCK = (
    "from datetime import datetime; from appliance.system import battery_clock as clock; "
    f'clock.BatteryClock(lambda: clock.open_bus(1)).set(datetime.fromisoformat("{CLOCK_SET_TO.isoformat()}"))'
)
CLOCK_TOLD = re.compile(r"2026-12-24 1[78]:\d\d:\d\d, by this machine's clock")
"""In Norway, and some minutes later."""
LISTENS = "0A"
"""A TCP socket's state (Linux: include/net/tcp_states.h); one of UDP has none and is open when it is listed."""
ASK_FOR_ADDRESS = {"udp port 68", "udp6 port 546", "raw6 port 58"}
"""Opened by systemd-networkd where there is a network: DHCP's clients (RFC 2131, 8415), routers' words (RFC 4861)."""
HEAR_ITS_NAME = {"udp port 5353", "udp6 port 5353"}
"""Opened by systemd-resolved there: mDNS (RFC 6762), which is answered on the house's network only."""


async def all_started(bench: Bench) -> str:
    """The system comes to its end of starting, and no unit of systemd failed."""
    state = await bench.console.ask("systemctl is-system-running --wait", patience_s())
    failed = await bench.console.ask("systemctl list-units --failed --plain --no-legend --full")
    if state != "running":
        raise NotSoError(f"{state}: {', '.join(line.split()[0] for line in failed.splitlines()) or 'no unit is named'}")
    return state


async def appliance_is_up(bench: Bench) -> str:
    """The appliance was started once and has not ended since."""
    said = await bench.console.ask("systemctl show han-appliance -p ActiveState,NRestarts")
    if said.split() != ["NRestarts=0", "ActiveState=active"]:
        raise NotSoError(" ".join(said.split()))
    return "active, no restarts"


async def nothing_listens(bench: Bench) -> str:
    """No port is open to any network, in any protocol."""
    if found := await _open_ports(bench):
        raise NotSoError(", ".join(found))
    return "no socket in tcp, udp, raw"


async def one_door_opens(bench: Bench) -> str:
    """With a key in the settings, ssh's port is open and no other but those of its address and its name."""
    expected = {"tcp port 22", "tcp6 port 22"}
    while set(found := await _open_ports(bench)) - ASK_FOR_ADDRESS - HEAR_ITS_NAME != expected:
        if bench.machine.now > patience_s():
            raise NotSoError(", ".join(found) or "no port is open")
        await asyncio.sleep(LOOK_S)
    return ", ".join(found)


async def address(bench: Bench) -> str | None:
    """Return what systemd-networkd says of the adapter that has an address; `None` when none gets one in time."""
    until_s = bench.machine.now + stretched(ADDRESS_S)
    while "routable" not in (state := await bench.console.ask("networkctl --no-pager --no-legend list")):
        if bench.machine.now > until_s:
            return None
        await asyncio.sleep(LOOK_S)
    return " ".join(next(line for line in state.splitlines() if "routable" in line).split())


async def network_words(bench: Bench) -> str:
    """Return what kernel and systemd-networkd have last said of USB and network."""
    return await bench.console.ask(
        "ls /sys/class/net; dmesg | grep -iE 'usb|dwc2|hub' | tail -12; "
        "journalctl -b -o short-monotonic -u systemd-networkd --no-pager | tail -8"
    )


async def has_an_address(bench: Bench) -> str:
    """On a network with a router, the Pi gets an address."""
    if (found := await address(bench)) is None:
        raise NotSoError(await network_words(bench))
    return found


async def the_meter_is_on_usb(bench: Bench) -> str:
    """The converter on USB was found by itself, is open under its lasting name, and will be tried first next time."""
    await _until_status(bench, _reads_usb, "a converter that is read")
    known = await bench.console.ask("cat /data/han-appliance/port.txt")
    if CONVERTER_NAME not in known:
        raise NotSoError(f"known: {known}")
    return known


async def a_converter_comes_back(bench: Bench) -> str:
    """A converter whose socket goes dead and is alive again is read again, without a start and without a login."""
    await bench.console.ask(f"echo 1 > {USB_SOCKET}/disable")
    await _until_status(bench, lambda status: CONVERTER_NAME not in status, "another port than the converter's")
    await bench.console.ask(f"echo 0 > {USB_SOCKET}/disable")
    status = await _until_status(bench, _reads_usb, "a converter that is read")
    return next(line for line in status.splitlines() if line.startswith("Line"))


def _reads_usb(status: str) -> bool:
    return CONVERTER_NAME in status and "Power     --" not in status


async def _until_status(bench: Bench, fits: Callable[[str], bool], expected: str) -> str:
    """Ask until the appliance says what fits. Return that. Raises NotSoError."""
    until_s = bench.machine.now + patience_s()
    while not fits(status := await bench.console.ask("han-appliance status", patience_s())):
        if bench.machine.now > until_s:
            raise NotSoError(f"expected {expected}: {status}")
        await asyncio.sleep(LOOK_S)
    return status


async def battery_clock_tells_the_time(bench: Bench) -> str:
    """A battery clock is not believed before it is set; then it tells the time at a start, before there is a meter."""
    before = await _until_status(bench, lambda status: "Time" in status, "an appliance that answers")
    if CLOCK_TOLD.search(before):
        raise NotSoError(before)
    said = await bench.console.ask(f"/opt/han-appliance/bin/python3 -c '{_SET_CLOCK}'", patience_s())
    await bench.console.ask("systemctl restart han-appliance", patience_s())
    after = await _until_status(bench, lambda status: CLOCK_TOLD.search(status) is not None, f"{CLOCK_TOLD} {said}")
    return " ".join(next(line for line in after.splitlines() if CLOCK_TOLD.search(line)).split())


async def report_is_written(bench: Bench) -> str:
    """Who put a file named report on the boot partition gets one, and the partition is read-only again."""
    await bench.console.ask("systemctl start han-appliance-report.service", patience_s())
    result = await bench.console.ask("systemctl show -p Result --value han-appliance-report.service")
    mounted = await bench.console.ask("findmnt -no OPTIONS /boot/firmware")
    if result != "success" or not mounted.startswith("ro,"):
        raise NotSoError(f"{result}, mounted {mounted}")
    return result


async def _open_ports(bench: Bench) -> list[str]:
    """Return what is open to a network, by the kernel's own tables. Raises NotSoError when these cannot be read."""
    tables = await bench.console.ask("cd /proc/net; tail -n +2 tcp tcp6 udp udp6 udplite raw raw6 sctp/eps 2>/dev/null")
    table, found = "", []
    for line in tables.splitlines():
        if line.startswith("==>"):
            table = line.split()[1]
        elif (cells := line.split()) and (not table.startswith("tcp") or cells[3] == LISTENS):
            found.append(f"{table} port {int(cells[1].rpartition(':')[2], 16)}")
    if "==> tcp <==" not in tables:
        raise NotSoError("the tables of sockets cannot be read")
    return found


async def root_is_read_only(bench: Bench) -> str:
    """Root itself can write neither the system nor the boot partition."""
    places = "/usr/x /etc/x /opt/x /boot/firmware/x /x"
    said = await bench.console.ask(f"for f in {places}; do (: >$f) 2>/dev/null && echo $f; done; mount -o remount,rw /")
    if written := [line for line in said.splitlines() if line.startswith("/")]:
        raise NotSoError(f"written: {', '.join(written)}")
    kind = await bench.console.ask("findmnt -no FSTYPE,OPTIONS /")
    if not kind.startswith("squashfs ro"):
        raise NotSoError(kind)
    return kind


async def nobody_can_log_in(bench: Bench) -> str:
    """There is no login, no password, and no program that makes anybody root."""
    shadow = await bench.console.ask("cut -d: -f1,2 /etc/shadow")
    if able := [line for line in shadow.splitlines() if not re.search(r":[!*]", line)]:
        raise NotSoError(f"can log in: {', '.join(able)}")
    if gettys := await bench.console.ask("systemctl list-units --plain --no-legend '*getty*.service' 'ssh*'"):
        raise NotSoError(gettys)
    if risen := await bench.console.ask("find / -xdev -perm /6000 -type f"):
        raise NotSoError(risen)
    return "none"


async def data_is_mounted(bench: Bench) -> str:
    """The data partition is there, with a journal, and the history is written on it."""
    mounted = await bench.console.ask("findmnt -no SOURCE,FSTYPE,OPTIONS /data")
    history = await bench.console.ask("stat -c '%U %n' /data/han-appliance/history.sqlite3", patience_s())
    if "ext4 rw" not in re.sub(" +", " ", mounted) or "han-appliance /data" not in history:
        raise NotSoError(f"{mounted or 'not mounted'}; {history}")
    return re.sub(" +", " ", mounted)


async def little_memory(bench: Bench) -> str:
    """Less than 120 MB of memory are in use."""
    words = "MemTotal|MemFree|Buffers|Cached|SReclaimable|Shmem"
    said = await bench.console.ask(f"grep -E '^({words}):' /proc/meminfo")
    kb = {name: int(value) for name, value in re.findall(r"(\w+): +(\d+) kB", said)}
    # as free(1) of procps 3 counts it, tmpfs included: what neither is free nor can be had at once
    used = kb["MemTotal"] - kb["MemFree"] - kb["Buffers"] - kb["Cached"] - kb["SReclaimable"] + kb["Shmem"]
    saw = f"{used / 1000:.0f} MB of {kb['MemTotal'] / 1000:.0f}"
    if used > MOST_MEMORY_MB * 1000:
        raise NotSoError(saw)
    return saw


async def few_packages(bench: Bench) -> str:
    """The image was made of fewer than 160 Debian packages."""
    said = await bench.console.ask("grep -c '^deb' /usr/share/han-appliance/packages.tsv")
    if not said.isdecimal() or not 0 < int(said) < MOST_PACKAGES:
        raise NotSoError(said)
    return said


async def han_line_is_silent(bench: Bench) -> str:
    """Not one octet was sent on the HAN line since power on: no console, no program and no echo."""
    await asyncio.sleep(LOOK_S)
    if said := bench.machine.said_on_han():
        raise NotSoError(f"{len(said)} octets: {said[:40]!r}")
    return "0 octets"


async def no_repair_asked(bench: Bench) -> str:
    """The file system was made sound without a question."""
    said = await bench.console.ask("journalctl -b -o cat -g 'fsck|recovering|recovered|UNEXPECTED' | head -5")
    if "UNEXPECTED" in said or "RUN fsck MANUALLY" in said:
        raise NotSoError(said)
    return " / ".join(said.splitlines()[:2]) or "it was whole"


async def kernel_began_s(bench: Bench) -> float:
    """Return when the kernel's clock began, seconds since power on: the emulator takes some to get there."""
    return bench.machine.now - float(await bench.console.ask("cut -d' ' -f1 /proc/uptime"))


async def stages(bench: Bench) -> list[tuple[str, float]]:
    """Return what happened when: seconds since the kernel's start, by the machine's own clock."""
    show = "systemctl show -p {} --value"
    asked = {
        "kernel and initial file system": show.format("UserspaceTimestampMonotonic"),
        "systemd up to multi-user": show.format("ActiveEnterTimestampMonotonic multi-user.target"),
        "appliance started": show.format("ExecMainStartTimestampMonotonic han-appliance"),
        "appliance ready": show.format("ActiveEnterTimestampMonotonic han-appliance"),
    }
    said = await bench.console.ask("; ".join(asked.values()))
    return [(name, int(line) / 1e6) for name, line in zip(asked, said.split(), strict=True)]
