"""The card: a boot partition, two slots for roots, and from 1 GiB on, outside the table, the household's data.

The data partition is in no partition table: at each start the system tells the kernel where it lies, and finds it by
its superblock. So nothing is ever written to the card's first sector, no PC offers to format what it does not know, and
a newer image may bring whatever table it likes. See ../README.md.
"""

from hashlib import sha256
from pathlib import Path
from string import Template

from image.recipe.steps import BuildError, Steps

WRITTEN_ID = "48414e31"
"""The disk's id in image/boot, in place of the release's."""
BOOT_MB, SLOT_MB, FIRST_MB = 512, 240, 4
DATA_STARTS = 1 << 30
"""Octets from the card's start to the data partition, the same in all releases."""

LAYOUT = """
image boot.vfat {
    vfat {
        label = "HAN"
        extraargs = "-F 32 -i $id --invariant"
    }
    mountpoint = "/"
    size = ${boot_mb}M
}
image sdcard.img {
    hdimage {
        disk-signature = 0x$id
        align = 1M
    }
    partition boot {
        partition-type = 0x0c
        bootable = true
        offset = ${first_mb}M
        image = "boot.vfat"
    }
    partition root-a {
        partition-type = 0x83
        image = "root.squashfs"
        size = ${slot_mb}M
    }
    partition root-b {
        partition-type = 0x83
        size = ${slot_mb}M
    }
}
"""


def disk_id(version: str) -> str:
    """Return a release's id of the disk, eight hexadecimal digits: the kernel finds its root by it (PARTUUID).

    It is found on whatever controller the card is, and not on another release's card that is plugged in as well.
    """
    return sha256(version.encode()).hexdigest()[:8].replace("00000000", WRITTEN_ID)


def name_root(words: Path, number: str) -> None:
    """Put the release's id of the disk into a file with words for the kernel. Raises BuildError."""
    text = words.read_text(encoding="ascii")
    if text.count(f"root=PARTUUID={WRITTEN_ID}-") != 1:
        raise BuildError(f"{words.name} does not name a root by PARTUUID={WRITTEN_ID}")
    words.write_text(text.replace(f"PARTUUID={WRITTEN_ID}-", f"PARTUUID={number}-"), encoding="ascii")


def layout(number: str) -> str:
    """Return genimage's description of a card with an id of its disk."""
    return Template(LAYOUT).substitute(id=number, boot_mb=BOOT_MB, first_mb=FIRST_MB, slot_mb=SLOT_MB)


def make_card(steps: Steps, boot: Path, squashfs: Path, work: Path, epoch: str, number: str) -> Path:
    """Make the card's image, sdcard.img, with this id of its disk, and return its path. Raises BuildError."""
    if squashfs.stat().st_size > SLOT_MB << 20:
        raise BuildError(
            f"the root takes {squashfs.stat().st_size >> 20} MB and its slot has {SLOT_MB}",
            "packages.list and modules.list in image/ say what goes into it",
        )
    if (FIRST_MB + BOOT_MB + 2 * SLOT_MB) << 20 > DATA_STARTS:
        raise BuildError("the slots reach into the data partition", "see SLOT_MB in image/recipe/card.py")
    (work / "layout").write_text(layout(number), encoding="ascii")
    output, scratch = work / "card", work / "scratch"
    steps.run("genimage", "--config", work / "layout", "--rootpath", boot, "--inputpath", squashfs.parent,
              "--outputpath", output, "--tmppath", scratch,
              env={"SOURCE_DATE_EPOCH": epoch, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC"})  # fmt: skip
    return output / "sdcard.img"
