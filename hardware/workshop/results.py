"""What the simulation found, as it is kept in simulation/results.json and told in the notes.

Two processors differ in the last digits of a simulation; what is kept is replaced only when something has changed that
a person would call a change, so that the check for outdated files holds everywhere.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from hardware.workshop import simulation
from hardware.workshop.circuit import FOLDER
from hardware.workshop.make import keep
from hardware.workshop.simulation import Outcome

KEPT = FOLDER / "simulation" / "results.json"
SAME_SHARE, SAME_AT_LEAST = 0.05, 0.5
"""Two figures are the same within 5 % or half a unit (microsecond, tenth of a milliampere)."""

Row = dict[str, Any]


def make_results() -> None:
    """Simulate everything, and keep what was found."""
    found = as_rows(simulation.simulate_all())
    if KEPT.exists() and alike(kept(), found):
        return
    keep(KEPT, "{\n" + ",\n".join(f' "{name}": {json.dumps(row)}' for name, row in found.items()) + "\n}\n")


def kept() -> dict[str, Row]:
    """Return the rows that lie in the repository."""
    rows: dict[str, Row] = json.loads(KEPT.read_text(encoding="utf-8"))
    return rows


def as_rows(found: simulation.Results) -> dict[str, Row]:
    """Return each line of the notes' tables."""
    rows = {f"{mark:g}/{space:g} V": row(outcomes) for (mark, space), outcomes in found.corners.items()}
    rows |= {f"24/12 V at {celsius:g} °C": row(outcomes) for celsius, outcomes in found.temperatures.items()}
    rows["by chance"] = row(found.chance)
    rows["36/24 V"] = row([found.too_high])
    rows["36/24 V with a 27 V zener"] = row([found.with_27_v])
    rows |= {f"{1e9 * farads:g} nF across the pair": row([outcome]) for farads, outcome in found.across.items()}
    for ohms in (430, 820):
        peak, over = simulation.inrush(ohms, 1e-6)
        rows[f"1 µF behind {ohms} ohm"] = {"peak_ma": round(1000 * peak, 1), "over_us": round(1e6 * over)}
    return rows


def rules(rows: dict[str, Row]) -> Iterator[str]:
    """Yield what must be read and was not, and what must fail and did not: it would show nothing."""
    must_fail = {"36/24 V", "47 nF across the pair", "1 µF behind 430 ohm"}
    for name, found in rows.items():
        bad = found["over_us"] > 50 if "over_us" in found else found["same"] < found["sent"]
        if bad and name not in must_fail:
            yield f"simulated, {name}: {found.get('same', 0)} of {found.get('sent', 0)} were read"
        if not bad and name in must_fail:
            yield f"simulated, {name}: it should fail, so the model is wrong"


def row(outcomes: Iterable[Outcome]) -> Row:
    """Return several transmissions in one line."""
    of = list(outcomes)
    falls, rises = simulation.worst(of)
    return {
        "sent": len(of),
        "same": sum(one.same for one in of),
        "falls_us": round(1e6 * falls, 1),
        "rises_us": round(1e6 * rises, 1),
        "idle_ma": round(1000 * simulation.usual_idle_a(of), 2),
    }


def alike(one: dict[str, Row], other: dict[str, Row]) -> bool:
    """Return whether a person would call these the same."""
    return one.keys() == other.keys() and all(
        one[name].keys() == other[name].keys()
        and all(_near(one[name][key], other[name][key], key) for key in one[name])
        for name in one
    )


def _near(one: float, other: float, key: str) -> bool:
    if key in ("sent", "same"):
        return one == other
    return abs(one - other) <= max(SAME_AT_LEAST, SAME_SHARE * abs(one))
