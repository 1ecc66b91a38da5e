"""The netlist that KiCad read out of the schematic: parts, values and what each net joins."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hardware.workshop.circuit import FOLDER, Net

COMMITTED = FOLDER / "schematic" / "han.net"

Tree = list["Tree | str"]


@dataclass(frozen=True, slots=True)
class Netlist:
    """What is drawn."""

    values: dict[str, str]
    """Value by part."""
    nets: dict[str, Net]
    """What each net joins, by KiCad's name for it."""

    def net_of(self, ref: str, pin: str) -> str | None:
        """Return the net that a pin is on."""
        return next((name for name, pins in self.nets.items() if (ref, pin) in pins), None)


def read(text: str) -> Netlist:
    """Read a netlist in KiCad's own format (S-expressions)."""
    tree = _parse(text)
    values = {_word(part, "ref"): _word(part, "value") for part in _all(_first(tree, "components"), "comp")}
    nets = {}
    for net in _all(_first(tree, "nets"), "net"):
        pins = frozenset((_word(node, "ref"), _word(node, "pin")) for node in _all(net, "node"))
        if not _word(net, "name").startswith("unconnected-"):
            nets[_word(net, "name").lstrip("/")] = pins
    return Netlist(values, nets)


def unused(text: str) -> dict[tuple[str, str], str]:
    """Return KiCad's name for each pin that is left open."""
    nets = _all(_first(_parse(text), "nets"), "net")
    return {
        (_word(node, "ref"), _word(node, "pin")): _word(net, "name")
        for net in nets
        if _word(net, "name").startswith("unconnected-")
        for node in _all(net, "node")
    }


def committed() -> Netlist:
    """Return the netlist that lies in the repository."""
    return read(COMMITTED.read_text(encoding="utf-8"))


def without_dates(text: str) -> str:
    """Return the netlist without what differs from one export to the next: when, where and by what it was made."""
    text = re.sub(r'\n\s*\((?:date|tool) "[^"]*"\)', "", text)
    return re.sub(r'\((source|uri) "[^"]*/([^"/]+)"\)', r'(\1 "\2")', text)


def _parse(text: str) -> Tree:
    stack: list[Tree] = [[]]
    for token in re.findall(r'"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+', text):
        if token == "(":
            stack.append([])
        elif token == ")":
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(token[1:-1] if token.startswith('"') else token)
    whole = stack[0][0]
    if not isinstance(whole, list):
        raise ValueError("this is no netlist of KiCad's")
    return whole


def _all(tree: Tree, name: str) -> Iterator[Tree]:
    return (item for item in tree if isinstance(item, list) and item[0] == name)


def _first(tree: Tree, name: str) -> Tree:
    return next(_all(tree, name))


def _word(tree: Tree, name: str) -> str:
    word = _first(tree, name)[1]
    return word if isinstance(word, str) else ""
