"""The files by which systemd starts the appliance and udev lets it have its devices, put where they belong.

They lie in the package, in install/files/, so that an installation by hand and the SD-card image have the same ones.
Two things in them differ from machine to machine: where the command is, and the door for the links, if there are any.
"""

import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.install import links

if TYPE_CHECKING:  # the image's recipe installs the units among tools that have no msgspec
    from appliance.settings.model import Settings

SYSTEM = "etc/systemd/system"
"""systemd's folder of units, below the root."""
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


def install(root: Path, command: Path | None = None, settings: "Settings | None" = None) -> Iterator[Path]:
    """Write the files below `root` ("/", or an image's root), and yield the path of each.

    `command` is what the unit starts; without it, the command of this Python. `settings` are those of the links, for
    which the unit gets a door; without a link it has none. Raise OSError.
    """
    command = command or Path(sys.prefix) / "bin" / "han-appliance"
    for name, place in PLACES.items():
        text = (files("appliance.install") / "files" / name).read_text(encoding="utf-8")
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(COMMAND, str(command)), encoding="utf-8")
        yield path
    door = root / SYSTEM / links.PLACE
    opened = None if settings is None else links.drop_in(settings)
    if opened is not None:
        door.parent.mkdir(parents=True, exist_ok=True)
        door.write_text(opened, encoding="utf-8")
        yield door
    else:
        door.unlink(missing_ok=True)
