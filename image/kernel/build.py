"""python3 -m image.kernel.build CHECKOUT CACHE WHEELS: makes the machine's two disks, kernel and initial file system.

What takes long is kept: Debian's packages with the compilers beside them (the toolchain), keyed by their list; kernel
modules and Python packages, keyed by what they are made of. The program itself is installed again each time.

gpio-sim is the kernel's own simulator of pins, which Debian does not build; it and the interrupt simulator under it
are taken from Debian's source of the same kernel. The bus with the display is ours, see modules/i2c-glass.c.
"""

import lzma
import os
import shutil
import sys
from pathlib import Path

from image.recipe.steps import BuildError, Steps, key

HERE = Path(__file__).parent
IMAGE = HERE.parent
SOURCE = "linux-source-6.12"
RELEASE = "trixie"
BUILT = ("irq-sim", "gpio-sim", "i2c-glass")
DEBIANS = (
    *("virtio_blk", "squashfs", "overlay", "configfs", "i2c-dev"),
    *("af_packet", "ccm", "cmac", "ctr", "mac80211_hwsim"),
)
"""Disks and pins; a network by radio, with two radios that hear one another, and what protects its frames."""
HOME = "opt/han-appliance"
LEFT_OUT = (
    *("boot", "opt", "root", "usr/include", "usr/lib/gcc", "usr/lib/modules", "usr/lib/linux-*", "usr/libexec/gcc"),
    *("usr/share/doc", "usr/share/locale", "usr/share/man", "usr/share/swig*", "usr/src", "usr/lib/udev/hwdb.*"),
    *("usr/bin/*-linux-gnu-*", "usr/lib/x86_64-linux-gnu/*.a", "var/cache", "var/lib/apt", "var/lib/dpkg"),
)
UNEXPORTED = ("handle_simple_irq(irq_to_desc(irqnum))", "generic_handle_irq(irqnum)")
"""A call that only code within the kernel may make, and the one that modules have for it."""
LICENCE = '\nMODULE_LICENSE("GPL");\nMODULE_DESCRIPTION("The kernel\'s simulated interrupts");\n'


class Toolchain:
    """Debian with compilers, in a folder, and what was built in it."""

    def __init__(self, steps: Steps, cache: Path) -> None:
        self.steps = steps
        self.folder = cache / f"kernel-{key(HERE / 'toolchain.list', RELEASE, SOURCE, 'toolchain 1')}"
        self.root = self.folder / "root"

    @property
    def release(self) -> str:
        """The kernel's version, as `uname -r` says it."""
        (tree,) = (self.root / "usr/lib/modules").iterdir()
        return tree.name

    def inside(self, *command: str | Path, **env: str) -> str:
        """Run a command in it, and return what it said. Raises BuildError."""
        plain = {"PATH": "/usr/sbin:/usr/bin", "HOME": "/root", "LC_ALL": "C.UTF-8", **env}
        return self.steps.run("chroot", self.root, *command, env=plain)

    def is_made(self, what: str, of: str) -> bool:
        """Return whether this was made of these inputs already."""
        mark = self.folder / what
        return mark.exists() and mark.read_text(encoding="ascii") == of

    def made(self, what: str, of: str) -> None:
        """Note that it is, from now on."""
        (self.folder / what).write_text(of, encoding="ascii")


def build(steps: Steps, checkout: Path, cache: Path, wheels: Path) -> Toolchain:
    """Build everything, in its order, and return it. Raises BuildError."""
    toolchain = Toolchain(steps, cache)
    if not (toolchain.folder / "toolchain").exists():
        with steps.step("fetches Debian's kernel and a compiler for it (two minutes; kept for the next time)"):
            _debian(toolchain, cache)
    if not toolchain.is_made("modules", of := key(HERE / "modules")):
        with steps.step("builds simulated pins and a bus for it"):
            _modules(toolchain)
        toolchain.made("modules", of)
    if not toolchain.is_made("packages", of := wheels.name):
        with steps.step("installs the program's Python packages"):
            _packages(toolchain, wheels)
        toolchain.made("packages", of)
    with steps.step("installs the program, packs the machine"):
        _program(toolchain, checkout)
        _pack(toolchain)
    return toolchain


def _debian(toolchain: Toolchain, cache: Path) -> None:
    for old in cache.glob("kernel-????????????"):
        shutil.rmtree(old)
    toolchain.folder.mkdir(parents=True)
    lines = (HERE / "toolchain.list").read_text(encoding="utf-8").splitlines()
    packages = [line.split()[0] for line in lines if line and not line.startswith("#")]
    source = f"dpkg-deb --fsys-tarfile root/{SOURCE}_*.deb | tar -xO ./usr/src/{SOURCE}.tar.xz | tar -xJ -C usr/src"
    wanted = f"{SOURCE}/drivers/gpio/gpio-sim.c {SOURCE}/kernel/irq/irq_sim.c"
    toolchain.steps.run(
        "mmdebstrap", "--mode=root", "--variant=minbase", "--aptopt=APT::Install-Recommends \"false\"",
        "--dpkgopt=path-exclude=/usr/share/doc/*", f"--include={','.join(packages)}",
        f'--customize-hook=chroot "$1" sh -c "cd /root && apt-get -q download {SOURCE}"',
        f'--customize-hook=cd "$1" && {source} {wanted} && rm root/*.deb',
        RELEASE, toolchain.root, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )  # fmt: skip
    (toolchain.folder / "toolchain").touch()


def _modules(toolchain: Toolchain) -> None:
    place, source = toolchain.root / "usr/src/han", toolchain.root / "usr/src" / SOURCE
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(HERE / "modules", place)
    shutil.copy(source / "drivers/gpio/gpio-sim.c", place)
    simulated = (source / "kernel/irq/irq_sim.c").read_text(encoding="utf-8")
    if UNEXPORTED[0] not in simulated:
        raise BuildError(f"this kernel's irq_sim.c does not call {UNEXPORTED[0]}; see build.py, UNEXPORTED")
    (place / "irq-sim.c").write_text(simulated.replace(*UNEXPORTED) + LICENCE, encoding="utf-8")
    toolchain.inside("make", "-s", "-C", f"/usr/lib/modules/{toolchain.release}/build", "M=/usr/src/han", "modules")


def _packages(toolchain: Toolchain, wheels: Path) -> None:
    """Install the packages of requirements.lock; lgpio is built here, as there is no wheel of it."""
    for old in (HOME, "opt/pip", "opt/wheels"):
        shutil.rmtree(toolchain.root / old, ignore_errors=True)
    shutil.copytree(wheels, toolchain.root / "opt/wheels")
    offline = ("--no-index", "--find-links=/opt/wheels", "--no-deps", "-q")
    toolchain.inside("python3", "-m", "venv", "/opt/pip")
    toolchain.inside("/opt/pip/bin/pip", "install", *offline, *_names("build.lock"))
    for source in sorted((toolchain.root / "opt/wheels").glob("*.tar.gz")):
        toolchain.inside("/opt/pip/bin/pip", "wheel", *offline, "--no-build-isolation", "-w", "/opt/wheels",
                     f"/opt/wheels/{source.name}", PYPI="1")  # fmt: skip
    toolchain.inside("python3", "-m", "venv", "--without-pip", f"/{HOME}")
    toolchain.inside("/opt/pip/bin/pip", f"--python=/{HOME}/bin/python3", "install", "--only-binary=:all:", *offline,
                 *_names("requirements.lock"))  # fmt: skip
    if not list((toolchain.root / HOME).rglob("_lgpio*.so")):
        raise BuildError("lgpio came without its library, which moves the pins")


def _names(lock: str) -> list[str]:
    """Return name==version of each line of a lock file."""
    lines = (IMAGE / lock).read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line and not line.startswith("#")]


def _program(toolchain: Toolchain, checkout: Path) -> None:
    built = toolchain.root / "opt/program"
    shutil.rmtree(built, ignore_errors=True)
    toolchain.steps.run("mount", "--bind", checkout, _folder(toolchain.root / "opt/checkout"))
    try:
        toolchain.inside("/opt/pip/bin/pip", "wheel", "--no-index", "--no-deps", "--no-build-isolation", "-q",
                     "-w", "/opt/program", "/opt/checkout")  # fmt: skip
    finally:
        toolchain.steps.run("umount", toolchain.root / "opt/checkout")
    (wheel,) = built.glob("*.whl")
    toolchain.inside("/opt/pip/bin/pip", f"--python=/{HOME}/bin/python3", "install", "--no-index", "--no-deps", "-q",
                 "--force-reinstall", f"/opt/program/{wheel.name}")  # fmt: skip


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def _pack(toolchain: Toolchain) -> None:
    """Pack the base's disk, once; the program's disk, kernel and initial file system, each time."""
    squash = ("-noappend", "-comp", "lz4", "-all-root", "-no-xattrs", "-no-progress", "-quiet")
    if not (base := toolchain.folder / "base.squashfs").exists():
        part = base.with_suffix(".part")
        toolchain.steps.run("mksquashfs", toolchain.root, part, *squash, "-wildcards", "-e", *LEFT_OUT)
        part.rename(base)
    shutil.copy(toolchain.root / "boot" / f"vmlinuz-{toolchain.release}", toolchain.folder / "vmlinuz")
    over = toolchain.folder / "over"
    shutil.rmtree(over, ignore_errors=True)
    shutil.copytree(HERE / "guest/root", over, symlinks=True)
    shutil.copytree(IMAGE / "root/etc/wpa_supplicant", over / "etc/wpa_supplicant", symlinks=True)
    shutil.copytree(toolchain.root / HOME, over / HOME, symlinks=True)
    place = _folder(over / "usr/lib/han-test")
    shutil.copy(HERE / "guest/agent.py", place)
    toolchain.inside(f"/{HOME}/bin/han-appliance", "units", "/opt/units")
    shutil.copytree(toolchain.root / "opt/units", over, dirs_exist_ok=True)
    toolchain.steps.run("mksquashfs", over, toolchain.folder / "program.squashfs", *squash)
    _initial(toolchain)


def _initial(toolchain: Toolchain) -> None:
    folder = toolchain.folder / "initial"
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("bin", "dev", "proc", "sys", "modules", "base", "program", "changes", "root"):
        _folder(folder / name)
    shutil.copy("/usr/bin/busybox", folder / "bin")
    shutil.copy(HERE / "guest/init", folder)
    (folder / "init").chmod(0o755)
    tree = toolchain.root / "usr/lib/modules" / toolchain.release
    order = _with_needs(tree)
    for place, module in enumerate([*order, *(toolchain.root / "usr/src/han" / f"{name}.ko" for name in BUILT)]):
        octets = module.read_bytes()
        name = f"{place:02}-{module.name.removesuffix('.xz')}"
        (folder / "modules" / name).write_bytes(lzma.decompress(octets) if module.suffix == ".xz" else octets)
    archive = f"cd {folder} && find . | cpio -o -H newc --quiet > {toolchain.folder}/initrd"
    toolchain.steps.run("sh", "-c", archive)


def _with_needs(tree: Path) -> list[Path]:
    """Return Debian's modules to load, each after what it needs; what is built in is left out."""
    needs = dict(line.split(":", 1) for line in (tree / "modules.dep").read_text(encoding="ascii").splitlines())
    by_name = {Path(path).name.split(".")[0]: path for path in needs}
    order: list[Path] = []
    for name in DEBIANS:
        if (path := by_name.get(name)) is not None:
            order += [tree / one for one in (*reversed(needs[path].split()), path) if tree / one not in order]
    return order


def main() -> int:
    """Build the machine. Return the exit code."""
    checkout, cache, wheels = (Path(word) for word in sys.argv[1:4])
    steps = Steps(cache / "kernel-test/build.log")
    try:
        toolchain = build(steps, checkout, cache, wheels)
    except BuildError as failure:
        return steps.explain(failure)
    (cache / "kernel-test/machine").write_text(str(toolchain.folder), encoding="utf-8")
    steps.done(f"a machine with Linux {toolchain.release}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
