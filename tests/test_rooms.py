"""The arrows of the house: which room may import which, read from the code's own imports.

The table is the manual's (appliance/docs/architecture.md). A whole room is named by its name, a part of one by
the modules that may be asked for: those hold plain values, and nothing that runs.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

import appliance

PACKAGE = Path(appliance.__file__).parent
READINGS = {"meter.reading", "meter.makers"}
HOUSEHOLD_VALUES = {
    f"household.{name}"
    for name in (
        "capacity",
        "checkpoint",
        "clock",
        "daily_window",
        "hours",
        "ledger",
        "money",
        "outlook",
        "power_limits",
        "recurring",
        "rules",
        "situation",
        "spot",
        "tariff",
    )
}
SETTINGS_VALUES = {"settings.choices", "settings.model", "settings.preferences"}
MAY_IMPORT: Mapping[str, set[str]] = {
    "system": set(),
    "words": set(),
    "meter": set(),
    "line": {"meter", "system"},
    "household": {*READINGS, "system.health"},
    "tariffs": {"system", "household.recurring", "household.tariff"},
    "settings": {
        *("system", "words", "line.port", "tariffs"),
        *("household.recurring", "household.daily_window", "household.hours", "household.rules", "household.tariff"),
    },
    "history": {*HOUSEHOLD_VALUES, "words", "system"},
    "panel": {*HOUSEHOLD_VALUES, *SETTINGS_VALUES, "tariffs", "words", "system"},
    "links": {*HOUSEHOLD_VALUES, *SETTINGS_VALUES, "words", "system"},
    "service": {
        *("system", "words", "meter", "line", "household", "settings", "history", "panel", "links", "update"),
    },
    "install": {"settings", "system"},
    "update": {"system", "words"},
    "doctor": {
        *("settings", "system", "words", "line", "meter", "history"),
        *HOUSEHOLD_VALUES,
        *("service.local_socket", "service.status", "service.status_text"),
    },
}
"""What each room may import beside itself."""
OUTSIDE = {"simulation", "commands"}
"""These may import all the others; nothing but a command may import them."""


@cache
def modules() -> Mapping[str, Path]:
    """Every module of the package by its name without the package's."""
    paths = (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
    return {".".join(path.with_suffix("").parts).removesuffix(".__init__"): PACKAGE / path for path in paths}


def imported(path: Path) -> Iterator[str]:
    """What a file imports of the package, wherever in it, for the type checker too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[2] for alias in node.names if alias.name.startswith("appliance."))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write the whole name of what is imported"
            if node.module is not None and node.module.partition(".")[0] == "appliance":
                below = node.module.partition(".")[2]
                for alias in node.names:
                    name = f"{below}.{alias.name}".strip(".")
                    yield name if name in modules() else below


def room(module: str) -> str:
    return module.partition(".")[0]


@cache
def arrows() -> Mapping[str, set[str]]:
    """Every module and what it imports of other rooms."""
    return {name: {other for other in imported(path) if room(other) != room(name)} for name, path in modules().items()}


def offences(drawn: Mapping[str, set[str]]) -> Iterator[str]:
    """A sentence for each import that the table does not allow."""
    for module, others in sorted(drawn.items()):
        own = room(module)
        for other in sorted(others):
            if own == "commands" or not own or own == "__main__" or other == "":
                continue
            if own == "simulation" and room(other) not in ("commands", "doctor"):
                continue
            if room(other) in OUTSIDE:
                yield f"{module} imports {other}: nothing in production may know {room(other)}/"
            elif not {room(other), other} & MAY_IMPORT.get(own, set()):
                allowed = ", ".join(sorted(MAY_IMPORT.get(own, set()))) or "nothing"
                yield f"{module} imports {other}: {own}/ may import {allowed}"


def test_no_room_imports_what_it_may_not():
    assert not list(offences(arrows()))


def test_no_room_imports_even_indirectly_one_that_imports_it():
    """Rooms in the order of their floors: each imports only lower ones."""
    reach = {own: set() for own in {room(name) for name in modules() if name}}
    for module, others in arrows().items():
        reach.setdefault(room(module), set()).update(room(other) for other in others if other)
    for _ in reach:
        for known in reach.values():
            known |= {further for other in tuple(known) for further in reach[other]}
    circles = [f"{own}/ imports, by way of others, itself" for own, known in sorted(reach.items()) if own in known]

    assert not circles


def test_only_the_door_and_the_rooms_stand_at_the_root():
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}
    found = {path.name for path in PACKAGE.iterdir() if path.is_dir() and list(path.glob("*.py"))}
    assert found == MAY_IMPORT.keys() | OUTSIDE


@pytest.mark.parametrize(
    ("module", "other"),
    [
        ("household.ledger", "system.clock"),
        ("household.household", "panel.panel"),
        ("panel.devices.screen", "simulation.oled"),
        ("meter.hdlc", "line.port"),
        ("panel.pages.hour", "household.household"),
        ("service.supervisor", "commands.run"),
    ],
)
def test_an_arrow_that_is_added_is_named(module: str, other: str):
    [sentence] = offences({module: {other}})

    assert sentence.startswith(f"{module} imports {other}: ")
