"""Real captures decode to the values that independent decoders agreed on."""

from dataclasses import replace

import pytest

from appliance.meter.cosem import LLC_HEADER, date_time
from appliance.meter.decoder import Decoder, Reading, Rejected
from appliance.meter.hdlc import Frame, FrameSearch
from appliance.meter.reading import Reason
from appliance.simulation.encoder import Envelope
from appliance.simulation.makers import encode
from tests.corpus import by_code, captures, reported
from tests.frames import framed

pytestmark = pytest.mark.corpus
CAPTURES = captures()


def decoded(octets: bytes, chunk: int) -> list[Reading | Rejected]:
    decoder = Decoder()
    found = [result for at in range(0, len(octets), chunk) for result in decoder.feed(octets[at : at + chunk])]
    return [*found, *decoder.close()]


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.name)
def test_every_valid_frame_is_read_where_it_stands_and_no_other(capture):
    readings = {result.offset: result for result in decoded(capture.octets, 4096) if isinstance(result, Reading)}

    assert readings.keys() == capture.valid.keys()
    for offset, frame in capture.valid.items():
        assert readings[offset].length == frame["length"] + 2


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.name)
def test_every_value_is_the_expected_one(capture):
    for result in decoded(capture.octets, 4096):
        if isinstance(result, Reading):
            expected = capture.valid[result.offset]["expected"]
            assert reported(result) == by_code(expected, "W", "var", "V", "A", "Wh", "varh")
            assert result.elements == capture.valid[result.offset]["elements"]


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.name)
def test_names_and_clock_are_the_expected_ones(capture):
    for result in decoded(capture.octets, 4096):
        if not isinstance(result, Reading):
            continue
        frame = capture.valid[result.offset]
        texts = by_code(frame["expected"], "text")
        assert result.list_name == texts.get("0.2.129")
        assert result.meter_id == texts.get("96.1.0", texts.get("0.0.5"))
        assert result.meter_type == texts.get("96.1.7", texts.get("96.1.1"))
        clocks = [value for value in frame["expected"].values() if value["u"] == "time"]
        clock = next(iter(clocks), frame.get("apdu_time"))
        sent = result.clock and (result.clock.wall.isoformat(), result.clock.deviation_min)
        assert sent == (clock and (clock["v"], clock["deviation"]))
        assert result.maker == (
            "kaifa" if frame["layout"].startswith("kaifa") else capture.name.split("/")[0][:8].split("_")[0]
        )


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.name)
def test_chunks_of_any_size_give_the_same_list(capture):
    whole = decoded(capture.octets, len(capture.octets))

    for chunk in (1, 7, 64):
        assert decoded(capture.octets, chunk) == whole


def test_the_noisy_stream_gives_all_of_its_1436_frames():
    (capture,) = (capture for capture in CAPTURES if capture.name == "kaifa/roarfred-kaifa-raw-20170915-a")

    assert sum(isinstance(result, Reading) for result in decoded(capture.octets, 64)) == 1436


def test_an_encrypted_frame_is_rejected_as_such():
    (capture,) = captures("kamstrup_encrypted")

    assert decoded(capture.octets, 64) == [Rejected(0, len(capture.octets), Reason.ENCRYPTED)]


def test_the_plain_text_of_the_encrypted_frame_is_read_whole():
    (capture,) = captures("kamstrup_encrypted")
    (frame,) = capture.frames

    (reading,) = Decoder().feed(framed(LLC_HEADER + bytes.fromhex(frame["plaintext"])))

    assert isinstance(reading, Reading)
    assert reported(reading) == by_code(frame["expected"], "W", "var", "V", "A", "Wh", "varh", "1")


@pytest.mark.parametrize("capture", captures("apdu_only"), ids=lambda capture: capture.name)
def test_payloads_that_were_captured_without_their_frames_are_read_in_one(capture):
    payload = capture.octets.removeprefix(LLC_HEADER)
    (expected,) = (frame["expected"] for frame in capture.frames)

    (reading,) = Decoder().feed(framed(LLC_HEADER + payload))

    assert isinstance(reading, Reading)
    assert reported(reading) == by_code(expected, "W", "var", "V", "A", "Wh", "varh")


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.name)
def test_the_simulators_encoder_gives_back_every_real_frame_octet_for_octet(capture):
    for frame in FrameSearch().feed(capture.octets):
        if not isinstance(frame, Frame):
            continue
        notification = frame.information
        prefix = notification[8:10] if notification[8] == 0x09 else notification[8:9]
        place = 8 + len(prefix)
        header_clock = None if prefix == b"\0" else date_time(notification[place : place + 12])
        reading = Decoder().read(frame)
        assert isinstance(reading, Reading)
        envelope = Envelope(frame.address, notification[4:8], prefix)

        assert encode(replace(reading, offset=0, length=0), envelope, header_clock) == frame.octets


def test_the_real_frames_cover_every_list_that_the_simulator_sends():
    lists = {
        (result.maker, result.elements)
        for capture in CAPTURES
        for result in Decoder().feed(capture.octets)
        if isinstance(result, Reading)
    }

    assert lists >= {
        *(("aidon", elements) for elements in (1, 9, 12, 13, 17, 18, 27)),
        *(("kaifa", elements) for elements in (1, 9, 13, 18, 36)),
        *(("kamstrup", elements) for elements in (15, 25, 35)),
    }
