"""Real captures, read from where they lie beside the checkout; they are not ours to carry.

A test that reads them has the marker `corpus`.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.meter.quantities import BY_NAME
from appliance.meter.reading import Reading

FOLDER = Path(__file__).parents[2] / "shared" / "corpus"
FAMILIES = ("aidon", "aidon_se", "kaifa", "kaifa_se", "kamstrup")


@dataclass(frozen=True)
class Capture:
    name: str
    octets: bytes
    frames: list[dict[str, Any]]

    @property
    def valid(self) -> dict[int, dict[str, Any]]:
        return {frame["offset"]: frame for frame in self.frames if frame["status"] == "valid"}


def captures(*families: str) -> list[Capture]:
    return [
        Capture(
            f"{family}/{path.stem}",
            bytes.fromhex(path.with_suffix(".hex").read_text()),
            json.loads(path.read_text())["frames"],
        )
        for family in families or FAMILIES
        for path in sorted((FOLDER / family).glob("*.json"))
    ]


def by_code(expected: dict[str, Any], *units: str) -> dict[str, Any]:
    """Return the expected values with these units by OBIS groups C.D.E, without those whose scale is disputed."""
    return {
        code.split(":")[1].rsplit(".", 1)[0]: value["v"]
        for code, value in expected.items()
        if value["u"] in units and not value.get("disputed")
    }


def reported(reading: Reading) -> dict[str, float]:
    """Return the same of a reading, from the attributes and not by the program's own way of listing them."""
    return {
        name: getattr(reading, quantity.field)
        for name, quantity in BY_NAME.items()
        if getattr(reading, quantity.field) is not None
    }
