"""The schematic's symbols: how each kind of part is drawn, and where its pins are.

They are our own, a small library beside the schematic, so that KiCad's libraries are not needed to open it and the
drawing is the same everywhere. Lengths are millimetres; y grows upwards, as in KiCad's symbol files.
"""

from dataclasses import dataclass

from hardware.workshop.circuit import HEADER_PINS

Place = tuple[float, float]
GRID = 2.54
ROW = 3.81
"""Between pins that bear labels."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A pin: its end, where wires meet it, and the direction from there into the body (degrees)."""

    number: str
    at: Place
    into: int
    name: str = "~"
    length: float = GRID
    electrical: str = "passive"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol's pins, its lines (each a string of points) and circles, and where reference and value stand."""

    name: str
    pins: tuple[Pin, ...]
    lines: tuple[tuple[Place, ...], ...] = ()
    circles: tuple[tuple[Place, float], ...] = ()
    reference_at: Place = (0, 3.81)
    value_at: Place = (0, -3.81)
    names_shown: bool = False
    numbers_shown: bool = True
    power: bool = False


def _two(
    name: str,
    first: str,
    second: str,
    *lines: tuple[Place, ...],
    circles: tuple[tuple[Place, float], ...] = (),
    reference_at: Place = (0, 3.81),
) -> Symbol:
    """Return a part with a lead to the left and one to the right."""
    ends = (Pin(first, (-5.08, 0), 0), Pin(second, (5.08, 0), 180))
    return Symbol(name, ends, lines, circles, reference_at, numbers_shown=False)


def _box(left: float, bottom: float, right: float, top: float) -> tuple[Place, ...]:
    return ((left, bottom), (right, bottom), (right, top), (left, top), (left, bottom))


_TRIANGLE = ((-1.27, 1.27), (-1.27, -1.27), (1.27, 0), (-1.27, 1.27))
_THROUGH = ((-2.54, 0), (2.54, 0))
_RAY = ((0.6, 2.0), (2.0, 3.4)), ((2.0, 3.4), (1.3, 3.2)), ((2.0, 3.4), (1.8, 2.7))
_SECOND_RAY = tuple(tuple((x - 1.3, y) for x, y in line) for line in _RAY)


def _header() -> Symbol:
    pins = []
    for number, name in HEADER_PINS.items():
        y = 36.83 - (number - 1) // 2 * ROW
        left = number % 2
        pins.append(Pin(str(number), (-15.24 if left else 15.24, y), 0 if left else 180, name))
    return Symbol("Header", tuple(pins), (_box(-12.7, -39.37, 12.7, 40.64),), (), (0, 45.72), (0, 43.18), True)


def _display() -> Symbol:
    names = ("VCC", "SDA", "SCL", "RES", "DC", "CS", "GND")
    order = ("GND", "VCC", "SCL", "SDA", "RES", "DC", "CS")
    pins = tuple(
        Pin(name, (-15.24, 11.43 - row * ROW), 0, f"{order.index(name) + 1} {name}") for row, name in enumerate(names)
    )
    return Symbol(
        "Display", pins, (_box(-12.7, -15.24, 12.7, 15.24),), (), (0, 20.32), (0, 17.78), True, numbers_shown=False
    )


def _optocoupler() -> Symbol:
    rails = ((-10.16, 5.08), (-10.16, -5.08), (10.16, -5.08), (10.16, 5.08))
    pins = tuple(Pin(str(n), at, 0 if at[0] < 0 else 180) for n, at in enumerate(rails, start=1))
    lines = (
        _box(-7.62, -7.62, 7.62, 7.62),
        ((-7.62, 5.08), (-3.81, 5.08), (-3.81, -5.08), (-7.62, -5.08)),
        ((-5.08, 1.27), (-2.54, 1.27), (-3.81, -1.27), (-5.08, 1.27)),
        ((-5.08, -1.27), (-2.54, -1.27)),
        ((-1.9, 1.27), (1.0, 1.27)),
        ((1.0, 1.27), (0.2, 1.75)),
        ((1.0, 1.27), (0.2, 0.79)),
        ((-1.9, -1.0), (1.0, -1.0)),
        ((1.0, -1.0), (0.2, -0.52)),
        ((1.0, -1.0), (0.2, -1.48)),
        ((2.54, 2.54), (2.54, -2.54)),
        ((2.54, 1.27), (5.08, 3.81), (5.08, 5.08), (7.62, 5.08)),
        ((2.54, -1.27), (5.08, -3.81), (5.08, -5.08), (7.62, -5.08)),
        ((5.08, -3.81), (3.5, -3.2)),
        ((5.08, -3.81), (4.5, -2.2)),
    )
    return Symbol("Optocoupler", pins, lines, (), (0, 12.7), (0, 10.16))


def _box_of(name: str, left: tuple[str, ...], right: tuple[str, ...]) -> Symbol:
    """Return a chip in two rows: numbers go down at the left and up at the right."""
    height = 2.54 * len(left)
    pins = [Pin(str(row + 1), (-12.7, height / 2 - 1.27 - 2.54 * row), 0, label) for row, label in enumerate(left)]
    pins += [
        Pin(str(2 * len(left) - row), (12.7, height / 2 - 1.27 - 2.54 * row), 180, label)
        for row, label in enumerate(right)
    ]
    box = _box(-10.16, -height / 2 - 1.27, 10.16, height / 2 + 1.27)
    return Symbol(name, tuple(pins), (box,), (), (0, height / 2 + 6.35), (0, height / 2 + 3.81), True)


SYMBOLS = {
    "resistor": _two("Resistor", "1", "2", _box(-2.54, -1.016, 2.54, 1.016)),
    "capacitor": _two(
        "Capacitor",
        "1",
        "2",
        ((-2.54, 0), (-0.5, 0)),
        ((0.5, 0), (2.54, 0)),
        ((-0.5, 1.9), (-0.5, -1.9)),
        ((0.5, 1.9), (0.5, -1.9)),
    ),
    "diode": _two("Diode", "A", "K", _THROUGH, _TRIANGLE, ((1.27, 1.27), (1.27, -1.27))),
    "zener": _two(
        "Zener",
        "K",
        "A",
        _THROUGH,
        ((1.27, 1.27), (1.27, -1.27), (-1.27, 0), (1.27, 1.27)),
        ((-0.6, 1.27), (-1.27, 1.27), (-1.27, -1.27), (-1.94, -1.27)),
    ),
    "tvs": _two(
        "TVS",
        "1",
        "2",
        _THROUGH,
        ((-1.9, 1.27), (-1.9, -1.27), (0, 0), (-1.9, 1.27)),
        ((1.9, 1.27), (1.9, -1.27), (0, 0), (1.9, 1.27)),
        ((0.6, 1.6), (0, 1.27), (0, -1.27), (-0.6, -1.6)),
    ),
    "led": _two(
        "LED", "A", "K", _THROUGH, _TRIANGLE, ((1.27, 1.27), (1.27, -1.27)), *_RAY, *_SECOND_RAY, reference_at=(0, 5.08)
    ),
    "piezo": _two(
        "Piezo",
        "1",
        "2",
        ((-2.54, 0), (-1.6, 0)),
        ((1.6, 0), (2.54, 0)),
        ((-1.6, 1.9), (-1.6, -1.9)),
        ((1.6, 1.9), (1.6, -1.9)),
        _box(-0.8, -1.9, 0.8, 1.9),
    ),
    "button": _two(
        "Button",
        "1",
        "2",
        ((-2.54, 0), (-1.9, 0)),
        ((1.9, 0), (2.54, 0)),
        ((-2.2, 1.4), (2.2, 1.4)),
        ((0, 1.4), (0, 2.6)),
        ((-0.8, 2.6), (0.8, 2.6)),
        circles=(((-1.5, 0), 0.4), ((1.5, 0), 0.4)),
        reference_at=(0, 5.08),
    ),
    "plug": Symbol(
        "HAN",
        (Pin("1", (10.16, 5.08), 180, "+24V"), Pin("2", (10.16, -5.08), 180, "RETURN")),
        (_box(-7.62, -7.62, 7.62, 7.62),),
        (),
        (0, 12.7),
        (0, 10.16),
        True,
    ),
    "optocoupler": _optocoupler(),
    "npn": Symbol(
        "NPN",
        (Pin("1", (2.54, -5.08), 90), Pin("2", (-5.08, 0), 0), Pin("3", (2.54, 5.08), 270)),
        (
            ((-2.54, 0), (0, 0)),
            ((0, 1.9), (0, -1.9)),
            ((0, 0.6), (2.54, 2.54)),
            ((0, -0.6), (2.54, -2.54)),
            ((2.54, -2.54), (1.4, -2.3)),
            ((2.54, -2.54), (2.1, -1.5)),
        ),
        reference_at=(7.62, 1.27),
        value_at=(8.89, -1.27),
    ),
    "regulator": Symbol(
        "Regulator",
        (
            Pin("1", (0, -7.62), 90, "GND"),
            Pin("2", (-10.16, 0), 0, "IN"),
            Pin("3", (10.16, 0), 180, "OUT", electrical="power_out"),
        ),
        (_box(-7.62, -5.08, 7.62, 3.81),),
        (),
        (0, 8.89),
        (0, 6.35),
        True,
    ),
    "memory": _box_of("Memory", ("A0", "A1", "A2", "GND"), ("VCC", "WP", "SCL", "SDA")),
    "clock": Symbol(
        "Clock",
        tuple(
            Pin(str(row + 1), (-10.16, 5.08 - 2.54 * row), 0, name)
            for row, name in enumerate(("+", "D", "C", "NC", "-"))
        ),
        (_box(-7.62, -7.62, 5.08, 7.62),),
        (),
        (0, 12.7),
        (0, 10.16),
        True,
    ),
    "testpoint": Symbol(
        "TestPoint",
        (Pin("1", (-5.08, 0), 0),),
        circles=(((-1.52, 0), 1.02),),
        reference_at=(-1.27, 2.54),
        value_at=(3.81, 0),
        numbers_shown=False,
    ),
    "header": _header(),
    "display": _display(),
    "3V3": Symbol(
        "3V3",
        (Pin("1", (0, 0), 90, length=0, electrical="power_in"),),
        (((0, 0), (0, 1.9)), ((-1.27, 1.27), (0, 2.54), (1.27, 1.27))),
        value_at=(0, 4.3),
        power=True,
    ),
    "5V": Symbol(
        "5V",
        (Pin("1", (0, 0), 90, length=0, electrical="power_in"),),
        (((0, 0), (0, 1.9)), ((-1.27, 1.27), (0, 2.54), (1.27, 1.27))),
        value_at=(0, 4.3),
        power=True,
    ),
    "GND": Symbol(
        "GND",
        (Pin("1", (0, 0), 270, length=0, electrical="power_in"),),
        (((0, 0), (0, -1.27)), ((-1.9, -1.27), (1.9, -1.27)), ((-1.2, -1.9), (1.2, -1.9)), ((-0.5, -2.5), (0.5, -2.5))),
        value_at=(0, -4.3),
        power=True,
    ),
    "flag": Symbol(
        "PWR_FLAG",
        (Pin("1", (0, 0), 90, length=0, electrical="power_out"),),
        (((0, 0), (0, 1.27), (-1.27, 1.9), (0, 2.54), (1.27, 1.9), (0, 1.27)),),
        value_at=(0, 4.3),
        power=True,
    ),
}
"""Symbol by kind of part, and those of the supplies."""
