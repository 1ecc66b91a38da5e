"""What all tests share: fresh catalogues, property tests that no slow machine fails, markers, and a meter on a line."""

import asyncio
import contextlib
import os
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from appliance.meter.reading import Maker
from appliance.panel.drawing.qr import port_code
from appliance.simulation.house import House, Load, Net
from appliance.simulation.meter import Line, Meter
from appliance.system.timebase import Timebase
from appliance.words.codes import draw_codes
from appliance.words.compile import compile_catalogues
from tests import corpus
from tests.share import LONG

NOBODY = 65534
"""A user, and group, that has nothing."""
SPEAKS_FROM = datetime(2026, 1, 15, 16, 20, tzinfo=UTC)
SPEAKS_W = 36_000.0
"""10 Wh a second."""

# From hypothesis' own default, also where CI is set: no limit is a matter of the machine's speed, and a failure prints
# what reproduces it. Examples are random at the desk and in .ci/long, which look for news; .ci/run tries the same ones
# each time, so that what held holds again.
settings.register_profile(
    "any-machine",
    parent=settings.get_profile("default"),
    deadline=None,
    derandomize="CI" in os.environ and not LONG,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("any-machine")


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers."""
    config.addinivalue_line("markers", "corpus: reads the real captures, and is skipped without them")
    config.addinivalue_line("markers", "needs_tool(name): runs a program of the drawings; skipped where it is missing")


def pytest_sessionstart() -> None:
    """Compile each catalogue whose source is newer, so that an edited `.po` is what is tested, and draw its codes."""
    if compile_catalogues(only_stale=True) or port_code("en") is None:
        draw_codes()
        port_code.cache_clear()


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
def theirs() -> Iterator[Path]:
    """Return a folder of nobody's, below one that all may pass: pytest keeps its own folders closed to others."""
    with tempfile.TemporaryDirectory(prefix="han-test-") as above:
        Path(above).chmod(0o711)
        folder = Path(above) / "theirs"
        folder.mkdir(mode=0o750)
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        yield folder


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
