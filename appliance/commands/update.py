"""`han-appliance update`."""

import argparse
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from appliance.commands.outcome import FINE, NOTHING_FOUND, fail
from appliance.history.database import HISTORY_FILE, History, HistoryError
from appliance.household.situation import Storage
from appliance.service import status
from appliance.service.actions import REQUEST
from appliance.service.local_socket import SOCKET, ControlError
from appliance.settings.data_folder import RUNTIME_FOLDER, socket_folders
from appliance.system.atomic_file import read_small_file
from appliance.system.board import undervoltage_now
from appliance.system.clock import SystemClock
from appliance.system.health import FaultKind
from appliance.update import card, outcome, steps, stick
from appliance.update.running import running
from appliance.update.signature import SIGNERS
from appliance.update.trial import Seen

BOOT = Path("/boot/firmware")
DATA = outcome.FOLDER.parent
MOST_DIGITS = 20
STICK = Path("/run/han-appliance-stick")
"""Where a stick is mounted while it is looked at; its unit makes the folder."""
ONCE = Path("/sys/module/han_tryboot/parameters/once")


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "update",
        help="say how the last update went (on the SD-card image)",
        description="Says how the last update of the SD-card image went, and which one is offered at the panel. The "
        "image itself takes an update that lies on its boot partition, came from a stick or the network, or was asked "
        "for at the panel (--take), looks for one on a USB stick (--stick), and judges it while it is tried (--judge). "
        "Taking and judging may restart the machine.",
        epilog="example: han-appliance update",
    )
    step = parser.add_mutually_exclusive_group()
    step.add_argument("--take", action="store_true", help="install the bundle that waits")
    step.add_argument("--stick", type=Path, metavar="DEVICE", help="take a copy of a USB stick's newest bundle")
    step.add_argument("--judge", action="store_true", help="keep the system that is tried when it is well")
    parser.set_defaults(command=run, verbose=0)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    try:
        if not (options.take or options.judge or options.stick):
            return _say()
        system = running()
        here = steps.Here(
            card=card.here(BOOT),
            data=DATA,
            signers=SIGNERS,
            version=system.version,
            build=system.build,
            boot=SystemClock().boot().boot_id,
        )
        if options.judge:
            return FINE if steps.judge(here, _Machine()) is None else NOTHING_FOUND
        if options.stick:
            with _mounted(options.stick) as folder:
                is_waiting = stick.look(here, folder)
            if is_waiting:
                _run("systemctl", "--no-block", "start", "han-appliance-update.service")
            return FINE
        steps.settle(here)
        steps.take(here, _Machine(), _asked())
    except (OSError, ValueError, card.CardError) as error:
        return fail(error)
    return FINE


def _say() -> int:
    last, trying, offered = outcome.last(), outcome.trying(), outcome.offered()
    if offered is not None:
        why = "it is older" if offered.older else "it was tried before"
        print(f"{offered.version} is at hand, and taken only when the panel's menu is told to: {why}")
    if trying is not None:
        print(f"{trying.version} is tried; {trying.before} ran before")
    elif last is None:
        print("there was no update")
        return NOTHING_FOUND
    elif last.reason is None:
        print(f"{last.version} was taken; {last.before} ran before")
    else:
        print(f"{last.version} was not taken, and {last.before} goes on: {outcome.sentence(last.reason)}")
    return FINE


def _asked() -> int | None:
    """Return the number of the build that somebody asked for at the panel; `None` when nobody did."""
    try:
        octets = read_small_file(RUNTIME_FOLDER / REQUEST)
        return int(octets) if len(octets) <= MOST_DIGITS else None
    except (OSError, ValueError):
        return None


@contextmanager
def _mounted(device: Path) -> Iterator[Path]:
    """Have a stick mounted, to be read only, while a block lasts. Raise OSError."""
    _run("mount", "-t", "vfat,exfat", "-o", "ro,nosuid,nodev,noexec", str(device), str(STICK))
    try:
        yield STICK
    finally:
        with suppress(OSError):  # the mount is the unit's own, and ends with it
            _run("umount", "--lazy", str(STICK))


class _Machine:
    """The Pi that this runs on."""

    def seen(self) -> Seen | None:
        try:
            told = status.ask_status(*(folder / SOCKET for folder in socket_folders(None, os.environ)))
        except ControlError:
            return None
        if told is None:
            return None
        answer, situation = told[0], told[0].situation
        return Seen(
            running_s=answer.process.running_s,
            has_history=situation.storage in (Storage.FINE, Storage.SET_ASIDE),
            has_display=all(fault.kind is not FaultKind.DISPLAY for fault in situation.health.faults),
            lists=situation.line.readings,
            heard_s=situation.reading_age_s,
            meter=situation.meter.meter_id,
            weak_supply=any(fault.kind is FaultKind.SUPPLY for fault in situation.health.faults),
            now=situation.local_time,
        )

    def newest_reading(self) -> datetime | None:
        try:
            with closing(History(DATA / steps.HISTORY / HISTORY_FILE, read_only=True)) as history:
                return history.newest_reading()
        except HistoryError:
            return None

    def weak_supply(self) -> bool:
        return undervoltage_now() is True

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    @contextmanager
    def writable(self) -> Iterator[None]:
        _run("mount", "-o", "remount,rw", str(BOOT))
        try:
            yield
        finally:
            os.sync()
            _run("mount", "-o", "remount,ro", str(BOOT))

    def start_once(self) -> None:
        _run("modprobe", "han_tryboot")
        ONCE.write_text("1", encoding="ascii")

    def restart(self) -> None:
        os.sync()
        _run("systemctl", "--no-block", "reboot")


def _run(*command: str) -> None:
    """Run a program. Raise OSError when it does not succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{command[0]} ended with exit code {done.returncode}: {done.stderr.strip()}")
