"""What the doctor looks at: a machine, its settings, and the appliance that runs on it, if one does.

The kernel's files are looked up below a root that is handed in, so that a test can build a whole machine in a folder.
What a file cannot tell, a display's acknowledge or the holder of a pin, is asked through `Kernel`.
"""

import grp
import os
from dataclasses import dataclass, field
from pathlib import Path

from appliance.doctor.kernel import Kernel
from appliance.service.status import StatusAnswer
from appliance.settings.model import Settings
from appliance.words.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Target:
    """A machine and what is known of it before looking."""

    settings: Settings
    settings_file: Path | None = None
    """Where they are from; `None` are the defaults."""
    mistake: str | None = None
    """What is wrong with the file when these are not what it says; one sentence."""
    root: Path = Path("/")
    running: StatusAnswer | None = None
    """What the running appliance says of itself; `None` when none answers."""
    kernel: Kernel = field(default_factory=Kernel)

    def path(self, absolute: str) -> Path:
        """Return where a path of the machine is."""
        return self.root / absolute.lstrip("/")

    def text(self, absolute: str) -> str | None:
        """Return what one of the kernel's files says, without its end; `None` when it cannot be read."""
        try:
            return self.path(absolute).read_text(encoding="utf-8", errors="replace").strip("\0\n ")
        except OSError:
            return None

    def number(self, absolute: str) -> float | None:
        """Return the first number in one of the kernel's files; `None` when there is none."""
        try:
            return float((self.text(absolute) or "").split()[0])
        except (IndexError, ValueError):
            return None

    def found(self, folder: str, pattern: str) -> list[str]:
        """Return the names in a folder that match a pattern, in order; none when there is no such folder."""
        return sorted(path.name for path in self.path(folder).glob(pattern))

    @property
    def board(self) -> str | None:
        """The Raspberry Pi that this is, in the firmware's words; `None` when it is none."""
        model = self.text("/proc/device-tree/model") or self.text("/sys/firmware/devicetree/base/model") or ""
        return model if model.startswith("Raspberry Pi") else None


def locked_out(path: Path) -> str | None:
    """Return the group that this user would have to be in to read and write a device; `None` when it may."""
    if os.access(path, os.R_OK | os.W_OK):
        return None
    group = path.stat().st_gid
    try:
        return grp.getgrgid(group).gr_name
    except KeyError:
        return str(group)


def join(group: str) -> Sentence:
    """Return what to do to get into a group."""
    return Sentence("sudo adduser $USER {group}, then log in again; the service has the group by its unit", group=group)
