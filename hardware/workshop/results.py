"""What the simulation found, as it is kept in simulation/results.json and told in the notes.

Two processors differ in the last digits of a simulation; what is kept is replaced only when something has changed that
a person would call a change, so that the check for outdated files holds everywhere.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from hardware.workshop import corners, simulation
from hardware.workshop.circuit import FOLDER
from hardware.workshop.make import keep, note
from hardware.workshop.simulation import Outcome

KEPT = FOLDER / "simulation" / "results.json"
SAME_SHARE, SAME_AT_LEAST = 0.05, 0.5
"""Two figures are the same within 5 % or half a unit (microsecond, tenth of a milliampere)."""

Row = dict[str, Any]


def make_results() -> None:
    """Simulate everything, and keep what was found."""
    found = as_rows(simulation.simulate_all()) | corner_rows() | injector_rows()
    text = "{\n" + ",\n".join(f' "{name}": {json.dumps(row)}' for name, row in found.items()) + "\n}\n"
    if KEPT.exists() and alike(kept(), found):
        note(KEPT, text.encode())
    else:
        keep(KEPT, text)


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


def corner_rows() -> dict[str, Row]:
    """Return the receiver at its worst corners, at 2400 baud and at 9600."""
    rows = {}
    for baud in (2400, 9600):
        for what in corners.WORSE if baud == 2400 else ("slowest fall", "slowest rise"):
            corner, found = corners.worst(what, baud)
            rows[f"{what}, {baud} baud"] = corner_row(found) | {"corner": dict(corner)}
    typical = corners.at(corners.TYPICAL, 9600)
    return rows | {"typical, 9600 baud": corner_row(typical) | {"corner": corners.TYPICAL}}


def corner_row(found: corners.Found) -> Row:
    """Return one corner in one line."""
    return {
        "sent": 1,
        "same": int(found.same),
        "mark_mv": round(1000 * found.mark_v),
        "space_mv": round(1000 * found.space_v),
        "falls_us": round(1e6 * found.falls_s),
        "rises_us": round(1e6 * found.rises_s),
        "port_ma": round(1000 * found.port_a, 2),
    }


def injector_rows() -> dict[str, Row]:
    """Return what each part takes on a PoE injector of 48 and 57 V, and with its two poles the other way round."""
    return {
        f"{volts:g} V for good": {f"{ref}_mw": round(milliwatts) for ref, milliwatts in corners.powers(volts).items()}
        for volts in (48.0, 57.0, -48.0, -57.0)
    }


def injected(rows: dict[str, Row]) -> dict[float, dict[str, float]]:
    """Return each injector's row: mW by part, by volts."""
    return {
        float(name.split()[0]): {key.removesuffix("_mw"): value for key, value in row.items()}
        for name, row in rows.items()
        if name.endswith("for good")
    }


def rules(rows: dict[str, Row]) -> Iterator[str]:
    """Yield what must be read and was not, and what must fail and did not: it would show nothing."""
    yield from corners.power_rules(injected(rows))
    must_fail = {"36/24 V", "47 nF across the pair", "1 µF behind 430 ohm"}
    for name, found in rows.items():
        if "9600" in name or name.endswith("for good"):
            continue
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
    if key in ("sent", "same", "corner"):
        return one == other
    return abs(one - other) <= max(SAME_AT_LEAST, SAME_SHARE * abs(one))
