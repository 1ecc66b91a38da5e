"""The telegrams, read by dsmr_parser: another program, which Home Assistant and DSMR-reader use."""

import asyncio
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from dsmr_parser import telegram_specifications
from dsmr_parser.parsers import TelegramParser

from appliance.household.hours import OSLO
from appliance.household.situation import LineQuality, Phase, RegisterValues, Situation
from appliance.links.p1 import P1, telegram
from appliance.settings.model import P1Settings
from appliance.system.timebase import Timebase
from tests.links.situations import START, situation

SHOWN = situation(
    power_import_w=2314.0,
    power_export_w=0.0,
    registers=RegisterValues(import_wh=20_000_123.4, export_wh=7000.0),
    phases=(Phase(231.2, 2.1), Phase(230.9, None), Phase(229.8, 14.2)),
)


def read(octets: bytes | None, form: str) -> dict[str, object]:
    assert octets is not None
    # Its check sum is checked here: a wrong one raises InvalidChecksumError.
    parsed = TelegramParser(getattr(telegram_specifications, form), apply_checksum_validation=True).parse(
        octets.decode()
    )
    return {name: one.value for name, one in parsed if hasattr(one, "value")}


@pytest.mark.parametrize("form", ["SWEDEN", "V5"])
def test_another_program_reads_the_same_values(form):
    values = read(telegram(SHOWN, "3f2a91c0"), form)

    assert values["P1_MESSAGE_TIMESTAMP"] == START
    assert values["CURRENT_ELECTRICITY_USAGE"] == Decimal("2.314")
    assert values["CURRENT_ELECTRICITY_DELIVERY"] == 0
    assert values["ELECTRICITY_IMPORTED_TOTAL"] == Decimal("20000.123")
    assert values["INSTANTANEOUS_VOLTAGE_L1"] == Decimal("231.2")
    assert values["INSTANTANEOUS_CURRENT_L3"] == Decimal("14.2")
    assert "INSTANTANEOUS_CURRENT_L2" not in values
    if form == "SWEDEN":
        assert values["ELECTRICITY_EXPORTED_TOTAL"] == Decimal("7.000")
    else:
        assert values["ELECTRICITY_USED_TARIFF_1"] == Decimal("20000.123")
        assert values["ELECTRICITY_USED_TARIFF_2"] == 0
        assert values["ELECTRICITY_DELIVERED_TARIFF_1"] == Decimal("7.000")
        assert values["ELECTRICITY_ACTIVE_TARIFF"] == "0001"


def test_summer_time_is_told():
    summer = replace(SHOWN, local_time=datetime(2026, 7, 1, 10, tzinfo=UTC).astimezone(OSLO))

    assert b"(260701120000S)" in (telegram(summer, "x") or b"")
    assert read(telegram(summer, "x"), "SWEDEN")["P1_MESSAGE_TIMESTAMP"] == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_what_is_not_known_is_not_told():
    assert telegram(Situation(watch_w=1.0, act_w=2.0), "x") is None
    assert telegram(replace(SHOWN, power_import_w=None), "x") is None
    assert telegram(replace(SHOWN, local_time=None), "x") is None
    assert b"1.8.0" not in (telegram(replace(SHOWN, registers=RegisterValues()), "x") or b"")


async def test_each_reading_is_sent_once_to_all_who_listen():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    link = P1(P1Settings(port=port, address="127.0.0.1"), Timebase(), lambda: "3f2a91c0")
    task = asyncio.ensure_future(link.tasks()["p1"]())
    async with asyncio.timeout(60):
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                break
            except OSError:
                await asyncio.sleep(0.02)
        writer.write(b"what is thrown away\r\n")
        number, told = 0, []
        while len(told) < 3:
            number += 1
            shown = replace(SHOWN, local_time=(START + timedelta(seconds=number)).astimezone(OSLO))
            for _ in range(2):  # the same reading is shown again with each tick
                link.show(replace(shown, line=LineQuality(readings=number)))
            with_time = asyncio.create_task(reader.readuntil(b"!"))
            done, _ = await asyncio.wait([with_time], timeout=0.5)
            if done:
                told.append(with_time.result() + await reader.readline())
            else:  # not attended yet
                with_time.cancel()
    moments = [read(one, "SWEDEN")["P1_MESSAGE_TIMESTAMP"] for one in told]
    assert moments == sorted(set(moments))  # type: ignore[type-var]  # all are moments
    writer.transport.abort()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
