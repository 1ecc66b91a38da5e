"""What the page shows beside the situation: the panel's pixels and lamps, the settings in force, the history."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol, get_args

import msgspec

from appliance.history.csv_export import ENCODING, export
from appliance.history.database import HISTORY_FILE, History, HistoryError
from appliance.household.situation import Situation
from appliance.links.identity import Identity
from appliance.links.web.site import Sources
from appliance.service.mirror import Mirror
from appliance.service.status import answer
from appliance.settings.choices import Choices
from appliance.settings.chosen import with_choices
from appliance.settings.effective import as_tables, as_written, by_key
from appliance.settings.model import HIDDEN, SECRETS, Settings
from appliance.system.timebase import Timebase
from appliance.words.words import Language, Words


class Asked(Protocol):
    """Others' commands, and the choices in force (`links.ByPanel`)."""

    choices: Callable[[], Choices]
    settings: Callable[[], Settings]

    def acknowledge(self) -> bool:
        """Acknowledge all alarms."""


def sources(
    settings: Settings, timebase: Timebase, folder: Path | None, asked: Asked, mirror: Mirror, identity: Identity
) -> Sources:
    """Return where the page takes what is no situation."""

    def status(situation: Situation) -> bytes:
        return msgspec.json.encode(answer(situation, timebase.now()))

    history = None if folder is None else folder / HISTORY_FILE
    return Sources(
        glass=mirror.octets,
        lamps=mirror.lights,
        status=status,
        settings=lambda: _shown(with_choices(asked.settings(), asked.choices())),
        hours=None if history is None else lambda first, last, words: _hours(history, first, last, words),
        acknowledge=asked.acknowledge if settings.web.acknowledge else None,
        appliance_id=lambda: identity.id or "han",
    )


def _shown(settings: Settings) -> Sequence[tuple[str, str]]:
    """Return the settings in force by their keys, without the secrets."""
    return [
        (key, HIDDEN if key in SECRETS and value is not None else as_written(key, value))
        for key, value in by_key(as_tables(settings)).items()
    ]


def _hours(history: Path, first: date, last: date, words: Words) -> Iterator[bytes]:
    """Yield the hours of these days as lines of a table, read by months: years at once would take memory."""
    start, encoding = first, ENCODING
    while start <= last:
        end = min(last, (start.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1))
        try:
            with closing(History(history, read_only=True)) as opened:
                lines = list(export(opened, start, end, "hours", _language(words)))
        except HistoryError:
            return  # what was read until here is right
        yield "".join(lines[(start != first) :]).encode(encoding)
        start, encoding = end + timedelta(days=1), "utf-8"


def _language(words: Words) -> Language:
    return next(language for language in get_args(Language) if language == words.language)
