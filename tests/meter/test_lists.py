"""Each maker's lists, on the makers' published examples and on frames built from their descriptions."""

import math
import random
from datetime import datetime

import pytest

from appliance.meter.decoder import Decoder, Reading, Rejected
from appliance.meter.reading import Maker, MeterClock, Reason
from appliance.simulation.makers import encode
from tests.frames import AIDON_EXAMPLE, KAMSTRUP_EXAMPLE, framed, information, simulated

HEAD = bytes.fromhex("e6e7000f4000000000")
P_IMPORT = bytes.fromhex("09060100010700ff")


def only(octets: bytes) -> Reading | Rejected:
    (result,) = Decoder().feed(octets)
    return result


def test_aidons_published_example():
    reading = only(AIDON_EXAMPLE)

    assert reading == Reading(
        offset=0,
        length=212,
        maker=Maker.AIDON,
        elements=9,
        list_name="AIDON_V0001",
        meter_id="7359992890941742",
        meter_type="6515",
        power_import_w=1362,
        power_export_w=0,
        reactive_import_var=996,
        reactive_export_var=0,
        current_l1_a=9.3,
        voltage_l1_v=250.0,
    )


def test_kamstrups_published_example():
    reading = only(KAMSTRUP_EXAMPLE)

    assert isinstance(reading, Reading)
    assert (reading.maker, reading.elements, reading.meter_id) == (Maker.KAMSTRUP, 15, "5706567000000000")
    assert reading.clock == MeterClock(datetime(2017, 8, 16, 16, 0, 5), None, 0, 3, None)
    assert reading.values() == {"1.7.0": 0, "31.7.0": 0, "32.7.0": 0, "1.8.0": 0}


KAIFA_14 = (
    "e6e7000f40000000 090c 07ea010f0412000aff800000"  # no capture has this list: KFM_001, by its description
    "020e 09074b464d5f303031 091036393730363331343033343630333234 09084d41313035483245"
    "06000003a4 0600000000 0600000000 060000004f 0600001080 0600000920"
    "090c07ea010f0412000aff800000 0600a0240f 0600000000 0600013581 06001f6eaf"
)


def test_kaifas_hourly_list_of_a_one_phase_meter_has_fourteen_elements():
    frame = framed(bytes.fromhex(KAIFA_14), b"\x01\x02\x01\x10")

    reading = only(frame)

    assert reading == Reading(
        offset=0,
        length=len(frame),
        maker=Maker.KAIFA,
        elements=14,
        list_name="KFM_001",
        meter_id="6970631403460324",
        meter_type="MA105H2E",
        clock=MeterClock(datetime(2026, 1, 15, 18, 0, 10), None, 0, 4, None),
        power_import_w=932,
        power_export_w=0,
        reactive_import_var=0,
        reactive_export_var=79,
        current_l1_a=4.224,
        voltage_l1_v=233.6,
        energy_import_wh=10_494_991,
        energy_export_wh=0,
        reactive_energy_import_varh=79_233,
        reactive_energy_export_varh=2_059_951,
    )
    assert encode(reading) == frame


def test_a_negative_current_is_read_as_such():
    frame = AIDON_EXAMPLE.replace(bytes.fromhex("10005d"), bytes.fromhex("10ffb6"))

    reading = only(framed(information(frame)))

    assert isinstance(reading, Reading)
    assert reading.current_l1_a == -7.4


def test_names_padded_with_nul_are_read_without_it():
    padded = information(AIDON_EXAMPLE).replace(b"\x0a\x046515", b"\x0a\x06E350\0\0")

    reading = only(framed(padded))

    assert isinstance(reading, Reading)
    assert reading.meter_type == "E350"


def test_scaler_and_unit_of_the_frame_rule_over_any_habit_of_the_maker():
    finer = information(AIDON_EXAMPLE).replace(bytes.fromhex("10005d02020fff1621"), bytes.fromhex("1003a202020ffe1621"))

    reading = only(framed(finer))

    assert isinstance(reading, Reading)
    assert reading.current_l1_a == 9.3


def test_a_value_in_a_unit_that_its_code_does_not_have_is_left_out():
    apparent = information(AIDON_EXAMPLE).replace(
        bytes.fromhex("0600000552 02020f00161b"), bytes.fromhex("0600000552 02020f00161c")
    )

    reading = only(framed(apparent))

    assert isinstance(reading, Reading)
    assert reading.power_import_w is None
    assert reading.power_export_w == 0


@pytest.mark.parametrize(
    "padding",
    [
        pytest.param(lambda pairs: bytes((2, 15 + 10)) + pairs + b"\0" * 10, id="counted, at the end"),
        pytest.param(lambda pairs: bytes((2, 15)) + pairs + b"\0" * 10, id="not counted, at the end"),
        pytest.param(lambda pairs: bytes((2, 15)) + pairs.replace(P_IMPORT_K, b"\0\0" + P_IMPORT_K), id="between"),
    ],
)
def test_null_data_that_pads_a_kamstrup_list_says_nothing(padding):
    notification = information(KAMSTRUP_EXAMPLE)
    head, pairs = notification[:21], notification[23:]

    reading = only(framed(head + padding(pairs), b"\x2b\x21\x13"))

    assert isinstance(reading, Reading)
    assert reading.values() == {"1.7.0": 0, "31.7.0": 0, "32.7.0": 0, "1.8.0": 0}


P_IMPORT_K = bytes.fromhex("09060101010700ff")


def test_null_data_in_a_values_place_is_not_reported():
    silent = information(KAMSTRUP_EXAMPLE).replace(
        bytes.fromhex("09060101200700ff120000"), bytes.fromhex("09060101200700ff00")
    )

    reading = only(framed(silent, b"\x2b\x21\x13"))

    assert isinstance(reading, Reading)
    assert reading.voltage_l1_v is None


@pytest.mark.parametrize("prefix", ["0c", "090c"], ids=["new firmware", "old firmware"])
def test_the_header_clock_is_read_with_and_without_its_type(prefix):
    old = information(KAMSTRUP_EXAMPLE).replace(b"\0\0\0\0\x0c\x07", b"\0\0\0\0" + bytes.fromhex(prefix) + b"\x07", 1)

    reading = only(framed(old, b"\x2b\x21\x13"))

    assert isinstance(reading, Reading)
    assert reading.clock is not None
    assert reading.clock.wall == datetime(2017, 8, 16, 16, 0, 5)


def test_a_clock_with_unspecified_fields_tells_no_time_and_costs_no_value():
    unset = information(KAMSTRUP_EXAMPLE).replace(
        bytes.fromhex("07e1081003100005ff800000"), b"\xff" * 9 + b"\x80\0\xff"
    )

    reading = only(framed(unset, b"\x2b\x21\x13"))

    assert isinstance(reading, Reading)
    assert reading.clock is None
    assert reading.energy_import_wh == 0


def test_an_unknown_maker_with_scalers_is_read_whole():
    stranger = information(AIDON_EXAMPLE).replace(b"AIDON_V0001", b"ELTEL_V0009")

    reading = only(framed(stranger))

    assert isinstance(reading, Reading)
    assert (reading.maker, reading.list_name) == (None, "ELTEL_V0009")
    assert reading.values() == {"1.7.0": 1362, "2.7.0": 0, "3.7.0": 996, "4.7.0": 0, "31.7.0": 9.3, "32.7.0": 250}


def test_an_unknown_maker_without_scalers_is_believed_only_what_all_makers_agree_on():
    stranger = information(KAMSTRUP_EXAMPLE).replace(b"Kamstrup_V0001", b"Stranger_V001 ")

    reading = only(framed(stranger, b"\x2b\x21\x13"))

    assert isinstance(reading, Reading)
    assert reading.maker is None
    assert reading.values() == {"1.7.0": 0}
    assert reading.meter_id == "5706567000000000"


def test_an_unknown_maker_that_writes_codes_values_and_scalers_in_turn_is_read_as_far_as_they_are_known():
    codes = (
        "0208 0a05 5374726567 09060100010700ff 060000055d 0202 0f00 161b0906010063636363 1200ff 09060100200700ff 120907"
    )

    reading = only(framed(HEAD + bytes.fromhex(codes)))

    assert isinstance(reading, Reading)
    assert (reading.maker, reading.list_name, reading.values()) == (None, "Streg", {"1.7.0": 1373})


def test_objects_in_a_structure_are_read_like_those_in_an_array():
    reading = only(framed(HEAD + bytes.fromhex("0201 0203 09060100010700ff 06000002dd 0202 0f00 161b")))

    assert isinstance(reading, Reading)
    assert reading.power_import_w == 733


def test_an_unknown_code_is_passed_over():
    more = information(AIDON_EXAMPLE).replace(
        bytes.fromhex("0109"), bytes.fromhex("010a") + bytes.fromhex("0203 09060100 0d0700ff 12 03e8 02020ffd16ff"), 1
    )

    reading = only(framed(more))

    assert isinstance(reading, Reading)
    assert reading.power_import_w == 1362


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("0202 0600000001 0600000002", Reason.UNKNOWN_LIST),
        ("0901ff", Reason.UNKNOWN_LIST),
        ("0100", Reason.UNKNOWN_LIST),
        ("0101 0203 09060100010700ff 06000002dd 0202 0f00 161b 00", Reason.MALFORMED),
        ("0101 0203 09060100010700ff 06000002", Reason.MALFORMED),
        (
            "0102 0203 09060100010700ff 06000002dd 0202 0f00 161b 0203 09060100010700ff 06000002de 0202 0f00 161b",
            Reason.MALFORMED,
        ),
        ("0101 0203 09060100010700ff 0a0141 0202 0f00 161b", Reason.MALFORMED),
        ("0101 0203 09060100010700ff 06000002dd 0202 0f40 161b", Reason.MALFORMED),
        ("0101 0203 09060100010700ff 07000002dd 0202 0f00 161b", Reason.MALFORMED),
        ("01" + "0101" * 40 + "00", Reason.MALFORMED),
        ("02 83ffffff", Reason.MALFORMED),
        ("", Reason.MALFORMED),
    ],
    ids=[
        "no codes",
        "no list",
        "empty",
        "left over",
        "cut",
        "twice",
        "text",
        "scaler",
        "type",
        "deep",
        "count",
        "none",
    ],
)
def test_intact_frames_without_a_readable_list_say_why(data, reason):
    frame = framed(HEAD + bytes.fromhex(data))

    assert only(frame) == Rejected(0, len(frame), reason)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("e6e700db084b414d4501349083", Reason.ENCRYPTED),
        ("e6e700c401", Reason.NOT_A_NOTIFICATION),
        ("e6e600 0f 40000000 00 0101", Reason.NOT_A_NOTIFICATION),
        ("00", Reason.NOT_A_NOTIFICATION),
        ("e6e700", Reason.MALFORMED),
        ("e6e7000f 40000000 0b 07e1081003100005ff8000", Reason.MALFORMED),
    ],
    ids=["ciphered", "get response", "other llc", "short", "nothing", "short clock"],
)
def test_what_is_no_plain_notification_is_rejected_as_such(content, reason):
    frame = framed(bytes.fromhex(content))

    assert only(frame) == Rejected(0, len(frame), reason)


def test_equal_frames_are_equal_but_for_where_they_stood():
    for frame in simulated():
        first, second = Decoder().feed(frame + b"\0" * 5 + frame)
        assert {**vars(first), "offset": 0} == {**vars(second), "offset": 0}
        assert second.offset == len(frame) + 5


def test_intact_frames_of_any_content_at_all_are_read_or_rejected_and_never_raise():
    chance = random.Random(20260116)
    contents = [information(frame) for frame in (AIDON_EXAMPLE, KAMSTRUP_EXAMPLE, *simulated())]
    for _ in range(30_000):
        content = bytearray(chance.choice(contents))
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(content))
            match chance.randrange(3):
                case 0:
                    content[place] = chance.choice((chance.randrange(256), *range(26), 0x80, 0xFF))
                case 1:
                    del content[place : place + chance.randint(1, 8)]
                case _:
                    content[place:place] = chance.randbytes(chance.randint(1, 8))
            content = content or bytearray(1)
        frame = framed(bytes(content))
        result = only(frame)
        assert result.length == len(frame)
        if isinstance(result, Reading):
            assert all(math.isfinite(value) for value in result.values().values())
