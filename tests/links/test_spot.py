"""The prices from a real server on loopback to what is known of them: published late, slow, cut, wrong, or gone."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from appliance.household.hours import OSLO
from appliance.household.spot import SpotDay, SpotPrices, around, starts
from appliance.links import spot
from appliance.links.fetch import FetchError, fetch
from appliance.links.spot import SpotLink, due
from appliance.links.spot_file import DAYS_KEPT, SPOT_FILE, load, save, with_day
from appliance.settings.model import SpotSettings
from appliance.system.timebase import Timebase
from tests.links.price_server import NOT_FOUND, PriceServer, answer
from tests.links.situations import situation
from tests.links.test_mqtt import certificate, until

TODAY = date(2026, 11, 4)
MORNING = datetime(2026, 11, 4, 7, 30, tzinfo=OSLO)
AFTERNOON = datetime(2026, 11, 4, 15, tzinfo=OSLO)
DAY = timedelta(days=1)
SPEED = 2000.0
"""A minute's pause takes 30 ms."""


@pytest.fixture
def server() -> Iterator[PriceServer]:
    made = PriceServer()
    yield made
    with contextlib.suppress(OSError):
        made.close()


class Running:
    """A link, and what it has told."""

    def __init__(self, address: str, folder: Path | None, area: str = "NO1") -> None:
        self.told: list[SpotPrices] = []
        settings = SpotSettings(area=area, address=address)  # type: ignore[arg-type]  # the tests name areas by text
        self.link = SpotLink(settings, Timebase(SPEED), folder, self.told.append)

    @property
    def days(self) -> list[date]:
        return [known.day for known in self.told[-1].days]

    @contextlib.asynccontextmanager
    async def at(self, local: datetime | None) -> AsyncIterator["Running"]:
        """Run at a local time, which stands still."""
        self.show(local)
        [run] = self.link.tasks().values()
        task = asyncio.ensure_future(run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def show(self, local: datetime | None) -> None:
        self.link.show(situation() if local is None else situation(local.astimezone(UTC)))
        if local is None:
            self.link.show(situation(local_time=None))


async def test_today_comes_first_then_the_month_and_each_day_is_asked_for_once(server, tmp_path):
    server.has_month(TODAY)
    async with Running(server.address, tmp_path).at(MORNING) as running:
        await until(lambda: len(load(tmp_path, "NO1")) == 4)
        await asyncio.sleep(0.2)  # ten minutes of the link's

    assert server.asked() == [f"2026/11-0{day}_NO1.json" for day in (4, 3, 2, 1)]
    assert running.told[-1].ore(datetime(2026, 11, 4, 6, tzinfo=UTC)) == pytest.approx(107.0)
    assert [known.day for known in load(tmp_path, "NO1")] == running.days


async def test_tomorrow_is_asked_for_after_it_is_published_again_and_again_until_it_is_there(server, tmp_path):
    server.has_month(TODAY)
    async with Running(server.address, tmp_path).at(MORNING) as running:
        await until(lambda: len(running.days) == 4)
        running.show(AFTERNOON)
        await until(lambda: server.asked().count("2026/11-05_NO1.json") >= 2)
        assert running.told[-1].trouble is None
        assert TODAY + DAY not in running.days
        server.has(TODAY + DAY)
        await until(lambda: TODAY + DAY in running.days)


async def test_a_restart_without_a_network_knows_what_was_fetched_and_nothing_more(server, tmp_path):
    server.has_month(TODAY)
    async with Running(server.address, tmp_path).at(MORNING) as running:
        await until(lambda: [known.day for known in load(tmp_path, "NO1")] == running.days and len(running.days) == 4)
    server.close()

    again = Running(server.address, tmp_path)
    assert again.told[0].days == running.told[-1].days
    assert again.told[0].ore(datetime(2026, 11, 4, 22, tzinfo=UTC)) == pytest.approx(123.0)
    async with again.at(MORNING + DAY):
        await until(lambda: again.told[-1].trouble is not None)
    assert "cannot be reached" in (again.told[-1].trouble or "")
    shown = around(again.told[-1], (MORNING + DAY).astimezone(UTC), 0.25)
    assert (shown.now_kr, shown.today, shown.cheapest) == (None, (), None)


async def test_nothing_is_asked_while_the_time_is_not_known(server, tmp_path):
    server.has_month(TODAY)
    async with Running(server.address, tmp_path).at(None) as running:
        await asyncio.sleep(0.3)  # ten minutes of the link's
        assert server.paths == []
        running.show(MORNING)
        await until(lambda: running.days)


def cut(client: socket.socket, _path: str) -> None:
    client.sendall(answer(b"[" + b" " * 5000)[:3000])


def endless(client: socket.socket, _path: str) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        client.sendall(b" " * 10_000)


def says(octets: bytes) -> Callable[[socket.socket, str], None]:
    return lambda client, _path: client.sendall(octets)


WRONG = {
    "cut": (cut, "does not answer as a web server does"),
    "at once": (lambda client, _path: client.close(), "does not answer as a web server does"),
    "garbage": (says(b"\x00\x01\x02 what?\r\n\r\n"), "does not answer as a web server does"),
    "endless": (endless, "more than 100 kB"),
    "a head without end": (says(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 50_000), "does not answer as a web server does"),
    "error": (says(answer(b"", "500 Internal Server Error")), "status 500"),
    "moved": (says(answer(b"", "302 Found", "Location: http://127.0.0.1:9/")), "status 302"),
    "login": (says(answer(b"<html>Welcome to the hotel</html>")), "not a list of prices"),
    "part": (says(answer(json.dumps([]).encode())), "has 0 prices"),
    "today is not there": (says(NOT_FOUND), "has no prices of 2026-11-04 for NO1"),
}


@pytest.mark.parametrize("how", WRONG)
async def test_a_wrong_answer_gives_no_price_and_is_said_once_in_a_sentence(tmp_path, caplog, how, server):
    server.say, sentence = WRONG[how]
    save(tmp_path, "NO1", [SpotDay(TODAY - DAY, (50.0,) * 24)])
    async with Running(server.address, tmp_path).at(MORNING) as running:
        await until(lambda: len(server.paths) >= 3)

    assert sentence in (running.told[-1].trouble or "")
    assert caplog.text.count("no spot prices") == 1
    assert running.days == [TODAY - DAY]
    assert around(running.told[-1], MORNING.astimezone(UTC), 0.25).now_kr is None


async def test_a_server_that_is_slow_is_left(server):
    server.say = lambda _client, _path: time.sleep(5)
    with pytest.raises(FetchError, match="has not answered within"):
        await fetch(f"{server.address}/x", longest_s=0.2)


async def test_an_answer_in_pieces_and_without_a_length_is_read(server):
    def say(client: socket.socket, path: str) -> None:
        body = server.days.get(path.removeprefix("/api/v1/prices/"))
        if body is None:
            client.sendall(NOT_FOUND)
            return
        client.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for place in range(0, len(body), 1000):
            piece = body[place : place + 1000]
            client.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        client.sendall(b"0\r\n\r\n")

    server.has(TODAY)
    server.say = say
    async with Running(server.address, None).at(MORNING) as running:
        await until(lambda: running.days == [TODAY])


async def test_a_past_day_that_cannot_be_had_holds_up_no_other(server, tmp_path):
    server.has_month(TODAY)
    del server.days["2026/11-03_NO1.json"]
    server.days["2026/11-02_NO1.json"] = b"[]"
    server.has(TODAY + DAY)
    async with Running(server.address, tmp_path).at(AFTERNOON) as running:
        await until(lambda: TODAY + DAY in running.days)
        await asyncio.sleep(0.1)

    assert running.days == [date(2026, 11, 1), TODAY, TODAY + DAY]
    assert server.asked().count("2026/11-03_NO1.json") == 1


@pytest.mark.parametrize("trusted", [True, False])
async def test_a_certificate_is_checked(tmp_path, monkeypatch, trusted):
    certificate(tmp_path, ends=datetime.now(UTC) + timedelta(days=30))
    both = tmp_path / "both.pem"
    both.write_bytes((tmp_path / "certificate.pem").read_bytes() + (tmp_path / "key.pem").read_bytes())
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    server = PriceServer(certificate=both)
    server.has(TODAY)
    address = server.address.replace("127.0.0.1", "localhost")
    try:
        async with Running(address, None).at(MORNING) as running:
            await until(lambda: running.days or running.told[-1].trouble)
    finally:
        server.close()
    if trusted:
        assert running.days[-1] == TODAY
    else:
        assert "its certificate is not to be trusted" in (running.told[-1].trouble or "")
        assert server.paths == []


async def test_a_name_that_nobody_knows_is_said():
    with pytest.raises(FetchError, match=r"nobody\.invalid cannot be reached"):
        await fetch("https://nobody.invalid/")


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"{",
        b"\xff",
        b'{"area": "NO1", "days": {"2026-11-04": [1.0]}}',
        b'{"area": "NO1", "days": {"2026-11-31": []}}',
        b'{"area": "NO1", "days": {"9999-12-31": []}}',
        b'{"area": "NO1", "days": {"0001-01-01": []}}',
        b'{"area": 1}',
        json.dumps({"area": "NO1", "days": {"2026-11-04": [1e300] * 24}}).encode(),
    ],
)
def test_a_damaged_file_is_set_aside_and_it_starts_without(tmp_path, caplog, kept):
    (tmp_path / SPOT_FILE).write_bytes(kept)
    running = Running("http://127.0.0.1:9", tmp_path)

    assert running.days == []
    assert not (tmp_path / SPOT_FILE).exists()
    assert (tmp_path / f"{SPOT_FILE}.damaged").read_bytes() == kept
    assert "cannot be used" in caplog.text


def test_what_is_no_file_does_not_hold_up_the_start(tmp_path):
    (tmp_path / SPOT_FILE).mkdir()
    assert Running("http://127.0.0.1:9", tmp_path).days == []
    assert Running("http://127.0.0.1:9", tmp_path / "nowhere").days == []


def test_another_areas_prices_are_not_taken(tmp_path):
    save(tmp_path, "NO2", [SpotDay(TODAY, (50.0,) * 24)])
    assert Running("http://127.0.0.1:9", tmp_path).days == []


async def test_a_disk_that_takes_nothing_costs_no_price(server, tmp_path, caplog):
    server.has_month(TODAY)
    async with Running(server.address, tmp_path / "gone").at(MORNING) as running:
        await until(lambda: len(running.days) == 4)
    assert "cannot be written" in caplog.text


def test_the_file_is_bounded(tmp_path):
    days: tuple[SpotDay, ...] = ()
    for number in range(400):
        day = date(2025, 10, 1) + number * DAY
        days = with_day(days, SpotDay(day, (9999.9999,) * len(starts(day))))
    save(tmp_path, "NO1", days)

    assert len(days) == DAYS_KEPT + 1
    assert days[-1].day == date(2025, 10, 1) + 399 * DAY
    assert (tmp_path / SPOT_FILE).stat().st_size < 30_000
    assert load(tmp_path, "NO1") == days


@pytest.mark.parametrize(
    ("today", "known", "tomorrow", "wanted"),
    [
        (date(2026, 11, 1), [], False, date(2026, 11, 1)),
        (date(2026, 11, 1), [date(2026, 11, 1)], False, date(2026, 10, 31)),
        (date(2026, 11, 1), [date(2026, 11, 1), date(2026, 10, 31)], False, None),
        (date(2026, 11, 1), [date(2026, 11, 1), date(2026, 10, 31)], True, date(2026, 11, 2)),
        (date(2026, 11, 3), [date(2026, 11, 3), date(2026, 11, 1)], True, date(2026, 11, 2)),
    ],
)
def test_which_day_is_due(today, known, tomorrow, wanted):
    assert due(today, known, tomorrow_is_due=tomorrow) == wanted


def test_tomorrow_is_not_due_before_it_is_published_and_not_for_all_at_once(tmp_path, monkeypatch):
    """The exchange tells the prices by 13; the appliances ask from 13:10 on, the last one before 13:56."""
    save(tmp_path, "NO1", [SpotDay(date(2026, 11, day), (50.0,) * 24) for day in (1, 2, 3, 4)])
    asked = set()
    for share in (0.0, 0.5, 0.999):
        monkeypatch.setattr(spot.random, "random", lambda share=share: share)
        link = Running("http://127.0.0.1:9", tmp_path).link
        for minute in range(24 * 60):
            local = datetime(2026, 11, 4, tzinfo=OSLO) + timedelta(minutes=minute)
            if link._due(local) is not None:
                asked.add(minute)
                break
    assert (min(asked), max(asked), len(asked)) == (13 * 60 + 10, 13 * 60 + 55, 3)
