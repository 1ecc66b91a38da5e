"""Plain tables as TOML text: what `tomllib` reads, written again."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any


def toml_text(tables: Mapping[str, Any]) -> str:
    """Return a document that `tomllib` reads as these tables."""
    return "\n".join(_blocks(tables))


def toml_value(value: Any) -> str:
    """Return a value as it stands after the sign = in a document."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            return f"[{', '.join(map(toml_value, value))}]"
        case dict():
            return f"{{{', '.join(f'{_key(name)} = {toml_value(part)}' for name, part in value.items())}}}"
        case _:
            return str(value)


def _blocks(tables: Mapping[str, Any]) -> Iterator[str]:
    """Yield what belongs to no table, then each table."""
    loose = {name: value for name, value in tables.items() if not isinstance(value, dict)}
    if loose:
        yield _lines(loose)
    for name, value in tables.items():
        if isinstance(value, dict):
            yield f"[{_key(name)}]\n{_lines(value)}"


def _lines(values: Mapping[str, Any]) -> str:
    return "".join(f"{_key(name)} = {toml_value(value)}\n" for name, value in values.items())


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_value(name)
