"""The newest reading for programs that know other makers' readers: the keys are theirs, the values ours.

`/data.json` has the short keys that evcc's template for amsreader reads: its number parser breaks on null, so phases
that this meter lacks are 0, and while the power is unknown there is no answer at all. `/api/v1/data` has what a
HomeWizard P1 meter answers; it leaves out what is not known.
"""

from collections.abc import Mapping
from typing import Any

from appliance import __version__
from appliance.household.situation import Phase, Situation


def short(situation: Situation) -> Mapping[str, Any] | None:
    """Return the reading by short keys; `None` while the power is unknown.

    `w` is import less export and `e` the export, W; `ic` and `ec` the registers, kWh, which are left out before the
    first one came; each phase has `u` V, `i` A and `p` W, which is u times i since no meter's lists have it here.
    """
    import_w, export_w, registers = situation.power_import_w, situation.power_export_w, situation.registers
    if import_w is None:
        return None
    answer: dict[str, Any] = {"w": round(import_w - (export_w or 0.0)), "e": round(export_w or 0.0)}
    if registers.import_wh is not None:
        answer["ic"] = round(registers.import_wh / 1000, 3)
        answer["ec"] = round((registers.export_wh or 0.0) / 1000, 3)
    for number, phase in enumerate(situation.phases, start=1):
        answer[f"l{number}"] = _phase(phase)
    return answer


def homewizard(situation: Situation) -> Mapping[str, Any]:
    """Return the reading by the keys of HomeWizard's API, version 1, without what is not known."""
    registers, import_w = situation.registers, situation.power_import_w
    answer: dict[str, float | int | str | None] = {
        "smr_version": 50,
        "meter_model": situation.meter.meter_type,
        "active_power_w": None if import_w is None else round(import_w - (situation.power_export_w or 0.0)),
    }
    for name, wh in (("import", registers.import_wh), ("export", registers.export_wh)):
        kwh = None if wh is None else round(wh / 1000, 3)
        answer |= {f"total_power_{name}_kwh": kwh, f"total_power_{name}_t1_kwh": kwh}
        if kwh is not None:
            answer[f"total_power_{name}_t2_kwh"] = 0.0
    for number, phase in enumerate(situation.phases, start=1):
        answer[f"active_voltage_l{number}_v"] = phase.voltage_v
        answer[f"active_current_l{number}_a"] = phase.current_a
    return {key: value for key, value in answer.items() if value is not None}


def homewizard_device(appliance_id: str) -> Mapping[str, Any]:
    """Return what is asked first: this is no HomeWizard, and says so."""
    return {
        "product_type": "HAN",
        "product_name": "HAN appliance",
        "serial": appliance_id,
        "firmware_version": __version__,
        "api_version": "v1",
    }


def _phase(phase: Phase) -> Mapping[str, float]:
    volts, amperes = phase.voltage_v or 0.0, phase.current_a or 0.0
    return {"u": round(volts, 1), "i": round(amperes, 2), "p": round(volts * amperes)}
