"""The root: the base without what a cupboard does not need, the program, and the files of image/root.

It is read-only and one file (squashfs), so a power cut finds nothing half written. What leaves: package manager and its
scripts' Perl, the maker of the initial file system, drivers of other machines, a message bus that systemd-resolved's
package asks for and nothing here speaks by, and every right to become another user.
"""

import os
import re
import shutil
from pathlib import Path

from appliance.install import units
from image.recipe.program import COMMAND
from image.recipe.steps import BuildError, Steps

IMAGE = Path(__file__).parent.parent
FILES = IMAGE / "root"

LEFT_OUT = (
    "boot/*",
    "etc/apt",
    "etc/cron.*",
    "etc/dbus-1",
    "etc/debconf.conf",
    "etc/dpkg",
    "etc/init.d",
    "etc/initramfs*",
    "etc/kernel",
    "etc/machine-id",
    "etc/perl",
    "etc/rc?.d",
    "etc/resolv.conf",
    "etc/ssh/ssh_host_*",
    "etc/systemd/system/*",
    "etc/udev/hwdb.bin",
    "etc/*-",
    "usr/bin/apt*",
    "usr/bin/dbus-*",
    "usr/bin/deb*",
    "usr/bin/dpkg*",
    "usr/bin/perl*",
    "usr/bin/update-alternatives",
    "usr/lib/*/perl*",
    "usr/lib/apt",
    "usr/lib/dbus-1.0",
    "usr/lib/dpkg",
    "usr/lib/initramfs-tools",
    "usr/lib/linux-image-*",
    "usr/lib/raspi-firmware",
    "usr/lib/systemd/system/*.wants/dbus.*",
    "usr/lib/systemd/system/dbus.*",
    "usr/lib/udev/hwdb.bin",
    "usr/lib/udev/hwdb.d",
    "usr/sbin/*initramfs",
    "usr/sbin/dpkg*",
    "usr/share/bug",
    "usr/share/dbus-1",
    "usr/share/debconf",
    "usr/share/dpkg",
    "usr/share/initramfs-tools",
    "usr/share/perl*",
    "var/cache/*",
    "var/lib/*",
    "var/log/*",
)
FIRMWARE_KEPT = (
    r"brcm/brcmfmac43430-sdio\.",
    r"cypress/cyfmac43430-sdio\.",
    r"brcm/brcmfmac43455-sdio\.",
    r"cypress/cyfmac43455-sdio\.",
    r"regulatory\.db",
)
"""Wi-Fi of the 3 B and of those Zero 2 W that have its radio (BCM43430/1); of the 3 B+, 3 A+ and 4; and what the law
allows. The other radio of the Zero 2 W (BCM43430/2) asks for files that Debian does not have: it has no Wi-Fi here."""

ENABLED = (
    "han-appliance.service",
    "han-appliance-shutdown.path",
    "systemd-timesyncd.service",
)
MASKED = (
    # logins
    "console-getty.service",
    "debug-shell.service",
    "getty@.service",
    "getty-static.service",
    "getty.target",
    "serial-getty@.service",
    "systemd-logind.service",
    # what would write into a root that cannot be written
    "e2scrub_reap.service",
    "ldconfig.service",
    "systemd-firstboot.service",
    "systemd-hwdb-update.service",
    "systemd-journal-catalog-update.service",
    "systemd-machine-id-commit.service",
    "systemd-update-done.service",
    # what would keep something in a /var that is nothing but memory, or change a root that is read-only as it is
    "systemd-journal-flush.service",
    "systemd-random-seed.service",
    "systemd-remount-fs.service",
    # sockets, file systems and rules from elsewhere that are not used here
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "proc-sys-fs-binfmt_misc.automount",
    "sys-fs-fuse-connections.mount",
    "sys-kernel-config.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "systemd-binfmt.service",
    "systemd-creds.socket",
    "systemd-hostnamed.socket",
    "systemd-initctl.socket",
    "systemd-sysext.socket",
    "systemd-udev-load-credentials.service",
)
GENERATORS_MASKED = ("systemd-getty-generator", "systemd-gpt-auto-generator", "systemd-ssh-generator")
"""More logins, and sshd on sockets that were not asked for; mounts by partition type."""


def unpack_root(steps: Steps, base: Path, work: Path) -> Path:
    """Unpack the base's files into a folder, as Debian packed them, and return it. Raises BuildError."""
    folder = work / "root"
    folder.mkdir()
    steps.run("tar", "--numeric-owner", "--exclude=./dev/*", "-xf", base, "-C", folder)  # the kernel fills /dev
    return folder


def strip_and_install(steps: Steps, folder: Path, program: Path) -> None:
    """Make the appliance's root of Debian's, in place. Raises BuildError."""
    _keep_firmware(folder)
    for pattern in LEFT_OUT:
        for path in folder.glob(pattern):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for source in (FILES, program):
        shutil.copytree(source, folder, dirs_exist_ok=True, symlinks=True)
        _normalise_modes(source, folder)
    shutil.rmtree(folder / "etc/initramfs-tools")
    for _ in units.install(folder, Path("/", COMMAND)):
        pass
    for name in ("boot/firmware", "data"):
        (folder / name).mkdir(parents=True)
    (folder / "etc/machine-id").write_text("", encoding="ascii")
    steps.run("systemd-sysusers", f"--root={folder}")
    _enable(steps, folder)
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_mode & 0o6000:
            path.chmod(path.stat().st_mode & 0o1777)
    _compile_library(steps, folder)


def pack_root(steps: Steps, folder: Path, file: Path, epoch: str) -> None:
    """Pack the root into one file: owned by root throughout, all times alike. Raises BuildError.

    No fragments, which hold many small files each: a start reads hundreds of small files in no order, the kernel keeps
    three fragments at a time, and so a quarter more of the card was read until the panel was up. It costs 2 MB.
    """
    steps.run("mksquashfs", folder, file, "-noappend", "-comp", "zstd", "-Xcompression-level", "19", "-b", "64K",
              "-no-fragments", "-all-root", "-no-xattrs", "-mkfs-time", epoch, "-all-time", epoch,
              "-no-progress", "-quiet", env={"PATH": os.environ["PATH"]})  # fmt: skip


def _normalise_modes(source: Path, folder: Path) -> None:
    """Let each file be read, and run or not: the modes of a checkout are its owner's habit."""
    for path in source.rglob("*"):
        copied = folder / path.relative_to(source)
        if not copied.is_symlink():
            copied.chmod(0o755 if copied.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _keep_firmware(folder: Path) -> None:
    """Take all other firmware out. Raises BuildError where a pattern finds none: a radio would have none."""
    tree = folder / "usr/lib/firmware"
    unused = set(FIRMWARE_KEPT)
    for path in sorted(tree.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
            continue
        fitting = {pattern for pattern in FIRMWARE_KEPT if re.match(pattern, str(path.relative_to(tree)))}
        unused -= fitting
        if not fitting:
            path.unlink()
    if unused:
        raise BuildError(f"no firmware fits {', '.join(sorted(unused))}", "see FIRMWARE_KEPT in image/recipe/root.py")


def _enable(steps: Steps, folder: Path) -> None:
    system = folder / "etc/systemd/system"
    units = sorted(path.name for path in (FILES / "usr/lib/systemd/system").glob("*") if _is_wanted(path))
    steps.run("systemctl", f"--root={folder}", "enable", *ENABLED, *units)
    generators = folder / "etc/systemd/system-generators"
    generators.mkdir(exist_ok=True)
    for path in [*(system / name for name in MASKED), *(generators / name for name in GENERATORS_MASKED)]:
        path.unlink(missing_ok=True)
        path.symlink_to("/dev/null")


def _is_wanted(unit: Path) -> bool:
    return unit.is_file() and "[Install]" in unit.read_text(encoding="utf-8")


def _compile_library(steps: Steps, folder: Path) -> None:
    """Compile Python's own modules, by hash: Debian's were compiled for the times that their files no longer have."""
    library = folder / "usr/lib/python3.13"
    for cache in [*library.rglob("__pycache__"), *(folder / "usr/lib/python3").rglob("__pycache__")]:
        shutil.rmtree(cache)
    steps.run("python3", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", folder, "-p", "/",
              library)  # fmt: skip
