"""What has to be known of each maker: its lists' clock, age and zeros. The sources stand in the makers' modules."""

from datetime import timedelta

import pytest

from appliance.meter import Decoder, Reading, cosem
from appliance.meter.hdlc import Address, FrameSearch, encode
from appliance.meter.makers import ClockZone, Maker, profile_of

AGE = timedelta(seconds=10)


@pytest.mark.parametrize(
    ("maker", "clock", "age", "unit_wh", "zero_l2"),
    [
        (Maker.AIDON, ClockZone.STANDARD, AGE, None, False),
        (Maker.KAIFA, ClockZone.LOCAL, timedelta(0), 1.0, True),
        (Maker.KAMSTRUP, ClockZone.STANDARD, timedelta(0), 10.0, False),
        (None, ClockZone.UNKNOWN, timedelta(0), None, False),
    ],
)
def test_a_makers_profile(maker, clock, age, unit_wh, zero_l2):
    profile = profile_of(maker)

    assert (profile.clock, profile.named_list_age) == (clock, age)
    assert (profile.energy_unit_wh, profile.sends_zero_for_unmeasured_l2) == (unit_wh, zero_l2)


def test_a_maker_is_found_by_its_name():
    assert [Maker(name) for name in ("aidon", "kaifa", "kamstrup")] == [Maker.AIDON, Maker.KAIFA, Maker.KAMSTRUP]
    with pytest.raises(ValueError, match="nobody"):
        Maker("nobody")


def _described(name: str | None) -> bytes:
    """A frame in Aidon's layout: a list name, if any, and 1661 W with scaler 0."""
    header = cosem.LLC_HEADER + bytes((cosem.DATA_NOTIFICATION, 0x40, 0, 0, 0, 0))
    power = b"\x02\x03\x09\x06\x01\x00\x01\x07\x00\xff\x06\x00\x00\x06\x7d\x02\x02\x0f\x00\x16\x1b"
    named = (
        b"" if name is None else b"\x02\x02\x09\x06\x01\x01\x00\x02\x81\xff\x0a" + bytes((len(name),)) + name.encode()
    )
    data = b"\x01" + bytes((1 if name is None else 2,)) + named + power
    return encode(Address(b"\x41", b"\x08\x83", 0x13), header + data)


@pytest.mark.parametrize(("name", "maker"), [(None, Maker.AIDON), ("AIDON_V0001", Maker.AIDON), ("LANDIS", None)])
def test_a_layout_that_others_send_too_is_the_makers_unless_the_list_says_another_name(name, maker):
    (reading,) = Decoder().feed(_described(name))

    assert isinstance(reading, Reading)
    assert (reading.maker, reading.power_import_w, reading.list_name) == (maker, 1661, name)


def test_the_rooms_door_is_the_decoder_and_what_it_gives():
    import appliance.meter

    assert appliance.meter.__all__ == ["Decoder", "Reading", "Rejected"]
    (frame,) = FrameSearch().feed(_described(None))
    assert appliance.meter.Decoder().read(frame) == Decoder().feed(_described(None))[0]
