"""A Pi with a card of plain files, for the tests of updates: it starts as `image.testing.firmware` says."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from appliance.system.board import undervoltage_now
from appliance.update import outcome, steps
from appliance.update.card import Card, System
from appliance.update.install import Disk
from appliance.update.outcome import Reason
from appliance.update.steps import Here
from appliance.update.trial import Seen
from image.recipe import bundle
from image.testing import firmware

BOOT = Path(__file__).parents[2] / "image/boot"
TREE = "bcm2837-rpi-3-b.dtb"
BUILD, NEWER = 1_800_000_000, 1_800_000_100
OLD_ROOT, NEW_ROOT = b"old root" * 100, b"new root" * 300_000
"""The new one has more than one block."""
WORDS = "root=PARTUUID=48414e31-02 rootfstype=squashfs ro rootwait panic=10"
METER = "6970631400000000"
WELL = Seen(running_s=90.0, has_history=True, has_display=True, lists=9, heard_s=2.0, meter=METER)
DEAF = replace(WELL, lists=0, heard_s=None, meter=None)
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


class PowerCut(Exception):  # noqa: N818 - no mistake
    """The power goes."""


class Counting(Disk):
    """Counts the writes, and loses its power before one of them; half of that one may be on the card."""

    def __init__(self, cut: int | None = None) -> None:
        self.writes = 0
        self._cut = cut

    def _next(self) -> None:
        if self.writes == self._cut:
            raise PowerCut
        self.writes += 1

    def write(self, handle: int, octets: bytes, at: int) -> None:
        if self.writes == self._cut:
            super().write(handle, octets[: len(octets) // 2], at)
        self._next()
        super().write(handle, octets, at)

    def make_folder(self, folder: Path) -> None:
        self._next()
        super().make_folder(folder)

    def remove(self, path: Path) -> None:
        self._next()
        super().remove(path)

    def rename(self, path: Path, to: Path) -> None:
        self._next()
        super().rename(path, to)

    def name(self, path: Path, system: System) -> None:
        self._next()
        super().name(path, system)


class Pi:
    """A Pi with a card of plain files, which restarts as its firmware would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.boot, self.data = folder / "boot", folder / "data"
        self.words = folder / "words"
        self.key = folder / "key"
        self.slots = {system: folder / f"slot-{system.value}" for system in System}
        shutil.copytree(BOOT, self.boot)
        (self.boot / "a/cmdline.txt").write_text(WORDS, encoding="ascii")
        for name in ("vmlinuz", "initrd.img", TREE):
            (self.boot / "a" / name).write_bytes(f"old {name}".encode())
        for system, octets in ((System.A, OLD_ROOT), (System.B, b"")):
            self.slots[system].write_bytes(octets)
            os.truncate(self.slots[system], 4 << 20)
        (self.data / steps.HISTORY).mkdir(parents=True)
        (self.data / steps.HISTORY / "history").write_text("old", encoding="ascii")
        keygen("-t", "ed25519", "-N", "", "-f", self.key)
        public = self.key.with_suffix(".pub").read_text(encoding="ascii")
        self.signers = folder / "signers"
        self.signers.write_text(f'release namespaces="{bundle.NAMESPACE}" {public}', encoding="ascii")
        self.seen: Callable[[], Seen | None] = lambda: WELL
        self.newest: datetime | None = None
        self.clock, self.boots = 0.0, 0
        self.once, self.ignores_flag, self.restarts = False, False, 0
        self.build, self.version = BUILD, "1.2"
        self.cut: int | None = None
        self.disk = Counting()
        self.start()

    def start(self) -> System:
        """Start as the firmware would, and return what runs; the data partition's script chooses the history."""
        once, self.once = self.once and not self.ignores_flag, False
        chosen = self.choice(once=once)
        self.words.write_bytes((self.boot / chosen.words).read_bytes())
        self.boots += 1
        return self.here().card.running()

    def choice(self, *, once: bool = False) -> firmware.Chosen:
        def read(name: str) -> str | None:
            path = self.boot / name
            return path.read_text(encoding="ascii") if path.exists() else None

        return firmware.chosen(read, lambda name: (self.boot / name).is_file(), TREE, firmware.PI_3_FILTERS, once=once)

    def here(self) -> Here:
        self.disk = Counting(self.cut)
        return Here(
            card=Card(self.boot, self.words, self.slots),
            data=self.data,
            signers=self.signers,
            version=self.version,
            build=self.build,
            boot=str(self.boots),
            disk=lambda: self.disk,
        )

    def put(
        self,
        build: int = NEWER,
        changed: Mapping[str, bytes] | None = None,
        *,
        version: str = "1.3",
        key: str = "key",
        to: Path | None = None,
    ) -> Path:
        """Put a bundle on the boot partition, or into another folder, with these parts changed before it is signed."""
        parts = self.folder / "parts"
        shutil.rmtree(parts, ignore_errors=True)
        parts.mkdir()
        told = {name: f"new {name}".encode() for name in ("vmlinuz", "initrd.img", TREE)}
        told |= {"cmdline.txt": WORDS.encode(), bundle.ROOT: NEW_ROOT, **(changed or {})}
        for name, octets in told.items():
            (parts / name).write_bytes(octets)
        bundle.describe(parts, version, build)
        keygen("-Y", "sign", "-f", self.folder / key, "-n", bundle.NAMESPACE, parts / bundle.MANIFEST)
        made = (to or self.boot) / f"han-appliance-{version}.update"
        bundle.pack(parts, made, build)
        return made

    def take(self, asked: int | None = None) -> bool:
        steps.settle(self.here())
        return steps.take(self.here(), self, asked)

    def offered(self) -> outcome.Offered | None:
        return outcome.offered(self.here().folder)

    def judge(self) -> Reason | None:
        return steps.judge(self.here(), self)

    def why(self) -> Reason | None:
        told = outcome.last(self.here().folder)
        assert told is not None
        return told.reason

    # the machine, as a Host
    def now(self) -> float:
        return self.clock

    def newest_reading(self) -> datetime | None:
        return self.newest

    def weak_supply(self) -> bool:
        return undervoltage_now(self.folder / "sys") is True

    def sleep(self, seconds: float) -> None:
        self.clock += seconds

    @contextmanager
    def writable(self) -> Iterator[None]:
        yield

    def start_once(self) -> None:
        self.once = True

    def restart(self) -> None:
        self.restarts += 1

    def supply(self, *, now: bool) -> None:
        """Have a supply that the kernel's driver tells of."""
        hwmon = self.folder / "sys/class/hwmon/hwmon0"
        hwmon.mkdir(parents=True, exist_ok=True)
        for name, text in (("name", "rpi_volt"), ("in0_lcrit_alarm", "1"), ("in0_alarm", str(int(now)))):
            (hwmon / name).write_text(f"{text}\n", encoding="ascii")

    # the data partition's script makes a copy for a trial
    def copy_history(self) -> Path:
        copy = self.data / f"update/history.{self.here().card.running().value}"
        shutil.copytree(self.data / steps.HISTORY, copy)
        (copy / "history").write_text("new", encoding="ascii")
        return copy

    def history(self) -> str:
        return (self.data / steps.HISTORY / "history").read_text(encoding="ascii")


def keygen(*words: str | Path) -> None:
    subprocess.run(["ssh-keygen", "-q", *map(str, words)], check=True, capture_output=True)
