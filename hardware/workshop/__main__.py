"""python -m hardware.workshop build | check: what hardware/build and hardware/check call once their tools are there."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import chain

from hardware.workshop import enclosure, exports, harness, netlist, pictures, plots, results, rules, stripboard, tables
from hardware.workshop.circuit import FOLDER, leads, parts
from hardware.workshop.make import MissingToolError

STEPS: dict[str, Callable[[], None]] = {
    "schematic": exports.make_schematic,
    "harness": exports.make_harness,
    "front": enclosure.make_front,
    "drawing": pictures.make_drawing,
    "stripboard": pictures.make_stripboard,
    "simulation": results.make_results,
    "pictures": plots.make_plots,
    "notes": tables.make_notes,
}


MADE = ("README.md", "front", "harness", "schematic", "simulation")
"""What hardware/build writes."""


def build() -> list[str]:
    """Make everything. Each file that is written is named."""
    for name, step in STEPS.items():
        print(name, flush=True)
        step()
    return []


def check() -> list[str]:
    """Return a sentence for everything that is wrong."""
    exports.electrical_rules()
    return [*broken_rules(), *out_of_date()]


def broken_rules() -> Iterator[str]:
    """Check board.toml, circuit.toml, the committed netlist and the harness against all rules."""
    of, of_board, drawn = parts(), leads(), netlist.committed()
    return chain(
        rules.pin_rules(of_board),
        rules.drawing_rules(of, drawn),
        rules.isolation_rules(of, drawn.nets),
        rules.current_rules(of_board, of, drawn.nets),
        rules.bom_rules(of),
        harness.rules(harness.document(), of_board),
        stripboard.rules(stripboard.layout(), drawn.nets),
        tables.power_rules(tables.BUDGET),
        results.rules(results.kept()),
        enclosure.front_rules(enclosure.rooms()),
        *(enclosure.print_rules(part, enclosure.stored(part)) for part in ("front", "back")),
    )


def out_of_date() -> Iterator[str]:
    """Return what hardware/build has changed since the last commit."""
    status = ["git", "status", "--porcelain", "--", *MADE]
    for line in subprocess.run(status, cwd=FOLDER, check=True, capture_output=True, text=True).stdout.splitlines():
        yield f"{line[3:]} is not what is committed: run hardware/build, look at it, and commit it"


def main() -> int:
    """Run one of the two. Return the exit code: 1, after a sentence for each, when something is wrong."""
    try:
        wrong = {"build": build, "check": check}[sys.argv[1]]()
    except (MissingToolError, RuntimeError) as trouble:
        wrong = [str(trouble)]
    for sentence in wrong:
        print(f"hardware: {sentence}", file=sys.stderr)
    if not wrong:
        print(f"hardware: {sys.argv[1]} is done, nothing is wrong")
    return 1 if wrong else 0


sys.exit(main())
