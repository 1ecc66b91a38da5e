"""python3 -m image.recipe CHECKOUT CACHE WHEELS VERSION: the whole recipe, run by image/build among the tools."""

import os
import shutil
import sys
from hashlib import sha256
from pathlib import Path

from image.recipe.base import base
from image.recipe.board import boot_partition
from image.recipe.card import card
from image.recipe.manifest import as_cyclonedx, as_list, packages
from image.recipe.program import program
from image.recipe.root import finished, root, squashed
from image.recipe.steps import BuildError, Steps

SHARE = "usr/share/han-appliance"


def main() -> int:
    """Builds into CHECKOUT/image/out; the exit code."""
    checkout, cache, wheels = (Path(word) for word in sys.argv[1:4])
    version = sys.argv[4]
    work = cache / "work"
    shutil.rmtree(work, ignore_errors=True)
    steps = Steps(work / "log")
    try:
        build(steps, checkout, cache, wheels, version)
    except BuildError as failure:
        return steps.explain(failure)
    return 0


def build(steps: Steps, checkout: Path, cache: Path, wheels: Path, version: str) -> None:
    """Each stage in its order. Raises BuildError."""
    work, out, epoch = steps.log.parent, checkout / "image/out", os.environ["SOURCE_DATE_EPOCH"]
    made = base(steps, cache)
    with steps.step("packs the program for Python 3.13 on arm64"):
        laid = program(steps, wheels, work, checkout, epoch)
    with steps.step("unpacks the base, merges the device trees, fills the boot partition"):
        folder = root(steps, made.tar, work)
        boot = boot_partition(steps, folder, work)
        found = packages(folder / "var/lib/dpkg/status", made.offered)
    with steps.step("takes out what a cupboard does not need, puts the appliance in"):
        finished(steps, folder, laid)
        (folder / SHARE).mkdir(parents=True, exist_ok=True)
        (folder / SHARE / "packages.tsv").write_text(as_list(found), encoding="utf-8")
        (folder / SHARE / "version").write_text(f"{version}\n", encoding="utf-8")
        _licences(steps, folder, boot, epoch)
    with steps.step("packs the root"):
        squashfs = work / "root.squashfs"
        squashed(steps, folder, squashfs, epoch)
    with steps.step("makes the card"):
        image = card(steps, boot, squashfs, work, epoch)
    with steps.step("writes it to image/out"):
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        shutil.move(image, out / "sdcard.img")
        (out / "packages.tsv").write_text(as_list(found), encoding="utf-8")
        (out / "bom.cdx.json").write_text(as_cyclonedx(found, version), encoding="utf-8")
        (out / "version").write_text(f"{version}\n", encoding="utf-8")
        with (out / "sdcard.img").open("rb") as file:
            digest = sha256()
            while block := file.read(1 << 20):
                digest.update(block)
        (out / "sdcard.img.sha256").write_text(f"{digest.hexdigest()}  sdcard.img\n", encoding="ascii")
    debian = sum(one.kind == "deb" for one in found)
    steps.done(
        f"image/out/sdcard.img: root {squashfs.stat().st_size / 1e6:.0f} MB, {debian} Debian packages and "
        f"{len(found) - debian} of Python, SHA-256 {digest.hexdigest()[:16]}..."
    )


def _licences(steps: Steps, folder: Path, boot: Path, epoch: str) -> None:
    """All copyright files, and the licences they name, in one archive beside the settings."""
    steps.run("tar", "--sort=name", f"--mtime=@{epoch}", "--owner=0", "--group=0", "--numeric-owner", "-cJf",
              boot / "licences.tar.xz", "-C", folder / "usr/share", "doc", "common-licenses")  # fmt: skip


sys.exit(main())
