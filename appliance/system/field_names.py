"""Names of fields that outlive a name in the code: in stored files, and in answers that other programs read.

The code may call a thing better; who reads what was written before, or asks from another program, must not notice.
"""

from collections.abc import Mapping
from typing import Any


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Return a tree of dicts and sequences with each key of a dict replaced by that which `names` has for it."""
    if isinstance(value, dict):
        return {names.get(key, key): renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [renamed(inner, names) for inner in value]
    return value


def inverse(names: Mapping[str, str]) -> dict[str, str]:
    """Return the way back of `names`, of which no two may lead to the same."""
    back = {new: old for old, new in names.items()}
    if len(back) != len(names):
        raise ValueError("two names lead to the same")
    return back
