"""What the boot test looks with: that it sees what is there, and does not see what is not.

The machine itself is booted by image/test. Here its senses are tried on real pictures, octets, files and a real shell.
"""

import asyncio
import os
import pty
import signal
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from smbus2 import i2c_msg

from appliance.household.checkpoint import MinuteRow
from appliance.meter.decoder import Decoder, Reading
from appliance.panel.devices.display import open_display
from appliance.panel.drawing.typeface import LARGE, SMALL
from image.testing.console import Console, NoAnswerError
from image.testing.display import Display, finds
from image.testing.history import Kept
from image.testing.meter import CALM_W, Household
from image.testing.sdcard import CARD_OCTETS, DATA_START, MIB, SDCard
from image.testing.trace import Written

NOON = datetime(2026, 11, 3, 11, tzinfo=UTC)


def on_glass(text: str, left: int, top: int, *, dark_on_light: bool = False) -> Image.Image:
    """A glass with this text in large digits."""
    picture = Image.new("1", (128, 64), dark_on_light)
    LARGE.draw(picture, left, top, text, ink=int(not dark_on_light))
    return picture


@pytest.mark.parametrize("dark_on_light", [False, True])
@pytest.mark.parametrize("place", [(1, 12), (2, 13), (0, 11)])
def test_a_number_is_found_wherever_the_shift_has_put_it(place: tuple[int, int], dark_on_light: bool) -> None:
    assert finds(on_glass("1,18", *place, dark_on_light=dark_on_light), LARGE, "1,18")


def test_another_number_is_not_found() -> None:
    assert not finds(on_glass("1,18", 1, 12), LARGE, "1,19")


def test_words_in_another_face_are_not_found() -> None:
    assert not finds(on_glass("1,18", 1, 12), SMALL, "1,18")


class Traced:
    """A bus that writes down what it carries as the emulator does."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def i2c_rdwr(self, *messages: i2c_msg) -> None:
        for message in messages:
            self.message(bytes(message))

    def write_i2c_block_data(self, _address: int, register: int, data: list[int]) -> None:
        self.message(bytes((register, *data)))

    def message(self, octets: bytes) -> None:
        self.lines.append("7@1795445471.758364:i2c_event start(addr:0x3c)")
        self.lines += [f"7@1795445471.758364:i2c_send send(addr:0x3c) data:0x{octet:02x}" for octet in octets]
        self.lines.append("7@1795445471.758364:i2c_event finish(addr:0x3c)")

    def close(self) -> None:
        pass


def test_what_the_driver_sent_is_on_the_glass_again() -> None:
    bus = Traced()
    shown = on_glass("6,43", 1, 12)
    open_display("ssd1309", 1, 0x3C, 0, 207, lambda _number: bus).show(shown)
    display = Display(lambda: 1.0)
    for line in bus.lines:
        display.line(line)
    display.rested()
    assert display.pictures[-1].picture.tobytes() == shown.tobytes()


def test_a_sector_of_the_card_is_counted_and_a_display_octet_is_not() -> None:
    written = Written()
    written.line("7@1795445471.758364:sdcard_write_block addr 0x40000000 size 0x200")
    written.line("7@1795445471.758364:i2c_send send(addr:0x3c) data:0x40")
    assert written.sectors == 1


@pytest.fixture
async def shell() -> AsyncIterator[Console]:
    """A real shell on a real terminal, which echoes what is typed."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv("/bin/sh", ["sh"])
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    into, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(os.dup(terminal), "rb", 0)
    )
    out, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(terminal, "wb", 0))
    console = Console(reader, asyncio.StreamWriter(out, protocol, None, loop))
    listening = asyncio.create_task(console.listen())
    yield console
    listening.cancel()
    into.close()
    out.abort()
    os.kill(child, signal.SIGKILL)
    await asyncio.to_thread(os.waitpid, child, 0)


async def test_the_shells_answer_is_told_from_the_echo_of_the_question(shell: Console) -> None:
    assert await shell.ask("echo one; echo two >&2") == "one\ntwo"


async def test_a_shell_that_does_not_answer_is_named_with_its_question(shell: Console) -> None:
    with pytest.raises(NoAnswerError, match="sleep 60"):
        await shell.ask("sleep 60", within_s=3.0)


async def test_what_nobody_reads_of_the_meter_is_lost_and_the_next_list_is_whole() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        speaking = asyncio.create_task(Household().speak(ours))
        await asyncio.sleep(5.0)
        stale = theirs.recv(1 << 16)
        decoder, readings = Decoder(), list[Reading]()
        async with asyncio.timeout(30):
            while not readings:
                octets = await asyncio.get_running_loop().sock_recv(theirs, 1 << 16)
                readings = [result for result in decoder.feed(octets) if isinstance(result, Reading)]
        speaking.cancel()
    assert len(stale) <= 36
    assert readings[0].power_import_w == CALM_W


def kept(*minutes: int, noted: datetime | None = None) -> Kept:
    rows = tuple(MinuteRow(NOON + timedelta(minutes=n), 1.0, None, (None, None, None)) for n in minutes)
    return Kept("clean", True, rows, noted)


def test_a_minute_that_is_not_there_is_a_gap() -> None:
    assert kept(1, 2, 4, 5).gaps() == [NOON + timedelta(minutes=3)]


def test_minutes_in_a_row_have_no_gap() -> None:
    assert kept(1, 2, 3).gaps() == []


def test_what_is_missing_is_counted_from_the_newest_moment_that_is_known() -> None:
    assert kept(noted=NOON).missing(NOON + timedelta(seconds=61)) == timedelta(seconds=61)


@pytest.fixture
def card(tmp_path: Path) -> SDCard:
    """A card that was flashed with an image, and has had a household's data since."""
    (tmp_path / "image").write_bytes(b"old" * MIB)
    one = SDCard(tmp_path / "card")
    one.flash(tmp_path / "image")
    with one.file.open("r+b") as file:
        file.seek(DATA_START)
        file.write(b"history")
    return one


def at(card: SDCard, place: int, count: int) -> bytes:
    with card.file.open("rb") as file:
        file.seek(place)
        return file.read(count)


def test_a_card_is_as_large_as_the_emulated_controller_wants(card: SDCard) -> None:
    assert card.file.stat().st_size == CARD_OCTETS == 2**31


def test_flashing_a_newer_image_replaces_the_old_one_and_spares_the_data(card: SDCard, tmp_path: Path) -> None:
    (tmp_path / "newer").write_bytes(b"new" + bytes(2 * MIB))
    card.flash(tmp_path / "newer", like_an_imager=True)
    assert (at(card, 0, 6), at(card, DATA_START, 7)) == (b"new\0\0\0", b"history")


def test_an_imager_zeroes_the_last_megabyte_of_the_card(card: SDCard, tmp_path: Path) -> None:
    with card.file.open("r+b") as file:
        file.seek(CARD_OCTETS - 512)
        file.write(b"a second partition table")
    card.flash(tmp_path / "image", like_an_imager=True)
    assert not any(at(card, CARD_OCTETS - MIB, MIB))
