"""What the page takes from the history: hours as CSV for any span of days, read month by month."""

import csv
import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from appliance.history.database import HISTORY_FILE, History
from appliance.household.checkpoint import Batch
from appliance.household.hours import OSLO, Hour, Quality
from appliance.links.identity import Identity
from appliance.panel.brightness import Dimming
from appliance.service.links import ByPanel
from appliance.service.mirror import Mirror
from appliance.service.page_sources import sources
from appliance.settings.model import Settings, WebSettings
from appliance.settings.preferences import LampRule
from appliance.system.clock import Boot
from appliance.system.timebase import Timebase
from appliance.words.words import WORDS

FIRST, LAST = date(2025, 11, 20), date(2026, 11, 26)
"""Over a turn of the year and both of the clock's."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
"""An hour's energy is its number since `FIRST`, Wh."""


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=OSLO).astimezone(UTC)


BEGIN = midnight(FIRST)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("history")
    count = (midnight(LAST + DAY) - BEGIN) // HOUR
    hours = tuple(Hour(BEGIN + n * HOUR, float(n), 0.0, Quality.METERED, 1.0, Quality.METERED) for n in range(count))
    with closing(History(made / HISTORY_FILE)) as history:
        history.write(Batch(hours=hours), Boot("boot", 0.0))
    return made


def fetched(folder: Path, first: date, last: date) -> Iterator[bytes]:
    def offer(image: Image.Image, dimming: Dimming, *, at_once: bool) -> None:
        """Have no display."""

    mirror = Mirror(offer, LampRule())
    settings = Settings(web=WebSettings(port=1))
    found = sources(settings, Timebase(), folder, ByPanel(settings), mirror, Identity(folder))
    assert found.hours is not None
    return found.hours(first, last, WORDS["en"])


def spans() -> list[tuple[date, date]]:
    chance, days = random.Random(18), (LAST - FIRST).days
    some = [sorted(FIRST + DAY * chance.randrange(days + 1) for _ in range(2)) for _ in range(20)]
    return [
        (FIRST, LAST),
        (date(2026, 3, 29), date(2026, 3, 29)),  # 23 hours
        (date(2026, 10, 25), date(2026, 10, 25)),  # 25 hours
        (date(2026, 1, 31), date(2026, 2, 1)),
        (date(2025, 12, 31), date(2026, 1, 1)),
        (FIRST - 40 * DAY, FIRST),
        (LAST, LAST + 4000 * DAY),
        *((first, last) for first, last in some),
    ]


@pytest.mark.parametrize(("first", "last"), spans())
def test_a_span_has_each_of_its_hours_once_and_no_other(folder: Path, first: date, last: date) -> None:
    text = b"".join(fetched(folder, first, last)).decode("utf-8-sig")
    head, *rows = csv.reader(text.splitlines())

    begin, end = max(midnight(first), BEGIN), min(midnight(last + DAY), midnight(LAST + DAY))
    wanted = range((begin - BEGIN) // HOUR, (end - BEGIN) // HOUR)
    assert [float(row[4]) for row in rows] == pytest.approx([number / 1000 for number in wanted], abs=0.0006), head
    assert [row[1] for row in rows] == [f"{(BEGIN + n * HOUR).astimezone(OSLO):%H:%M}" for n in wanted]
