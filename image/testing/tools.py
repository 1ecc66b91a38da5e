"""Debian trixie's tools, run where image/tools.sh has put them.

The checks need this package's own libraries, and so run under the Python that called them; the emulator and the
programs that know file systems are the same on every host, and run among the image's tools. The two see the same paths
below the checkout and the cache, and nowhere else: whatever the tools are to read is put there first.
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
_ENTER = '. image/tools.sh; in_tools "$@"'


class ToolError(Exception):
    """A tool that must not fail did; one sentence, with the last line that it said."""


def cache() -> Path:
    """Return the folder that image/tools.sh keeps its tools in."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("HAN_IMAGE_CACHE") or Path(home, "han-appliance-image"))


def command(*words: str | Path) -> list[str]:
    """Return what to start on the host, from the folder `CHECKOUT`, to run these words among the tools."""
    return ["bash", "-c", _ENTER, "tools", *map(str, words)]


def run(*words: str | Path, good: Sequence[int] = (0,)) -> str:
    """Run a tool, and return its standard output. Raises ToolError unless its exit code is `good`."""
    done = subprocess.run(command(*words), cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode not in good:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise ToolError(f"{words[0]} ended with exit code {done.returncode}: {said[-1] if said else 'without a word'}")
    return done.stdout.decode(errors="replace")
