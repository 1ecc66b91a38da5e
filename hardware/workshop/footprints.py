"""The board's own footprints: where each part's holes are, how large, and what is printed around them.

They are ours, so that a board drawn on one machine is the board drawn on any other. Lengths are millimetres, x to the
right and y down, from the part's first pin or its middle; a part is turned on the board, not here. Each figure is from
the part's data sheet as far as one was read, else from the usual size of its kind; holes leave 0.2 to 0.4 mm of play.
"""

from dataclasses import dataclass

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pad:
    """A pin's plated hole; without a number a bare hole that holds the part."""

    number: str
    at: Place
    size: Place
    drill: float
    square: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """A part on the board."""

    name: str
    pads: tuple[Pad, ...]
    lines: tuple[tuple[Place, ...], ...] = ()
    """Printed beside the part, each a string of points."""
    circles: tuple[tuple[Place, float], ...] = ()
    reference_at: Place = (0, 0)
    value_at: Place | None = None
    """Where the value is printed; a part without one has it on the drawing for assembly only."""
    reference_shown: bool = True
    text: float = 1.0
    says: tuple[tuple[str, Place], ...] = ()
    """What else is printed: text, upright, and where."""
    room: tuple[float, float, float, float]
    """What nobody else may use: left, top, right, bottom."""
    height: float
    """Above the board."""


def _box(left: float, top: float, right: float, bottom: float) -> tuple[Place, ...]:
    return ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))


def _axial(name: str, pins: tuple[str, str], body: Place, pad: float, drill: float, band: bool = False) -> Footprint:
    """Return a part with a lead at each end, lying, 10.16 mm between its holes; a band is printed at the first."""
    half, up = body[0] / 2, body[1] / 2
    lines: list[tuple[Place, ...]] = [_box(-half, -up, half, up)]
    lines += [((sign * half, 0), (sign * (5.08 - pad / 2 - 0.25), 0)) for sign in (-1, 1)]
    if band:
        lines += [((-half + 0.5, -up), (-half + 0.5, up)), ((-half + 0.7, -up), (-half + 0.7, up))]
    return Footprint(
        name=name,
        pads=(Pad(pins[0], (-5.08, 0), (pad, pad), drill, band), Pad(pins[1], (5.08, 0), (pad, pad), drill)),
        lines=tuple(lines),
        reference_at=(-1.6, 0) if name == "R0207" else (0.25, 0),
        value_at=(1.5, 0) if name == "R0207" else None,
        text=0.9,
        room=(-5.08 - pad / 2 - 0.2, -up - 0.15, 5.08 + pad / 2 + 0.2, up + 0.15),
        height=body[1],
    )


def _capacitor() -> Footprint:
    return Footprint(
        name="C508",
        pads=(Pad("1", (-2.54, 0), (1.6, 1.6), 0.8), Pad("2", (2.54, 0), (1.6, 1.6), 0.8)),
        lines=(_box(-1.5, -1.25, 1.5, 1.25),),
        reference_at=(0, 0),
        text=0.9,
        room=(-3.5, -1.4, 3.5, 1.4),
        height=6.0,
    )


def _dual(name: str, pins: int) -> Footprint:
    """Return a chip in two rows 7.62 mm apart, from the middle of pin 1."""
    rows = pins // 2
    bottom = 2.54 * (rows - 1)
    pads = [Pad(str(row + 1), (0, 2.54 * row), (1.6, 1.6), 0.8, row == 0) for row in range(rows)]
    pads += [Pad(str(pins - row), (7.62, 2.54 * row), (1.6, 1.6), 0.8) for row in range(rows)]
    notch = ((2.81, -1.6), (3.11, -0.9), (4.51, -0.9), (4.81, -1.6))
    return Footprint(
        name=name,
        pads=tuple(pads),
        lines=((notch[0], (1.1, -1.6), (1.1, bottom + 1.6), (6.52, bottom + 1.6), (6.52, -1.6), notch[3]), notch),
        reference_at=(3.81, bottom / 2 + 0.3),
        room=(-1.0, -1.8, 8.62, bottom + 1.8),
        height=4.0,
    )


def _row(name: str, pins: tuple[str, ...], height: float, says: tuple[str, ...]) -> Footprint:
    """Return pins in one row to the right, from the middle of the first."""
    end = 2.54 * (len(pins) - 1)
    pads = tuple(Pad(pin, (2.54 * place, 0), (1.7, 1.7), 1.0, place == 0) for place, pin in enumerate(pins))
    return Footprint(
        name=name,
        pads=pads,
        lines=(_box(-1.27, -1.27, end + 1.27, 1.27),),
        reference_at=(-2.8, 0),
        says=tuple((text, (2.54 * place, 2.9)) for place, text in enumerate(says) if text),
        room=(-1.4, -1.4, end + 1.4, 1.4),
        height=height,
    )


def _header() -> Footprint:
    pads = tuple(
        Pad(str(number), (2.54 * ((number - 1) % 2), 2.54 * ((number - 1) // 2)), (1.7, 1.7), 1.0, number == 1)
        for number in range(1, 41)
    )
    return Footprint(
        name="Header2x20",
        pads=pads,
        lines=(_box(-3.2, -5.2, 5.74, 53.46), ((-3.2, 21.9), (-2.2, 21.9), (-2.2, 26.4), (-3.2, 26.4))),
        reference_at=(1.27, -3.2),
        room=(-3.4, -5.4, 5.94, 53.66),
        height=9.0,
    )


def _jack() -> Footprint:
    """Return Amphenol 54602-908: contacts 1.27 mm apart in two rows, posts of 3.2 mm; its mouth looks down."""
    pads = [
        Pad(str(number), (1.27 * (number - 1), 0 if number % 2 else -2.54), (1.5, 1.5), 0.9, number == 1)
        for number in range(1, 9)
    ]
    pads += [Pad("", (x, 6.35), (3.2, 3.2), 3.2) for x in (-1.27, 10.16)]
    outline = ((-3.2, 12.3), (-3.2, -3.8), (12.1, -3.8), (12.1, 12.3))
    return Footprint(
        name="RJ45",
        pads=tuple(pads),
        lines=(outline,),
        reference_at=(4.445, 3.2),
        room=(-3.3, -3.9, 12.2, 13.2),
        height=13.5,
    )


def _switch() -> Footprint:
    """Return a tact switch of 12 x 12 mm; the two pins of a side are one inside."""
    pads = [Pad(number, (x, y), (2.2, 1.8), 1.3) for number, y in (("1", -2.5), ("2", 2.5)) for x in (-6.25, 6.25)]
    return Footprint(
        name="B3F",
        pads=tuple(pads),
        lines=(((-6, -4.2), (-6, -6), (6, -6), (6, -4.2)), ((-6, 4.2), (-6, 6), (6, 6), (6, 4.2))),
        circles=(((0, 0), 3.4),),
        reference_at=(0, -4.7),
        value_at=(0, 0),
        text=1.2,
        room=(-7.6, -6.2, 7.6, 6.2),
        height=7.3,
    )


def _small(name: str, pins: tuple[str, str, str]) -> Footprint:
    """Return TO-92, its legs spread to 2.54 mm, the flat side down."""
    return Footprint(
        name=name,
        pads=tuple(Pad(pin, (2.54 * place, 0), (1.6, 1.6), 0.8, place == 0) for place, pin in enumerate(pins)),
        lines=(((0.4, 1.5), (4.68, 1.5)), ((0.1, -1.1), (1.1, -2.3), (2.54, -2.7), (3.98, -2.3), (4.98, -1.1))),
        reference_at=(2.54, -1.55),
        text=0.9,
        room=(-1.0, -2.9, 6.08, 1.7),
        height=7.0,
    )


_DISPLAY = ("GND", "VCC", "SCL", "SDA", "RES", "DC", "CS")
"""As most 2.42 inch modules with seven pins have them, from the left."""
_LED = Footprint(
    name="LED5",
    pads=(Pad("K", (-1.27, 0), (1.7, 1.7), 0.9, True), Pad("A", (1.27, 0), (1.7, 1.7), 0.9)),
    lines=(((-2.5, -1.55), (-2.5, 1.55)),),
    circles=(((0, 0), 3.0),),
    reference_at=(0, 4.0),
    room=(-3.2, -3.2, 3.2, 3.2),
    height=8.7,
)
_PIEZO = Footprint(
    name="PS1720",
    pads=(Pad("1", (-5.0, 0), (2.0, 2.0), 1.1, True), Pad("2", (5.0, 0), (2.0, 2.0), 1.1)),
    circles=(((0, 0), 8.6),),
    reference_at=(0, -3.5),
    room=(-8.8, -8.8, 8.8, 8.8),
    height=8.0,
)
_POINT = Footprint(
    name="TestPoint",
    pads=(Pad("1", (0, 0), (2.0, 2.0), 1.0),),
    value_at=(0, 1.9),
    reference_shown=False,
    text=0.9,
    room=(-1.2, -1.2, 1.2, 1.2),
    height=0.0,
)

_OPTO = Footprint(
    name="DIP4",
    pads=(
        Pad("1", (0, 0), (1.6, 1.6), 0.8, True),
        Pad("2", (0, 2.54), (1.6, 1.6), 0.8),
        Pad("3", (7.62, 2.54), (1.6, 1.6), 0.8),
        Pad("4", (7.62, 0), (1.6, 1.6), 0.8),
    ),
    lines=(
        ((2.2, -1.6), (1.15, -1.6), (1.15, 4.14), (2.2, 4.14)),
        ((5.42, -1.6), (6.47, -1.6), (6.47, 4.14), (5.42, 4.14)),
    ),
    reference_at=(-2.2, 1.27),
    text=0.9,
    room=(-1.0, -1.8, 8.62, 4.34),
    height=4.0,
)
"""Nothing is printed over the slot."""

HOLE = Footprint(
    name="Hole3",
    pads=(Pad("", (0, 0), (3.2, 3.2), 3.2),),
    circles=(((0, 0), 3.0),),
    room=(-3.1, -3.1, 3.1, 3.1),
    height=0.0,
)
"""For an M3 screw; not a part."""

_ALL = (
    _axial("R0207", ("1", "2"), (6.4, 2.5), 1.6, 0.8),
    _axial("DO41", ("K", "A"), (5.2, 2.7), 2.0, 1.1, band=True),
    _axial("DO41both", ("1", "2"), (5.2, 2.7), 2.0, 1.1),
    _axial("DO35", ("K", "A"), (4.0, 2.2), 1.6, 0.8, band=True),
    _capacitor(),
    _OPTO,
    _dual("DIP8", 8),
    _row("Socket1x7", _DISPLAY, 8.5, _DISPLAY),
    _row("Header1x5", ("1", "2", "3", "4", "5"), 8.5, ("+", "D", "C", "", "-")),
    _header(),
    _jack(),
    _switch(),
    _small("TO92", ("1", "2", "3")),
    _LED,
    _PIEZO,
    _POINT,
)
FOOTPRINTS = {footprint.name: footprint for footprint in _ALL}
