"""The local socket: real clients of all manners on a real Unix socket, and what `han-appliance status` makes of it."""

import asyncio
import json
import select
import socket
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from appliance.household.clock import ClockSource
from appliance.household.hours import OSLO, Hour, Quality
from appliance.household.situation import (
    Alarm,
    Level,
    LineQuality,
    MeterIdentity,
    Phase,
    Rule,
    Signal,
    Situation,
    Storage,
)
from appliance.service import local_socket, status, status_text
from appliance.simulation import examples
from appliance.simulation.meter import Line
from appliance.system.health import Cause, Fault, FaultKind, Health, LineCondition
from tests.started import CAP_S, MOCK_PINS, Started, command, settings_file

START = datetime(2026, 1, 15, 16, tzinfo=UTC)
SITUATION = Situation(
    watch_w=5000,
    act_w=10000,
    level=Level.WATCH,
    signal=Signal.RECEIVING,
    power_import_w=6200,
    power_export_w=0,
    phases=(Phase(230.4, 12.5), Phase(231.0), Phase(229.6, 3.2)),
    phases_known=True,
    alarms=(
        Alarm(
            rule=Rule.PHASE,
            level=Level.WATCH,
            phase=1,
            value=33.0,
            limit=32.0,
            since=START,
            age_s=75.0,
            acknowledged=False,
        ),
    ),
    ended_hours=(Hour(START, 1000, 0, Quality.METERED, 1.0),),
    local_time=START.astimezone(OSLO),
    clock_source=ClockSource.METER,
    storage=Storage.FINE,
    reading_age_s=2.0,
    meter=MeterIdentity("Aidon", "6525", "7359990000000001"),
    line=LineQuality(123456, 1200, 3),
    health=Health(line=LineCondition.FINE, port="/dev/serial0", line_settings="2400 8E1"),
)


@asynccontextmanager
async def served(path: Path, answer: local_socket.Handler | None = None):
    async def situation(_request: local_socket.Request) -> local_socket.Request:
        return status.answer(SITUATION, 3700.0)

    task = asyncio.create_task(local_socket.serve(path, answer or situation))
    while not path.exists():  # noqa: ASYNC110, ASYNC240 - what is waited for is a file
        await asyncio.sleep(0.01)
    yield path
    task.cancel()
    await asyncio.wait([task], timeout=CAP_S)
    assert task.done()


async def ask_status(path: Path):
    return await asyncio.to_thread(status.ask_status, path)


def client(path: Path) -> socket.socket:
    connected = socket.socket(socket.AF_UNIX)
    connected.settimeout(CAP_S)
    connected.connect(str(path))
    return connected


async def answered(one: socket.socket) -> Any:
    with one.makefile("rb") as lines:
        return json.loads(await asyncio.to_thread(lines.readline))


async def test_the_situation_comes_over_the_socket_as_it_is(tmp_path: Path):
    async with served(tmp_path / "s") as path:
        report, _ = await ask_status(path)

    assert report.version == status.VERSION
    assert report.situation == replace(SITUATION, ended_hours=())


async def test_unknown_is_null_an_enumeration_its_value_and_a_moment_iso_8601(tmp_path: Path):
    async with served(tmp_path / "s") as path:
        _, told = await ask_status(path)

    situation = told["situation"]
    assert situation["month"] is None
    assert (situation["signal"], situation["level"], situation["upkeep"]["line"]) == ("receiving", 1, "fine")
    assert situation["local_time"] == "2026-01-15T17:00:00+01:00"
    assert "ended_hours" not in situation


async def test_the_process_counts_itself(tmp_path: Path):
    async with served(tmp_path / "s") as path:
        report, _ = await ask_status(path)

    assert report.process.running_s == 3700
    assert report.process.memory_octets > 5e6
    assert report.process.descriptors > 3
    assert report.process.threads >= 1


async def test_a_field_that_a_newer_appliance_adds_disturbs_nobody(tmp_path: Path):
    async def newer(_request: local_socket.Request) -> local_socket.Request:
        told = status.answer(SITUATION, 1.0)
        return {**told, "new": 1, "situation": {**told["situation"], "new": 2}}

    async with served(tmp_path / "s", newer) as path:
        report, _ = await ask_status(path)

    assert report.situation.power_import_w == 6200


async def test_an_appliance_that_speaks_another_shape_is_named(tmp_path: Path):
    async def other(_request: local_socket.Request) -> local_socket.Request:
        return {"version": "two"}

    async with served(tmp_path / "s", other) as path:
        with pytest.raises(local_socket.ControlError, match="of another version than this command"):
            await ask_status(path)


async def test_mute_clients_are_sent_away_and_others_are_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with served(tmp_path / "s") as path:
        with ExitStack() as open_ones:
            monkeypatch.setattr(local_socket, "REQUEST_S", CAP_S)  # none is sent away before the other has asked
            for _ in range(local_socket.MOST_CLIENTS - 1):
                open_ones.enter_context(client(path))
            assert await ask_status(path) is not None
            monkeypatch.setattr(local_socket, "REQUEST_S", 0.1)
            mute = open_ones.enter_context(client(path))
            assert await answered(mute) == {"error": "a request is one line of JSON"}


async def test_more_clients_than_can_be_attended_to_are_told_so(tmp_path: Path):
    async with served(tmp_path / "s") as path:
        with ExitStack() as open_ones:
            for _ in range(local_socket.MOST_CLIENTS):
                open_ones.enter_context(client(path))
            with pytest.raises(local_socket.ControlError, match="too many ask at once"):
                await ask_status(path)
        assert await until_answered(path) is not None


async def test_one_that_is_sent_away_before_it_has_asked_is_told_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    class Late(socket.socket):
        """Sends once the other side has closed, as a client does that gets no time."""

        def sendall(self, *octets: Any) -> None:
            closed = select.poll()
            closed.register(self, 0)
            assert closed.poll(CAP_S * 1000)
            super().sendall(*octets)

    async with served(tmp_path / "s") as path:
        with ExitStack() as open_ones:
            for _ in range(local_socket.MOST_CLIENTS):
                open_ones.enter_context(client(path))
            monkeypatch.setattr(local_socket, "socket", SimpleNamespace(socket=Late, AF_UNIX=socket.AF_UNIX))
            with pytest.raises(local_socket.ControlError, match="too many ask at once"):
                await ask_status(path)


async def until_answered(path: Path):
    """The answer once the places of the clients that went are free again."""
    async with asyncio.timeout(CAP_S):
        while True:
            try:
                return await ask_status(path)
            except local_socket.ControlError:
                await asyncio.sleep(0.02)


async def test_a_client_that_takes_no_answer_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(local_socket, "REQUEST_S", 0.3)

    async def long(_request: local_socket.Request) -> local_socket.Request:
        return {"long": "x" * 5_000_000}

    async with served(tmp_path / "s", long) as path:
        with client(path) as greedy:
            greedy.sendall(b"{}\n")
            closed = select.poll()
            closed.register(greedy, 0)  # its end only
            assert await asyncio.to_thread(closed.poll, CAP_S * 1000)
            taken = 0
            while octets := await asyncio.to_thread(greedy.recv, 1 << 20):
                taken += len(octets)

    assert taken < 5_000_000


@pytest.mark.parametrize("request_octets", [b"[" * 60_000 + b"\n", b"\xff\xfe\n", b"\0" * 100_000, b'{"a": 1e999}\n'])
async def test_a_malicious_request_gets_a_sentence_and_leaves_the_socket_open(tmp_path: Path, request_octets: bytes):
    async def refuse(_request: local_socket.Request) -> local_socket.Request:
        return {"error": "refused"}

    async with served(tmp_path / "s", refuse) as path:
        with client(path) as malicious:
            await asyncio.to_thread(malicious.sendall, request_octets)
            assert "error" in await answered(malicious)
        with pytest.raises(local_socket.ControlError, match="refused"):
            await ask_status(path)


async def test_the_end_does_not_wait_for_a_mute_client(tmp_path: Path):
    async with served(tmp_path / "s") as path:
        mute = client(path)
        assert await ask_status(path) is not None  # so it has been taken
    with mute:
        assert await asyncio.to_thread(mute.recv, 1) == b""


def test_the_status_of_a_running_appliance_fits_a_screen(line: Line, tmp_path: Path):
    settings = settings_file(tmp_path, line.port)
    with Started("run", "--config", settings, **MOCK_PINS) as run:
        run.wait_for(lambda: "MA304H4" in command("status", "--config", settings)[1])
        code, out, err = command("status", "--config", settings)
        told = json.loads(command("status", "--json", "--config", settings)[1])
        run.end()

    assert (code, err) == (0, "")
    assert len(out.splitlines()) < 24
    assert "36.00 kW from the grid" in out
    print(out)
    assert told["situation"]["power_import_w"] == 36000
    assert told["process"]["pid"] == run.process.pid


def test_a_health_check_names_the_missing_display_and_fails_when_nothing_runs(line: Line, tmp_path: Path):
    settings = settings_file(tmp_path, line.port)
    with Started("run", "--config", settings, **MOCK_PINS) as run:
        run.wait_for(lambda: "display cannot be reached" in command("status", "--check", "--config", settings)[1])
        code, out, _ = command("status", "--check", "--config", settings)
        assert code == 1
        assert out.startswith("kaifa: 36.00 kW from the grid, ")  # OK, and after a minute ACT
        run.end()
    code, out, err = command("status", "--check", "--config", settings)

    assert (code, out) == (2, "")
    assert err == f"han-appliance: no appliance is running (nobody answers at {tmp_path}/control.sock)\n"


def test_a_health_check_fails_without_a_port_and_says_so(tmp_path: Path):
    settings = settings_file(tmp_path, "/dev/no-such-port")
    with Started("run", "--config", settings, **MOCK_PINS) as run:
        run.wait_for(lambda: command("status", "--check", "--config", settings)[0] == 1)
        code, out, _ = command("status", "--check", "--config", settings)
        run.end()

    assert code == 1
    assert "cannot be opened" in out


@pytest.mark.parametrize(
    ("changed", "healthy"),
    [
        ({}, True),
        ({"level": Level.ACT}, True),
        ({"level": Level.FAULT}, False),
        ({"signal": Signal.SILENT}, False),
        ({"storage": Storage.FAILING}, False),
        ({"storage": Storage.SET_ASIDE}, False),
        ({"health": Health(line=LineCondition.DAMAGED)}, False),
        ({"health": Health(faults=(Fault(FaultKind.DISPLAY),))}, False),
        ({"health": Health(faults=(Fault(FaultKind.SETTINGS_DEFAULTS),))}, False),
        ({"health": Health(faults=(Fault(FaultKind.PART, "display"),))}, False),
    ],
)
def test_an_alarm_of_the_house_is_no_illness_of_the_appliance(changed, healthy: bool):
    assert status.healthy(replace(SITUATION, **changed)) is healthy


def shows(**changed: object) -> dict[str, str]:
    process = status.Process(412, 90_000)
    report = status.StatusAnswer(1, "1.0", process, replace(SITUATION, **changed))
    return {row[:10].rstrip(): row[10:] for row in status_text.as_text(report).splitlines()}


def shows_of(situation: Situation) -> dict[str, str]:
    text = status_text.as_text(status.understood(json.loads(json.dumps(status.answer(situation, 60.0)))))
    return {row[:10].rstrip(): row[10:] for row in text.splitlines()}


def test_faults_are_told_in_plain_words():
    faults = Fault(FaultKind.PART, "display"), Fault(FaultKind.BUTTON, "A"), Fault(FaultKind.HISTORY)

    assert shows(health=Health(faults=faults))["Troubles"] == (
        "a part keeps failing: display; a button is held or stuck: A; the history cannot be written"
    )


def test_each_thing_has_a_line():
    rows = shows()

    assert rows["Appliance"] == "1.0, running for 1 d 1 h as process 412"
    assert rows["Power"] == "6.20 kW from the grid, watch, read 2 s ago"
    assert rows["Phases"] == "L1 230 V 12.5 A, L2 231 V –, L3 230 V 3.2 A"
    assert rows["Alarms"] == "phase L1: watch for 1 min 15 s"
    assert rows["Line"] == "fine, 2400 8E1, /dev/serial0, 123456 octets, 1200 lists, 3 rejected"
    assert rows["Time"] == "2026-01-15 17:00:00, by the meter"


def test_what_is_not_known_is_two_dashes():
    rows = shows(power_import_w=None, phases_known=False, local_time=None, meter=MeterIdentity(), reading_age_s=None)

    assert {rows[name] for name in ("Power", "Phases", "Hour", "Today", "Month", "Time", "Meter", "Process")} == {"--"}


def test_a_lower_bound_is_told_as_one():
    rows = shows_of(examples.UNSEEN)

    assert rows["Hour"] == (
        "17:00: at least 3.12 kWh so far in the 20 min 0 s that were seen, at least 5.86 expected, may have 4.59"
    )
    assert rows["Month"] == "mean of the highest hours 4.32 kW, in the step up to 5 kW"


@pytest.mark.parametrize(
    ("since", "seen"), [(None, "a part was not seen"), (START - timedelta(days=3), "seen from 2026-01-12 on")]
)
def test_a_month_of_which_a_part_was_not_seen_is_told_as_a_lower_bound(since, seen):
    month = replace(examples.CALM.month, at_least=True, since=since)
    rows = shows_of(replace(examples.CALM, month=month))

    assert rows["Month"] == f"mean of the highest hours at least 4.32 kW, at least in the step up to 5 kW ({seen})"
    # What the month truly has already may be more, and then this hour may have less.
    assert rows["Hour"] == "17:00: 1.41 kWh so far, 2.34 expected, may have at most 4.59"


def test_the_likely_causes_of_a_silent_line_are_told_as_likely():
    health = Health(line=LineCondition.SILENT, causes=(Cause.PORT_CLOSED, Cause.CABLE))

    assert "silent, likely port closed or cable" in shows(signal=Signal.SILENT, health=health)["Line"]


EXAMPLES = {name: value for name, value in vars(examples).items() if isinstance(value, Situation)}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_situation_that_the_panel_can_show_comes_over_unchanged_and_fits_a_screen(name: str):
    situation = EXAMPLES[name]
    told = json.loads(json.dumps(status.answer(situation, 60.0)))
    report = status.understood(told)

    assert report.situation == replace(situation, ended_hours=())
    text = status_text.as_text(report)
    assert "None" not in text
    assert text.count("\n") < 24
    assert max(map(len, text.splitlines())) < 160
