"""The model of the display module: octets on the bus in, pixels out."""

import errno

import pytest
from luma.core.interface.serial import i2c
from luma.oled.device import sh1106, ssd1306, ssd1309
from PIL import Image, ImageChops
from smbus2 import i2c_msg

from appliance.settings.model import Chip
from appliance.simulation.oled import Glass
from tests.panel.pictures import lit_pixels, marked, same

LUMA = {"ssd1306": ssd1306, "ssd1309": ssd1309, "sh1106": sh1106}
CHIPS: list[Chip] = ["ssd1306", "ssd1309", "sh1106"]
UPRIGHT = (0xA1, 0xC8, 0x8D, 0x14, 0xAF)


def ready(chip: Chip = "ssd1306") -> Glass:
    """A module that is switched on, upright and cleared, with the pointer in the first corner of page mode."""
    glass = Glass(chip)
    command(glass, *UPRIGHT)
    for page in range(8):
        command(glass, 0xB0 + page, 0x00, 0x10)
        data(glass, bytes(132 if chip == "sh1106" else 128))
    command(glass, 0xB0, 0x00, 0x10)
    return glass


def command(glass: Glass, *octets: int) -> None:
    glass.i2c_rdwr(i2c_msg.write(glass.address, [0x00, *octets]))


def data(glass: Glass, octets: bytes) -> None:
    glass.i2c_rdwr(i2c_msg.write(glass.address, b"\x40" + octets))


@pytest.mark.parametrize("chip", CHIPS)
def test_lumas_own_driver_puts_its_picture_on_the_glass_pixel_by_pixel(chip: Chip) -> None:
    glass = Glass(chip)
    LUMA[chip](i2c(bus=glass)).display(marked())
    assert same(glass.picture(), marked())


@pytest.mark.parametrize("chip", CHIPS)
def test_a_module_is_dark_until_it_is_switched_on(chip: Chip) -> None:
    glass = Glass(chip)
    command(glass, 0xA5, 0x8D, 0x14)
    assert lit_pixels(glass.picture()) == set()
    command(glass, 0xAF)
    assert len(lit_pixels(glass.picture())) == 128 * 64
    command(glass, 0xAE)
    assert lit_pixels(glass.picture()) == set()


def test_an_ssd1306_stays_dark_without_its_charge_pump() -> None:
    glass = Glass("ssd1306")
    command(glass, 0xA5, 0xAF)
    assert lit_pixels(glass.picture()) == set()


def test_an_ssd1309_has_no_charge_pump_and_takes_its_parameter_for_a_command() -> None:
    glass = ready("ssd1309")
    command(glass, 0x8D, 0x14)  # 14 alone is "higher half of the column: 4"
    data(glass, b"\x01")
    assert lit_pixels(glass.picture()) == {(64, 0)}


@pytest.mark.parametrize("chip", CHIPS)
def test_the_memory_wakes_up_with_noise(chip: Chip) -> None:
    glass = Glass(chip)
    command(glass, *UPRIGHT)
    assert 2000 < len(lit_pixels(glass.picture())) < 6000


def test_bit_0_of_an_octet_is_its_topmost_pixel() -> None:
    glass = ready()
    command(glass, 0xB2, 0x05, 0x11)
    data(glass, b"\x81")
    assert lit_pixels(glass.picture()) == {(0x15, 16), (0x15, 23)}


def test_a_command_may_come_in_pieces() -> None:
    glass = ready()
    for octet in (0x20, 0x00, 0x21, 0x07, 0x7F, 0x22, 0x03, 0x07):
        command(glass, octet)
    data(glass, b"\x01")
    assert lit_pixels(glass.picture()) == {(7, 24)}


def test_control_octets_may_stand_before_every_command() -> None:
    glass = ready()
    glass.i2c_rdwr(i2c_msg.write(0x3C, [0x80, 0x81, 0x80, 0x12, 0x80, 0xB1, 0x40, 0xFF, 0xFF]))
    assert glass.contrast == 0x12
    assert lit_pixels(glass.picture()) == {(x, y) for x in (0, 1) for y in range(8, 16)}


def test_a_horizontal_window_goes_on_in_its_next_page_and_begins_again_at_its_end() -> None:
    glass = ready()
    command(glass, 0x20, 0x00, 0x21, 10, 12, 0x22, 1, 2)
    data(glass, b"\x01\x02\x04\x08\x10\x20\x40")
    assert lit_pixels(glass.picture()) == {(10, 14), (11, 9), (12, 10), (10, 19), (11, 20), (12, 21)}


def test_a_vertical_window_goes_down_its_pages_first() -> None:
    glass = ready()
    command(glass, 0x20, 0x01, 0x21, 10, 11, 0x22, 1, 2)
    data(glass, b"\x01\x02\x04\x08\x10")
    assert lit_pixels(glass.picture()) == {(10, 12), (10, 17), (11, 10), (11, 19)}


def test_page_mode_of_an_ssd1306_begins_the_same_page_again() -> None:
    glass = ready()
    data(glass, bytes(128) + b"\x01")
    assert lit_pixels(glass.picture()) == {(0, 0)}


def test_an_sh1106_ignores_what_comes_after_its_132nd_column() -> None:
    glass = ready("sh1106")
    data(glass, bytes(132) + b"\xff" * 20)
    assert lit_pixels(glass.picture()) == set()


def test_an_sh1106_shows_its_columns_2_to_129() -> None:
    glass = ready("sh1106")
    data(glass, b"\x01" * 132)
    assert lit_pixels(glass.picture()) == {(x, 0) for x in range(128)}
    data(glass, b"")
    command(glass, 0xB1, 0x02, 0x10)
    data(glass, b"\x01")
    assert (0, 8) in lit_pixels(glass.picture())


def test_a_page_driver_for_an_ssd1306_on_an_sh1106_is_shifted_by_two_with_noise_at_the_edge() -> None:
    glass = Glass("sh1106")
    command(glass, *UPRIGHT)
    columns = marked().transpose(Image.Transpose.TRANSPOSE).tobytes("raw", "1;R")
    for page in range(8):
        command(glass, 0xB0 + page, 0x00, 0x10)
        data(glass, columns[page::8])
    seen = glass.picture()
    assert same(seen.crop((0, 0, 126, 64)), marked().crop((2, 0, 128, 64)))
    edge = lit_pixels(seen.crop((126, 0, 128, 64)))
    assert 30 < len(edge) < 98


@pytest.mark.filterwarnings("ignore:Image.Image.getdata is deprecated:DeprecationWarning")
def test_lumas_ssd1306_driver_leaves_an_sh1106_full_of_noise() -> None:
    glass = Glass("sh1106")
    ssd1306(i2c(bus=glass)).display(marked())
    wrong = ImageChops.logical_xor(glass.picture(), marked())
    assert len(lit_pixels(wrong)) > 2000


def test_a0_and_c0_show_the_picture_turned_by_half() -> None:
    glass = ready()
    command(glass, 0xA0, 0xC0)
    columns = marked().transpose(Image.Transpose.TRANSPOSE).tobytes("raw", "1;R")
    command(glass, 0x20, 0x00, 0x21, 0, 127, 0x22, 0, 7)
    data(glass, b"".join(columns[page::8] for page in range(8)))
    assert same(glass.picture(), marked().transpose(Image.Transpose.ROTATE_180))


def test_the_segment_remap_leaves_what_is_written_and_the_scan_direction_does_not() -> None:
    glass = ready()
    data(glass, b"\x01")
    command(glass, 0xA0)
    assert lit_pixels(glass.picture()) == {(0, 0)}
    command(glass, 0xC0)
    assert lit_pixels(glass.picture()) == {(0, 63)}


def test_start_line_and_offset_scroll_the_picture_up() -> None:
    glass = ready()
    command(glass, 0xB2)
    data(glass, b"\x01")
    command(glass, 0x40 | 10)
    assert lit_pixels(glass.picture()) == {(0, 6)}
    command(glass, 0xD3, 5)
    assert lit_pixels(glass.picture()) == {(0, 1)}


def test_rows_beyond_the_multiplex_ratio_are_dark() -> None:
    glass = ready()
    command(glass, 0xA7, 0xA8, 31)
    for scan_direction in (0xC0, 0xC8):
        command(glass, scan_direction)
        assert {y for _, y in lit_pixels(glass.picture())} == set(range(32, 64))


def test_inverse_display_lights_what_was_dark() -> None:
    glass = ready()
    data(glass, b"\x01")
    command(glass, 0xA7)
    assert len(lit_pixels(glass.picture())) == 128 * 64 - 1
    assert (0, 0) not in lit_pixels(glass.picture())


def test_nobody_answers_at_another_address() -> None:
    with pytest.raises(OSError, match="Remote I/O") as failure:
        Glass("ssd1306", 0x3C).write_i2c_block_data(0x3D, 0x00, [0xAF])
    assert failure.value.errno == errno.EREMOTEIO


def test_a_module_that_was_unplugged_comes_back_from_reset() -> None:
    glass = ready()
    glass.unplug()
    with pytest.raises(OSError, match="Remote I/O"):
        command(glass, 0xAF)
    glass.plug()
    assert not glass.on
    command(glass, *UPRIGHT)
    assert lit_pixels(glass.picture())


def test_an_smbus_block_holds_32_octets_and_no_more() -> None:
    glass = ready()
    glass.write_i2c_block_data(0x3C, 0x40, [1] * 32)
    assert lit_pixels(glass.picture()) == {(x, 0) for x in range(32)}
    with pytest.raises(ValueError, match="at most 32"):
        glass.write_i2c_block_data(0x3C, 0x40, [1] * 33)


def test_reading_is_refused() -> None:
    with pytest.raises(OSError, match="not supported"):
        Glass("ssd1306").i2c_rdwr(i2c_msg.read(0x3C, 1))


def test_the_octets_on_the_bus_are_counted_with_address_and_control() -> None:
    glass = Glass("ssd1306")
    glass.write_i2c_block_data(0x3C, 0x00, [0xAE, 0xA4])
    data(glass, bytes(1024))
    assert (glass.bus_writes, glass.bus_octets) == (2, 4 + 1026)
