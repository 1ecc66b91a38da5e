"""The tables of hardware/README.md, computed: pins, parts, limits, power, reading distance, simulation.

In the notes each stands between two marks, <!-- made: name --> and <!-- end -->, and is replaced there.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from math import radians, tan
from typing import Any

from hardware.workshop import corners, netlist, results, rules
from hardware.workshop.circuit import FOLDER, HEADER_ROWS, leads, parts
from hardware.workshop.make import keep
from hardware.workshop.serial import THRESHOLDS

README = FOLDER / "README.md"
FIGURES: dict[str, Any] = tomllib.loads((FOLDER / "budget.toml").read_text(encoding="utf-8"))
"""budget.toml as it stands: each figure with where it is from."""
ORIGINS = ("source", "derived", "none")


def bare(figures: dict[str, Any]) -> dict[str, Any]:
    """Return the figures alone."""
    return {
        name: (value["is"] if "is" in value else bare(value)) if isinstance(value, dict) else value
        for name, value in figures.items()
    }


BUDGET = bare(FIGURES)
DISPLAY_ROWS = 64
BUS_V = 5.0


def table(*rows: Iterable[object]) -> str:
    """Return a table in Markdown; the first row is its head."""
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * (lines[0].count("|") - 1))
    return "\n".join(lines)


def pins() -> str:
    """Return every lead on the header, by pin."""
    head = ("pin", "signal", "GPIO", "direction", "at reset", "lead", "")
    rows = [
        (lead.pin, f"`{lead.name}`", lead.gpio or "", lead.direction, lead.pull or "", lead.colour or "none", lead.use)
        for lead in sorted(leads(), key=lambda lead: lead.pin)
    ]
    return table(head, *rows)


def header() -> str:
    """Return the header as it lies before one, pin 1 at the corner with the square pad."""
    by_pin = {lead.pin: lead for lead in leads() if lead.colour}
    lines = []
    for row, (left, right) in enumerate(HEADER_ROWS):
        odd, even = 2 * row + 1, 2 * row + 2
        cells = [f"{by_pin[pin].name} ({by_pin[pin].colour})" if pin in by_pin else "" for pin in (odd, even)]
        lines.append(f"{cells[0]:>22}  {left:>6}  {odd:>2} o o {even:<2}  {right:<6}  {cells[1]}".rstrip())
    return "```text\n" + "\n".join(lines) + "\n```"


def bill() -> str:
    """Return what to buy, the same things together."""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for part in parts().values():
        grouped.setdefault((part.value, part.buy, part.instead), []).append(part.ref)
    rows = [(", ".join(refs), *what) for what, refs in grouped.items()]
    return table(("parts", "value", "buy", "or instead"), *rows)


def currents() -> str:
    """Return the most that each pin can be asked for."""
    of, joined = parts(), netlist.committed().nets
    rows: list[tuple[object, ...]] = []
    total = 0.0
    for lead in leads():
        current = rules.current_ma(lead.net, of, joined) if lead.direction in ("in", "out") else None
        if current is not None:
            total += current if lead.direction == "out" else 0
            what = "while lit or sounding" if lead.direction == "out" else "only if a program made it an output"
            rows.append((lead.pin, f"`{lead.name}`", f"{current:.1f} mA", what))
    rows.append(("", "all outputs", f"{total:.1f} mA", f"of {rules.ALL_PINS_LIMIT_MA:g} mA"))
    return table(("pin", "signal", "at most", ""), *rows)


def ports() -> str:
    """Return what each maker's port gives, and how much that would be at 5 V behind a converter without losses."""
    rows = []
    for maker, port in BUDGET["port"].items():
        volts = port["power_mw"] / port["current_ma"]
        rows.append(
            (
                maker.capitalize(),
                f"{port['power_mw']:g} mW, {port['current_ma']:g} mA",
                f"{volts:.1f} V",
                f"{port['power_mw'] / BUS_V:.0f} mA",
                FIGURES["port"][maker]["power_mw"]["source"],
            )
        )
    head = ("maker", "at most", "mark (derived: power over current)", "of that at 5 V, no losses", "source")
    return table(head, *rows)


def port_is_too_weak() -> str:
    """Check every Pi against the strongest port."""
    best = max(port["power_mw"] for port in BUDGET["port"].values()) / BUS_V
    rows = [
        (pi["name"], f"{pi['typical_ma']:g} mA", f"{pi['boot_ma']:g} mA", f"{pi['boot_ma'] / best:.1f} times")
        for pi in BUDGET["pi"].values()
    ]
    return table(("", "typical", "boot peak", f"of the best port's {best:.0f} mA"), *rows)


def sources() -> str:
    """Return where each figure of the power tables is from."""
    rows = []
    for group in ("display", "pi", "piezo", "receiver", "lit"):
        tables = FIGURES[group] if group in ("display", "pi") else {"": FIGURES[group]}
        for of in tables.values():
            for name, figure in of.items():
                if isinstance(figure, dict):
                    origin = next(word for word in ORIGINS if word in figure)
                    what = f"{of.get('name', group)}, {name.rpartition('_')[0] or name}".replace("current", "takes")
                    unit = name.rpartition("_")[2] if "_" in name else ""
                    unit = {"ma": " mA", "mm": " mm"}.get(unit, "")
                    rows.append((what, f"{figure['is']:g}{unit}", f"**{origin}**: {figure[origin]}"))
    return table(("", "", "from"), *rows)


def source_rules(figures: dict[str, Any], where: str = "budget.toml") -> Iterator[str]:
    """Yield each figure that does not say in one way where it is from."""
    for name, value in figures.items():
        here = f"{where}, {name}"
        if isinstance(value, dict) and "is" not in value:
            yield from source_rules(value, here)
        elif isinstance(value, dict):
            said = [word for word in ORIGINS if value.get(word)]
            if len(said) != 1 or value.keys() != {"is", *said}:
                yield f"{here}: say where {value['is']:g} is from, by one of source, derived and none"
            elif re.search(r"memory|assumed", value[said[0]]):
                yield f"{here}: {value[said[0]]!r} is no source; search one, or say none and what was searched"
        elif not isinstance(value, str):
            yield f"{here}: {value} says nothing about where it is from"


def display_ma(display: dict[str, Any], lit: float) -> float:
    """Return a display's supply current, mA, with this share of its pixels lit."""
    return float(display["dark_ma"] + lit * (display["full_ma"] - display["dark_ma"]))


def lamps_ma() -> float:
    """Return the current of all three LEDs, mA; they never burn together, but the budget lets them."""
    of, joined = parts(), netlist.committed().nets
    return sum(rules.current_ma(f"led_{colour}", of, joined) or 0.0 for colour in ("green", "yellow", "red"))


def power_rules(budget: dict[str, Any]) -> Iterator[str]:
    """Check that each Pi's supply carries the worst that can come together."""
    lamps = lamps_ma() + budget["piezo"]["current_ma"] + budget["receiver"]["current_ma"]
    for display in budget["display"].values():
        for pi in budget["pi"].values():
            worst = max(pi["boot_ma"], pi["typical_ma"]) + display["full_ma"] + lamps
            if worst > pi["supply_ma"]:
                yield f"{pi['name']} with {display['name']} takes {worst:.0f} mA, more than its supply gives"


def power() -> str:
    """Return the whole appliance at 5 V by Pi and display: usual, and the worst that can come together."""
    rest = lamps_ma() + BUDGET["piezo"]["current_ma"] + BUDGET["receiver"]["current_ma"]
    lit = BUDGET["lit"]
    rows = []
    for pi in BUDGET["pi"].values():
        for display in BUDGET["display"].values():
            usual = pi["typical_ma"] + display_ma(display, lit["usual"]) + rest
            worst = max(pi["boot_ma"], pi["typical_ma"]) + display["full_ma"] + rest
            shares = [f"{display_ma(display, share):.0f}" for share in (lit["usual"], lit["most"], 1.0)]
            rows.append(
                (
                    pi["name"],
                    display["name"],
                    f"{' / '.join(shares)} mA",
                    f"{rest:.0f} mA",
                    f"{usual:.0f} mA",
                    f"{worst:.0f} mA",
                    f"{100 * worst / pi['supply_ma']:.0f} % of {pi['supply_ma'] / 1000:g} A",
                )
            )
    head = ("", "display", "display usual / most / all lit", "LEDs, piezo, receiver", "usual", "worst", "of its supply")
    return table(head, *rows)


def distance() -> str:
    """Return how far digits are read: 16 minutes of arc is the least, 20 what one prefers (ISO 9241-3)."""
    displays = list(BUDGET["display"].values())
    rows = []
    for pixels in (8, 16, 32, 40):
        cells: list[object] = [f"{pixels} px"]
        for display in displays:
            height = pixels * display["height_mm"] / DISPLAY_ROWS
            far, near = (height / 1000 / tan(radians(minutes / 60)) for minutes in (16, 20))
            cells.append(f"{height:.1f} mm: {far:.1f} / {near:.1f} m")
        rows.append(cells)
    return table(("digits", *(display["name"] for display in displays)), *rows)


def lines() -> str:
    """Return the receiver on good and bad lines."""
    rows = []
    for name, row in results.kept().items():
        if "idle_ma" in row and "nF" not in name:
            read = f"{row['same']} of {row['sent']}"
            failed = row["same"] == 0
            delays = ("", "") if failed else (f"{row['falls_us']:.0f} µs", f"{row['rises_us']:.0f} µs")
            label = "lines, parts and weather by chance" if name == "by chance" else name
            rows.append((label, f"**fails**, {read}" if failed else read, *delays, f"{row['idle_ma']:.1f} mA"))
    head = ("mark/space", "read without one doubtful bit", "fall at most", "rise at most", "idle current")
    return table(head, *rows)


def worst_corners() -> str:
    """Return the corners where each thing is worst."""
    rows = []
    for name, row in results.kept().items():
        if "corner" in row:
            what, _, speed = name.partition(", ")
            rows.append(
                (
                    speed,
                    what,
                    "yes" if row["same"] else "**no**",
                    f"{row['mark_mv'] / 1000:.2f} V",
                    f"{row['space_mv'] / 1000:.2f} V",
                    *(f"{row[key]:.0f} µs" if row["same"] else "" for key in ("falls_us", "rises_us")),
                    f"{row['port_ma']:.1f} mA",
                    _where(row["corner"]),
                )
            )
    head = ("", "worst", "read", "mark at GPIO15", "space", "fall", "rise", "from the port", "where all stands")
    return table(head, *rows)


def _where(corner: dict[str, float]) -> str:
    """Return a corner in words."""
    if corner == corners.TYPICAL:
        return "typical parts, 24/12 V, 25 °C"
    parts_at = ", ".join(f"{ref} {100 * (corner[ref] - 1):+.0f} %" for ref in ("R1", "R2", "R3", "R4", "D2")).replace(
        "-", "−"
    )
    pulled = "up" if corner["pull"] > 0 else "down"
    return (
        f"{corner['mark']:g}/{corner['space']:g} V, {corner['celsius']:g} °C, {parts_at}, transfer"
        f" {100 * corner['transfer']:.0f} %, speed {'slowest' if corner['slow'] > 1 else 'typical'}, pulled {pulled},"
        f" 3V3 {corner['supply']:g} V, {1e9 * corner['across']:g} nF"
    ).replace("-20", "−20")


def injector() -> str:
    """Return what each part takes on a PoE injector."""
    found = results.injected(results.kept())
    rows = []
    for ref, rated in corners.RATED_MW.items():
        takes = [row.get(ref) for row in found.values()]
        if None not in takes:
            rows.append((f"{ref} {parts()[ref].value}", *(f"{mw:g} mW" for mw in takes), f"{rated:g} mW"))
    return table(("", *(f"{volts:g} V".replace("-", "−") for volts in found), "may take"), *rows)


def chips() -> str:
    """Return which Pi takes what for low and high."""
    boards = {"BCM2835 to BCM2837": "Zero, Zero W, Zero 2 W, 3 B, 3 B+, 3 A+", "BCM2711": "4 B"}
    return table(
        ("chip", "boards", "surely low below", "surely high above"),
        *((chip, boards[chip], f"{low:g} V", f"{high:g} V") for chip, (low, high) in THRESHOLDS.items()),
    )


def traps() -> str:
    """Return the two ways to spoil it."""
    rows = []
    for name, row in results.kept().items():
        if "nF" in name:
            verdict = "read" if row["same"] else "**fails**"
            rows.append((name, verdict, f"the falling edge comes {row['falls_us']:.0f} µs late, of a bit of 417 µs"))
        elif "peak_ma" in row:
            verdict = "**trips**" if row["over_us"] > 50 else "stays on"
            rows.append((name, verdict, f"peak {row['peak_ma']:.1f} mA, above 30 mA for {row['over_us']} µs"))
    return table(("", "", "simulated, not yet measured"), *rows)


TABLES: dict[str, Callable[[], str]] = {
    "pins": pins,
    "header": header,
    "bill": bill,
    "currents": currents,
    "ports": ports,
    "port is too weak": port_is_too_weak,
    "power": power,
    "sources": sources,
    "distance": distance,
    "lines": lines,
    "corners": worst_corners,
    "injector": injector,
    "chips": chips,
    "traps": traps,
}


def with_tables(text: str) -> str:
    """Return the notes with every table as it is now. Raises KeyError for a mark that nothing belongs to."""
    return re.sub(
        r"<!-- made: ([\w ]+) -->\n.*?<!-- end -->",
        lambda mark: f"<!-- made: {mark[1]} -->\n{TABLES[mark[1]]()}\n<!-- end -->",
        text,
        flags=re.DOTALL,
    )


def make_notes() -> None:
    """Write hardware/README.md with its tables made again."""
    keep(README, with_tables(README.read_text(encoding="utf-8")))
