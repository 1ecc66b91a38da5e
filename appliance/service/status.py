"""How the running appliance is, for whoever asks on its socket: the doctor, `status`, the links, a health check.

The request is `{"status": {}}`. The answer is one JSON object, the fields of `StatusAnswer`: the `Situation` as the
panel shows it, with what the appliance knows of itself in `upkeep`, and the process's own counters. What is not
known is null; moments are ISO 8601 (in UTC where the field says so), enumerations their values (`level` is 0 fine,
1 watch, 2 act, 3 fault), units those of the field names. Left out is `ended_hours`, two months of hours which
`han-appliance export` prints. `version` changes when a field changes its meaning or goes; that one comes does not.
"""

import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from appliance import __version__
from appliance.household.money import Part
from appliance.household.recurring import ALWAYS
from appliance.household.situation import Level, Rule, Signal, Situation, Storage
from appliance.household.tariff import Tariff
from appliance.service.local_socket import ControlError, ask_any
from appliance.system.field_names import inverse, renamed
from appliance.system.health import LineCondition

STATUS = "status"
"""The request's name; it takes nothing."""
RECORDING = "recording"
"""The request for the octets of the last hour, and their place in the answer."""
VERSION = 1
ANSWER_NAMES = {
    "health": "upkeep",
    "faults": "troubles",
    "kind": "fault",
    "chime": "call",
    "muted_s": "hushed_s",
    "quality": "known",
    "export_quality": "export_known",
}
"""Fields of a situation, by the names that they have in the answer since its version 1."""


@dataclass(frozen=True, slots=True)
class Process:
    """The process's own counters; `None` where the kernel does not tell."""

    pid: int
    running_s: float
    """Since it was started."""
    memory_octets: int | None = None
    """Resident."""
    descriptors: int | None = None
    threads: int | None = None
    written_octets: int | None = None
    """What it has had written to disks since it was started (proc(5), write_bytes)."""


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """How the appliance is."""

    version: int
    """Of this shape."""
    program: str
    """The program's version."""
    process: Process
    situation: Situation


def answer(situation: Situation | None, running_s: float) -> Mapping[str, Any]:
    """Return what the appliance answers; a refusal while there is no situation yet."""
    if situation is None:
        return {"error": "the appliance is just starting; try again"}
    report = StatusAnswer(
        VERSION, __version__, _process(Path("/proc/self"), running_s), replace(situation, ended_hours=())
    )
    told: dict[str, Any] = renamed(msgspec.to_builtins(report, enc_hook=str), ANSWER_NAMES)
    del told["situation"]["ended_hours"]
    _tell_money_as_before(told["situation"], situation)
    if situation.month is not None:
        _tell_as_before(told["situation"]["month"]["tariff"], situation.month.tariff)
    if situation.outlook is not None:
        # Of version 1, from when a limit could be a guess: there is none now without being certain.
        told["situation"]["outlook"]["certain"] = situation.outlook.limit_kw is not None
    return told


def _tell_as_before(told: dict[str, Any], tariff: Tariff) -> None:
    """Leave the holidays out, which are hundreds, and add the fields of version 1 that have other names since."""
    del told["calendar"]
    told["days"] = tariff.peaks.number
    if tariff.energy is not None:
        when, day_ore = (*tariff.energy.exceptions, (ALWAYS, tariff.energy.base_ore))[0]
        hours = sorted(range(24) if when.hours is None else when.hours)
        told["energy"] |= {
            "day_ore": day_ore,
            "night_ore": tariff.energy.base_ore,
            "day_from": f"{hours[0]:02}:00:00",
            "day_to": f"{(hours[-1] + 1) % 24:02}:00:00",
            "weekend_is_night": when.days is not None,
        }


def _tell_money_as_before(told: dict[str, Any], situation: Situation) -> None:
    """Add the price and the day's cost where version 1 had them: what the grid company's price alone gives."""
    money = situation.money
    known = money is not None and Part.GRID not in money.today.missing
    if told["today"] is not None:
        whole = known and money is not None and Part.HOURS not in money.today.missing
        told["today"]["cost_kr"] = money.today.kr if whole and money is not None else None
    told["price_ore"] = 100 * money.kwh.kr if known and money is not None else None


def understood(told: Mapping[str, Any]) -> StatusAnswer:
    """Return what an answer says. Raise msgspec.ValidationError for one of another shape."""
    shape = renamed(told, inverse(ANSWER_NAMES))
    with suppress(KeyError, TypeError):  # there is no month, or no tariff
        tariff = shape["situation"]["month"]["tariff"]
        if "base_ore" not in tariff["energy"]:
            tariff["energy"] = None  # of a program that knew two prices only
    return msgspec.convert(shape, StatusAnswer, dec_hook=_decoded)


def _decoded(kind: type, value: Any) -> Any:
    """Return a value of a kind that msgspec does not know: a weight is a fraction."""
    if kind is Fraction:
        return Fraction(value)
    raise NotImplementedError(kind)


def ask_status(*sockets: Path) -> tuple[StatusAnswer, Mapping[str, Any]] | None:
    """Return what the running appliance answers on one of these, typed and as it came; `None` when none runs.

    Raise ControlError.
    """
    found = ask_any(sockets, {STATUS: {}})
    if found is None:
        return None
    socket, told = found
    try:
        return understood(told), told
    except msgspec.ValidationError as error:
        sentence = f"{socket}: the running appliance is of another version than this command ({error}); restart it"
        raise ControlError(sentence) from None


def healthy(situation: Situation) -> bool:
    """Return whether the appliance does all that it should; an alarm of the house is no fault of the appliance.

    What the panel would show as a fault is one here too.
    """
    return (
        situation.signal is Signal.RECEIVING
        and situation.level is not Level.FAULT
        and situation.storage not in (Storage.FAILING, Storage.SET_ASIDE)
        and situation.health.line in (None, LineCondition.FINE)
        and not any(alarm.rule is Rule.SILENT for alarm in situation.alarms)
        and not situation.health.faults
    )


def _process(own: Path, running_s: float) -> Process:
    return Process(
        os.getpid(),
        round(running_s, 1),
        memory_octets=_number(own / "status", "VmRSS:", 1024),
        descriptors=_count(own / "fd"),
        threads=threading.active_count(),
        written_octets=_number(own / "io", "write_bytes:"),
    )


def _number(file: Path, key: str, unit: int = 1) -> int | None:
    """Return the number after a key in one of the kernel's tables, times its unit; `None` when it is not there."""
    try:
        lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * unit for line in lines if line.startswith(key)), None)


def _count(folder: Path) -> int | None:
    try:
        return sum(1 for _ in folder.iterdir())
    except OSError:
        return None
