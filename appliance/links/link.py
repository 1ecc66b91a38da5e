"""What every link is: shown each situation like the panel, and never able to hold up anybody.

A link keeps the situation and returns at once. What it sends, it sends from a task of its own.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from appliance.household.situation import Situation
from appliance.words.words import Words

Task = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Context:
    """What a link says beside the situation."""

    words: Words
    """The household's."""
    limit_kw: float | None = None
    """The mean of an hour that the household has chosen to keep, kW; `None` is none."""
    started: datetime | None = None
    """When the program was started; `None` while the time is not known."""


class Commands(ABC):
    """What others may ask of the appliance where the settings allow it. Each returns whether it could be done."""

    @abstractmethod
    def acknowledge(self) -> bool:
        """Acknowledge all alarms."""

    @abstractmethod
    def limit(self, limit_kw: float | None) -> bool:
        """Keep each hour's mean within this, kW; `None` is what the settings file says."""

    @abstractmethod
    def quiet(self, *, on: bool) -> bool:
        """Make no sound for an hour, or make them again."""


class Link(ABC):
    """One way to other machines. All calls come from the event loop; none may block."""

    name = "link"
    """In sentences: "the mqtt failed"."""

    @abstractmethod
    def show(self, situation: Situation) -> None:
        """Take note of a situation."""

    def apply(self, context: Context) -> None:  # noqa: B027 - some links say nothing that these change
        """Go by other words and limits from now on."""

    @abstractmethod
    def tasks(self) -> Mapping[str, Task]:
        """Return what is to run for as long as the appliance does, by the name that a failure of it gets."""
