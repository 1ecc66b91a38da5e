"""The page's server, on loopback: who is let in, what is answered, and what becomes of those who mean no good."""

import asyncio
import base64
import gc
import json
import random
import re
import shutil
import ssl
import struct
import subprocess
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance.household.situation import RegisterValues, Situation
from appliance.links import metrics, readings
from appliance.links.web import password, server, site
from appliance.links.web.drawing import Bar, bars
from appliance.simulation import examples
from appliance.words.words import WORDS
from tests.links.served import Served
from tests.links.test_mqtt import certificate
from tests.share import cases

PROMTOOL = shutil.which("promtool")
REQUESTS = cases(500, 2000, 10_000)
UNKNOWN = Situation(watch_w=1.0, act_w=2.0)


async def test_the_page_and_what_it_needs_come_from_here_alone():
    async with Served().serving() as served:
        status, head, body = await served.get("/")
        page = body.decode()
        sources = re.findall(r'(?:src|href|action)="([^"]*)"', page)
        assert status == 200
        assert "default-src 'none'" in head
        assert "set-cookie" not in head.lower()
        assert all(source.startswith("/") or source == "data:," for source in sources)
        for source in sources:
            if source.startswith("/") and "csv" not in source:
                assert (await served.get(source))[0] == 200
        assert " style=" not in page
        assert " on" not in re.sub(r">[^<]*<", "><", page).replace(" one", "")


@pytest.mark.parametrize("language", ["nb", "nn", "en", "sv"])
async def test_the_page_speaks_the_household_s_language(language):
    async with Served(language=language).serving() as served:
        page = (await served.get("/"))[2].decode()
    words = {"nb": "I går", "nn": "Målarskapet", "en": "Yesterday", "sv": "Elskåpet"}
    assert f'<html lang="{language}">' in page
    assert words[language] in page


async def test_a_page_of_which_nothing_is_known_is_a_page():
    async with Served(situation=UNKNOWN).serving() as served:
        status, _, body = await served.get("/")
        assert status == 200
        assert b"None" not in body


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("han", 200),
        ("HAN.local", 200),
        ("han.local:8080", 200),
        ("localhost:1", 200),
        ("192.168.1.5", 200),
        ("[fe80::1]:80", 200),
        ("evil.example", 421),
        ("han.local.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 421),
    ],
)
async def test_only_names_of_this_machine_are_answered(host, status):
    """A page in the world can have its own name point at an address of the house (DNS rebinding)."""
    async with Served().serving() as served:
        assert (await served.get("/data.json", host=host))[0] == status


async def test_alarms_are_acknowledged_by_the_page_s_own_form_and_where_it_is_allowed():
    alarmed = replace(examples.CALM, **examples_of_an_alarm())
    async with Served(situation=alarmed, settings={"acknowledge": True}).serving() as served:
        page = (await served.get("/"))[2].decode()
        [token] = re.findall(r'name="token" value="([^"]*)"', page)
        own = f"http://127.0.0.1:{served.port}"
        form = {"content_type": "application/x-www-form-urlencoded"}
        for origin, body in ((None, token), ("http://evil.example", token), (own, "guess"), (own, "")):
            more = form if origin is None else form | {"origin": origin}
            assert (await served.get("/acknowledge", "POST", f"token={body}".encode(), **more))[0] == 403
        assert served.acknowledged == 0
        answered = await served.get("/acknowledge", "POST", f"token={token}".encode(), **form, origin=own)
        assert answered[0] == 303
        assert served.acknowledged == 1
        assert (await served.get("/acknowledge"))[0] == 404
    async with Served(situation=alarmed).serving() as served:
        assert b"<form method" not in (await served.get("/"))[2]
        own = f"http://127.0.0.1:{served.port}"
        assert (await served.get("/acknowledge", "POST", b"token=x", origin=own))[0] == 403


def examples_of_an_alarm() -> dict[str, Any]:
    from tests.links.test_messages import alarm

    row = examples.AlarmRow(
        began=examples.NOW,
        rule=alarm().rule,
        phase=None,
        ended=None,
        level=alarm().level,
        worst=13_000.0,
        limit=12_000.0,
        acknowledged=False,
    )
    return {"alarms": (alarm(),), "past_alarms": (row,)}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST", "OPTIONS", "TRACE"])
async def test_all_else_is_only_to_be_read(method):
    async with Served().serving() as served:
        assert (await served.get("/", method))[0] == 405


async def test_a_password_is_asked_for_and_a_wrong_one_holds_up_nobody_else(caplog, monkeypatch):
    right = "Basic " + base64.b64encode(b"anybody:correct horse").decode()
    wrong = "Basic " + base64.b64encode(b"anybody:battery staple").decode()
    monkeypatch.setattr(password, "PAUSE_S", 600.0)
    async with Served(settings={"password": "correct horse"}).serving() as served:
        assert (await served.get("/", authorization=right))[0] == 200
        guess = asyncio.ensure_future(served.get("/", authorization=wrong))
        await asyncio.sleep(0.3)
        assert (await served.get("/", authorization=right))[0] == 200
        assert not guess.done()
        guess.cancel()
    monkeypatch.setattr(password, "PAUSE_S", 0.0)
    async with Served(settings={"password": "correct horse"}).serving() as served:
        assert (await served.get("/"))[0] == 401
        for header in (wrong, "Basic", "Basic ?", "Bearer x", "basic " + base64.b64encode(b"no colon").decode()):
            assert (await served.get("/", authorization=header))[0] == 401
    assert not caplog.text  # on loopback nobody can hear it
    async with Served(settings={"password": "correct horse", "address": "0.0.0.0"}).serving():
        assert "give [web] a certificate" in caplog.text
        assert "horse" not in caplog.text


async def test_at_most_as_many_connections_as_are_set_are_served():
    async with Served(settings={"connections": 3}).serving() as served:
        await asyncio.sleep(0.1)
        held = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(3)]
        await asyncio.sleep(0.2)
        assert (await served.get("/"))[0] == 503
        for _, writer in held:
            writer.transport.abort()
        await asyncio.sleep(0.3)
        assert (await served.get("/"))[0] == 200


async def test_a_flood_of_requests_is_slow_and_whoever_comes_after_it_is_not():
    clock = asyncio.get_running_loop().time
    async with Served().serving() as served:
        began = clock()
        answers = [await served.get("/data.json") for _ in range(server.AT_ONCE + 8)]
        took = clock() - began
    assert {status for status, _, _ in answers} == {200}
    assert took >= 8 / server.A_SECOND  # those that were not let through at once


def test_the_pace_of_requests_is_kept_by_arithmetic():
    pace = server.Pace()
    at_once = [pace.wait_s(100.0) for _ in range(server.AT_ONCE)]
    assert at_once == [server.BREATH_S] * server.AT_ONCE
    assert pace.wait_s(100.0) == pytest.approx(1 / server.A_SECOND)  # the next is one too many
    assert pace.wait_s(100.0) == pytest.approx(2 / server.A_SECOND)  # and the one that comes with it waits for both
    assert pace.wait_s(200.0) == server.BREATH_S  # who pauses may come at once again


async def test_a_client_that_is_slow_is_left(monkeypatch):
    monkeypatch.setattr(server, "HEAD_S", 0.3)
    async with Served().serving() as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: han\r\n")
        async with asyncio.timeout(60):
            assert await reader.read() == b""
        writer.transport.abort()


async def test_it_speaks_tls_and_a_handshake_that_never_ends_takes_one_place_only(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "HEAD_S", 2.0)
    certificate(tmp_path, ends=datetime.now(UTC) + timedelta(days=30))
    files = {"certificate": str(tmp_path / "certificate.pem"), "certificate_key": str(tmp_path / "key.pem")}
    context = ssl.create_default_context(cafile=files["certificate"])
    async with Served(settings={**files, "connections": 3}).serving() as served:
        before = descriptors()
        mute = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(40)]
        last, most = asyncio.ensure_future(mute[-1][0].read()), 0
        while not last.done():
            most = max(most, descriptors())
            await asyncio.sleep(0.02)
        # The clients' own, and those of who is served and of who is being told that there are enough.
        assert most <= before + 40 + 3 + server.MOST_SENT_AWAY
        async with asyncio.timeout(60):
            while True:  # the mute ones are left after a while
                try:
                    reader, writer = await asyncio.open_connection("localhost", served.port, ssl=context)
                    break
                except OSError:
                    await asyncio.sleep(0.1)
            writer.write(GOOD)
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        for one in (writer, *(other for _, other in mute)):
            one.transport.abort()


async def test_the_live_pixels_are_the_panel_s():
    async with Served().serving() as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(b"GET /live HTTP/1.1\r\nHost: han\r\n\r\n")
        async with asyncio.timeout(60):
            first = await told(reader)
            assert base64.b64decode(first["glass"]) == served.glass
            assert first["lamps"] == {"red": "off", "yellow": "off", "green": "on"}
            served.glass = bytes(octet ^ 0xFF for octet in served.glass)
            served.web.show(replace(examples.CALM, power_import_w=9990.0))
            second = await told(reader)
            assert base64.b64decode(second["glass"]) == served.glass
            assert second["texts"]["power"] == "9,99 kW"
        writer.transport.abort()


async def told(reader: asyncio.StreamReader) -> dict[str, Any]:
    while not (line := await reader.readline()).startswith(b"data: "):
        pass
    found: dict[str, Any] = json.loads(line[6:])
    return found


def test_the_picture_is_png():
    """Decoded by hand, from ISO/IEC 15948: a row is a filter octet, 0, and its bits."""
    octets = bytes(range(256)) * 4
    picture = site.png(octets)
    chunks, place = {}, 8
    while place < len(picture):
        length, kind = struct.unpack(">I4s", picture[place : place + 8])
        data = picture[place + 8 : place + 8 + length]
        assert zlib.crc32(kind + data) == struct.unpack(">I", picture[place + 8 + length : place + 12 + length])[0]
        chunks[kind] = data
        place += 12 + length
    rows = zlib.decompress(chunks[b"IDAT"])
    assert struct.unpack(">IIBBBBB", chunks[b"IHDR"])[:4] == (128, 64, 1, 3)
    assert b"".join(rows[row + 1 : row + 17] for row in range(0, len(rows), 17)) == octets


async def test_page_and_picture_are_made_once_a_list_however_many_ask(monkeypatch):
    made = []
    page, png = site.page, site.png
    monkeypatch.setattr(site, "page", lambda *given: made.append("page") or page(*given))
    monkeypatch.setattr(site, "png", lambda *given: made.append("picture") or png(*given))
    async with Served().serving() as served:
        for _ in range(20):
            assert (await served.get("/"))[0] == 200
            assert (await served.get("/glass.png"))[0] == 200
        assert made == ["page", "picture"]
        served.glass = bytes(octet ^ 0xFF for octet in served.glass)
        served.web.show(replace(examples.CALM, line=replace(examples.CALM.line, readings=7)))
        assert (await served.get("/"))[0] == 200
        assert (await served.get("/glass.png"))[2] == png(served.glass)
    assert made == ["page", "picture"] * 2


SENSELESS = (
    "",
    "from=2026-01-01",
    "from=x&to=y",
    "from=2026-01-02&to=2026-01-01",
    "from=0001-01-01&to=9999-12-31",
)


async def test_hours_are_fetched_for_any_days():
    async with Served().serving() as served:
        status, head, body = await served.get("/hours.csv?from=2015-01-01&to=2026-11-26")
        assert (status, body.split(b"\r\n")[1]) == (200, b"2015-01-01 2026-11-26 nb")
        assert "hours-2015-01-01-2026-11-26.csv" in head
        for query in SENSELESS:
            assert (await served.get(f"/hours.csv?{query}"))[0] == 400


# evcc's template `amsleser`: .w | .ic | .ec | .l1.u ... are read by jq, each as a number.
AMSLESER = ("w", "e", "ic", "ec", *(f"l{phase}.{key}" for phase in (1, 2, 3) for key in ("u", "i", "p")))


def test_evcc_finds_a_number_under_each_key():
    registers = RegisterValues(import_wh=20_000_123.4)
    for phases in (examples.CALM.phases, (examples.Phase(230.0, 4.0), examples.Phase(), examples.Phase())):
        told: Any = readings.short(replace(examples.CALM, registers=registers, phases=phases, power_export_w=None))
        for key in AMSLESER:
            value = told
            for part in key.split("."):
                value = value[part]
            assert isinstance(value, int | float), key
    assert told["ic"] == 20_000.123
    assert told["l1"] == {"u": 230.0, "i": 4.0, "p": 920}
    assert told["l3"] == {"u": 0.0, "i": 0.0, "p": 0}


async def test_an_unknown_power_is_no_number_and_no_answer():
    async with Served(situation=UNKNOWN).serving() as served:
        assert (await served.get("/data.json"))[0] == 503
    assert "active_power_w" not in readings.homewizard(UNKNOWN)
    assert "han_active_power_watts" not in metrics.metrics(UNKNOWN)


async def test_another_maker_s_answers_are_given_only_if_asked_for():
    async with Served().serving() as served:
        assert (await served.get("/api"))[0] == 404
    async with Served(settings={"homewizard": True}).serving() as served:
        device = json.loads((await served.get("/api"))[2])
        assert device["api_version"] == "v1"
        assert "HWE" not in device["product_type"]
        assert json.loads((await served.get("/api/v1/data"))[2])["active_power_w"] == 2314


def test_homewizards_keys_have_the_values_of_the_reading():
    """By the names of HomeWizard's API, version 1: W, V, A and kWh."""
    phases = (examples.Phase(230.1, 4.2), examples.Phase(231.0), examples.Phase())
    registers = RegisterValues(import_wh=20_000_123.4, export_wh=7000.0)
    shown = replace(examples.CALM, phases=phases, registers=registers, power_import_w=0.0, power_export_w=1500.0)
    told = readings.homewizard(shown)

    assert told["active_power_w"] == -1500
    assert (told["total_power_import_kwh"], told["total_power_export_kwh"]) == (20_000.123, 7.0)
    assert (told["total_power_import_t1_kwh"], told["total_power_import_t2_kwh"]) == (20_000.123, 0.0)
    assert (told["total_power_export_t1_kwh"], told["total_power_export_t2_kwh"]) == (7.0, 0.0)
    assert (told["active_voltage_l1_v"], told["active_current_l1_a"], told["active_voltage_l2_v"]) == (
        230.1,
        4.2,
        231.0,
    )
    assert not {"active_current_l2_a", "active_voltage_l3_v", "active_current_l3_a"} & told.keys()


@pytest.mark.skipif(PROMTOOL is None, reason="Debian's prometheus, which has promtool, is not installed")
@pytest.mark.parametrize("shown", [examples.CALM, UNKNOWN, replace(examples.CALM, **examples_of_an_alarm())])
def test_prometheus_own_tool_finds_nothing_to_say(shown):
    shown = replace(shown, registers=RegisterValues(import_wh=20_000_123.4, export_wh=0.0))
    assert PROMTOOL is not None
    done = subprocess.run(
        [PROMTOOL, "check", "metrics"], input=metrics.metrics(shown), capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


GOOD = b"GET /data.json HTTP/1.1\r\nHost: han\r\nConnection: close\r\n\r\n"
# Those of h11's own tests that are wrong, and some of ours.
WRONG = (
    b"",
    b"\r\n\r\n",
    b"\0" * 100,
    b"GET\r\n\r\n",
    b"GET /\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/2.0\r\nHost: han\r\n\r\n",
    b"GET / HTTP/1.1\nHost: han\n\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost : han\r\n\r\n",
    b"GET / HTTP/1.1\r\n Host: han\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: han\r\nX: \0\r\n\r\n",
    b"GET /\x80 HTTP/1.1\r\nHost: han\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: han\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: han\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: han\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
    b"POST /acknowledge HTTP/1.1\r\nHost: han\r\nContent-Length: 1, 2\r\n\r\nx",
    b"POST /acknowledge HTTP/1.1\r\nHost: han\r\nContent-Length: -1\r\n\r\n",
    b"POST /acknowledge HTTP/1.1\r\nHost: han\r\nContent-Length: 99999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: han\r\nTransfer-Encoding: gzip\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: han\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST / HTTP/1.1\r\nHost: han\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: han\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"400\r\n"
    + b"a" * 1024
    + b"\r\n1\r\na\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"GET /../../etc/passwd HTTP/1.1\r\nHost: han\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 200,
    GOOD[:-2],
)


def spoilt(chance: random.Random) -> bytes:
    """A request with some octets changed, lost or doubled."""
    octets = bytearray(chance.choice((*WRONG, GOOD, GOOD, GOOD)))
    for _ in range(chance.randrange(1, 6)):
        place = chance.randrange(len(octets) + 1)
        match chance.randrange(3):
            case 0:
                octets[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del octets[place : place + chance.randrange(8)]
            case _:
                octets[place:place] = octets[place : place + chance.randrange(16)]
    return bytes(octets)


async def test_no_request_however_wrong_is_a_traceback_or_a_leak(caplog):
    chance = random.Random(2026)
    async with Served(settings={"connections": 64}).serving() as served:
        asked = [*WRONG, *(spoilt(chance) for _ in range(REQUESTS))]
        assert (await served.ask(GOOD)).startswith(b"HTTP/1.1 200")
        before = descriptors()
        for begin in range(0, len(asked), 16):
            answers = await asyncio.gather(*(served.ask(one) for one in asked[begin : begin + 16]))
            assert all(answer.startswith(b"HTTP/1.1 ") or answer == b"" for answer in answers)
        await asyncio.sleep(0.3)
        assert (await served.ask(GOOD)).startswith(b"HTTP/1.1 200")
        gc.collect()
        assert descriptors() <= before + 4
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize(("language", "half"), [("nb", "2,5"), ("en", "2.5")])
def test_an_axis_has_its_numbers_in_the_people_s_way(language, half):
    drawn = bars([Bar("", 4.2, "")], "hours", WORDS[language])

    assert re.findall(r'class="axis end"[^>]*>([^<]*)<', drawn) == ["0", half, "5"]
