"""The hours of a replay: which ended or changed, and which of them lifted their month into a dearer step."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from appliance.household.capacity import Month, month
from appliance.household.hours import OSLO, Hour
from appliance.household.tariff import Basis, Tariff, in_force

Limits = list[float | None]
"""The lower and the upper limit of a step, kW or A; no upper one for the last."""


class EndedHours:
    """The hours that end or change from a moment on."""

    def __init__(self, tariffs: Sequence[Tariff], known: tuple[Hour, ...]) -> None:
        """Begin with the hours that are known already, in a household with these tables."""
        self._tariffs = tariffs
        self._known = known
        self._changed: dict[datetime, Hour] = {}
        self.steps_lost: list[Mapping[str, Any]] = []
        """In the order in which they were lost."""

    def look(self, hours: tuple[Hour, ...]) -> None:
        """Take note of the hours as they are now."""
        if hours is self._known:
            return
        before, self._known = self._known, hours
        known = {hour.start: hour for hour in before}
        for hour in hours:
            if known.get(hour.start) is not hour:
                self._changed[hour.start] = hour
                self._lose(hour, before, hours)

    def changed(self) -> list[Mapping[str, Any]]:
        """Return the hours that ended or changed, oldest first."""
        return [
            {
                "start": hour.start.isoformat(),
                "import_wh": hour.import_wh,
                "export_wh": hour.export_wh,
                "known": hour.quality.value,
                "coverage": hour.coverage,
            }
            for _, hour in sorted(self._changed.items())
        ]

    def _lose(self, hour: Hour, before: Sequence[Hour], after: Sequence[Hour]) -> None:
        """Note the step that the month of an hour has lost by it."""
        day = hour.start.astimezone(OSLO).date()
        table = in_force(self._tariffs, day)
        if table is None or table.basis is not Basis.PEAKS:
            return
        was, is_now = month(table, before, day), month(table, after, day)
        if was.step is not None and is_now.step is not None and was.step < is_now.step:
            self.steps_lost.append(
                {"hour": hour.start.isoformat(), "from": step_limits(was), "to": step_limits(is_now)}
            )


def step_limits(found: Month) -> Limits | None:
    """Return the limits of the step that a month has reached; `None` where there is none."""
    place, steps = found.step, found.tariff.steps
    if place is None or found.tariff.basis is Basis.NONE or not steps:
        return None
    below = steps[place - 1].up_to if place else 0.0
    return [below or 0.0, steps[place].up_to]
