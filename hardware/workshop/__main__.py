"""python -m hardware.workshop build | check | render | again: what hardware's commands call."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from hardware.workshop import board as front
from hardware.workshop import (
    boardfiles,
    bodies,
    enclosure,
    exports,
    harness,
    make,
    netlist,
    pictures,
    plots,
    printing,
    product,
    results,
    rules,
    stripboard,
    tables,
    wiring,
)
from hardware.workshop.circuit import BOARD, FOLDER, leads, nets, parts
from hardware.workshop.make import MissingToolError

STEPS: dict[str, Callable[[], None]] = {
    "schematic": exports.make_schematic,
    "board": boardfiles.make_board,
    "order": boardfiles.make_orders,
    "harness": exports.make_harness,
    "front": enclosure.make_front,
    "drawing": pictures.make_drawing,
    "wiring": wiring.make_wiring,
    "stripboard": pictures.make_stripboard,
    "simulation": results.make_results,
    "pictures": plots.make_plots,
    "notes": tables.make_notes,
}


MADE = ("README.md", "board", "front", "harness", "schematic", "simulation")
"""What hardware/build writes."""


def build() -> list[str]:
    """Make everything. Each file that is written is named."""
    for name, step in STEPS.items():
        print(name, flush=True)
        step()
    return []


def render() -> list[str]:
    """Draw the pictures of the board and of the whole."""
    bodies.make_pictures()
    product.make_pictures()
    return []


def digests() -> list[str]:
    """Make everything, and print the SHA-256 of each file as JSON in the last line."""
    build()
    print(json.dumps(make.DIGESTS))
    return []


def again() -> list[str]:
    """Make everything twice, in two processes. Return a sentence for each file that differs by one octet."""
    command = [sys.executable, "-m", "hardware.workshop", "digests"]
    first, second = (
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-2])
        for _ in range(2)
    )
    print(f"{len(first)} files, made twice")
    return differing(first, second)


def differing(first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    """Return a sentence for each file whose digests differ, or that was made once only."""
    names = sorted(first.keys() | second.keys())
    return [f"{name} is not the same each time it is made" for name in names if first.get(name) != second.get(name)]


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
        rules.bom_rules(parts(BOARD)),
        front.rules(boardfiles.placed()),
        rules.isolation_rules(parts(BOARD), nets(parts(BOARD))),
        rules.current_rules(of_board, parts(BOARD), nets(parts(BOARD))),
        boardfiles.rules(),
        harness.rules(harness.document(), of_board),
        stripboard.rules(stripboard.layout(), drawn.nets),
        tables.power_rules(tables.BUDGET),
        tables.source_rules(tables.FIGURES),
        results.rules(results.kept()),
        enclosure.front_rules(enclosure.rooms()),
        enclosure.cap_rules(printing.stored("caps")),
        *(printing.print_rules(part, printing.stored(part)) for part in printing.PRINTED),
    )


def out_of_date() -> Iterator[str]:
    """Return what hardware/build has changed since the last commit."""
    status = ["git", "status", "--porcelain", "--", *MADE]
    for line in subprocess.run(status, cwd=FOLDER, check=True, capture_output=True, text=True).stdout.splitlines():
        yield f"{line[3:]} is not what is committed: run hardware/build, look at it, and commit it"


COMMANDS = {"build": build, "check": check, "render": render, "digests": digests, "again": again}


def main() -> int:
    """Run one of them. Return the exit code: 1, after a sentence for each, when something is wrong."""
    try:
        wrong = COMMANDS[sys.argv[1]]()
    except (MissingToolError, RuntimeError) as trouble:
        wrong = [str(trouble)]
    for sentence in wrong:
        print(f"hardware: {sentence}", file=sys.stderr)
    if not wrong:
        print(f"hardware: {sys.argv[1]} is done, nothing is wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
