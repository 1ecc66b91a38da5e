"""Writing what was made, and calling the tools that make it.

A picture or a table that has not changed is left as it is, so that `git status` says what has: text to the letter,
pictures to what the eye could tell apart.
"""

import hashlib
import io
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageChops

from hardware.workshop.circuit import FOLDER

TILE, UNSEEN = 8, 24
"""A tile of so many pixels that differs by less, of 255, does so by rounding; one other digit differs by far more."""


DIGESTS: dict[str, str] = {}
"""Of all that this process made, by file: its SHA-256, also where the file was left as it is."""


class MissingToolError(Exception):
    """A program that is not there; the message is one sentence and says how to get it."""


def keep(path: Path, made: str | bytes) -> None:
    """Write a file when what it should hold has changed."""
    octets = made.encode() if isinstance(made, str) else made
    note(path, octets)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_bytes() == octets:
        return
    path.write_bytes(octets)
    print(f"  {path.relative_to(FOLDER)}")


def keep_picture(path: Path, png: bytes) -> None:
    """Write a PNG when one could see the difference: the simulation's last digits differ between processors."""
    note(path, png)
    if path.exists() and _alike(Image.open(path), Image.open(io.BytesIO(png))):
        return
    keep(path, png)


def note(path: Path, octets: bytes) -> None:
    """Keep in mind what was made for a file."""
    DIGESTS[str(path.relative_to(FOLDER))] = hashlib.sha256(octets).hexdigest()


def _alike(one: Image.Image, other: Image.Image) -> bool:
    if one.size != other.size:
        return False
    difference = ImageChops.difference(one.convert("L"), other.convert("L")).reduce(TILE)
    return max(difference.tobytes()) < UNSEEN


def tool(name: str) -> str:
    """Return where a program is: hardware/.tools, where hardware/build puts it, or the system's own."""
    own = FOLDER / ".tools" / "bin" / name
    found = str(own) if own.exists() else shutil.which(name)
    if found is None:
        raise MissingToolError(f"{name} is missing; hardware/build fetches it into hardware/.tools")
    return found


def run(name: str, *arguments: str | Path, folder: Path = FOLDER, codes: Sequence[int] = (0,)) -> str:
    """Run a program, and return what it prints. Raises RuntimeError with its last words when it fails."""
    command = [tool(name), *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in codes:
        words = (done.stdout + done.stderr).strip()[-2000:]
        raise RuntimeError(f"{name} {' '.join(map(str, arguments))} ended with {done.returncode}:\n{words}")
    return done.stdout + done.stderr
