"""The files by which systemd starts the appliance and udev lets it have its devices, put where they belong.

They lie in the package, in install/files/, so that an installation by hand and the SD-card image have the same ones.
Only one thing in them differs from machine to machine: where the command is.
"""

import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

COMMAND = "/opt/han-appliance/bin/han-appliance"
"""The command as the unit in the package names it."""
PLACES = {
    "han-appliance.service": "etc/systemd/system/han-appliance.service",
    "han-appliance-shutdown.path": "etc/systemd/system/han-appliance-shutdown.path",
    "han-appliance-shutdown.service": "etc/systemd/system/han-appliance-shutdown.service",
    "han-appliance.sysusers": "etc/sysusers.d/han-appliance.conf",
    "60-han-appliance.rules": "etc/udev/rules.d/60-han-appliance.rules",
}
"""Where each file of files/ goes, below the root."""


def install(root: Path, command: Path | None = None) -> Iterator[Path]:
    """Write the files below `root` ("/", or an image's root), and yield the path of each.

    `command` is what the unit starts; without it, the command of this Python. Raise OSError.
    """
    command = command or Path(sys.prefix) / "bin" / "han-appliance"
    for name, place in PLACES.items():
        text = (files("appliance.install") / "files" / name).read_text(encoding="utf-8")
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(COMMAND, str(command)), encoding="utf-8")
        yield path
