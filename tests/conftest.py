"""What all tests share: fresh catalogues, property tests that no slow machine fails, markers, and a meter on a line."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings

from appliance.meter.reading import Maker
from appliance.simulation.house import House, Load, Net
from appliance.simulation.meter import Line, Meter
from appliance.system.timebase import Timebase
from appliance.words.compile import compile_catalogues
from tests import corpus

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
    compile_catalogues(only_stale=True)


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
