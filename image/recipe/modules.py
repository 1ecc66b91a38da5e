"""Modules of our own for the image's kernel, built against Debian's headers of exactly its version.

Debian's kernel has no driver for what the Pi's firmware knows of the supply, and no way to ask it for one start by
tryboot.txt. Headers and build programs are put into
the folder of tools once for each kernel; what was built is looked at, for a module of another version is one that the
kernel would not load.
"""

import re
import shutil
from pathlib import Path

from image.recipe.base import STALE_BASE
from image.recipe.steps import BuildError, Steps

SOURCES = Path(__file__).parent.parent / "modules"
MODULES = ("han-supply", "han-tryboot")
PLACE = "updates"
"""Where in the kernel's folder modules from elsewhere lie (kmod: depmod.d(5), "search")."""


def build_modules(steps: Steps, root: Path, work: Path) -> None:
    """Build them, and put them beside the kernel's own in the root. Raises BuildError."""
    (folder,) = (root / "usr/lib/modules").iterdir()
    release = folder.name
    headers = Path("/usr/src", f"linux-headers-{release}")
    if not headers.exists():
        _fetch_headers(steps, release, work)
    place = work / "modules"
    shutil.copytree(SOURCES, place)
    steps.run("make", "-s", "-C", headers, f"M={place}", "ARCH=arm64", "CROSS_COMPILE=aarch64-linux-gnu-",
              "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules")  # fmt: skip
    wanted = _vermagic(steps, next(folder.rglob("sdhci-iproc.ko*")))
    target = folder / PLACE
    target.mkdir()
    for name in MODULES:
        module = place / f"{name}.ko"
        if (built := _vermagic(steps, module)) != wanted:
            raise BuildError(f"{module.name} is for '{built}', and the kernel is '{wanted}'", STALE_BASE)
        steps.run("aarch64-linux-gnu-strip", "--strip-debug", "-o", target / module.name, module)
    steps.run("depmod", "-b", root, release)


def _fetch_headers(steps: Steps, release: str, work: Path) -> None:
    """Unpack Debian's headers and build programs of this kernel among the tools. Raises BuildError."""
    abi = release.removesuffix("-arm64")
    place = work / "headers"
    place.mkdir(parents=True, exist_ok=True)
    steps.run("apt-get", "-q", "update")
    try:
        steps.run("apt-get", "-q", "download", f"linux-headers-{release}:arm64", f"linux-headers-{abi}-common",
                  f"linux-kbuild-{abi}", cwd=place)  # fmt: skip
    except BuildError as failure:
        raise BuildError(f"Debian has no headers of Linux {release} any more", STALE_BASE) from failure
    for package in sorted(place.glob("*.deb"), reverse=True):  # the folder that tells that all is there comes last
        steps.run("dpkg-deb", "-x", package, "/")


def _vermagic(steps: Steps, module: Path) -> str:
    """Return for which kernel a module is, in the kernel's own words."""
    return re.sub(r"\s+", " ", steps.run("modinfo", "-F", "vermagic", module)).strip()
