"""The whole appliance on a real pseudo-terminal: from the meter's octets to the glass, the lamps and the piezo."""

import asyncio
import contextlib
import errno
import io
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin
from PIL import Image

from appliance.household.situation import Level, Situation
from appliance.line.recording import Recorder, read
from appliance.meter.reading import Maker
from appliance.panel.keys import PressDetector
from appliance.panel.pages import Page, alarm, picture
from appliance.service import front_panel
from appliance.service.outputs import Watch
from appliance.service.supervisor import Supervisor
from appliance.service.wiring import Machine, appliance
from appliance.settings import settings_file
from appliance.simulation.house import House, Load, Net
from appliance.simulation.makers import MAKERS
from appliance.simulation.meter import Line, Meter
from appliance.simulation.oled import Glass
from appliance.system.timebase import Timebase
from appliance.words.words import WORDS
from tests.started import CAP_S, ENDS_S, MOCK_PINS, Started

START = datetime(2026, 1, 15, 16, 0, 0, tzinfo=UTC)
SPEED = 10.0
ALWAYS_HEARD = '[sound]\nquiet_from = "00:00"\nquiet_to = "00:00"\n'
SETTINGS = settings_file.parse(f"[thresholds]\nwatch_w = 5000\nact_w = 10000\nhold_s = 10\n{ALWAYS_HEARD}", "test")


@dataclass
class Bench:
    """An appliance on the bench: a house with one load that the test turns, and all that can be seen."""

    load_w: float = 1000.0
    timebase: Timebase = field(default_factory=lambda: Timebase(SPEED))
    glass: Glass = field(default_factory=lambda: Glass("ssd1309"))
    pins: MockFactory = field(default_factory=lambda: MockFactory(pin_class=MockPWMPin))
    situation: Situation | None = None
    over_at: float = 0.0
    """The appliance's time of the last situation with more than `act_w`: what is below came after it."""

    def __post_init__(self) -> None:
        self.line = Line(self.timebase)
        self.house = House(Net.TN, loads=(Load("test", None, lambda _moment, _chance: self.load_w),))
        self.supervisor = self.appliance(port=self.line.port)

    def appliance(self, port: str | None, recorder: Recorder | None = None) -> Supervisor:
        machine = Machine(port=port, open_bus=self.glass.open, pin_factory=self.pins)
        return appliance(SETTINGS, self.timebase, machine, outputs=(Watch(self._watch),), recorder=recorder)

    def _watch(self, situation: Situation) -> None:
        self.situation = situation
        if (situation.power_import_w or 0.0) > situation.act_w:
            self.over_at = self.timebase.now()

    def lit(self, colour: str) -> bool:
        return bool(self.pins.pin(settings_file.pins(SETTINGS)[f"led_{colour}"]).state)

    @property
    def lamps(self) -> set[str]:
        return {colour for colour in ("red", "yellow", "green") if self.lit(colour)}

    @property
    def sounds(self) -> bool:
        buzzer = self.pins.pin(settings_file.pins(SETTINGS)["buzzer"])
        return buzzer.frequency is not None and buzzer.state > 0

    def shows(self, page: Page) -> bool:
        """The glass shows this page of the situation as it is now, also while pages are being turned."""
        assert self.situation is not None
        shown = self.glass.picture()
        return any(same(shown, picture(page, self.situation, WORDS["nb"], paging=paging)) for paging in (False, True))

    @property
    def shows_alarm(self) -> bool:
        """The page of the alarm as it is now is in front."""
        assert self.situation is not None
        return same(self.glass.picture(), alarm(self.situation, WORDS["nb"]))

    async def until(self, condition, seconds: float = CAP_S) -> float:
        """Wait, and return the appliance's time at which the condition came true."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - what is waited for is seen on pins and glass only
                await asyncio.sleep(0.001)
        return self.timebase.now()


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.tobytes() == other.tobytes()


@contextlib.asynccontextmanager
async def running(maker: Maker = Maker.AIDON, **given) -> AsyncIterator[Bench]:
    bench = Bench(**given)
    meter = Meter(maker, bench.house, START)
    tasks = [asyncio.create_task(bench.supervisor.run()), asyncio.create_task(bench.line.speak(meter, START))]
    try:
        yield bench
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        bench.line.close()


@pytest.mark.parametrize("maker", list(MAKERS))
async def test_a_calm_load_lights_green_and_stands_on_the_glass(maker):
    async with running(maker) as bench:
        await bench.until(lambda: bench.lamps == {"green"})
        await bench.until(lambda: bench.shows(Page.NOW))
        assert bench.situation.power_import_w == 1000
        assert not bench.sounds


async def test_a_load_over_the_red_threshold_turns_red_on_and_sounds_and_both_clear_after_the_hold_time():
    async with running() as bench:
        await bench.until(lambda: bench.lamps == {"green"})

        bench.load_w = 12_000
        await bench.until(lambda: bench.lamps == {"red"})
        await bench.until(lambda: bench.sounds)
        await bench.until(lambda: not bench.sounds and bench.shows_alarm)
        await bench.until(lambda: bench.lamps == set())  # nobody has seen it: it blinks, and stays in front
        await bench.until(lambda: bench.lamps == {"red"} and bench.shows_alarm)

        bench.load_w = 1000
        cleared = await bench.until(lambda: bench.lamps not in ({"red"}, set()))
        assert bench.lamps == {"green"}
        assert bench.situation.level is Level.OK
        assert bench.situation.power_import_w == 1000
        assert cleared - bench.over_at >= SETTINGS.thresholds.hold_s
        await bench.until(lambda: not bench.sounds and bench.shows(Page.NOW))


async def test_button_a_turns_the_page_and_b_goes_back(monkeypatch: pytest.MonkeyPatch):
    # On a busy machine a press may take any time: none is a long one here.
    monkeypatch.setattr(front_panel, "PressDetector", partial(PressDetector, long_s=3600.0))
    async with running() as bench:
        await bench.until(lambda: bench.situation is not None and bench.situation.phases_known)
        for button, page in (
            ("button_a", Page.HOUR),
            ("button_a", Page.PHASES),
            ("button_a", Page.TODAY),
            ("button_b", Page.PHASES),
        ):
            pin = bench.pins.pin(settings_file.pins(SETTINGS)[button])
            pin.drive_low()
            await asyncio.sleep(0.04)  # longer than a bounce
            pin.drive_high()
            await bench.until(lambda page=page: bench.shows(page))


async def test_a_meter_that_falls_silent_leaves_no_number_on_the_panel():
    bench = Bench()
    speaking = asyncio.create_task(bench.line.speak(Meter(Maker.KAIFA, bench.house, START), START))
    working = asyncio.create_task(bench.supervisor.run())
    await bench.until(lambda: bench.lamps == {"green"})

    speaking.cancel()
    await bench.until(lambda: bench.situation.power_import_w is None)

    assert bench.situation.level is Level.FAULT
    await bench.until(lambda: bench.lamps == {"yellow"})
    await bench.until(lambda: bench.lamps == set())
    working.cancel()
    await asyncio.gather(speaking, working, return_exceptions=True)
    bench.line.close()


async def test_a_display_that_is_unplugged_and_returns_shows_the_newest_picture_and_the_lamps_never_stopped():
    async with running() as bench:
        await bench.until(lambda: bench.lamps == {"green"})
        bench.glass.unplug()
        bench.load_w = 12_000
        await bench.until(lambda: bench.lamps == {"red"})
        await asyncio.sleep(0.3)  # until its thread has met the missing display: it cannot know before
        bench.glass.plug()
        await bench.until(lambda: bench.shows_alarm)


async def test_when_the_appliance_ends_the_lamps_are_dark_the_piezo_silent_and_the_glass_empty():
    async with running(load_w=12_000) as bench:
        await bench.until(lambda: bench.lamps == {"red"} and bench.glass.picture().getbbox() is not None)

    assert bench.lamps == set()
    assert not bench.sounds
    assert bench.glass.picture().getbbox() is None


async def test_a_line_that_vanishes_is_said_on_the_panel_and_found_again(tmp_path: Path):
    port = tmp_path / "serial0"
    bench = Bench()
    port.symlink_to(bench.line.port)
    bench.supervisor = bench.appliance(port=str(port))
    working = asyncio.create_task(bench.supervisor.run())
    speaking = asyncio.create_task(bench.line.speak(Meter(Maker.KAIFA, bench.house, START), START))
    await bench.until(lambda: bench.lamps == {"green"})
    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)
    bench.line.close()
    port.unlink()
    await bench.until(lambda: bench.situation.signal.value == "no port" and bench.situation.level is Level.FAULT)

    bench.line = Line(bench.timebase)
    port.symlink_to(bench.line.port)
    speaking = asyncio.create_task(bench.line.speak(Meter(Maker.KAIFA, bench.house, START), START))
    await bench.until(lambda: bench.lamps == {"green"})
    for task in (speaking, working):
        task.cancel()
    await asyncio.gather(speaking, working, return_exceptions=True)
    bench.line.close()


@pytest.mark.skipif(Path("/dev/gpiochip0").exists(), reason="this machine has pins of its own")
def test_run_names_each_missing_device_once_and_goes_on(tmp_path: Path):
    settings = tmp_path / "appliance.toml"
    settings.write_text(f'[line]\nport = "/dev/no-such-port"\n[display]\nbus = 31\n[data]\nfolder = "{tmp_path}"\n')
    with Started("run", "--config", str(settings), GPIOZERO_PIN_FACTORY="lgpio") as run:
        run.wait_for(lambda: len(run.said) >= 3)
        time.sleep(2.5)  # long enough for two more tries at the port and the display
        assert run.process.poll() is None
        run.end()

        assert run.process.returncode == 0
        assert len(run.said) == 3
        assert sum("/dev/no-such-port" in line and "there is no such port" in line for line in run.said) == 1
        assert sum("I2C bus 31" in line and "raspi-config" in line for line in run.said) == 1
        assert sum("GPIO" in line and "han-appliance demo" in line for line in run.said) == 1


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_run_ends_on_a_signal_sooner_than_systemd_would_kill_it(sent: signal.Signals, tmp_path: Path):
    settings = tmp_path / "appliance.toml"
    settings.write_text(f'[line]\nport = "/dev/no-such-port"\n[display]\nbus = 31\n[data]\nfolder = "{tmp_path}"\n')
    with Started("run", "--config", str(settings), **MOCK_PINS) as run:
        run.wait_for(lambda: len(run.said) >= 2)

        assert run.end(sent) < ENDS_S
        assert run.process.returncode == 0


def test_run_records_the_octets_it_read(tmp_path: Path):
    line = Line(Timebase())
    settings, record = tmp_path / "appliance.toml", tmp_path / "line.rec"
    settings.write_text(f'[line]\nport = "{line.port}"\n[data]\nfolder = "{tmp_path}"\n')
    with Started("run", "-v", "--config", str(settings), "--record", str(record), **MOCK_PINS) as run:
        run.wait_for(lambda: any("the line is open" in said for said in run.said))
        line.put(b"\x7e\xa0\x01")
        run.wait_for(lambda: record.read_text().count("\n") == 2)
        run.end()
        line.close()

        assert b"".join(chunk.octets for chunk in read(record)) == b"\x7e\xa0\x01"


async def test_a_disk_that_is_full_ends_the_recording_and_nothing_else(caplog):
    class Full(io.StringIO):
        def flush(self) -> None:
            if self.getvalue().count("\n") > 1:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    bench = Bench()
    bench.supervisor = bench.appliance(port=bench.line.port, recorder=Recorder(Full()))
    working = asyncio.create_task(bench.supervisor.run())
    speaking = asyncio.create_task(bench.line.speak(Meter(Maker.KAIFA, bench.house, START), START))
    await bench.until(lambda: bench.lamps == {"green"})
    for task in (speaking, working):
        task.cancel()
    await asyncio.gather(speaking, working, return_exceptions=True)
    bench.line.close()

    assert [record.getMessage() for record in caplog.records] == [
        "the recording ends here: No space left on device; the appliance goes on"
    ]
