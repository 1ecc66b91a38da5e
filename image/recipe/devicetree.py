"""A device tree as the kernel finds it: nodes, their properties, and who needs whom.

The format is the Devicetree Specification's (release 0.4): section 5 for the file, 2.3 for the usual properties. What
a node needs before its driver can start is what Linux takes for a supplier (drivers/of/property.c, "supplier
bindings"): a property that refers to another node, with as many numbers behind each reference as that node says.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_MAGIC, _BEGIN, _END, _PROPERTY, _LAST = 0xD00DFEED, 1, 2, 3, 9
_SUPPLIERS = (
    (re.compile(r"clocks|assigned-clocks"), "#clock-cells"),
    (re.compile(r"dmas"), "#dma-cells"),
    (re.compile(r"resets"), "#reset-cells"),
    (re.compile(r"mboxes"), "#mbox-cells"),
    (re.compile(r"power-domains"), "#power-domain-cells"),
    (re.compile(r"phys"), "#phy-cells"),
    (re.compile(r"iommus"), "#iommu-cells"),
    (re.compile(r"(.*-)?gpios?"), "#gpio-cells"),
    (re.compile(r".*-supply|pinctrl-\d+|mmc-pwrseq|phy-handle|interrupt-parent|firmware"), None),
)
"""Names of properties that refer to suppliers, and what says how many numbers stand behind a reference."""


@dataclass(eq=False, slots=True)
class Node:
    """One node; `parent` is `None` for the root."""

    name: str
    parent: "Node | None"
    properties: dict[str, bytes] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where it is, such as /soc/mmc@7e340000."""
        return "/" if self.parent is None else f"{self.parent.path.rstrip('/')}/{self.name}"

    @property
    def compatible(self) -> tuple[str, ...]:
        """What it says it is, the most exact first."""
        return tuple(one for one in self.properties.get("compatible", b"").decode("ascii").split("\0") if one)

    @property
    def enabled(self) -> bool:
        """Neither it nor one above it is switched off."""
        status = self.properties.get("status", b"okay\0").rstrip(b"\0")
        return status in (b"okay", b"ok") and (self.parent is None or self.parent.enabled)

    def cells(self, name: str) -> tuple[int, ...]:
        """Return a property as numbers."""
        octets = self.properties.get(name, b"")
        return struct.unpack(f">{len(octets) // 4}I", octets)

    def below(self) -> Iterator["Node"]:
        """Yield it and all nodes below it."""
        yield self
        for child in self.children:
            yield from child.below()


class Tree:
    """A whole tree."""

    def __init__(self, octets: bytes) -> None:
        """Read it. Raises ValueError when it is none."""
        magic, _, structure, strings = struct.unpack_from(">4I", octets)
        if magic != _MAGIC:
            raise ValueError("this is no device tree")
        self.root = _read(octets, structure, strings)
        self._by_handle = {node.cells("phandle")[0]: node for node in self.nodes() if "phandle" in node.properties}

    def nodes(self) -> Iterator[Node]:
        """Yield all nodes."""
        yield from self.root.below()

    def suppliers(self, node: Node) -> Iterator[Node]:
        """Yield the nodes that this one refers to as suppliers, each as often as it does, and the one it lies in."""
        for name, octets in node.properties.items():
            counted = next((count for pattern, count in _SUPPLIERS if pattern.fullmatch(name)), "")
            if counted == "" or len(octets) % 4:
                continue
            cells, place = node.cells(name), 0
            while place < len(cells):
                supplier = self._by_handle.get(cells[place])
                place += 1
                if supplier is not None:
                    place += supplier.cells(counted)[0] if counted and counted in supplier.properties else 0
                    yield supplier
        if node.parent is not None:
            yield node.parent


def _read(octets: bytes, place: int, strings: int) -> Node:
    """Return the root of the structure block that begins at `place`."""
    above: Node | None = None
    while True:
        (token,) = struct.unpack_from(">I", octets, place)
        place += 4
        if token == _BEGIN:
            end = octets.index(b"\0", place)
            node = Node(octets[place:end].decode("ascii"), above)
            if above is not None:
                above.children.append(node)
            above, place = node, (end + 4) & ~3
        elif token == _PROPERTY:
            length, name = struct.unpack_from(">2I", octets, place)
            key = octets[strings + name : octets.index(b"\0", strings + name)].decode("ascii")
            if above is None:
                raise ValueError("a property stands outside of all nodes")
            above.properties[key] = octets[place + 8 : place + 8 + length]
            place = (place + 8 + length + 3) & ~3
        elif token == _END and above is not None:
            if above.parent is None:
                return above
            above = above.parent
        elif token == _LAST:
            raise ValueError("the root is never closed")
