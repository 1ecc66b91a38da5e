"""An encrypted meter on the line: what the panel, the status, the doctor and the log say, with every kind of keys."""

import asyncio
import contextlib
import json
import logging
import os
import re
import threading
import tty
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from appliance.commands.main import main
from appliance.doctor import listening, report
from appliance.doctor.target import Target
from appliance.household.situation import Signal, Situation
from appliance.panel.pages.line_reason import reason
from appliance.service import status
from appliance.service.frame_counters import COUNTERS_FILE, FrameCounters
from appliance.service.outputs import Watch
from appliance.service.status_text import as_text
from appliance.service.supervisor import Supervisor
from appliance.service.wiring import Machine, appliance
from appliance.settings import last_good, settings_file
from appliance.settings.last_good import LoadedSettings
from appliance.settings.model import SECRETS, DataSettings, LineSettings, MeterSettings, Settings
from appliance.simulation.oled import Glass
from appliance.system.clock import Boot
from appliance.system.health import Cause, LineCondition
from appliance.system.timebase import Timebase
from appliance.system.worker import Worker
from appliance.words.words import WORDS
from tests.ciphering import AUTHENTICATION_KEY, KEY, enciphered_frame
from tests.frames import KAMSTRUP_EXAMPLE, framed, information
from tests.started import CAP_S

PLAIN = information(KAMSTRUP_EXAMPLE)
RIGHT = MeterSettings(key=KEY, authentication_key=AUTHENTICATION_KEY)
HALF = MeterSettings(key=KEY)
WRONG = MeterSettings(key=KEY.replace("0F", "1F"), authentication_key=AUTHENTICATION_KEY)
WRONG_HALF = MeterSettings(key=KEY, authentication_key=AUTHENTICATION_KEY.replace("a1", "a2"))
NONE = MeterSettings()
DIGITS = re.compile("0f1e2d3c|4b5a6978|8796a5b4|c3d2e1f0|a1b2c3d4|18293a4b|5c6d7e8f", re.IGNORECASE)
"""Parts of the keys, of which none may be seen anywhere."""


class Speaker:
    """A meter on a pseudo-terminal, on a thread of its own."""

    def __init__(self, *, encrypted: bool = True, first: int = 1) -> None:
        self.ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        self.port = os.ttyname(self._theirs)
        self.counter = first
        self._encrypted = encrypted
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._speak)
        self._thread.start()

    def _speak(self) -> None:
        while not self._ends.wait(0.05):
            frame = enciphered_frame(PLAIN, self.counter) if self._encrypted else framed(PLAIN, b"\x2b\x21\x13")
            os.write(self.ours, frame)
            self.counter += 1
            self._ends.wait(0.6)  # a pause that ends the burst

    def end(self) -> None:
        self._ends.set()
        self._thread.join()
        os.close(self.ours)
        os.close(self._theirs)


@pytest.fixture
def speaker() -> Iterator[Speaker]:
    made = Speaker()
    yield made
    made.end()


class Running:
    def __init__(self, folder: Path, port: str, meter: MeterSettings) -> None:
        self.seen: list[Situation] = []
        self.settings = Settings(line=LineSettings(port=port), meter=meter, data=DataSettings(str(folder)))
        self.supervisor: Supervisor = appliance(
            self.settings,
            Timebase(),
            Machine(
                open_bus=Glass("ssd1309").open,
                pin_factory=MockFactory(pin_class=MockPWMPin),
                boot=lambda: Boot("one", 1000.0),
                folder=folder,
            ),
            outputs=(Watch(self.seen.append),),
        )

    @property
    def now(self) -> Situation:
        return self.seen[-1]

    async def until(self, condition: LineCondition) -> Situation:
        return await self.sees(lambda seen: seen.health.line is condition)

    async def sees(self, condition: Callable[[Situation], bool]) -> Situation:
        async with asyncio.timeout(CAP_S):
            while not self.seen or not condition(self.now):  # noqa: ASYNC110 - seen from outside only
                await asyncio.sleep(0.01)
        return self.now


@contextlib.asynccontextmanager
async def running(folder: Path, port: str, meter: MeterSettings) -> AsyncIterator[Running]:
    made = Running(folder, port, meter)
    task = asyncio.create_task(made.supervisor.run())
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(("meter", "how"), [(RIGHT, "verified"), (HALF, "unverified")], ids=["right", "half"])
async def test_with_right_keys_the_lists_are_read_and_it_is_said_how(tmp_path, speaker, meter, how):
    async with running(tmp_path, speaker.port, meter) as one:
        await one.until(LineCondition.FINE)
        seen = await one.sees(lambda seen: seen.power_import_w is not None)

    assert (seen.signal, seen.power_import_w, seen.health.authentication) == (Signal.RECEIVING, 0.0, how)
    assert f"encrypted and {how}" in as_text(status.understood(status.answer(seen, 1.0)))


@pytest.mark.parametrize(
    ("meter", "causes", "words"),
    [
        (NONE, (), ("Listene er kryptert", "Be nettselskapet slå det av eller gi nøkler.")),
        (WRONG, (Cause.WRONG_KEY,), ("Feil nøkkel", "Sjekk målerens nøkler i innstillingene.")),
        (WRONG_HALF, (Cause.WRONG_KEY,), ("Feil nøkkel", "Sjekk målerens nøkler i innstillingene.")),
    ],
    ids=["missing", "wrong", "wrong half"],
)
async def test_without_the_right_keys_the_line_is_encrypted_and_never_fine(
    tmp_path, speaker, meter, causes, words, caplog
):
    caplog.set_level(logging.DEBUG)
    async with running(tmp_path, speaker.port, meter) as one:
        seen = await one.until(LineCondition.ENCRYPTED)
        lists = seen.line.rejected
        await one.sees(lambda seen: seen.line.rejected >= lists + 3)

    assert {shown.health.line for shown in one.seen} <= {LineCondition.SEARCHING, LineCondition.ENCRYPTED,
                                                         LineCondition.NO_PORT}  # fmt: skip
    assert (seen.health.causes, seen.power_import_w) == (causes, None)
    assert reason(seen, WORDS["nb"]) == words
    told = [record for record in caplog.records if "frames come, and none is read" in record.getMessage()]
    assert len(told) == 1
    assert ("wrong key" in told[0].getMessage()) is bool(causes)


async def test_a_key_is_taken_when_the_settings_are_read_again_and_is_gone_when_it_is_taken_out(tmp_path, speaker):
    async with running(tmp_path, speaker.port, NONE) as one:
        await one.until(LineCondition.ENCRYPTED)
        one.supervisor.reload(LoadedSettings(msgspec.structs.replace(one.settings, meter=RIGHT)))
        await one.until(LineCondition.FINE)
        one.supervisor.reload(LoadedSettings(one.settings))
        before = one.now.line.readings
        rejected = one.now.line.rejected
        await one.sees(lambda seen: seen.line.rejected >= rejected + 2)
        assert one.now.line.readings <= before + 1  # one may have been under way


async def test_old_lists_are_rejected_also_after_a_restart(tmp_path, speaker):
    async with running(tmp_path, speaker.port, RIGHT) as one:
        await one.until(LineCondition.FINE)
        await one.sees(lambda seen: seen.line.readings >= 2)

    async with running(tmp_path, speaker.port, RIGHT) as one:
        speaker.counter = 1
        seen = await one.until(LineCondition.UNREADABLE)
        assert seen.health.causes == (Cause.REPLAYED,)
        assert (seen.line.readings, seen.power_import_w) == (0, None)
        speaker.counter = 1000
        await one.until(LineCondition.FINE)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff" * 5000, b"[" * 10_000_000, b"4b414d4501020304.01234567 99999999999999999999 -1\n", b"\0\0\0 1 2\n"],
    ids=["empty", "octets", "brackets", "a number too long", "nul"],
)
def test_a_damaged_file_of_counters_begins_anew(tmp_path, content):
    (tmp_path / COUNTERS_FILE).write_bytes(content)

    assert FrameCounters(tmp_path, Timebase(), Worker("disk", 5.0)).memory == {}


def test_a_folder_in_place_of_the_counters_begins_anew(tmp_path):
    (tmp_path / COUNTERS_FILE).mkdir()

    assert FrameCounters(tmp_path, Timebase(), Worker("disk", 5.0)).memory == {}


@pytest.mark.parametrize(
    ("meter", "grade", "says", "advice"),
    [
        (RIGHT, "fine", "encrypted, verified", ""),
        (HALF, "fine", "encrypted, unverified", ""),
        (NONE, "fault", "the meter's lists come, and they are encrypted", "han-appliance doctor --letter"),
        (WRONG, "fault", "the key in the settings does not fit", "GPK11 is neither"),
        (WRONG_HALF, "fault", "the key in the settings does not fit", "GPK60"),
    ],
    ids=["right", "half", "missing", "wrong", "wrong half"],
)
def test_the_doctor_names_it_and_says_what_to_do(speaker, meter, grade, says, advice):
    target = Target(Settings(line=LineSettings(port=speaker.port, baud=2400, parity="none"), meter=meter))

    finding = listening.judge(listening.listen(target, 4.0))

    assert finding.grade.value == grade
    assert says in finding.says
    assert advice in finding.advice
    assert not DIGITS.search(finding.says + finding.advice)


@pytest.mark.parametrize("condition", LineCondition)
def test_the_running_appliances_word_on_the_line_is_the_doctors(condition):
    sample = listening.LineSample(seconds=30, octets=3000, rejected=9, condition=condition)

    assert listening.judge(sample).grade is listening.VERDICTS[condition][0]


def test_no_key_is_seen_in_log_report_status_or_settings(tmp_path, speaker, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "appliance.toml"
    file.write_text(
        f'[line]\nport = "{speaker.port}"\n[data]\nfolder = "{tmp_path}"\n'
        f'[meter]\nkey = "{KEY}"\nauthentication_key = "{AUTHENTICATION_KEY}"\n'
    )
    settings = settings_file.load(file)
    data = tmp_path / "data"
    data.mkdir()

    async def life() -> None:
        async with running(data, speaker.port, settings.meter) as one:
            seen = await one.until(LineCondition.FINE)
            one.supervisor.reload(last_good.LoadedSettings(settings))
            answer = status.answer(seen, 1.0)
            print(json.dumps(answer, default=str), as_text(status.understood(answer)))

    asyncio.run(life())
    assert main(["config", "show", "--config", str(file)]) == 0
    assert main(["config", "show", "--json", "--config", str(file)]) == 0
    made = report.write(tmp_path, file, data, settings)
    for bad in ("key = 12", f'key = "{KEY}" x', f"key = {KEY}", f'key = "{KEY}0"', f'keys = "{KEY}"',
                f'authentication_key = "{AUTHENTICATION_KEY}"', f'key = ["{KEY}"]'):  # fmt: skip
        with pytest.raises(settings_file.SettingsError) as refused:
            settings_file.parse(f"[meter]\n{bad}\n", "appliance.toml")
        print(refused.value)
    with pytest.raises(settings_file.SettingsError) as refused:
        settings_file.parse(f'meter = "{KEY}"\n', "appliance.toml")
    print(refused.value)

    seen = capsys.readouterr()
    everything = [seen.out, seen.err, caplog.text, *(part.read_text("utf-8-sig") for part in made.iterdir())]
    everything += [kept.read_text("latin-1") for kept in data.iterdir() if kept.is_file()]
    assert not [found for text in everything for found in DIGITS.findall(text)]
    assert "(not shown)" in seen.out
    assert len(list(made.iterdir())) > 3


def test_the_secrets_are_named_in_one_place():
    assert {"meter.key", "meter.authentication_key", "network.passphrase"} <= SECRETS


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('key = "00"', "line 2: meter: key must be 32 hex digits"),
        (f'key = "{KEY}"\nauthentication_key = "GPK61"', "authentication_key must be 32 hex digits"),
        (f'authentication_key = "{KEY}"', "authentication_key is of no use without key"),
    ],
)
def test_keys_that_are_none_get_a_sentence(text, sentence):
    with pytest.raises(settings_file.SettingsError) as refused:
        settings_file.parse(f"[meter]\n{text}\n", "appliance.toml")

    assert sentence in str(refused.value)


def test_blanks_in_a_key_mean_nothing():
    settings = settings_file.parse(f'[meter]\nkey = " {KEY.replace("4", " 4")} "\n', "appliance.toml")

    assert settings.meter.key is not None
