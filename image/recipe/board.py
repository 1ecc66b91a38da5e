"""The boot partition: what the Pi's own start looks for, device trees, kernel, and the household's settings.

Kernel, initial file system, device trees and the kernel's words lie in a folder for each of the two systems: `a` is
filled here, `b` by the first update. `os_prefix` in config.txt says which. None of these files may lie beside the
folders: the start would take them where a folder is not whole.

A FAT file system, since the Pi's start reads nothing else and every PC does. Device trees are merged here and not by
the Pi's start, so that what the boot test runs is what is shipped.
"""

import gzip
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from image.recipe.base import STALE_BASE
from image.recipe.steps import BuildError, Steps

IMAGE = Path(__file__).parent.parent
OVERLAY = IMAGE / "board/han-appliance.dtso"
BOARDS = (
    "bcm2837-rpi-3-b",
    "bcm2837-rpi-3-b-plus",
    "bcm2837-rpi-3-a-plus",
    "bcm2837-rpi-zero-2-w",
    "bcm2711-rpi-4-b",
)
"""The Raspberry Pis that the image serves, by their device trees."""
FIRST_SYSTEM = "a"
"""The folder of the system that a new card starts; its root is in the first slot."""
MAGIC, MAGIC_AT = b"ARM\x64", 56
CPIO, GZIP = (b"070701", b"070702"), b"\x1f\x8b"
FIRMWARE = ("bootcode.bin", "start.elf", "fixup.dat", "start4.elf", "fixup4.dat")
"""For the Pi 3 and Zero 2 W, and for the Pi 4; the others of the firmware package serve cameras and debugging."""


def fill_boot_partition(steps: Steps, root: Path, work: Path) -> Path:
    """Fill a folder with all that stands on the boot partition, and return it. Raises BuildError."""
    folder = work / "boot"
    system = folder / FIRST_SYSTEM
    shutil.copytree(IMAGE / "boot", folder, copy_function=shutil.copyfile)
    _copy_with_crlf(IMAGE / "boot/README.txt", folder / "README.txt")
    _copy_with_crlf(Path(str(files("appliance.settings") / "appliance.toml")), folder / "appliance.toml")
    for name in FIRMWARE:
        shutil.copy(root / "usr/lib/raspi-firmware" / name, folder)
    shutil.copy(root / "usr/share/doc/raspi-firmware/copyright", folder / "LICENCE.broadcom")
    _pack_kernel(_only(root / "boot", "vmlinuz-*"), system / "vmlinuz")
    shutil.copy(_only(root / "boot", "initrd.img-*"), system / "initrd.img")
    _merge_device_trees(steps, _only(root / "usr/lib", "linux-image-*") / "broadcom", system, work)
    return folder


def _pack_kernel(source: Path, target: Path) -> None:
    """Pack the kernel as the Pi's start unpacks it, a third of its size. Raises BuildError when it is none of its kind.

    The start takes a bare arm64 image, packed by gzip or not (Raspberry Pi documentation, config.txt, "arm_64bit";
    Linux: Documentation/arch/arm64/booting.rst, section 4). One that unpacks itself by EFI is for emulators and PCs.
    """
    octets = source.read_bytes()
    if octets[MAGIC_AT : MAGIC_AT + len(MAGIC)] != MAGIC or octets[4:8] == b"zimg":
        raise BuildError(f"{source.name} is no bare kernel for arm64, and the Pi's start takes no other")
    target.write_bytes(gzip.compress(octets, mtime=0))


def initial_modules(system: Path) -> set[str]:
    """Return the names of the kernel's modules in the initial file system of a system's folder."""
    names = (Path(name).name for name in _archived((system / "initrd.img").read_bytes()) if ".ko" in name)
    return {name.split(".")[0].replace("-", "_") for name in names}


def _archived(octets: bytes) -> Iterator[str]:
    """Yield the names in an initial file system: archives one after another, and the last of them packed by gzip.

    The kernel's format (Documentation/driver-api/early-userspace/buffer-format.rst): each header has 110 octets, the
    sizes of the file and of its name at 54 and 94, in hexadecimal digits; both are filled up to a multiple of four.
    """
    place = 0
    while octets[place : place + 6] in CPIO:
        size, named = (int(octets[place + at : place + at + 8], 16) for at in (54, 94))
        name = octets[place + 110 : place + 110 + named - 1].decode()
        place = _padded(_padded(place + 110 + named) + size)
        if name != "TRAILER!!!":
            yield name
            continue
        place += len(octets) - place - len(octets[place:].lstrip(b"\0"))
    if octets[place : place + 2] == GZIP:
        yield from _archived(gzip.decompress(octets[place:]))


def _padded(place: int) -> int:
    return -(-place // 4) * 4


def _copy_with_crlf(source: Path, target: Path) -> None:
    """Copy a text with the line ends that every PC's editor shows."""
    target.write_text(source.read_text(encoding="utf-8"), encoding="utf-8", newline="\r\n")


def _merge_device_trees(steps: Steps, source: Path, folder: Path, work: Path) -> None:
    overlay = work / "board.dtbo"
    steps.run("dtc", "-q", "-@", "-I", "dts", "-O", "dtb", "-o", overlay, OVERLAY)
    for board in BOARDS:
        steps.run("fdtoverlay", "-i", source / f"{board}.dtb", "-o", folder / f"{board}.dtb", overlay)


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise BuildError(f"{len(found)} files fit {pattern} in {folder}, and not one", STALE_BASE)
    return found[0]
