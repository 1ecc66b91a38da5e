"""What all tests share: fresh catalogues, property tests that no slow machine fails, markers, and a meter on a line."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hypothesis import HealthCheck, settings

from appliance.meter.reading import Maker
from appliance.simulation.house import House, Load, Net
from appliance.simulation.meter import Line, Meter
from appliance.system.timebase import Timebase
from tests import corpus

CATALOGUES = Path(__file__).parents[1] / "appliance/words/catalogues"
SPEAKS_FROM = datetime(2026, 1, 15, 16, 20, tzinfo=UTC)
SPEAKS_W = 36_000.0
"""10 Wh a second."""

# From hypothesis' own default, also where CI is set: examples stay random, no limit is a matter of the machine's speed,
# and a failure prints what reproduces it.
settings.register_profile(
    "any-machine",
    parent=settings.get_profile("default"),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("any-machine")


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers."""
    config.addinivalue_line("markers", "corpus: reads the real captures, and is skipped without them")
    config.addinivalue_line("markers", "needs_tool(name): runs a program of the drawings; skipped where it is missing")


def pytest_sessionstart() -> None:
    """Compile each catalogue whose source is newer, so that an edited `.po` is what is tested."""
    for source in CATALOGUES.glob("*.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        # Each worker of a parallel run may be here at the same time: none reads what another has half written.
        part = compiled.with_suffix(f".{os.getpid()}")
        with source.open("rb") as text, part.open("wb") as file:
            write_mo(file, read_po(text, locale=source.stem, abort_invalid=True))
        part.replace(compiled)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot run here. `hardware/check` fetches all tools, and skips none."""
    if item.get_closest_marker("corpus") and not corpus.FOLDER.is_dir():
        pytest.skip("the real captures are not beside this checkout")
    for marker in item.iter_markers("needs_tool"):
        from hardware.workshop import make  # here, since only the drawings' tests need it

        try:
            make.tool(*marker.args)
        except make.MissingToolError as missing:
            pytest.skip(str(missing))


@pytest.fixture
def line() -> Iterator[Line]:
    """A Kaifa that speaks at its own pace from twenty past the hour on, on a thread of its own."""
    timebase = Timebase()
    spoken = Line(timebase)
    house = House(Net.TN, loads=(Load("load", None, lambda _moment, _chance: SPEAKS_W),))
    loop = asyncio.new_event_loop()
    task = loop.create_task(spoken.speak(Meter(Maker.KAIFA, house, SPEAKS_FROM), SPEAKS_FROM))

    def speak() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)

    thread = threading.Thread(target=speak)
    thread.start()
    yield spoken
    loop.call_soon_threadsafe(task.cancel)
    thread.join()
    loop.close()
    spoken.close()
