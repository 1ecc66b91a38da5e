"""The base: Debian trixie for arm64 with the packages of packages.list, configured by their own scripts in emulation.

It takes minutes and hardly ever changes, so it is kept in the cache under a key of all that goes into it. Debian's
fixes reach an image when the base is made again: with another key, or with HAN_IMAGE_FRESH=1, as the release does.

Manuals and translations, which need a shell to be read, are left out while unpacking; the copyright files stay.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from image.recipe.steps import Steps, key

HERE = Path(__file__).parent
IMAGE = HERE.parent
PACKAGES = IMAGE / "packages.list"
INITRAMFS = IMAGE / "root/etc/initramfs-tools"
RELEASE = "trixie"
COMPONENTS = "main,non-free-firmware"
EPOCH = "1754697600"
"""2025-08-09, the day trixie came out: no file of the base says when it was built."""

STALE_BASE = "HAN_IMAGE_FRESH=1 image/build makes Debian's base again"
"""What helps where the base has not what the recipe wants of it."""
LEFT_OUT = ("doc", "doc-base", "i18n", "info", "lintian", "locale", "man", "bug", "bash-completion", "zsh")
EMULATOR = "/usr/bin/qemu-aarch64"
MAGIC = r"\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
MASK = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
"""An ELF file for aarch64, executable or shared (ELF-64 object file format, ELF header; machine 183)."""


@dataclass(frozen=True, slots=True)
class Base:
    """Its files as a tar archive, and what Debian's archive says of every package on offer (with the hashes)."""

    tar: Path
    offered: Path


def build_base(steps: Steps, cache: Path) -> Base:
    """Return the base: the cache's, or one that is made now. Raises BuildError."""
    name = f"base-{key(INITRAMFS, *_recipe())}"
    base = Base(cache / f"{name}.tar", cache / f"{name}.packages")
    if not base.tar.exists() or os.environ.get("HAN_IMAGE_FRESH") == "1":
        with steps.step("makes Debian's base for arm64 in emulation (5 to 15 minutes; kept for the next time)"):
            for old in cache.glob("base-*"):
                old.unlink()
            _run_mmdebstrap(steps, base)
    return base


def wanted_packages() -> list[str]:
    """Return the names in packages.list."""
    lines = PACKAGES.read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line and not line.startswith("#")]


def _recipe() -> list[str]:
    """Return the arguments of mmdebstrap that do not depend on where files are."""
    return [
        "--architectures=arm64",
        "--variant=essential",
        f"--components={COMPONENTS}",
        f"--include={','.join(wanted_packages())}",
        '--aptopt=APT::Install-Recommends "false"',
        *(f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in LEFT_OUT),
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        "--format=tar",
        # copied by hand, for the checkout's owner and modes are the host's
        '--essential-hook=mkdir -p "$1/etc/initramfs-tools" && cp -r "$HAN_INITRAMFS/." "$1/etc/initramfs-tools"',
        '--essential-hook=chown -R 0:0 "$1/etc/initramfs-tools" && chmod -R u=rwX,go=rX "$1/etc/initramfs-tools"',
        RELEASE,
    ]


def _run_mmdebstrap(steps: Steps, base: Base) -> None:
    part = base.tar.with_suffix(".part")
    with emulation(steps):
        steps.run(
            "mmdebstrap",
            "--mode=root",
            f'--customize-hook=cat "$1"/var/lib/apt/lists/*_Packages > {base.offered}',
            *_recipe(),
            part,
            env={
                **os.environ,
                "HAN_INITRAMFS": str(INITRAMFS),
                "SOURCE_DATE_EPOCH": EPOCH,
                "DEBIAN_FRONTEND": "noninteractive",
            },
        )
    part.rename(base.tar)


@contextmanager
def emulation(steps: Steps) -> Iterator[None]:
    """Have the kernel run arm64 programs through trixie's emulator, until the block ends.

    An entry of our own: a host's older emulator is several times slower. F opens the emulator now, so that a chroot
    needs no copy of it (Linux: Documentation/admin-guide/binfmt-misc.rst).
    """
    table = Path("/proc/sys/fs/binfmt_misc")
    if not (table / "register").exists():
        steps.run("mount", "-t", "binfmt_misc", "binfmt_misc", table)
    name = f"han-image-{os.getpid()}-{abs(hash(os.urandom(8)))}"
    (table / "register").write_text(f":{name}:M::{MAGIC}:{MASK}:{EMULATOR}:F", encoding="ascii")
    try:
        yield
    finally:
        (table / name).write_text("-1", encoding="ascii")


def stanzas(text: str) -> Iterator[dict[str, str]]:
    """Yield a dictionary for each package of Debian's control data, without continued lines."""
    for stanza in text.split("\n\n"):
        fields = dict(re.findall(r"^([\w-]+): ?(.*)$", stanza, re.M))
        if fields:
            yield fields
