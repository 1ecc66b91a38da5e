"""The program: this checkout and the Python packages of requirements.lock, in a folder of their own under /opt.

Wheels for arm64 are unpacked as they are. Two packages come as sources only; lgpio, which moves the pins, is compiled
here for arm64: pip would quietly take an old, empty release instead of it (0.0.0.2, the last with a wheel that fits),
so what came is looked at. All is byte-compiled by hash: the times of the read-only root are not those of these files.
"""

import os
import re
import shutil
from pathlib import Path

from image.recipe.steps import BuildError, Steps

IMAGE = Path(__file__).parent.parent
LOCK = IMAGE / "requirements.lock"
HOME = "opt/han-appliance"
SITE = f"{HOME}/lib/python3.13/site-packages"
COMMAND = f"{HOME}/bin/han-appliance"
CROSS = {
    "PYPI": "1",  # lgpio: with its C library in it
    "CC": "aarch64-linux-gnu-gcc",
    "CFLAGS": "-O2 -g0",  # what is for debuggers tells where it was built
    "LDSHARED": "aarch64-linux-gnu-gcc -shared -s",
    "_PYTHON_SYSCONFIGDATA_NAME": "_sysconfigdata__aarch64-linux-gnu",
    "_PYTHON_HOST_PLATFORM": "linux-aarch64",
}
LEFT_OUT = (
    *("bin", "share", "*.dist-info/RECORD", "*.dist-info/direct_url.json", "*.dist-info/REQUESTED"),
    *(f"PIL/_{part}.*.so" for part in ("avif", "imagingcms", "imagingft", "imagingtk", "webp")),
    *(f"pillow.libs/lib{name}*" for name in ("avif", "brotli", "freetype", "harfbuzz", "lcms2")),
    *(f"pillow.libs/lib{name}*" for name in ("png16", "sharpyuv", "webp")),
)
"""What only installers need, and Pillow's parts for other pictures and letters than the panel's, read at each start."""
STALE_LOCK = "image/relock writes the lock files again"
"""What helps where other packages came than the recipe wants."""
AARCH64 = b"\xb7\x00"
"""`e_machine` 183 in an ELF header (System V ABI, ELF header), at octets 18 and 19."""

ENTRY = """#!/opt/han-appliance/bin/python3
import sys

from appliance.commands.main import main

sys.exit(main())
"""


def locked() -> dict[str, tuple[str, str]]:
    """Return name (in lower case) to version and SHA-256, of requirements.lock."""
    lines = re.findall(r"^(\S+)==(\S+) --hash=sha256:(\w+)$", LOCK.read_text(encoding="utf-8"), re.M)
    return {name.lower(): (version, digest) for name, version, digest in lines}


def pack_program(steps: Steps, wheels: Path, work: Path, checkout: Path, epoch: str) -> Path:
    """Make a folder to lay over the root, and return it. Raises BuildError."""
    folder = work / "program"
    built = work / "wheels"
    tools = work / "python"
    steps.run("python3", "-m", "venv", tools)
    pip = tools / "bin/pip"
    offline = ("--no-index", "--find-links", wheels, "--no-deps", "-q")
    names = re.findall(r"^([^#=]+)==", (IMAGE / "build.lock").read_text(encoding="utf-8"), re.M)
    steps.run(pip, "install", *offline, *names)
    now = {**os.environ, "SOURCE_DATE_EPOCH": epoch, "PYTHONHASHSEED": "0"}
    build = (pip, "wheel", *offline, "--no-build-isolation", "-w", built)
    for source in wheels.glob("*.tar.gz"):
        steps.run(*build, source, env={**now, **(CROSS if source.name.startswith("lgpio-") else {})})
    steps.run(*build, checkout, env=now)

    ready = [path for path in wheels.glob("*.whl") if _distribution(path) in locked()]
    site = folder / SITE
    steps.run(pip, "install", "-q", "--no-index", "--no-deps", "--no-compile", "--target", site,
              "--platform", "any", "--platform", "linux_aarch64", "--platform", "manylinux_2_28_aarch64",
              "--platform", "manylinux_2_27_aarch64", "--platform", "manylinux2014_aarch64",
              "--python-version", "3.13", "--only-binary", ":all:", *ready, *built.glob("*.whl"))  # fmt: skip
    _check_packages(site)
    _make_environment(folder)
    steps.run(
        "python3", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", folder, "-p", "/", site
    )
    return folder


def _distribution(wheel: Path) -> str:
    """Return which package of the lock file a wheel is; luma.core's is luma_core."""
    name = wheel.name.split("-")[0].lower()
    return next((known for known in locked() if _plain(known) == name), name)


def _plain(name: str) -> str:
    return name.replace(".", "_").replace("-", "_")


def _check_packages(site: Path) -> None:
    """Check that all that is locked is there in its version, and each library for arm64. Raises BuildError."""
    came = {tuple(path.name.removesuffix(".dist-info").lower().split("-")) for path in site.glob("*.dist-info")}
    for name, (version, _) in locked().items():
        if (_plain(name), version) not in {(_plain(known), number) for known, number in came}:
            raise BuildError(f"{name} {version} is locked and did not come, but {sorted(came)}", STALE_LOCK)
    if not list(site.glob("_lgpio*.so")):
        raise BuildError("lgpio came without its library, which moves the pins", STALE_LOCK)
    for library in site.rglob("*.so*"):
        if library.read_bytes()[18:20] != AARCH64:
            raise BuildError(f"{library.relative_to(site)} is not for arm64", STALE_LOCK)


def _make_environment(folder: Path) -> None:
    """Make of it a virtual environment as Python knows one, without what is not used here."""
    home = folder / HOME
    site = folder / SITE
    for pattern in LEFT_OUT:
        for path in site.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (home / "bin").mkdir(parents=True)
    (home / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n", encoding="ascii")
    (home / "bin/python3").symlink_to("/usr/bin/python3")
    command = folder / COMMAND
    command.write_text(ENTRY, encoding="ascii")
    command.chmod(0o755)
    found = folder / "usr/local/bin" / command.name
    found.parent.mkdir(parents=True)
    found.symlink_to(Path("/", COMMAND))  # where a shell looks, for those who come by ssh
