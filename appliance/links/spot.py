"""The day-ahead prices, fetched politely: each day once, tomorrow's soon after the exchange has published it.

Nothing is fetched before the time is known. Today comes first, then what yesterday and the month lack, then tomorrow
where it is due. A server that has not got a day yet (404) is asked again after a while, one that fails after growing
pauses; a price that could not be had is not known, and never another day's. Appliances in many homes do not ask at the
same minute.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from appliance.household.situation import Situation
from appliance.household.spot import SpotPrices
from appliance.links import spot_answer, spot_file
from appliance.links.fetch import FetchError, fetch
from appliance.links.link import Context, Link, Task
from appliance.links.spot_answer import RefusedError
from appliance.settings.model import SpotSettings
from appliance.system.backoff import Backoff
from appliance.system.say_once import SayOnce
from appliance.system.timebase import Timebase

log = logging.getLogger(__name__)

PUBLISHED = timedelta(hours=13, minutes=10)
"""Into the local day: from then on tomorrow's prices may be there (the auction closes at 12, and is told by 13)."""
JITTER = timedelta(minutes=45)
"""Later than that by up to so much, so that not all ask at once; drawn anew each day."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 120.0, 7200.0
"""After a failure, and after a 404 for a day that is due."""
BETWEEN_S = 20.0
"""Between two days that are fetched one after another."""
LOOK_S = 30.0
"""How often it is looked whether a day is due."""
NOT_FOUND, FOUND = 404, 200
_DAY = timedelta(days=1)

Take = Callable[[SpotPrices], None]
"""Told what is known, each time that it has changed."""


class SpotLink(Link):
    """Fetches the prices of an area, and keeps them."""

    name = "spot"

    def __init__(self, settings: SpotSettings, timebase: Timebase, folder: Path | None, take: Take) -> None:
        """Begin with what is kept in `folder`, of which `take` is told at once; without one nothing is kept."""
        area = settings.area or ""
        self._address = settings.address_in_use
        self._timebase = timebase
        self._folder = folder
        self._take = take
        source = (urlsplit(self._address).hostname or "").removeprefix("www.")
        self._prices = SpotPrices(area, source, spot_file.load_or_set_aside(folder, area))
        self._local: datetime | None = None
        self._said = SayOnce(log)
        self._jitter: tuple[date, timedelta] = date.min, timedelta()
        self._absent: set[date] = set()
        """Past days that could not be had today."""
        take(self._prices)

    def show(self, situation: Situation) -> None:
        """Keep the time."""
        self._local = situation.local_time

    def apply(self, context: Context) -> None:  # noqa: ARG002 - it says nothing in words
        """Tell again: the household's share of VAT may be another one."""
        self._take(self._prices)

    def tasks(self) -> Mapping[str, Task]:
        """Return the task that fetches."""
        return {self.name: self._run}

    async def _run(self) -> None:
        backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        # Not all of a street at once when the power is back.
        await self._timebase.sleep(random.uniform(0.1, 1.0) * LOOK_S)
        while True:
            day = None if self._local is None else self._due(self._local)
            if day is None:
                await self._timebase.sleep(LOOK_S)
            elif await self._had(day):
                backoff.reset()
                await self._timebase.sleep(BETWEEN_S * random.uniform(0.7, 1.3))
            else:
                await self._timebase.sleep(backoff.pause_s() * random.uniform(0.7, 1.3))

    def _due(self, local: datetime) -> date | None:
        """Return the day that is to be fetched now; `None` when all are there."""
        today = local.date()
        if self._jitter[0] != today:
            self._jitter = today, random.random() * JITTER
            self._absent.clear()
        into_day = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
        tomorrow_is_due = into_day >= PUBLISHED + self._jitter[1]
        known = {known.day for known in self._prices.days} | self._absent
        return due(today, known, tomorrow_is_due=tomorrow_is_due)

    async def _had(self, day: date) -> bool:
        """Fetch a day. Return whether the next one may be asked for."""
        url, source = f"{self._address}{spot_answer.path(day, self._prices.area)}", self._prices.source
        try:
            answer = await fetch(url)
            if answer.status == NOT_FOUND:
                return self._not_found(day)
            if answer.status != FOUND:
                raise FetchError(f"{source} answers with status {answer.status}")
            new = spot_answer.understood(answer.body, day, self._prices.area)
        except FetchError as error:
            return self._failed(str(error))
        except RefusedError as error:
            return self._failed(f"{source}: {error}") or self._is_past(day)
        self._said.over(f"the spot prices of {day} are here")
        self._tell(replace(self._prices, days=spot_file.with_day(self._prices.days, new), trouble=None))
        if self._folder is not None:
            try:
                await asyncio.to_thread(spot_file.save, self._folder, self._prices.area, self._prices.days)
            except OSError as error:
                log.warning("%s: cannot be written: %s", self._folder / spot_file.SPOT_FILE, error.strerror or error)
        return True

    def _not_found(self, day: date) -> bool:
        """Return whether another day may be asked for, though this one is not there."""
        if self._is_past(day):
            return True
        if self._local is not None and day > self._local.date():
            log.info("the spot prices of %s are not published yet", day)
            return self._trouble(None)
        return self._failed(f"{self._prices.source} has no prices of {day} for {self._prices.area}")

    def _is_past(self, day: date) -> bool:
        """Return whether a day is over; then it is not asked for again before tomorrow."""
        if self._local is None or day >= self._local.date():
            return False
        self._absent.add(day)
        return True

    def _failed(self, sentence: str) -> bool:
        self._said.warn(f"no spot prices: {sentence}; it is tried again")
        return self._trouble(sentence)

    def _trouble(self, sentence: str | None) -> bool:
        if sentence != self._prices.trouble:
            self._tell(replace(self._prices, trouble=sentence))
        return False

    def _tell(self, prices: SpotPrices) -> None:
        self._prices = prices
        self._take(prices)


def due(today: date, known: Container[date], *, tomorrow_is_due: bool) -> date | None:
    """Return the day to fetch: today, the month's and yesterday, the newest first, then tomorrow where it is due."""
    first = min(today.replace(day=1), today - _DAY)
    wanted = [today - back * _DAY for back in range((today - first).days + 1)]
    wanted += [today + _DAY] if tomorrow_is_due else []
    return next((day for day in wanted if day not in known), None)
