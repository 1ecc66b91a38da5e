"""What the Pi's own start takes from a boot partition, and how it is chosen, without a Pi.

Played by its documentation (Raspberry Pi documentation, computers/config_txt: what_is_config_txt, conditional, boot):
a file of `property=value` lines of at most 98 characters, filters in square brackets, `include`, and `os_prefix`, which
counts only where kernel and device tree are found behind it. `config.txt` is read, or `tryboot.txt` once, after a
restart for which the flag was set.

Left out is what no card of ours has: files before `include` can be (bootcode.bin and the Pi 4's EEPROM read a few
settings, and no include), overlays, and filters by screen, pin or serial number, which here never fit.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

USUAL, ONCE = "config.txt", "tryboot.txt"
LONGEST_LINE = 98
DEEPEST = 4
"""Includes in includes; ours have one."""
PI_3_FILTERS = frozenset({"pi3"})
PI_3_PLUS_FILTERS = frozenset({"pi3", "pi3+"})
PI_02_FILTERS = frozenset({"pi0", "pi0w", "pi02"})
PI_4_FILTERS = frozenset({"pi4"})
_MODEL = re.compile(r"(pi\d+\w?\+?|cm\d\w?|board-type=.*)", re.I)

Read = Callable[[str], str | None]
"""Returns the text of a file of the boot partition, by its path there; `None` when there is none."""


class NoSystemError(Exception):
    """The start finds no kernel; a Pi stands still then, and blinks."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The files that are taken, by their paths on the boot partition."""

    kernel: str
    initrd: str | None
    tree: str
    words: str
    """Of the kernel's words, the file."""


def chosen(
    read: Read, exists: Callable[[str], bool], tree: str, filters: frozenset[str], *, once: bool = False
) -> Chosen:
    """Return what a board takes, whose device tree has this name and which these filters fit. Raises NoSystemError.

    With `once`, the flag was set before the restart.
    """
    found = settings(read, ONCE if once else USUAL, filters, once=once)
    kernel, prefix = found.get("kernel", "kernel8.img"), found.get("os_prefix", "")
    if not (exists(_placed(prefix, kernel)) and exists(prefix + tree)):
        prefix = ""
    if not exists(_placed(prefix, kernel)):
        raise NoSystemError(f"there is no {kernel}")
    initrd = found.get("initramfs", "").split()
    return Chosen(
        _placed(prefix, kernel),
        _placed(prefix, initrd[0]) if initrd else None,
        prefix + tree,
        _placed(prefix, found.get("cmdline", "cmdline.txt")),
    )


def settings(read: Read, name: str, filters: frozenset[str], *, once: bool = False) -> dict[str, str]:
    """Return the settings that a board takes from a file and those that it includes; the last of a name counts."""
    fits: dict[str, bool] = {}
    found: dict[str, str] = {}
    for line in _lines(read, name, DEEPEST):
        if line.startswith("[") and line.endswith("]"):
            _filter(line[1:-1], filters, fits, once=once)
        elif all(fits.values()):
            key, mark, value = line.partition("=")
            if not mark:  # "initramfs NAME followkernel" has none
                key, _, value = line.partition(" ")
            found[key] = value
    return found


def _filter(asked: str, filters: frozenset[str], fits: dict[str, bool], *, once: bool) -> None:
    """Take a filter: one of a kind replaces the last of its kind, those of other kinds add up, [all] ends all."""
    if asked == "all":
        fits.clear()
    elif asked == "tryboot":
        fits["tryboot"] = once
    elif _MODEL.fullmatch(asked):
        fits["model"] = asked in filters
    else:
        fits[re.split(r"[=:\d]", asked)[0]] = False


def _lines(read: Read, name: str, depth: int) -> Iterator[str]:
    for line in (read(name) or "").splitlines():
        line = line.strip()[:LONGEST_LINE]
        if line.startswith("include "):
            if depth:
                yield from _lines(read, line.removeprefix("include ").strip(), depth - 1)
        elif line and not line.startswith("#"):
            yield line


def _placed(prefix: str, path: str) -> str:
    """Return where a file lies; a path from the partition's beginning takes no prefix."""
    return path[1:] if path.startswith("/") else prefix + path
