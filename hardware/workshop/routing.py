"""The board's tracks, found by program: a search on two layers for the cheapest way from pin to pin.

The grid is a quarter of the usual 2.54 mm. A track's middle runs on it, so that one track fits between two neighbouring
pins and two tracks keep their distance; a slanted step is taken only where both cells beside it are free too. Nets are
laid one after another, the short ones first; when one finds no way, it comes first in the next try. Everything is
counted in whole numbers, so that each machine finds the same ways. KiCad's rule check judges what comes out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

Place = tuple[float, float]
Node = tuple[int, int, int]
"""Layer (0 the front, 1 the back), column, row."""

GRID = 0.635
TRACK, CLEARANCE = 0.4, 0.22
VIA, VIA_DRILL = 0.8, 0.4
STRAIGHT, SLANTED, AGAINST, LAYER = 10, 14, 3, 90
"""What a step costs; against the layer's own direction (front across, back up and down) a little more."""
TRIES = 12


@dataclass(frozen=True, slots=True)
class Hole:
    """A pin's hole, or a bare one (net ""), as the router sees it."""

    net: str
    at: Place
    radius: float


@dataclass(frozen=True, slots=True)
class Track:
    """A straight piece of copper."""

    net: str
    layer: int
    start: Place
    end: Place


@dataclass(frozen=True, slots=True)
class Via:
    """A plated hole from layer to layer."""

    net: str
    at: Place


class NoWayError(Exception):
    """A net that could not be laid; the message names it."""


@dataclass(slots=True)
class Ground:
    """What is free: for each cell the nets that would come too near."""

    columns: int
    rows: int
    near: list[dict[tuple[int, int], set[str]]] = field(default_factory=lambda: [{}, {}])
    forbidden: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    """The cells that a class of nets may not use at all."""

    def mark(self, layer: int, at: Place, radius: float, net: str) -> None:
        """Keep other nets' tracks so far from a point."""
        x, y = at
        reach = int(radius / GRID) + 1
        column, row = round(x / GRID), round(y / GRID)
        for there in range(column - reach, column + reach + 1):
            for down in range(row - reach, row + reach + 1):
                if (there * GRID - x) ** 2 + (down * GRID - y) ** 2 < radius * radius - 1e-9:
                    self.near[layer].setdefault((there, down), set()).add(net)

    def free(self, layer: int, cell: tuple[int, int], net: str, forbidden: set[tuple[int, int]]) -> bool:
        """Return whether a net's track may have its middle there."""
        if cell in forbidden or not (0 <= cell[0] < self.columns and 0 <= cell[1] < self.rows):
            return False
        nets = self.near[layer].get(cell)
        return not nets or nets == {net}


def route(
    size: Place, holes: list[Hole], forbidden: dict[str, set[tuple[int, int]]], poured: Iterable[str] = ()
) -> tuple[list[Track], list[Via]]:
    """Return tracks and vias that join all holes of each net. Raises NoWayError.

    `forbidden` has, by net, the cells that its tracks may not use. The nets in `poured` have copper over the whole
    board besides: what their tracks do not reach, that does.
    """
    nets = sorted({hole.net for hole in holes if hole.net})
    first: list[str] = []
    for _ in range(TRIES):
        order = sorted(nets, key=lambda net: (net not in poured, _place_of(net, first), _length(net, holes), net))
        lost, tracks, vias = _lay(size, holes, forbidden, order)
        lost = [net for net in lost if net not in poured]
        if not lost:
            return tracks, vias
        lost = list(dict.fromkeys(lost))
        first = lost + [net for net in first if net not in lost]
    raise NoWayError(f"no way was found for {', '.join(lost)}")


def _place_of(net: str, first: list[str]) -> int:
    return first.index(net) if net in first else len(first)


def _length(net: str, holes: list[Hole]) -> int:
    """Return half the way around all holes of a net, in cells."""
    cells = [_cell(hole.at) for hole in holes if hole.net == net]
    xs, ys = [x for x, _ in cells], [y for _, y in cells]
    return max(xs) - min(xs) + max(ys) - min(ys)


def _cell(at: Place) -> tuple[int, int]:
    return round(at[0] / GRID), round(at[1] / GRID)


def _lay(
    size: Place, holes: list[Hole], forbidden: dict[str, set[tuple[int, int]]], order: list[str]
) -> tuple[list[str], list[Track], list[Via]]:
    """Lay all nets in this order. Return those that found no way, and what was laid."""
    ground = Ground(int(size[0] / GRID) + 1, int(size[1] / GRID) + 1)
    for number, hole in enumerate(holes):
        for layer in (0, 1):
            ground.mark(layer, hole.at, hole.radius + CLEARANCE + TRACK / 2, hole.net or f"hole {number}")
    lost: list[str] = []
    tracks: list[Track] = []
    vias: list[Via] = []
    for net in order:
        ends = {_cell(hole.at): hole.at for hole in holes if hole.net == net}
        rest = sorted(ends)
        here = rest.pop(0)
        tree: set[Node] = {(layer, *here) for layer in (0, 1)}
        while rest:
            goals = {(layer, *cell) for cell in rest for layer in (0, 1)}
            path = _way(ground, net, tree, goals, forbidden.get(net, set()))
            if path is None:
                lost.append(net)
                rest.pop(0)
                continue
            rest.remove(path[-1][1:])
            tree |= set(path) | {(layer, *path[-1][1:]) for layer in (0, 1)}
            for piece in _pieces(path, ends):
                if isinstance(piece, Via):
                    vias.append(Via(net, piece.at))
                    for layer in (0, 1):
                        ground.mark(layer, piece.at, VIA / 2 + CLEARANCE + TRACK / 2, net)
                else:
                    tracks.append(Track(net, piece.layer, piece.start, piece.end))
            _mark_path(ground, path, net)
    return lost, tracks, vias


def _mark_path(ground: Ground, path: list[Node], net: str) -> None:
    apart = TRACK + CLEARANCE
    for (layer, x, y), (_, x2, y2) in zip(path, path[1:] + path[-1:], strict=True):
        ground.mark(layer, (x * GRID, y * GRID), apart, net)
        if x != x2 and y != y2:
            ground.mark(layer, ((x + x2) / 2 * GRID, (y + y2) / 2 * GRID), apart, net)


def _way(
    ground: Ground, net: str, starts: set[Node], goals: set[Node], forbidden: set[tuple[int, int]]
) -> list[Node] | None:
    """Return the cheapest path from what is laid of a net to one of its other pins."""
    box = (
        min(x for _, x, _ in goals),
        max(x for _, x, _ in goals),
        min(y for _, _, y in goals),
        max(y for _, _, y in goals),
    )

    def ahead(node: Node) -> int:
        x, y = max(box[0] - node[1], node[1] - box[1], 0), max(box[2] - node[2], node[2] - box[3], 0)
        return STRAIGHT * max(x, y) + (SLANTED - STRAIGHT) * min(x, y)

    best: dict[Node, int] = dict.fromkeys(sorted(starts), 0)
    came: dict[Node, Node] = {}
    heap: list[tuple[int, int, Node]] = []
    for node in best:
        heappush(heap, (ahead(node), 0, node))
    while heap:
        _, cost, node = heappop(heap)
        if cost > best[node]:
            continue
        if node in goals:
            path = [node]
            while node in came:
                node = came[node]
                path.append(node)
            return path[::-1]
        for there, more in _steps(ground, node, net, goals, forbidden):
            if cost + more < best.get(there, 1 << 60):
                best[there], came[there] = cost + more, node
                heappush(heap, (cost + more + ahead(there), cost + more, there))
    return None


def _steps(
    ground: Ground, node: Node, net: str, goals: set[Node], forbidden: set[tuple[int, int]]
) -> Iterator[tuple[Node, int]]:
    """Yield where one can go from here, and what it costs."""
    layer, x, y = node
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        there = (layer, x + dx, y + dy)
        if there in goals or ground.free(layer, there[1:], net, forbidden):
            yield there, STRAIGHT + (AGAINST if (dx == 0) == (layer == 0) else 0)
    for dx, dy in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        cells = ((x + dx, y + dy), (x + dx, y), (x, y + dy))
        if all(ground.free(layer, cell, net, forbidden) for cell in cells):
            yield (layer, *cells[0]), SLANTED
    around = [(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    if all(ground.free(one, cell, net, forbidden) for one in (0, 1) for cell in around):
        yield (1 - layer, x, y), LAYER


def _pieces(path: list[Node], ends: dict[tuple[int, int], Place]) -> Iterator[Track | Via]:
    """Yield a path as straight pieces and vias, from and to the true middles of pins."""

    def spot(node: Node) -> Place:
        return ends.get(node[1:], (round(node[1] * GRID, 4), round(node[2] * GRID, 4)))

    place = 0
    while place < len(path) - 1:
        here, there = path[place], path[place + 1]
        if here[0] != there[0]:
            if here[1:] not in ends:
                yield Via("", spot(here))
            place += 1
            continue
        step = (there[1] - here[1], there[2] - here[2])
        end = place + 1
        while (
            end + 1 < len(path)
            and path[end + 1][0] == here[0]
            and (path[end + 1][1] - path[end][1], path[end + 1][2] - path[end][2]) == step
            and path[end][1:] not in ends
        ):
            end += 1
        yield Track("", here[0], spot(here), spot(path[end]))
        place = end
