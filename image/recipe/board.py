"""The boot partition: what the Pi's own start looks for, device trees, kernel, and the household's settings.

A FAT file system, since the Pi's start reads nothing else and every PC does. Device trees are merged here and not by
the Pi's start, so that what the boot test runs is what is shipped.
"""

import shutil
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
FIRMWARE = ("bootcode.bin", "start.elf", "fixup.dat", "start4.elf", "fixup4.dat")
"""For the Pi 3 and Zero 2 W, and for the Pi 4; the others of the firmware package serve cameras and debugging."""


def fill_boot_partition(steps: Steps, root: Path, work: Path) -> Path:
    """Fill a folder with all that stands on the boot partition, and return it. Raises BuildError."""
    folder = work / "boot"
    folder.mkdir()
    for path in sorted((IMAGE / "boot").iterdir()):
        shutil.copyfile(path, folder / path.name)
    _copy_with_crlf(IMAGE / "boot/README.txt", folder / "README.txt")
    _copy_with_crlf(Path(str(files("appliance.settings") / "appliance.toml")), folder / "appliance.toml")
    for name in FIRMWARE:
        shutil.copy(root / "usr/lib/raspi-firmware" / name, folder)
    shutil.copy(root / "usr/share/doc/raspi-firmware/copyright", folder / "LICENCE.broadcom")
    shutil.copy(_only(root / "boot", "vmlinuz-*"), folder / "vmlinuz")
    shutil.copy(_only(root / "boot", "initrd.img-*"), folder / "initrd.img")
    _merge_device_trees(steps, _only(root / "usr/lib", "linux-image-*") / "broadcom", folder, work)
    return folder


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
