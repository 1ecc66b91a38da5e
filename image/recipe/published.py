"""python3 -m image.recipe.published: what a release says of itself, beside the image.

    manifest IMAGE PACKED URL VERSION DATE    Raspberry Pi Imager's list, for its "Content repository"
    changes OLD NEW                           which packages are new, gone or of another version, by two packages.tsv
    behind PACKAGES OFFERED                   which packages Debian has newer ones of, by apt-cache policy's answer

Nothing of it needs more than Python.
"""

import json
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

DEVICES = ("pi3-64bit", "pi4-64bit")
"""Raspberry Pi Imager's words for the boards that the image serves; the Zero 2 W counts as a Pi 3 there."""
NAME = "HAN appliance"
DESCRIPTION = "A front panel for the HAN port of a smart meter (3 B, 3 B+, 3 A+, Zero 2 W, 4 B)"
BLOCK = 1 << 20


def digest(file: Path) -> str:
    """Return a file's SHA-256, in hexadecimal digits."""
    found = sha256()
    with file.open("rb") as octets:
        while block := octets.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def manifest(image: Path, packed: Path, url: str, version: str, date: str) -> str:
    """Return Imager's list of the one image, which is fetched packed from below `url`, a folder's address.

    The fields are those of Imager's own schema (rpi-imager, doc/json-schema/os-list-schema.json). The format of its
    wishes is cloud-init's: Imager then changes no word for the kernel, and what it writes is taken at the first start.
    """
    entry = {
        "name": f"{NAME} {version}",
        "description": DESCRIPTION,
        "icon": "icons/use_custom.png",
        "url": f"{url.rstrip('/')}/{packed.name}",
        "extract_size": image.stat().st_size,
        "extract_sha256": digest(image),
        "image_download_size": packed.stat().st_size,
        "image_download_sha256": digest(packed),
        "release_date": date,
        "init_format": "cloudinit",
        "devices": list(DEVICES),
    }
    return json.dumps({"os_list": [entry]}, indent=1) + "\n"


def versions(packages: str) -> dict[tuple[str, str], str]:
    """Return the version of each kind and name in the text of a packages.tsv."""
    return {(kind, name): version for kind, name, version, *_ in (line.split("\t") for line in packages.splitlines())}


def changes(old: str, new: str) -> str:
    """Return a line for each package that differs between two packages.tsv, as it stands in a release's notes."""
    before, now = versions(old), versions(new)
    lines = []
    for which in sorted(before.keys() | now.keys()):
        was, is_now, name = before.get(which), now.get(which), which[1]
        if was == is_now:
            continue
        if was is None:
            lines.append(f"- {name} {is_now} is new")
        elif is_now is None:
            lines.append(f"- {name} is gone (was {was})")
        else:
            lines.append(f"- {name} {is_now} (was {was})")
    return "\n".join(lines or ["- no package changed"]) + "\n"


def behind(packages: str, offered: str) -> tuple[list[str], list[str]]:
    """Return a sentence for each Debian package that has a newer one, and the names of which nothing is offered.

    `offered` is what apt-cache policy said of them: a name, and below it the candidate and all versions with their
    suites. Where a newer one is in the suite of security fixes, the sentence says so. Raises OSError without dpkg.
    """
    sentences, unknown = [], []
    tables = _tables(offered)
    for (kind, name), version in versions(packages).items():
        if kind != "deb":
            continue
        candidate, fixes = tables.get(name, ("(none)", []))
        if candidate == "(none)":
            unknown.append(name)
        elif _is_newer(candidate, version):
            why = " (security)" if any(_is_newer(fix, version) for fix in fixes) else ""
            sentences.append(f"{name} {version}: {candidate} is there{why}")
    return sentences, unknown


def _is_newer(version: str, than: str) -> bool:
    return subprocess.run(["dpkg", "--compare-versions", version, "gt", than], check=False).returncode == 0


def _tables(offered: str) -> dict[str, tuple[str, list[str]]]:
    """Return each package's candidate, and its versions in the suite of security fixes (apt-cache(8), policy)."""
    found = {}
    for block in re.split(r"^(?=\S)", offered, flags=re.M):
        if named := re.match(r"([^\s:]+)(?::\w+)?:\n(?:.*\n)*?  Candidate: (\S+)\n", block):
            rows = re.findall(r"^ (?:\*\*\*|   ) (\S+) \d+\n((?: {8,}.*\n?)*)", block, re.M)
            found[named[1]] = named[2], [version for version, suites in rows if "-security/" in suites]
    return found


def main(words: list[str]) -> int:
    """Carry out one of them. Return the exit code: 1 where packages are behind, 2 for what is none of them."""
    match words:
        case ["manifest", image, packed, url, version, date]:
            print(manifest(Path(image), Path(packed), url, version, date), end="")
        case ["changes", old, new]:
            print(changes(Path(old).read_text("utf-8"), Path(new).read_text("utf-8")), end="")
        case ["behind", packages, offered]:
            sentences, unknown = behind(Path(packages).read_text("utf-8"), Path(offered).read_text("utf-8"))
            print("\n".join(sentences or ["no Debian package of the image has a newer version"]))
            if unknown:
                print(f"not looked up, for nothing of them is offered here: {', '.join(unknown)}", file=sys.stderr)
            return 1 if sentences else 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
