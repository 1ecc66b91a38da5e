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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from appliance import __version__
from appliance.household.situation import Level, Signal, Situation, Storage
from appliance.service.local_socket import ControlError, ask
from appliance.system.field_names import inverse, renamed

STATUS = "status"
"""The request's name; it takes nothing."""
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
    told: dict[str, Any] = renamed(msgspec.to_builtins(report), ANSWER_NAMES)
    del told["situation"]["ended_hours"]
    return told


def understood(told: Mapping[str, Any]) -> StatusAnswer:
    """Return what an answer says. Raise msgspec.ValidationError for one of another shape."""
    return msgspec.convert(renamed(told, inverse(ANSWER_NAMES)), StatusAnswer)


def ask_status(socket: Path) -> tuple[StatusAnswer, Mapping[str, Any]] | None:
    """Return what the running appliance answers, typed and as it came; `None` when none runs. Raise ControlError."""
    told = ask(socket, {STATUS: {}})
    if told is None:
        return None
    try:
        return understood(told), told
    except msgspec.ValidationError as error:
        sentence = f"{socket}: the running appliance is of another version than this command ({error}); restart it"
        raise ControlError(sentence) from None


def healthy(situation: Situation) -> bool:
    """Return whether the appliance does all that it should; an alarm of the house is no fault of the appliance."""
    return (
        situation.signal is Signal.RECEIVING
        and situation.level is not Level.FAULT
        and situation.storage is not Storage.FAILING
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
