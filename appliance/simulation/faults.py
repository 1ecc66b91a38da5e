"""What goes wrong in the field, put into what a simulated meter sends.

Each is a stream of lists in and a stream of lists out, so they can be put one after another.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

from appliance.simulation.meter import Sent


def until(stream: Iterator[Sent], end: datetime) -> Iterator[Sent]:
    """Return what is sent before `end`."""
    return takewhile(lambda sent: sent.moment < end, stream)


def silent(stream: Iterator[Sent], start: datetime, end: datetime) -> Iterator[Sent]:
    """Leave out what is sent from `start` to before `end`."""
    return (sent for sent in stream if not start <= sent.moment < end)


def without_hourly(stream: Iterator[Sent], hours: Collection[datetime]) -> Iterator[Sent]:
    """Leave out the hourly lists of these full hours."""
    return (sent for sent in stream if not (_is_hourly(sent) and _hour(sent) in hours))


def stuck_hourly(stream: Iterator[Sent], hours: Collection[datetime]) -> Iterator[Sent]:
    """Send the hourly list of the hour before once more at these full hours, octet for octet.

    An Aidon did this at 18:00:11, with the clock and the register of 17:00 (HAN users' reports).
    """
    last: Sent | None = None
    for sent in stream:
        if not _is_hourly(sent):
            yield sent
        elif last is not None and _hour(sent) in hours:
            yield replace(last, moment=sent.moment)
        else:
            yield sent
            last = sent


def twice_hourly(stream: Iterator[Sent], seconds: float) -> Iterator[Sent]:
    """Send every hourly list again `seconds` later, as it was; the stream stays in order of time."""
    waiting: list[Sent] = []
    for sent in stream:
        while waiting and waiting[0].moment <= sent.moment:
            yield waiting.pop(0)
        yield sent
        if _is_hourly(sent):
            waiting.append(replace(sent, moment=sent.moment + timedelta(seconds=seconds)))


def _is_hourly(sent: Sent) -> bool:
    return sent.meant.energy_import_wh is not None


def _hour(sent: Sent) -> datetime:
    return sent.moment.replace(minute=0, second=0, microsecond=0)
