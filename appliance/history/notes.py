"""The notes to go on from: a checkpoint as text in the file, and back.

They are of another version of the program now and then, and may hold what no program wrote. A field that is not known
is left out, one that is missing has its default, and one that is wrong costs itself and no other. Only a value whose
parts mean nothing alone (a class with a field that has no default: a running hour, a register, an alarm) is taken
whole or not at all. Numbers that cannot be are wrong in the same way.
"""

import dataclasses
import json
import math
import types
import typing
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from appliance.household.checkpoint import Checkpoint, LiveCheckpoint
from appliance.household.hours import HOUR_S, Register, RunningHour
from appliance.system.field_names import inverse, renamed

STORED_NAMES = {"last_clock": "told", "alarm_checkpoints": "marks", "chime_ages_s": "call_ages_s"}
"""Fields of a checkpoint, by the names that they have in the file."""
LENGTH = 256
"""The text is filled up to a multiple of so many octets: of one length it is overwritten where it stands, which takes
two pages on the card in place of five, each minute (`tests/benchmarks/test_history.py`)."""
LARGEST = 1e12
"""No number of a checkpoint is as large: registers count to 1e11 Wh."""
_FIRST, _LAST = datetime(2015, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_CORRECTED = timedelta(seconds=150)
"""A clock may have been set back by so much since the running hour began, or the register was read."""
_LARGEST_HOUR_WH = 1e6
_LONGEST_HOUR_S = HOUR_S + 2 * _CORRECTED.total_seconds()


def written(checkpoint: Checkpoint) -> str:
    """Return a checkpoint as text."""
    text = msgspec.json.encode(renamed(msgspec.to_builtins(checkpoint), STORED_NAMES)).decode()
    return text + " " * (-len(text) % LENGTH)


def read(text: object) -> Checkpoint | None:
    """Return the checkpoint in a text, as far as it makes sense; `None` when the text is none."""
    try:
        tree = renamed(json.loads(text) if isinstance(text, str) else None, inverse(STORED_NAMES))
        found = _read(tree, Checkpoint) if isinstance(tree, dict) else None
    except (ValueError, RecursionError):
        return None
    return None if found is None else _sensible(found)


def _read(tree: Any, wanted: Any) -> Any:
    """Return a value of the wanted type, without the parts that make no sense. Raise ValueError."""
    if _by_fields(wanted):
        if not isinstance(tree, dict):
            raise ValueError("no fields")
        hints = typing.get_type_hints(wanted)
        return wanted(**_kept({name: (tree[name], hint) for name, hint in hints.items() if name in tree}))
    arguments = typing.get_args(wanted)
    match typing.get_origin(wanted):
        case types.UnionType | typing.Union if tree is not None and len(arguments) == 2 and types.NoneType in arguments:
            return _read(tree, arguments[0] if arguments[1] is types.NoneType else arguments[1])
        case kind if kind is tuple and arguments[-1:] == (...,) and isinstance(tree, list):
            return tuple(_kept({str(place): (item, arguments[0]) for place, item in enumerate(tree)}).values())
        case kind if kind in (dict, Mapping) and isinstance(tree, dict) and arguments[0] is str:
            return _kept({name: (item, arguments[1]) for name, item in tree.items()})
    value = msgspec.convert(tree, wanted)  # its ValidationError is a ValueError
    if not _finite(value):
        raise ValueError("a number that cannot be")
    return value


def _kept(parts: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    """Return the parts that make sense, each read as its type."""
    kept = {}
    for name, (tree, wanted) in parts.items():
        try:
            kept[name] = _read(tree, wanted)
        except (ValueError, TypeError, OverflowError, RecursionError):
            continue
    return kept


def _by_fields(wanted: Any) -> bool:
    """Return whether a type's fields mean something each for itself: all of them have a default."""
    missing = dataclasses.MISSING
    return dataclasses.is_dataclass(wanted) and all(
        field.default is not missing or field.default_factory is not missing for field in dataclasses.fields(wanted)
    )


def _finite(value: Any) -> bool:
    """Return whether all numbers and moments of a value can be."""
    if isinstance(value, float | int):
        return math.isfinite(value) and abs(value) < LARGEST
    if isinstance(value, datetime):
        return value.tzinfo is None or _FIRST <= value <= _LAST
    if isinstance(value, list | tuple):
        return all(map(_finite, value))
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    if dataclasses.is_dataclass(value):
        return all(_finite(getattr(value, field.name)) for field in dataclasses.fields(value))
    return True


def _sensible(found: Checkpoint) -> Checkpoint:
    """Return a checkpoint without what contradicts itself."""
    ledger = found.ledger
    latest = _LAST if found.utc is None else found.utc + _CORRECTED
    return dataclasses.replace(
        found,
        ledger=dataclasses.replace(
            ledger,
            running=ledger.running if _may_run(ledger.running, latest) else None,
            register=ledger.register if _may_stand(ledger.register, latest) else None,
            power=ledger.power if ledger.power is None or ledger.power[0] >= 0 else None,
            known_to=ledger.known_to if ledger.known_to is None or ledger.known_to <= latest else None,
            largest_w=min(max(0.0, ledger.largest_w), _LARGEST_HOUR_WH),
        ),
        held_s=max(0.0, found.held_s),
        live=found.live if _may_count(found.live) else None,
        chime_ages_s=tuple(age_s for age_s in found.chime_ages_s if age_s >= 0),
    )


def _may_run(running: RunningHour | None, latest: datetime) -> bool:
    return running is None or (
        running.start <= latest
        and not running.start.timestamp() % HOUR_S
        and 0 <= running.import_wh <= _LARGEST_HOUR_WH
        and 0 <= running.export_wh <= _LARGEST_HOUR_WH
        and 0 <= running.seen_s <= _LONGEST_HOUR_S
        and 0 <= running.export_seen_s <= _LONGEST_HOUR_S
        and 0 <= running.elapsed_s <= HOUR_S
    )


def _may_count(live: LiveCheckpoint | None) -> bool:
    counts = () if live is None else tuple(filter(None, (live.imported, live.exported)))
    return live is None or (
        0 < live.scale <= 1000  # a Wh by the description is at most a kWh
        and all(wh >= 0 for count in counts for wh in (count.listed_wh, count.since_wh, count.from_wh, count.shown_wh))
    )


def _may_stand(register: Register | None, latest: datetime) -> bool:
    return register is None or (
        register.hour <= latest
        and not register.hour.timestamp() % HOUR_S
        and register.import_wh >= 0
        and (register.export_wh is None or register.export_wh >= 0)
    )
