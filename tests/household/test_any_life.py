"""Whatever happens: any load, gaps, repeated, late and missing lists, restarts, power cuts and clocks that are set.

A model meter lives beside the household: it knows the truth by its own clock and says what the maker's meter would say.
"""

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import Phase, event, given, note, settings
from hypothesis import strategies as st

from appliance.household.checkpoint import Checkpoint, Restored
from appliance.household.clock import STANDARD_TIME
from appliance.household.hours import OSLO, Hour, Quality, Span
from appliance.household.household import Household
from appliance.household.rules import Rules, SoundRule, Thresholds
from appliance.household.situation import Level, Sound
from appliance.meter.reading import Maker, MeterClock, Reading
from appliance.simulation.makers import MAKERS

START = datetime(2026, 3, 28, 21, 17, tzinfo=UTC)
"""An evening before the clock goes forward."""
STEP_S = 10
HOUR = timedelta(hours=1)
RULES = Rules(Thresholds(watch_w=5000, act_w=9000, hysteresis_w=200, on_delay_s=20, off_delay_s=50))
SOUNDS_AN_HOUR = 3


@dataclass
class Model:
    """A house at a constant power between its readings, its meter, and the household that hears it."""

    maker: Maker
    utc: datetime = START
    now: float = 1000.0
    error: timedelta = timedelta()
    register_wh: float = 5_000_000.0
    used: list[float] = field(default_factory=list)
    """Wh of each step."""
    truth: dict[datetime, float] = field(default_factory=dict)
    """Wh by the meter's own clock hours."""
    hours: dict[datetime, Hour] = field(default_factory=dict)
    """The history's file."""
    spans: set[Span] = field(default_factory=set)
    levels: list[tuple[float, Level | None]] = field(default_factory=list)
    sounds: list[tuple[float, Sound]] = field(default_factory=list)
    last_list: Reading | None = None
    runs: bool = True
    number: int = 0
    checkpoint: Checkpoint | None = None
    noted_at: float = 0.0

    def __post_init__(self) -> None:
        self.household = self.made()

    def made(self) -> Household:
        household = Household(RULES, sound=SoundRule(an_hour=SOUNDS_AN_HOUR))
        household.port(is_open=True)
        return household

    def live(self, steps: int, power_w: int, *, heard: bool, lists: str) -> None:
        for _ in range(steps):
            by_meter = self.utc + self.error
            if heard:
                self.say(by_meter, power_w, lists)
            energy = power_w * STEP_S / 3600
            self.used.append(energy)
            hour = by_meter.replace(minute=0, second=0)
            self.truth[hour] = self.truth.get(hour, 0.0) + energy
            self.register_wh += energy
            self.utc += timedelta(seconds=STEP_S)
            self.now += STEP_S
            if self.now % 60 == 0 and self.runs:
                self.write()

    def say(self, by_meter: datetime, power_w: int, lists: str) -> None:
        aidon = self.maker is Maker.AIDON
        zone = STANDARD_TIME if self.maker is Maker.KAMSTRUP else OSLO
        wall = by_meter.astimezone(zone).replace(tzinfo=None)
        reading = Reading(offset=0, length=0, elements=1, maker=self.maker, power_import_w=power_w)
        if not aidon:
            reading = replace(reading, clock=MeterClock(wall))
        if by_meter.minute == 0 and by_meter.second == 10 and aidon:
            # Made on the hour: its register is without the seconds since.
            made = self.register_wh - self.used[-1] if self.used else self.register_wh
            wall -= timedelta(seconds=10)
            listed = replace(
                reading, list_name="AIDON_V0001", clock=MeterClock(wall), meter_id="1", energy_import_wh=made
            )
            reading = self.listed(reading, listed, lists)
        elif by_meter.minute == 0 and by_meter.second == 10:
            listed = replace(reading, list_name="KFM_001", meter_id="1", energy_import_wh=self.register_wh)
            reading = self.listed(reading, listed, lists)
        self.household.reading(reading, self.now)
        self.look()

    def listed(self, reading: Reading, listed: Reading, lists: str) -> Reading:
        if lists == "missing":
            return reading
        if lists == "stuck" and self.last_list is not None and self.maker is Maker.AIDON:
            return self.last_list
        self.last_list = listed
        return listed

    def look(self) -> None:
        situation = self.household.situation(self.now)
        self.levels.append((self.now, situation.level))
        if situation.chime is not None and (not self.sounds or situation.chime.number != self.number):
            self.number = situation.chime.number
            self.sounds.append((self.now, situation.chime.sound))

    def write(self) -> None:
        record = self.household.record(self.now)
        self.hours |= {hour.start: hour for hour in record.hours}
        self.spans |= set(record.spans)
        self.checkpoint, self.noted_at = record.checkpoint, self.now
        self.household.written(record)

    def restart(self, downtime_s: int, *, same_boot: bool) -> None:
        self.runs = False
        self.levels.append((self.now, None))
        self.live(downtime_s // STEP_S, 4321, heard=False, lists="missing")
        self.runs = True
        self.household = self.made()
        self.number = 0
        stored = Restored(tuple(self.hours[start] for start in sorted(self.hours)))
        if self.checkpoint is not None:
            dark = self.now - self.noted_at if same_boot else None
            stored = replace(stored, checkpoint=self.checkpoint, downtime_s=dark)
        self.household.restore(stored, self.now)

    def window_wh(self) -> float:
        """The most that was ever used within 3600 s."""
        size = 3600 // STEP_S
        total = most = sum(self.used[:size])
        for gone, come in zip(self.used, self.used[size:], strict=False):
            total += come - gone
            most = max(most, total)
        return most


UNHURRIED = settings(
    max_examples=3000 if os.environ.get("HAN_LONG") else 150,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
"""Explaining a failure takes minutes here."""

stretches = st.tuples(
    st.just("live"),
    st.integers(1, 500),
    st.integers(0, 12_000),
    st.sampled_from([True, True, True, False]),
    st.sampled_from(["sent", "sent", "sent", "missing", "stuck"]),
)
restarts = st.tuples(st.just("restart"), st.sampled_from([0, 10, 40, 300, 4000, 9000]), st.booleans())
restarts_in_one_boot = restarts.map(lambda restart: (restart[0], restart[1], True))
"""A clock that is set while the power is cut leaves no trace that anybody could see."""
settings_of_the_clock = st.tuples(st.just("set"), st.sampled_from([-7200, -3600, -1800, -40, 30, 1800, 3600, 86_400]))


def lived(maker: Maker, life: list[tuple], model: Model | None = None) -> Model:
    model = model or Model(maker)
    for what, *how in life:
        match what, how:
            case "live", [steps, power_w, heard, lists]:
                model.live(steps, power_w, heard=heard, lists=lists)
            case "restart", [downtime_s, same_boot]:
                model.restart(downtime_s, same_boot=same_boot)
            case "set", [seconds]:
                model.error += timedelta(seconds=seconds)
    model.write()
    return model


def held_wh(life: list[tuple]) -> float:
    """What a power may be believed too long: 30 s at each change of the load or of what is heard."""
    return 12_000 * 30 / 3600 * (len(life) + 1)


@UNHURRIED
@given(st.sampled_from(list(MAKERS)), st.lists(st.one_of(stretches, stretches, restarts), min_size=3, max_size=20))
def test_hours_and_sums_are_what_the_register_and_the_load_say(maker, life):
    model = lived(maker, life)

    assert set(model.household.hours) <= set(model.hours.values())
    for hour in model.hours.values():
        event(hour.quality.value)
        was = model.truth[hour.start]
        match hour.quality:
            case Quality.METERED:
                assert hour.import_wh == pytest.approx(was, abs=0.01)
            case Quality.INTEGRATED:
                assert hour.import_wh == pytest.approx(was, abs=held_wh(life))
            case _:
                assert hour.import_wh <= was + held_wh(life)
    for span in model.spans:
        event("span")
        hours = [energy for start, energy in model.truth.items() if span.start <= start < span.end]
        assert span.import_wh == pytest.approx(sum(hours), abs=0.01)
    # A run of metered hours is the difference of the registers at its ends, and no hour lies within a sum twice.
    assert all(one.end <= other.start for one, other in pairwise(sorted(model.spans, key=lambda span: span.start)))


@UNHURRIED
@given(
    st.sampled_from(list(MAKERS)),
    st.lists(st.one_of(stretches, restarts_in_one_boot, settings_of_the_clock), min_size=3, max_size=20),
)
def test_no_peak_appears_that_the_load_never_had_however_the_clock_is_set(maker, life):
    model = lived(maker, life)

    starts = [hour.start for hour in model.household.hours]
    assert all(one < other for one, other in pairwise(starts))
    most = model.window_wh()
    for hour in model.hours.values():
        note(str(hour))
        # A correction of the clock by up to two minutes makes an hour that much longer.
        assert 0 <= hour.import_wh <= most + held_wh(life) + 12_000 * 150 / 3600
        assert 0 <= hour.coverage <= 1


@UNHURRIED
@given(st.sampled_from(list(MAKERS)), st.lists(st.one_of(stretches, restarts), min_size=3, max_size=20))
def test_no_alarm_flaps_faster_than_its_hold_time_and_no_hour_hears_more_than_its_sounds(maker, life):
    model = lived(maker, life)

    rose_at = None
    for (_, before), (now, level) in pairwise(model.levels):
        before, level = (None if known in (None, Level.FAULT) else known for known in (before, level))
        if level is not None and (before is None or level > before):
            rose_at = now
        if level is not None and before is not None and level < before:
            event("fell")
            assert rose_at is not None
            assert now - rose_at >= RULES.power.off_delay_s
    # A sound of the last minute before a restart may be forgotten.
    budget = SOUNDS_AN_HOUR + sum(what == "restart" for what, *_ in life)
    for place, (at, _) in enumerate(model.sounds):
        assert sum(at <= later < at + 3600 for later, _ in model.sounds[place:]) <= budget
