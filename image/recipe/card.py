"""The card: a boot partition, two slots for roots, and from 1 GiB on, outside the table, the household's data.

The data partition is in no partition table: at each start the system tells the kernel where it lies, and finds it by
its superblock. So nothing is ever written to the card's first sector, no PC offers to format what it does not know, and
a newer image may bring whatever table it likes. See ../README.md.
"""

from pathlib import Path

from image.recipe.steps import BuildError, Steps

SIGNATURE = 0x48414E31
"""Of the disk, "HAN1": the kernel finds its root by it (PARTUUID), on whatever controller the card is."""
BOOT_MB, SLOT_MB, FIRST_MB = 128, 128, 4
DATA_STARTS = 1 << 30
"""Octets from the card's start to the data partition, the same in all releases."""

LAYOUT = f"""
image boot.vfat {{
    vfat {{
        label = "HAN"
        extraargs = "-F 32 -i {SIGNATURE:08x} --invariant"
    }}
    mountpoint = "/"
    size = {BOOT_MB}M
}}
image sdcard.img {{
    hdimage {{
        disk-signature = 0x{SIGNATURE:08x}
        align = 1M
    }}
    partition boot {{
        partition-type = 0x0c
        bootable = true
        offset = {FIRST_MB}M
        image = "boot.vfat"
    }}
    partition root-a {{
        partition-type = 0x83
        image = "root.squashfs"
        size = {SLOT_MB}M
    }}
    partition root-b {{
        partition-type = 0x83
        size = {SLOT_MB}M
    }}
}}
"""


def make_card(steps: Steps, boot: Path, squashfs: Path, work: Path, epoch: str) -> Path:
    """Make the card's image, sdcard.img, and return its path. Raises BuildError."""
    if squashfs.stat().st_size > SLOT_MB << 20:
        raise BuildError(
            f"the root takes {squashfs.stat().st_size >> 20} MB and its slot has {SLOT_MB}",
            "packages.list and modules.list in image/ say what goes into it",
        )
    if (FIRST_MB + BOOT_MB + 2 * SLOT_MB) << 20 > DATA_STARTS:
        raise BuildError("the slots reach into the data partition", "see SLOT_MB in image/recipe/card.py")
    (work / "layout").write_text(LAYOUT, encoding="ascii")
    output, scratch = work / "card", work / "scratch"
    steps.run("genimage", "--config", work / "layout", "--rootpath", boot, "--inputpath", squashfs.parent,
              "--outputpath", output, "--tmppath", scratch,
              env={"SOURCE_DATE_EPOCH": epoch, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC"})  # fmt: skip
    return output / "sdcard.img"
