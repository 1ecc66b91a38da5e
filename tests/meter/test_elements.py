"""One element that cannot be read costs that element, and not the list."""

import pytest

from appliance.meter.decoder import Decoder, Reading, Rejected
from appliance.meter.reading import Maker, Reason
from tests.frames import AIDON_EXAMPLE, KAMSTRUP_EXAMPLE, framed, information

# One value of each type that no meter is known to send (Blue Book, "Common data types"), tag and all.
UNREAD = {
    "bit-string of 11": "04 0b ffe0",
    "bit-string of 8": "04 08 ff",
    "empty bit-string": "04 00",
    "bcd": "0d 42",
    "date-time": "19 07e1081003100005ff800000",
    "date": "1a 07e1081003",
    "time": "1b 10000500",
    "compact array of uint16": "13 12 04 00010002",
    "compact array of structures": "13 02 02 06 09 08 00000001 03010203",
    "compact array of arrays": "13 01 0003 0f 03 010203",
    "array of booleans": "01 02 0301 0300",
    "structure of bit-strings": "02 02 0401 80 0408 ff",
}
CURRENT, CURRENT_K = "10005d", "120000"


def only(information: bytes) -> Reading | Rejected:
    (result,) = Decoder().feed(framed(information))
    return result


@pytest.mark.parametrize("kind", [kind for kind in UNREAD if "array of b" not in kind and "structure of" not in kind])
def test_a_value_of_another_type_under_a_known_code_is_given_up_alone(kind):
    whole = only(information(AIDON_EXAMPLE))
    other = information(AIDON_EXAMPLE).replace(bytes.fromhex(CURRENT), bytes.fromhex(UNREAD[kind]))

    reading = only(other)

    assert isinstance(reading, Reading)
    assert isinstance(whole, Reading)
    assert reading.current_l1_a is None
    assert reading.values() == {code: value for code, value in whole.values().items() if code != "31.7.0"}


@pytest.mark.parametrize("kind", UNREAD)
def test_one_more_object_of_another_type_under_an_unknown_code_changes_nothing(kind):
    more = bytes.fromhex("010a 0202 09060000630100ff" + UNREAD[kind])
    reading = only(information(AIDON_EXAMPLE).replace(b"\x01\x09", more, 1))

    assert isinstance(reading, Reading)
    assert (reading.maker, reading.elements) == (Maker.AIDON, 10)
    assert reading.values() == only(information(AIDON_EXAMPLE)).values()


@pytest.mark.parametrize("kind", UNREAD)
def test_one_more_pair_in_a_kamstrups_list_changes_nothing(kind):
    plain = information(KAMSTRUP_EXAMPLE)
    more = plain.replace(b"\x02\x0f", b"\x02\x11", 1) + bytes.fromhex("09060001630100ff" + UNREAD[kind])

    reading = only(more)

    assert isinstance(reading, Reading)
    assert reading.values() == only(plain).values()


@pytest.mark.parametrize(
    "data",
    ["07 01", "0b 01", "0e 01", "1c 01020304", "ff", "04 0b ff", "0d", "19 07e108", "13 07 01 00", "13 12 05 0001"],
    ids=["7", "11", "14", "28", "255", "bits cut", "bcd cut", "date-time cut", "described as 7", "array cut"],
)
def test_a_type_without_a_length_and_one_that_is_cut_still_cost_the_list(data):
    more = bytes.fromhex("010a 0202 09060000630100ff" + data)
    at_the_end = information(AIDON_EXAMPLE).replace(b"\x01\x09", b"\x01\x0a", 1)

    assert only(at_the_end + more[2:]).reason is Reason.MALFORMED


@pytest.mark.parametrize(
    ("name", "read"),
    [
        (b"AIDON_V\xe6\xf8\xe5", "AIDON_Væøå"),  # Latin-1
        ("AIDON_Vøå".encode(), "AIDON_Vøå"),
        (b"AIDON_V0001\0", "AIDON_V0001"),
        (b"AIDON\x80\x81\x820001", None),
    ],
    ids=["latin-1", "utf-8", "filled up", "no letters"],
)
@pytest.mark.parametrize("tag", [b"\x0a", b"\x0c", b"\x09"], ids=["visible", "utf-8", "octets"])
def test_a_list_name_in_another_character_set_costs_at_most_the_name(name, read, tag):
    other = information(AIDON_EXAMPLE).replace(b"\x0a\x0bAIDON_V0001", tag + bytes((len(name),)) + name)

    reading = only(other)

    assert isinstance(reading, Reading)
    assert reading.list_name == read
    assert reading.values() == only(information(AIDON_EXAMPLE)).values()
    assert reading.maker is (None if read is None else Maker.AIDON)


@pytest.mark.parametrize("name", [b"Kamstrup_V\xe6\xf8\xe501", "Kamstrup_Væå".encode()], ids=["latin-1", "utf-8"])
def test_a_kamstrups_list_is_known_by_its_first_letters(name):
    plain = information(KAMSTRUP_EXAMPLE)

    reading = only(plain.replace(b"\x0a\x0eKamstrup_V0001", b"\x0a" + bytes((len(name),)) + name))

    assert isinstance(reading, Reading)
    assert reading.maker is Maker.KAMSTRUP
    assert reading.values() == only(plain).values()


def test_a_kaifas_list_may_be_named_in_text():
    names = "0a07 4b464d5f303031 0900 0900"
    values = "06000003a4 0600000000 0600000000 060000004f 0600001080 0600000920"

    reading = only(bytes.fromhex("e6e7000f4000000000 0209" + names + values))

    assert isinstance(reading, Reading)
    assert (reading.maker, reading.power_import_w, reading.voltage_l1_v) == (Maker.KAIFA, 932, 233.6)


def test_power_factors_are_values():
    # Kamstrup's by its description's scale, in hundredths; an Aidon's by the scaler and unit (255) in the frame.
    pairs = "09060101 0d0700ff 12 0053 09060101 210700ff 12 001f"
    plain = information(KAMSTRUP_EXAMPLE).replace(b"\x02\x0f", b"\x02\x13", 1)
    reading = only(plain + bytes.fromhex(pairs))
    assert isinstance(reading, Reading)
    assert (reading.power_factor, reading.power_factor_l1, reading.power_factor_l2) == (0.83, 0.31, None)
    assert reading.values()["13.7.0"] == 0.83

    described = information(AIDON_EXAMPLE).replace(
        b"\x01\x09", bytes.fromhex("010a 0203 09060100 490700ff 10 fc68 02020ffd16ff"), 1
    )
    reading = only(described)
    assert isinstance(reading, Reading)
    assert reading.power_factor_l3 == -0.92


@pytest.mark.parametrize(
    ("content", "address", "maker"),
    [
        ("02 02 0600000001 0600000002", b"\x41\x08\x83\x13", "aidon"),
        ("02 02 0600000001 0600000002", b"\x01\x02\x01\x10", "kaifa"),
        ("02 02 0600000001 0600000002", b"\x2b\x21\x13", "kamstrup"),
        ("02 02 0600000001 0600000002", b"\x03\x05\x13", None),
        ("02 02 0600000001 0907 4b464d5f303031", b"\x03\x05\x13", "kaifa"),
    ],
)
def test_whose_an_unknown_list_is_is_told_by_its_name_or_else_its_address(content, address, maker):
    (rejected,) = Decoder().feed(framed(bytes.fromhex("e6e7000f4000000000" + content), address))

    assert isinstance(rejected, Rejected)
    assert (rejected.reason, rejected.maker) == (Reason.UNKNOWN_LIST, maker)


def test_a_list_in_blocks_is_named():
    assert only(bytes.fromhex("e6e700e0c00001000001db")).reason is Reason.BLOCK_TRANSFER
