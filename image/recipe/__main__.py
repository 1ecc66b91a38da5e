"""python3 -m image.recipe CHECKOUT CACHE WHEELS VERSION: the whole recipe, run by image/build among the tools."""

import os
import shutil
import sys
from hashlib import sha256
from pathlib import Path

from image.recipe.base import build_base
from image.recipe.board import FIRST_SYSTEM, fill_boot_partition, initial_modules
from image.recipe.bundle import gather
from image.recipe.card import disk_id, make_card, name_root
from image.recipe.drivers import as_table, keep_drivers
from image.recipe.licences import as_sources, pack_licences
from image.recipe.manifest import as_cyclonedx, as_list, list_packages
from image.recipe.modules import build_modules
from image.recipe.program import pack_program
from image.recipe.root import pack_root, strip_and_install, unpack_root
from image.recipe.steps import BuildError, Steps

SHARE = "usr/share/han-appliance"
SIGNERS = "etc/han-appliance-update/allowed_signers"
"""Who may sign updates (ssh-keygen(1), "ALLOWED SIGNERS")."""


def main() -> int:
    """Build into CHECKOUT/image/out. Return the exit code."""
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
    """Run each stage in its order. Raises BuildError."""
    work, out, epoch = steps.log.parent, checkout / "image/out", os.environ["SOURCE_DATE_EPOCH"]
    base = build_base(steps, cache)
    with steps.step("packs the program for Python 3.13 on arm64"):
        program = pack_program(steps, wheels, work, checkout, epoch)
    with steps.step("unpacks the base, merges the device trees, fills the boot partition"):
        root = unpack_root(steps, base.tar, work)
        boot = fill_boot_partition(steps, root, work)
        name_root(boot / FIRST_SYSTEM / "cmdline.txt", disk_id(version))
        sources = as_sources((root / "var/lib/dpkg/status").read_text(encoding="utf-8"))
        packages = list_packages(root / "var/lib/dpkg/status", base.offered)
    with steps.step("builds the kernel's modules that Debian has not, looks whether the boards' drivers are there"):
        build_modules(steps, root, work)
        system = boot / FIRST_SYSTEM
        asked = keep_drivers(steps, root, system, initial_modules(system))
    with steps.step("takes out what a cupboard does not need, puts the appliance in"):
        strip_and_install(steps, root, program)
        (root / SHARE).mkdir(parents=True, exist_ok=True)
        (root / SHARE / "packages.tsv").write_text(as_list(packages), encoding="utf-8")
        (root / SHARE / "version").write_text(f"{version}\n", encoding="utf-8")
        (root / SHARE / "build").write_text(f"{epoch}\n", encoding="ascii")
        (root / SIGNERS).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(cache / "signers", root / SIGNERS)
        pack_licences(steps, root, boot, work, sources, epoch)
    with steps.step("packs the root"):
        squashfs = work / "root.squashfs"
        pack_root(steps, root, squashfs, epoch)
    with steps.step("makes the card"):
        image = make_card(steps, boot, squashfs, work, epoch, disk_id(version))
    with steps.step("writes it to image/out"):
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        shutil.move(image, out / "sdcard.img")
        gather(out / "update", system, squashfs, version, int(epoch))
        (out / "packages.tsv").write_text(as_list(packages), encoding="utf-8")
        (out / "sources.tsv").write_text(sources, encoding="utf-8")
        (out / "bom.cdx.json").write_text(as_cyclonedx(packages, version), encoding="utf-8")
        (out / "drivers.md").write_text(as_table(asked), encoding="utf-8")
        (out / "version").write_text(f"{version}\n", encoding="utf-8")
        with (out / "sdcard.img").open("rb") as file:
            digest = sha256()
            while block := file.read(1 << 20):
                digest.update(block)
        (out / "sdcard.img.sha256").write_text(f"{digest.hexdigest()}  sdcard.img\n", encoding="ascii")
    debian = sum(one.kind == "deb" for one in packages)
    steps.done(
        f"image/out/sdcard.img: root {squashfs.stat().st_size / 1e6:.0f} MB, {debian} Debian packages and "
        f"{len(packages) - debian} of Python, SHA-256 {digest.hexdigest()[:16]}..."
    )


sys.exit(main())
