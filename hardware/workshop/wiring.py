"""The hand-wired front from behind, as one solders it: every resistor, the display's seven pins, what is common."""

import io

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

from hardware.workshop.circuit import Lead, leads, parts
from hardware.workshop.make import keep_picture
from hardware.workshop.printing import OUT

INK, QUIET = "#1b1b1b", "#666a70"
COLOURS = {
    "black": "#222222",
    "blue": "#2f6fc4",
    "brown": "#8a5a2b",
    "green": "#3d9a4f",
    "grey": "#8d8d8d",
    "orange": "#e8862e",
    "red": "#d0392b",
    "violet": "#8653b3",
    "yellow": "#d9b000",
}
BODY = "#e8d9b5"
LAMPS = {"red": "#e05a4f", "yellow": "#f0c040", "green": "#58b368"}
DISPLAY_PINS = ("GND", "VCC", "SCL", "SDA", "RES", "DC", "CS")
EDGE = 118.0
"""Where the leads to the Pi leave, x."""


def make_wiring() -> None:
    """Write the picture."""
    figure = Figure(figsize=(11, 8.4), dpi=110)
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.94))
    by_name = {lead.name: lead for lead in leads()}
    _display(axes, by_name)
    for place, (colour, ref, lamp) in enumerate(
        (("red", "R12", "D12"), ("yellow", "R11", "D11"), ("green", "R10", "D10"))
    ):
        _lamp(axes, by_name[f"led_{colour}"], colour, ref, lamp, 44 - 9.5 * place)
    _piezo(axes, by_name["buzzer"], 15.5)
    _wire(axes, COLOURS["black"], (14, 44), (14, 8), (EDGE, 8))
    _end(axes, by_name["lamps_gnd"], 8)
    for name, ref, y in (("A", "R14", 0.0), ("B", "R15", -9.5)):
        _button(axes, by_name[f"button_{name.lower()}"], name, ref, y)
    _wire(axes, COLOURS["black"], (14, 0), (14, -17), (EDGE, -17))
    _end(axes, by_name["buttons_gnd"], -17)
    axes.set(xlim=(-2, 172), ylim=(-22, 112), aspect="equal")
    axes.axis("off")
    figure.suptitle(
        "The hand-wired front from behind; dots are joints, what crosses without one is not joined", x=0.03, ha="left"
    )
    made = io.BytesIO()
    figure.savefig(made, format="png", metadata={"Software": None})
    keep_picture(OUT / "wiring.png", made.getvalue())


def _display(axes: Axes, by_name: dict[str, Lead]) -> None:
    axes.add_patch(FancyBboxPatch((6, 62), 38, 42, boxstyle="round,pad=0,rounding_size=1.5", fc="#2b4a7a", ec=INK))
    axes.text(22, 83, "2.42 inch\ndisplay,\nits back", color="white", ha="center", va="center", fontsize=10)
    at = {pin: 101 - 6.0 * place for place, pin in enumerate(DISPLAY_PINS)}
    for pin, y in at.items():
        _dot(axes, 41, y, "white")
        axes.text(38.5, y, pin, color="white", ha="right", va="center", fontsize=8)
    for name, pin in (("display_5v", "VCC"), ("display_sda", "SDA"), ("display_scl", "SCL")):
        _wire(axes, COLOURS[by_name[name].colour or ""], (41, at[pin]), (EDGE, at[pin]))
        _end(axes, by_name[name], at[pin])
    _wire(axes, COLOURS["black"], (41, at["GND"]), (EDGE, at["GND"]))
    _end(axes, by_name["display_gnd"], at["GND"])
    # RES: R9 to 3.3 V, C2 to ground
    res, three = at["RES"], 58.0
    _wire(axes, QUIET, (41, res), (62, res))
    _wire(axes, QUIET, (62, res), (62, three))
    _dot(axes, 62, res)
    _part(axes, (78, three), "R9")
    _wire(axes, QUIET, (62, three), (70, three))
    _wire(axes, COLOURS["red"], (86, three), (EDGE, three))
    _end(axes, by_name["display_3v3"], three)
    _part(axes, (78, res), "C2")
    _wire(axes, QUIET, (62, res), (70, res))
    _wire(axes, COLOURS["black"], (86, res), (98, res))
    # what is on ground
    for pin in ("DC", "CS"):
        _wire(axes, COLOURS["black"], (41, at[pin]), (98, at[pin]))
        _dot(axes, 98, at[pin])
    _wire(axes, COLOURS["black"], (98, at["CS"]), (98, at["GND"]))
    for y in (at["GND"], res):
        _dot(axes, 98, y)


def _lamp(axes: Axes, lead: Lead, colour: str, resistor: str, ref: str, y: float) -> None:
    axes.add_patch(Circle((30, y), 3.2, fc=LAMPS[colour], ec=INK))
    axes.plot((26.8, 26.8), (y - 2, y + 2), color=INK, linewidth=2)
    axes.text(35, y + 1, f"{ref} {colour}; short leg to ground", ha="left", va="bottom", fontsize=8)
    _wire(axes, COLOURS["black"], (14, y), (26.8, y))
    _dot(axes, 14, y)
    _wire(axes, QUIET, (33.2, y), (70, y))
    _part(axes, (78, y), resistor)
    _wire(axes, COLOURS[lead.colour or ""], (86, y), (EDGE, y))
    _end(axes, lead, y)


def _piezo(axes: Axes, lead: Lead, y: float) -> None:
    axes.add_patch(Circle((30, y), 4.2, fc="#d8d8d8", ec=INK))
    axes.text(30, y, "BZ1", ha="center", va="center", fontsize=8)
    _wire(axes, COLOURS["black"], (14, y), (25.8, y))
    _dot(axes, 14, y)
    _wire(axes, QUIET, (34.2, y), (70, y))
    _part(axes, (78, y), "R13")
    _wire(axes, COLOURS[lead.colour or ""], (86, y), (EDGE, y))
    _end(axes, lead, y)


def _button(axes: Axes, lead: Lead, name: str, resistor: str, y: float) -> None:
    axes.add_patch(Rectangle((26, y - 3), 8, 6, fc="#bfc5cc", ec=INK))
    axes.text(30, y, name, ha="center", va="center", fontsize=10)
    _wire(axes, COLOURS["black"], (14, y), (26, y))
    _dot(axes, 14, y)
    _wire(axes, QUIET, (34, y), (70, y))
    _part(axes, (78, y), resistor)
    _wire(axes, COLOURS[lead.colour or ""], (86, y), (EDGE, y))
    _end(axes, lead, y)


def _part(axes: Axes, at: tuple[float, float], ref: str) -> None:
    x, y = at
    axes.plot((x - 8, x + 8), (y, y), color=QUIET, linewidth=1.6, zorder=2)
    axes.add_patch(
        FancyBboxPatch((x - 5.5, y - 2), 11, 4, boxstyle="round,pad=0,rounding_size=1.2", fc=BODY, ec=INK, zorder=3)
    )
    axes.text(x, y, f"{ref} {parts()[ref].value}", ha="center", va="center", fontsize=8, zorder=4)


def _wire(axes: Axes, colour: str, *corners: tuple[float, float]) -> None:
    axes.plot(*zip(*corners, strict=True), color=colour, linewidth=2.4, solid_joinstyle="round", zorder=1)


def _dot(axes: Axes, x: float, y: float, colour: str = INK) -> None:
    axes.add_patch(Circle((x, y), 0.9, fc=colour, ec=INK, zorder=5, linewidth=0.6))


def _end(axes: Axes, lead: Lead, y: float) -> None:
    axes.add_patch(Circle((EDGE, y), 1.1, fc="white", ec=COLOURS[lead.colour or ""], linewidth=2, zorder=5))
    axes.text(EDGE + 3, y, f"pin {lead.pin} of the Pi, {lead.colour} ({lead.net})", ha="left", va="center", fontsize=9)
