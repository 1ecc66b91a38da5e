"""The tables of hardware/README.md, computed: pins, parts, limits, power, reading distance, simulation.

In the notes each stands between two marks, <!-- made: name --> and <!-- end -->, and is replaced there.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from math import radians, tan
from typing import Any

from hardware.workshop import netlist, results, rules
from hardware.workshop.circuit import FOLDER, HEADER_ROWS, leads, parts
from hardware.workshop.make import keep

README = FOLDER / "README.md"
BUDGET: dict[str, Any] = tomllib.loads((FOLDER / "budget.toml").read_text(encoding="utf-8"))
DISPLAY_ROWS = 64
SUPPLY_V, BUS_V = 5.1, 5.0


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
    """Return what each maker's port gives, and how much that is at 5 V."""
    efficiency = BUDGET["step_down"]["efficiency"]
    rows = []
    for maker, port in BUDGET["port"].items():
        volts = port["power_mw"] / port["current_ma"]
        at_5_v = port["power_mw"] * efficiency / BUS_V
        rows.append(
            (
                maker.capitalize(),
                f"{port['power_mw']:g} mW, {port['current_ma']:g} mA",
                f"{volts:.1f} V",
                f"{at_5_v:.0f} mA",
                port["source"],
            )
        )
    return table(("maker", "at most", "mark (derived: power over current)", "of that at 5 V, 85 %", "source"), *rows)


def port_is_too_weak() -> str:
    """Check every Pi against the strongest port."""
    best = max(port["power_mw"] for port in BUDGET["port"].values()) * BUDGET["step_down"]["efficiency"] / BUS_V
    rows = [
        (
            pi["name"],
            f"{pi['typical_ma']:g} mA",
            f"{pi['boot_ma']:g} mA",
            f"{pi['boot_ma'] / best:.1f} times",
            pi["source"],
        )
        for pi in BUDGET["pi"].values()
    ]
    return table(("", "typical", "boot peak", f"of the best port's {best:.0f} mA", "source"), *rows)


def display_ma(display: dict[str, Any], lit: float) -> float:
    """Return a display's supply current, mA, with this share of its pixels lit."""
    return float(display["dark_ma"] + lit * (display["full_ma"] - display["dark_ma"]))


def lamps_ma() -> float:
    """Return the current of all three LEDs, mA; they never burn together, but the budget lets them."""
    of, joined = parts(), netlist.committed().nets
    return sum(rules.current_ma(f"led_{colour}", of, joined) or 0.0 for colour in ("green", "yellow", "red"))


def power_rules(budget: dict[str, Any]) -> Iterator[str]:
    """Check that the supply and the 3.3 V rail carry the worst that can come together."""
    lamps = lamps_ma() + budget["piezo"]["current_ma"] + budget["receiver"]["current_ma"]
    for display in budget["display"].values():
        rail, most = display["full_ma"] + lamps, budget["rail"]["limit_ma"]
        if rail > most:
            yield f"the {display['name']} display takes the 3.3 V rail to {rail:.0f} mA, above {most:g} mA"
        for pi in budget["pi"].values():
            worst = max(pi["boot_ma"], pi["typical_ma"]) + rail
            if worst > budget["supply"]["current_ma"]:
                yield f"{pi['name']} with {display['name']} takes {worst:.0f} mA, more than the supply gives"


def power() -> str:
    """Return the whole appliance at 5 V by Pi and display: usual, and the worst that can come together."""
    rest = lamps_ma() + BUDGET["piezo"]["current_ma"] + BUDGET["receiver"]["current_ma"]
    lit, supply = BUDGET["lit"], BUDGET["supply"]["current_ma"]
    rows = []
    for pi in (BUDGET["pi"]["3b"], BUDGET["pi"]["zero2w"]):
        for display in BUDGET["display"].values():
            usual = pi["typical_ma"] + display_ma(display, lit["usual"]) + rest
            worst = max(pi["boot_ma"], pi["typical_ma"]) + display["full_ma"] + rest
            rows.append(
                (
                    pi["name"],
                    display["name"],
                    f"{display_ma(display, lit['usual']):.0f} / {display_ma(display, lit['most']):.0f} / "
                    f"{display['full_ma']:.0f} mA",
                    f"{rest:.0f} mA",
                    f"{usual:.0f} mA",
                    f"{worst:.0f} mA",
                    f"{100 * worst / supply:.0f} %",
                )
            )
    head = ("", "display", "display usual / most / all lit", "LEDs, piezo, receiver", "usual", "worst", "of 2.5 A")
    rail = max(display["full_ma"] for display in BUDGET["display"].values()) + rest
    most = BUDGET["rail"]["limit_ma"]
    return table(head, *rows) + f"\n\nThe 3.3 V pins give at most {rail:.0f} mA of these, of an assumed {most:g} mA."


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


def corners() -> str:
    """Return the receiver on good and bad lines."""
    rows = []
    for name, row in results.kept().items():
        if "sent" in row and "nF" not in name:
            read = f"{row['same']} of {row['sent']}"
            failed = row["same"] == 0
            delays = ("", "") if failed else (f"{row['falls_us']:.0f} µs", f"{row['rises_us']:.0f} µs")
            label = "lines, parts and weather by chance" if name == "by chance" else name
            rows.append((label, f"**fails**, {read}" if failed else read, *delays, f"{row['idle_ma']:.1f} mA"))
    head = ("mark/space", "read without one doubtful bit", "fall at most", "rise at most", "idle current")
    return table(head, *rows)


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
    "distance": distance,
    "corners": corners,
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
