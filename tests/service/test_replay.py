"""What a replay leaves out changes nothing: with each tick and without those that it skips it tells the same."""

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from appliance.line.recording import Chunk
from appliance.meter.reading import Maker
from appliance.panel.keys import Key, Press
from appliance.service.replay import KeyPress, Replay
from appliance.settings.model import Settings
from appliance.settings.settings_file import parse
from appliance.simulation.house import House, Load, Net
from appliance.simulation.meter import Meter

EAGER = parse(
    """
[thresholds]
watch_w = 3000.0
act_w = 5000.0
rise_s = 3.0
hold_s = 12.0
[hour]
limit_kw = 2.0
rise_s = 5.0
hold_s = 20.0
[phases]
fuse_a = 20.0
[voltage]
low_v = 228.0
[display]
off_at_night = true
[lamps]
night_percent = 10
[sound]
an_hour = 20
quiet_from = "17:40"
quiet_to = "18:10"
[night]
begins = "18:00"
ends = "18:30"
""",
    "eager",
)
"""Much that changes, in the time that the recordings below take."""


def told(settings: Settings, chunks: list[Chunk], *, skips: bool, **how: Any) -> list[object]:
    """All lines and the summary."""
    replay = Replay(settings, chunks, skips=skips, **how)
    lines: list[object] = []

    def take() -> None:
        lines.extend(replay.report.lines)
        replay.report.lines.clear()

    asyncio.run(replay.run(take))
    return [*lines, replay.report.summary()]


def spoken(maker: Maker, chance: random.Random, minutes: float) -> Iterator[Chunk]:
    """A meter in a house whose load jumps, from a quarter to the full hour on, in pieces and with gaps and damage."""
    start = datetime(2026, 1, 15, 16, 45, tzinfo=UTC) + timedelta(seconds=chance.uniform(0, 300))
    levels = [chance.choice((500.0, 2900.0, 3100.0, 4500.0, 5200.0, 9000.0)) for _ in range(400)]
    load = Load("load", None, lambda moment, _chance: levels[int((moment - start).total_seconds() // 40) % 400])
    silent_from, silent_s = chance.uniform(0, 60 * minutes), chance.choice((0.0, 20.0, 65.0, 900.0))
    at_s = 0.0
    for sent in Meter(maker, House(Net.TN, loads=(load,)), start).sent():
        at_s = (sent.moment - start).total_seconds()
        if at_s > 60 * minutes:
            return
        if silent_from <= at_s < silent_from + silent_s:
            continue
        octets = bytearray(sent.octets)
        if chance.random() < 0.01:
            octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
        size = chance.choice((len(octets), 64))
        for place in range(0, len(octets), size):
            yield Chunk(at_s + (place + size) / 240, bytes(octets[place : place + size]))


@pytest.mark.parametrize("maker", [Maker.AIDON, Maker.KAIFA, Maker.KAMSTRUP])
@pytest.mark.parametrize(("seed", "with_clock"), [(1, False), (2, True)])
def test_the_ticks_that_are_left_out_change_nothing(maker: Maker, seed: int, with_clock: bool) -> None:
    chance = random.Random(seed)
    minutes = 20
    chunks = sorted(spoken(maker, chance, minutes), key=lambda chunk: chunk.at_s)
    keys = [
        KeyPress(
            round(chance.uniform(0, 60 * minutes), 2), Press(chance.choice(tuple(Key)), long=chance.random() < 0.3)
        )
        for _ in range(12)
    ]
    utc = datetime(2026, 1, 15, 16, 47, 3, tzinfo=UTC) if with_clock else None

    every, some = (told(EAGER, chunks, skips=skips, keys=keys, utc=utc) for skips in (False, True))
    assert some == every


def test_nor_do_those_of_a_long_silence() -> None:
    chance = random.Random(1)
    before = list(spoken(Maker.KAMSTRUP, chance, 5))
    after = [Chunk(chunk.at_s + 5000, chunk.octets) for chunk in before[-20:]]

    every, some = (told(EAGER, [*before, *after], skips=skips) for skips in (False, True))
    assert some == every
