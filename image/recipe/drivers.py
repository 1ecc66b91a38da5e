"""Which drivers stay, and the proof that none is missing: what five boards' device trees ask for, held against them.

A list of drivers is a guess about boards that nobody has at hand, and one that is missing shows itself as a board that
does not start. So the trees are asked: each node that is switched on is matched with the kernel's modules as the kernel
does it (modules.alias), and each that matches is kept, built in, or stands on modules.list as left out, with its
reason; anything else ends the build. What a module asks to be loaded with it (modules.softdep) is followed too: depmod
writes it beside the dependencies, and modprobe obeys it.

The initial file system is held to more. From the card's controllers it goes along all that these need (regulators,
clocks, pins), for a controller whose regulator never comes waits for ever.
"""

import fnmatch
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from image.recipe.board import BOARDS
from image.recipe.devicetree import Node, Tree
from image.recipe.steps import BuildError, Steps

MODULES = Path(__file__).parent.parent / "modules.list"
CARD_CONTROLLERS = {"brcm,bcm2835-sdhost", "brcm,bcm2835-sdhci", "brcm,bcm2711-emmc2"}
"""What the card may hang on: on the Pi 3 and Zero 2 W the first (the radio is on the second), on the Pi 4 the last."""
_ALIAS = re.compile(r"alias of:N\S*?C([^*\s]+?)(?:C\*)? (\S+)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A module that a board's tree asks for: `state` is kept, left out or missing."""

    board: str
    driver: str
    path: str
    state: str


class Kernel:
    """What a kernel's folder of modules says of them; names as in modules.list, with underscores."""

    def __init__(self, folder: Path) -> None:
        """Read depmod's tables."""

        def lines(name: str) -> list[str]:
            return (folder / name).read_text(encoding="ascii").splitlines()

        self.folder = folder
        self.needs = dict(line.split(":", 1) for line in lines("modules.dep"))
        self.file = {named(path): path for path in self.needs}
        self.built_in = {named(path) for path in lines("modules.builtin")}
        self._aliases = [line.rsplit(" ", 1) for line in lines("modules.alias") if line.startswith("alias ")]
        self._soft: dict[str, set[str]] = {}
        for line in lines("modules.softdep"):
            if line.startswith("softdep "):
                _, name, *words = line.split()
                self._soft.setdefault(named(name), set()).update(one for one in words if one not in ("pre:", "post:"))
        self._asked_by: dict[str, set[str]] = {}
        for line in lines("modules.alias"):
            if found := _ALIAS.fullmatch(line):
                self._asked_by.setdefault(found[1], set()).add(named(found[2]))

    def closure(self, names: Iterable[str], without: Iterable[str] = ()) -> set[str]:
        """Return these modules with all they need and all they ask for, but for what they ask for that is left out."""
        found: set[str] = set()
        waiting = set(names) - self.built_in
        while waiting:
            name = waiting.pop()
            found.add(name)
            waiting |= {named(path) for path in self.needs[self.file[name]].split()} - found
            for wish in self._soft.get(name, ()):
                waiting |= set(self._called(wish)) - self.built_in - found - set(without)
        return found

    def drivers(self, node: Node) -> set[str]:
        """Return the modules that the kernel would try for a node; of what is built in it keeps no such table."""
        return {driver for one in node.compatible for driver in self._asked_by.get(one, ())}

    def _called(self, wish: str) -> Iterator[str]:
        """Yield the modules of this name or alias."""
        if (name := named(wish)) in self.file:
            yield name
            return
        yield from (named(name) for pattern, name in self._aliases if fnmatch.fnmatchcase(f"alias {wish}", pattern))


def named(module: str) -> str:
    """Return a module's name, of its file's or another way to write it."""
    return Path(module).name.split(".")[0].replace("-", "_")


def listed(text: str) -> tuple[set[str], dict[str, str]]:
    """Return of modules.list what stays, and what is left out with its reason. Raises BuildError."""
    stays: set[str] = set()
    left_out: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if line.startswith("- "):
            name, _, reason = line.removeprefix("- ").partition("#")
            if not reason.strip():
                raise BuildError(f"image/modules.list leaves out {name.strip()} and does not say why")
            left_out[name.strip()] = reason.strip()
        elif not line.startswith("#"):
            stays.add(line)
    return stays, left_out


def asked_for(board: str, tree: Tree, kernel: Kernel, kept: set[str], left_out: Iterable[str]) -> Iterator[Asked]:
    """Yield each driver that a board asks for, with what becomes of it."""
    for node in tree.nodes():
        if not node.enabled:
            continue
        for driver in sorted(kernel.drivers(node)):
            states = (
                ("kept", driver in kept),
                ("left out", driver in left_out),
                ("missing", True),
            )
            yield Asked(board, driver, node.path, next(state for state, holds in states if holds))


def card_needs(tree: Tree, kernel: Kernel) -> set[str]:
    """Return the modules without which a board's card controllers do not start, by all they need."""
    waiting = [node for node in tree.nodes() if node.enabled and CARD_CONTROLLERS & set(node.compatible)]
    if not waiting:
        raise BuildError(
            "a device tree has no controller for the card", "see CARD_CONTROLLERS in image/recipe/drivers.py"
        )
    seen: list[Node] = []
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.append(node)
            waiting += tree.suppliers(node)
    return {driver for node in seen for driver in kernel.drivers(node)}


def keep_drivers(steps: Steps, root: Path, system: Path, initial: set[str]) -> list[Asked]:
    """Take all other drivers out of the root, and return what the boards ask for.

    `system` has the device trees, and `initial` names the modules of the initial file system. Raises BuildError where
    one is missing, in the root or there.
    """
    (folder,) = (root / "usr/lib/modules").iterdir()
    kernel = Kernel(folder)
    stays, left_out = listed(MODULES.read_text(encoding="utf-8"))
    if unknown := sorted((stays | left_out.keys()) - kernel.built_in - kernel.file.keys()):
        raise BuildError(
            f"image/modules.list names what this kernel does not have: {', '.join(unknown)}",
            "strike what is gone; what has another name is in the base's modules.dep",
        )
    kept = kernel.closure(stays, left_out)
    trees = {board: Tree((system / f"{board}.dtb").read_bytes()) for board in BOARDS}
    asked = [one for board, tree in trees.items() for one in asked_for(board, tree, kernel, kept, left_out)]
    _must_be_there(asked)
    for board, tree in trees.items():
        if missing := sorted(card_needs(tree, kernel) - initial):
            raise BuildError(
                f"the initial file system has no {', '.join(missing)}, and {board} does not find its card without",
                "name it in image/root/etc/initramfs-tools/hooks/han-appliance",
            )
    for name, path in kernel.file.items():
        if name not in kept:
            (folder / path).unlink()
    shutil.rmtree(folder / "build", ignore_errors=True)
    steps.run("xz", "--decompress", *folder.rglob("*.ko.xz"))  # the root is packed already, in a faster way
    steps.run("depmod", "-b", root, folder.name)
    return asked


def _must_be_there(asked: list[Asked]) -> None:
    missing = sorted({f"{one.driver} ({one.board}, {one.path})" for one in asked if one.state == "missing"})
    if missing:
        raise BuildError(
            f"device trees ask for drivers that nobody decided about: {'; '.join(missing)}",
            "name each in image/modules.list, or leave it out there with the reason",
        )


def as_table(asked: list[Asked]) -> str:
    """Return the table for people: a line for each driver, and for each board what becomes of it."""
    states: dict[str, dict[str, str]] = {}
    for one in asked:
        states.setdefault(one.driver, {})[one.board] = one.state
    short = [board.split("-rpi-")[1] for board in BOARDS]
    lines = [f"| driver | {' | '.join(short)} |", f"|---|{'---|' * len(short)}"]
    for driver, at in sorted(states.items()):
        lines.append(f"| `{driver}` | {' | '.join(at.get(board, '') for board in BOARDS)} |")
    return "\n".join(lines) + "\n"
