"""The licences of all that is in the image, and where the source of each Debian package is found.

One archive, on the card beside the settings and published with each release: Debian's copyright files with the licences
that they name, the texts that Python's packages bring, and the list of sources that the GPL has whoever hands on an
image hand on as well. A package of Python without its text ends the build: what its author asks for is put into
image/licences by hand.
"""

import re
import shutil
from pathlib import Path

from image.recipe.base import stanzas
from image.recipe.program import SITE, locked
from image.recipe.steps import BuildError, Steps

BY_HAND = Path(__file__).parent.parent / "licences"
NAMES = ("licen", "copying", "notice", "edl-", "epl-")
"""How the names of such texts begin; paho-mqtt's are edl-v10 and epl-v20."""
SOURCES = "sources.tsv"


def licence_texts(site: Path) -> dict[str, list[Path]]:
    """Return each locked package of Python, with its texts. Raises BuildError where one has none."""
    folders = {_plain(path.name.split("-")[0]): path for path in site.glob("*.dist-info")}
    found: dict[str, list[Path]] = {}
    for name in locked():
        texts = sorted(
            path for path in folders[_plain(name)].rglob("*") if path.is_file() and path.name.lower().startswith(NAMES)
        ) or sorted(BY_HAND.glob(f"{name}.txt"))
        if not texts:
            raise BuildError(f"{name} brings no licence", f"put its author's text into image/licences/{name}.txt")
        found[name] = texts
    return found


def as_sources(status: str) -> str:
    """Return a line for each source package in dpkg's status file: its name, and its version after a tab.

    A package that was built from a source of its own name and version does not name it (Debian Policy, 5.6.1). What was
    put into it from other sources is named apart (7.8): the signed kernel's is in the package linux.
    """
    sources = set()
    for one in stanzas(status):
        name, _, version = one.get("Source", one["Package"]).partition(" ")
        sources.add((name, version.strip("()") or one["Version"]))
        sources.update(re.findall(r"(\S+) \(= ([^)]+)\)", one.get("Built-Using", "")))
    return "".join(f"{name}\t{version}\n" for name, version in sorted(sources))


def pack_licences(steps: Steps, root: Path, boot: Path, work: Path, sources: str, epoch: str) -> None:
    """Pack all of it into one archive on the boot partition. Raises BuildError."""
    folder = work / "licences"
    for name, texts in licence_texts(root / SITE).items():
        (folder / "python" / name).mkdir(parents=True)
        for text in texts:
            shutil.copyfile(text, folder / "python" / name / text.name)
    (folder / SOURCES).write_text(sources, encoding="utf-8")
    steps.run("tar", "--sort=name", f"--mtime=@{epoch}", "--owner=0", "--group=0", "--numeric-owner",
              "--mode=u=rwX,go=rX", "-cJf", boot / "licences.tar.xz",
              "-C", root / "usr/share", "doc", "common-licenses", "-C", folder, "python", SOURCES)  # fmt: skip


def _plain(name: str) -> str:
    return name.lower().replace(".", "_").replace("-", "_")
