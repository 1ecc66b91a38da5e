"""The board's warmth and supply, as the kernel tells them; `sys` is where its files are."""

from pathlib import Path

SYS = Path("/sys")


def warmest_c(sys: Path = SYS) -> float | None:
    """Return the temperature of the warmest part, °C; `None` where the kernel does not tell."""
    found = (_number(path) for path in sorted(sys.glob("class/thermal/thermal_zone*/temp")))
    return max((millidegrees / 1000 for millidegrees in found if millidegrees is not None), default=None)


def undervoltage(sys: Path = SYS) -> bool | None:
    """Return whether the firmware saw the supply below 4.63 V; `None` where the kernel does not tell.

    Since the machine was switched on, with the image's driver; within the last two seconds, with the kernel's own.
    """
    return _alarm(sys, "in0_lcrit_alarm")


def undervoltage_now(sys: Path = SYS) -> bool | None:
    """Return whether the supply is below 4.63 V; `None` where the kernel does not tell.

    At this moment, with the image's driver; within the last two seconds, with the kernel's own.
    """
    now = _alarm(sys, "in0_alarm")
    return undervoltage(sys) if now is None else now


def _alarm(sys: Path, which: str) -> bool | None:
    for name in sorted(sys.glob("class/hwmon/hwmon*/name")):
        if _text(name) == "rpi_volt" and (alarm := _number(name.with_name(which))) is not None:
            return alarm != 0
    return None


def _number(path: Path) -> float | None:
    try:
        return float(_text(path) or "")
    except ValueError:
        return None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None
