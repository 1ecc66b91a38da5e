"""The system that runs, as the image's build wrote it down."""

from dataclasses import dataclass
from pathlib import Path

SHARE = Path("/usr/share/han-appliance")


@dataclass(frozen=True, slots=True)
class Running:
    """A system of the image."""

    version: str
    build: int
    """Seconds since 1970 of the commit that it was built from."""


def running(share: Path = SHARE) -> Running:
    """Return the system that runs. Raise OSError, ValueError where this is no image."""
    version = (share / "version").read_text(encoding="utf-8").strip()
    return Running(version, int((share / "build").read_text(encoding="ascii")))


def running_or_none(share: Path = SHARE) -> Running | None:
    """Return the system that runs; `None` where this is no image."""
    try:
        return running(share)
    except (OSError, ValueError):
        return None
