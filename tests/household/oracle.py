"""Lives a life with a household, and judges it by arithmetic of its own: what the load was, when, and who told it.

What can be demanded of an hour depends on the clocks of the house. With a synchronised system clock from the start,
an hour is that of true time (or of a meter's clock less than half an hour from it). With the meter's clock alone it is
the hour by that clock, wherever that lies: nobody in the house can know better. After a clock was set, the hour may be
by any of the clocks that were told so far. In each case its energy is what the load was in those seconds, and never
more than its largest power times an hour: that much holds whatever the clocks say.
"""

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from appliance.household.checkpoint import Checkpoint, Restored
from appliance.household.hours import Hour, Quality, Span
from appliance.household.household import Household
from appliance.household.rules import Delays, Rules, SoundRule, Thresholds
from appliance.household.situation import Level, Rule, Situation
from tests.household.oracle_life import Life, Process
from tests.household.oracle_world import HOUR, Phase, Told, near_a_clock_change

OCTETS_A_SECOND = 240
WATCH_W, ACT_W, ON_S, OFF_S = 5000.0, 9000.0, 20.0, 50.0
POWER = Thresholds(watch_w=WATCH_W, act_w=ACT_W, hysteresis_w=200, watch=Delays(ON_S, OFF_S), act=Delays(ON_S, OFF_S))
SOUNDS_AN_HOUR = 3
LEARNT = 3
YEAR = 366 * 24 * HOUR
_NEAR_S = 150
"""Clocks this close to each other are one that was corrected."""


@dataclass
class Figures:
    """What a life came to."""

    wrong: list[str] = field(default_factory=list)
    qualities: dict[str, int] = field(default_factory=dict)
    spans: int = 0
    looks_settled: int = 0
    hours_expected: int = 0


def utc_of(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


class Oracle:
    """One life, and the household that hears of it."""

    def __init__(self, life: Life) -> None:
        self.life, self.meter, self.make = life, life.meter, life.make
        self.load = life.meter.load
        self.chance = life.meter.chance
        self.figures = Figures()
        self.hours: dict[datetime, Hour] = {}
        self.spans: set[Span] = set()
        self.checkpoint: Checkpoint | None = None
        self.written_at = 0
        self.clocks: list[tuple[int, int]] = []
        """From when on a clock was told that is ahead of true time by so many seconds."""
        self.synchronised_from: int | None = None
        self.always_synchronised = True
        self.not_told_at: list[int] = []
        self.not_told_wh: list[float] = [0.0]
        """What the told powers and the load differ by, added up."""
        self.last: Told | None = None
        """The newest hourly list that was sent, and that came."""
        self.came: Told | None = None
        self.previous: tuple[float, int] | None = None
        self.expected: set[int] = set()
        self.peaks: dict[object, float] = {}
        self.time_known = False
        self.heard_first: dict[Phase, int] = {}
        """When the first list came whose clock was so."""
        self.seemed_new: list[tuple[int, int]] = []
        """When old lists came of which nobody can tell that they are old, and the power in them."""
        self.heard_of_kind: dict[tuple[Phase, bool], int] = {}
        """How many lists came whose clock was so, hourly ones and others."""

    # -- living ------------------------------------------------------------------------------------------------------

    def lived(self) -> Figures:
        """Live the whole life; what was found."""
        booted = 0
        for process in self.life.processes:
            if process.before != "restart":
                booted = process.start - 100
            self._run(process, booted)
        self._judge_hours()
        return self.figures

    def _run(self, process: Process, booted: int) -> None:
        household = Household(Rules(power=POWER, silent_s=self.life.silent_s), sound=SoundRule(an_hour=SOUNDS_AN_HOUR))
        household.port(is_open=True)
        self.process, self.household, self.booted = process, household, booted
        if process.before != "new":
            hours = tuple(self.hours[start] for start in sorted(self.hours))
            downtime_s = float(process.start - self.written_at) if process.before == "restart" else None
            household.restore(Restored(hours, self.checkpoint, downtime_s), process.start - booted)
        self.calm_from = self.whole_from = process.start
        self.time_known = process.before == "restart" and self.time_known if self.clocks else False
        self.shows_time = self.time_known
        self.shown_before: int | None = None
        self.powers: deque[tuple[float, int]] = deque()
        self.level: Level | None = None
        self.rose_at: float | None = None
        self.running_hour = 0
        self.system_heard: int | None = None
        self.phase: Phase | None = None
        minute = process.start
        for told in self.meter.sent(process.start, process.end):
            while minute <= told.at:
                self._minute(minute)
                minute += 60
            delivered = self._delivered(told)
            if delivered is not None:
                self._tell(*delivered)
        if process.orderly:
            self._write(process.end)

    def _minute(self, at: int) -> None:
        process = self.process
        if process.system == "unset":
            self.household.system_clock(utc_of(at - 7 * 86_400), False, at - self.booted)
        elif process.system in ("right", "late"):
            on = at >= process.system_from
            self.household.system_clock(utc_of(at if on else at - 98_765), on, at - self.booted)
            if on and self.system_heard is None:
                self.system_heard = at
                self.synchronised_from = at if self.synchronised_from is None else self.synchronised_from
                self.time_known = True
        if self.system_heard is None:
            self.always_synchronised = False
        if at > process.start:
            self._write(at)

    def _write(self, at: int) -> None:
        batch = self.household.record(at - self.booted)
        for hour in batch.hours:
            self.hours[hour.start] = hour
        self.spans |= set(batch.spans)
        self.checkpoint, self.written_at = batch.checkpoint, at
        self.household.written(batch)

    def _delivered(self, told: Told) -> tuple[Told, bool] | None:
        """What the line makes of a list: it, an old one in its place (True), or nothing."""
        life = self.life
        if any(begin <= told.at < over for begin, over in life.gaps):
            self.calm_from = told.at
            return None
        draw = self.chance.random()
        if told.hourly:
            before, self.last = self.last, told
            if draw < life.lost_hourly:
                self.calm_from = told.at if not self.make.clock_always else self.calm_from
                return None
            if draw > 1 - life.repeated and before is not None and 0 < told.at - before.at <= 2 * HOUR:
                self.calm_from = told.at if not self.make.clock_always else self.calm_from
                return self._again(told.at, before), True
        elif draw < life.lost:
            return None
        elif self.came is not None and self.came.at + 60 > told.at > self.came.at and draw > 1 - life.twice:
            return self._again(told.at, self.came), True
        if told.hourly:
            self.came = told
        return told, False

    def _again(self, at: int, old: Told) -> Told:
        """An old list, sent at a later moment; its clock is as much further behind."""
        shown_s = None if old.shown_s is None else old.shown_s - (at - old.at)
        return replace(old, at=at, shown_s=shown_s)

    def _tell(self, told: Told, old: bool) -> None:
        reading = told.reading
        came = told.at + reading.length / OCTETS_A_SECOND
        now = came - self.booted
        self.heard_first.setdefault(told.phase, told.at)
        if told.phase is not self.phase:
            if self.phase is not None or told.phase.since > self.process.start:
                self.calm_from = self.whole_from = told.at
            self.phase = told.phase
        if told.shown_s is not None:
            self._clock(told, old)
        settled = self._settled(told)
        if self.previous is None or told.at - self.previous[0] > self.life.silent_s - 3:
            self.whole_from = told.at
        power_w = int(reading.power_import_w or 0)
        self.household.reading(reading, now)
        situation = self.household.situation(now)
        # An old power is no present one; before the time is known, nobody can tell. Where the clock is not settled, the
        # power of a list may be refused, as the age of what is shown says: then the one before is held on, as over a
        # lost list. In the life of seed 1859 a clock falls 30 days behind, and two lists are refused: 7,181 W held for
        # the 75 s in which it truly was 673 W are 136 Wh that no list told.
        is_taken = situation.reading_age_s == 0
        if is_taken and not (old and settled):
            self._compare(told.at, power_w)
            self.powers.append((came, power_w))
        kind = told.phase, told.hourly
        self.heard_of_kind[kind] = self.heard_of_kind.get(kind, 0) + 1
        if settled and not old and not is_taken and not self._is_learning(told, self.heard_of_kind[kind]):
            self._wrong(came, f"{power_w} W are refused, {situation.reading_age_s} s old ones are shown")
        if old and told.shown_s is not None:
            # Its clock, as its maker's usually mean it, names this moment, or stood still then as it does now.
            names_now = abs(told.shown_s + self.meter.misread_s(told.at)) <= _NEAR_S
            if names_now or told.phase.kind == "stuck":
                self.seemed_new.append((told.at, power_w))
        self._look(situation, told, came, settled, old)

    def _clock(self, told: Told, old: bool) -> None:
        """Keep a clock that the household may believe."""
        # An old hourly list that follows another as old is like a clock that is an hour behind.
        as_before = not self.make.clock_always and told.shown_s == self.shown_before
        self.shown_before = told.shown_s
        # The first list in which a clock stands still is one that is corrected by seconds.
        begins_to_stand = told.phase.kind == "stuck" and self.heard_first[told.phase] == told.at
        corrects = begins_to_stand and abs((told.shown_s or 0) - told.phase.error_s) <= _NEAR_S
        steady = (told.phase.kind == "off" and not old) or as_before or corrects
        first = not (self.time_known and self.shows_time)
        if not steady and not first:
            return
        ahead = told.shown_s or 0
        # As its maker's usually mean it, or, where it was seen to move with the summer, as it does.
        readings = {ahead, ahead + self.meter.misread_s(told.at + ahead)}
        if told.phase.kind != "stuck" and (self.synchronised_from is not None or near_a_clock_change(told.at + ahead)):
            readings |= {
                ahead + hours * HOUR for hours in range(-2, 3)
            }  # what was learnt in winter may be wrong in summer
        for clock in readings:
            if not any(known == clock for _, known in self.clocks):
                self.clocks.append((told.at, clock))
        # A first clock from long before a cut may be believed or not, and the next one then is the first.
        if (not near_a_clock_change(told.at + ahead) or self.make.standard) and (
            steady or self.process.before == "new"
        ):
            self.time_known = True

    def _compare(self, at: int, power_w: int) -> None:
        """Add up what the power that was told last differs from the load until now."""
        if self.previous is not None:
            since, held_w = self.previous
            if 0 < at - since <= self.life.silent_s + 3:
                difference = self.load.bought(since, at) - held_w * (at - since) / HOUR
                late = (power_w - held_w) * self.make.octets / OCTETS_A_SECOND / HOUR  # its last octet tells it
                self.not_told_at.append(at)
                self.not_told_wh.append(self.not_told_wh[-1] + abs(difference) + abs(late))
        self.previous = at, power_w

    # -- judging what is shown ---------------------------------------------------------------------------------------

    def _settled(self, told: Told) -> bool:
        """Whether the meter's clock has been right, by its usual convention, for long enough to be believed."""
        phase = self.meter.phase(told.at)
        if phase.kind != "off" or abs(phase.error_s) > 5 or self.meter.standard != self.make.standard:
            return False
        if not self.meter.standard and near_a_clock_change(self.calm_from):
            return False
        if self.system_heard is not None and told.at - self.system_heard < LEARNT * self.meter.every_s:
            return False  # a synchronised clock has just come, and may mean that all lists so far were old
        needed_s = (660 if self.make.clock_always else 3 * HOUR + 30) + self._doubt_s(phase, told.at)
        return told.at - max(self.calm_from, phase.since) >= needed_s

    def _is_learning(self, told: Told, heard: int) -> bool:
        """Whether a synchronised clock is just teaching what this kind of list means: until then it may look old.

        That is so of three lists of a kind whose clock was another one before, hourly ones apart.
        """
        return self.system_heard is not None and heard <= LEARNT and told.phase is not self.meter.phases[0]

    def _doubt_s(self, right: Phase, at: int) -> float:
        """For how long a clock that is right `at` now need not be believed, since one that was wrong had been.

        In a house without another clock a wrong one that was heard first is the time, until it has been contradicted
        for twice as long as it held.
        """
        phases, processes = self.meter.phases, self.life.processes
        wrong = [phase for phase in phases[: phases.index(right)] if phase.kind != "off" or abs(phase.error_s) > 5]
        if self.system_heard is not None or not any(phase.kind == "off" for phase in wrong):
            return 0.0
        begun = wrong[0].since
        boots = [run.start for run in processes if run.before != "restart"]
        # How long the dark was is not known: a clock has held since the last cut at most, whatever there was before it.
        born = max((boot for boot in boots if boot <= begun), default=boots[0])
        right_s = max(0, begun - born)
        # As long as nothing of a clock that is right again came, the wrong one was not contradicted.
        wrong_s = self.heard_first.get(right, at) - max(born, begun)
        return 0.0 if wrong_s < right_s and not any(boot > begun for boot in boots) else 2.0 * wrong_s + 660

    def _wrong(self, at: float, what: str) -> None:
        self.figures.wrong.append(f"{utc_of(at):%Y-%m-%d %H:%M:%S} {what}")

    def _look(self, situation: Situation, told: Told, came: float, settled: bool, old: bool) -> None:
        local = situation.local_time
        self.shows_time = local is not None
        shown_s = None if local is None else local.timestamp() - came
        running = situation.hour
        if running is not None:
            if running.seen_s > HOUR + 3.01 or running.seen_s > running.elapsed_s + _NEAR_S:
                self._wrong(came, f"the running hour has {running.seen_s} s of {running.elapsed_s}")
            if running.import_wh > self.load_peak(running.start) + 1:
                self._wrong(came, f"the running hour has {running.import_wh} Wh")
            # Where the newest lists are refused, the hour is as it was at the one before.
            latest = timedelta(seconds=HOUR + self.life.silent_s)
            if (
                local is not None
                and not timedelta(seconds=-self.life.silent_s - _NEAR_S) <= local - running.start < latest
            ):
                self._wrong(came, f"the hour of {running.start} runs at {local}")
        if self.system_heard is not None and (shown_s is None or abs(shown_s) >= 1803):
            self._wrong(came, f"{shown_s} s off a synchronised clock")
        if self.system_heard is not None and came - self.system_heard > 2 * self.life.silent_s:
            newest = max((hour.start.timestamp() for hour in situation.ended_hours[-1:]), default=0.0)
            if newest > came + 1800:
                self._wrong(came, f"an hour of the future has ended: {utc_of(newest)}")
        if settled:
            self.figures.looks_settled += 1
            self._settled_look(situation, told, came, shown_s, old)
        elif shown_s is not None and not any(abs(shown_s - clock) <= _NEAR_S for clock in self._all_clocks()):
            self._wrong(came, f"the time is {shown_s} s ahead: no clock said so")
        agrees = told.phase.kind == "off" and abs(told.phase.error_s) <= 5 and self.calm_from < told.at - HOUR
        synchronised = self.system_heard is not None and self.always_synchronised and agrees
        if (settled or synchronised) and told.at % HOUR < self.meter.every_s + 15:
            begun = told.at // HOUR * HOUR - HOUR
            calm_from = self.calm_from + self._doubt_s(told.phase, told.at)
            if max(self.whole_from, calm_from) <= begun - (60 if synchronised else 660):
                self.expected.add(begun)
        self._levels(situation, came)

    def _settled_look(self, situation: Situation, told: Told, came: float, shown_s: float | None, old: bool) -> None:
        if shown_s is None or abs(shown_s) > 8:
            self._wrong(came, f"the time is {shown_s} s ahead of a clock that has been right for long")
            return
        fresh = {power_w for at, power_w in self.powers if at >= came - self.life.silent_s}
        told_lately = any(at > came - self.life.silent_s + 0.01 for at, _ in self.powers)
        if not told_lately and situation.power_import_w is None:
            return  # nothing but old lists came for all of the time after which a meter is silent
        if not fresh:
            if situation.power_import_w is not None:
                self._wrong(came, f"{situation.power_import_w} W are shown, and none were told")
            return
        hour = told.at // HOUR
        if 15 < told.at % HOUR < HOUR - 15:
            running = situation.hour
            if running is None or running.start.timestamp() != hour * HOUR:
                self._wrong(came, f"no hour runs, or another: {running}")
            if any(ended.start.timestamp() > hour * HOUR for ended in situation.ended_hours[-3:]):
                self._wrong(came, f"an hour of the future has ended: {situation.ended_hours[-1].start}")
        if situation.power_import_w is None or situation.power_import_w not in fresh:
            self._wrong(came, f"{situation.power_import_w} W are shown; told were {sorted(fresh)}; old list: {old}")

    def _levels(self, situation: Situation, came: float) -> None:
        """No power alarm comes before its power has stood for the hold time, nor goes before it was away as long."""
        while self.powers and self.powers[0][0] < came - 200:
            self.powers.popleft()
        level = max((alarm.level for alarm in situation.alarms if alarm.rule is Rule.POWER), default=Level.OK)
        before, self.level = self.level, level
        if before is None:
            self.rose_at = None
            return
        if level > before:
            limit = WATCH_W if level is Level.WATCH else ACT_W
            held = [power_w for at, power_w in self.powers if at > came - ON_S - 0.5]
            longest = came - self.powers[0][0] if self.powers else 0
            if longest < ON_S - 1.6 or any(power_w < limit for power_w in held):
                self._wrong(came, f"{level.name} came after {held} W")
            self.rose_at = came
        if level < before and self.rose_at is not None and came - self.rose_at < OFF_S - 1.6:
            self._wrong(came, f"{before.name} went after {came - self.rose_at} s")

    # -- judging the hours -------------------------------------------------------------------------------------------

    def _all_clocks(self) -> list[int]:
        clocks = [clock for _, clock in self.clocks]
        return clocks if self.synchronised_from is None else [0, *clocks]

    def _clocks_of(self, start: float) -> list[int]:
        """By how much the clock may have been ahead that an hour goes by."""
        if self.always_synchronised:
            return sorted({0} | {clock for _, clock in self.clocks if abs(clock) < 1800})
        told = {clock for since, clock in self.clocks if start >= since + clock - HOUR - 60}
        if self.synchronised_from is not None and start >= self.synchronised_from - HOUR - 60:
            told.add(0)
        return sorted(told)

    def load_peak(self, start: datetime) -> float:
        """The most that any hour of this name can have used, Wh."""
        key = start, len(self.clocks), len(self.seemed_new), self.synchronised_from, self.always_synchronised
        if key not in self.peaks:
            self.peaks[key] = self._peak(start.timestamp())
        return self.peaks[key]

    def _peak(self, at: float) -> float:
        seemed_new = [w for told_at, w in self.seemed_new if at - 200 <= told_at < at + HOUR + 200]
        told = [self.load.most_w(at - clock - 200, at - clock + HOUR + 200) for clock in self._clocks_of(at)]
        return max(0.0, *seemed_new, *told)

    def _not_told(self, start: float, end: float) -> float:
        first = bisect_left(self.not_told_at, start - self.life.silent_s)
        last = bisect_left(self.not_told_at, end + self.life.silent_s)
        return self.not_told_wh[last] - self.not_told_wh[first]

    def _judge_hours(self) -> None:
        process = self.life.processes[-1]
        known = self.household.hours
        starts = [hour.start for hour in known]
        if starts != sorted(set(starts)):
            self._wrong(process.end, f"hours twice or out of order: {starts}")
        for hour in self.hours.values():
            name = hour.quality.value
            self.figures.qualities[name] = self.figures.qualities.get(name, 0) + 1
            reason = self._judge(hour)
            if reason is not None:
                self._wrong(hour.start.timestamp(), f"{reason}: {hour}")
        for span in self.spans:
            self.figures.spans += 1
            self._judge_span(span)
        for begun in self.expected:
            over = begun + HOUR + 130
            if not any(run.start <= begun and over <= run.end for run in self.life.processes):
                continue
            if any(begun < phase.since < over for phase in self.meter.phases):
                continue
            self.figures.hours_expected += 1
            ended = self.hours.get(utc_of(begun))
            if ended is None or ended.quality not in (Quality.METERED, Quality.INTEGRATED):
                self._wrong(begun, f"all of the hour was told, and it is {ended}")

    def _judge(self, hour: Hour) -> str | None:
        """What is wrong with an ended hour; `None`: nothing."""
        start = hour.start.timestamp()
        clocks = self._clocks_of(start)
        if not 0 <= hour.coverage <= 1:
            return "more than an hour's seconds"
        if hour.quality is Quality.UNKNOWN:
            return None if hour.import_wh == 0 else "unknown, and yet a figure"
        if not clocks:
            return "no clock ever told of it"
        highest = self.load_peak(hour.start)
        length = 1.0 if hour.quality is Quality.METERED else hour.coverage
        step = max(step for _, step in self.meter.steps)
        if hour.import_wh > highest * length + (
            step + highest * _NEAR_S / HOUR if hour.quality is Quality.METERED else 1
        ):
            return f"more than its largest power, {highest} W, times its length"
        if hour.quality is Quality.METERED:
            return (
                None if self._can_be_metered(start, hour.import_wh, clocks) else self._should("metered", start, clocks)
            )
        truths = self._windows(start, clocks)
        slack = max(self._not_told(start - clock, start - clock + HOUR) for clock in clocks)
        if hour.quality is Quality.INTEGRATED:
            close = any(abs(hour.import_wh - was) <= max(30.0, 0.01 * was) + slack for was in truths)
            return None if close else self._should("integrated", start, clocks)
        if clocks[-1] - clocks[0] <= _NEAR_S and hour.import_wh > max(truths) + 30 + slack:
            return self._should("partly", start, clocks)
        return None

    def _windows(self, start: float, clocks: list[int]) -> list[float]:
        """The load of this hour by each of the clocks, and by those between two that are one corrected, Wh."""
        ahead: set[float] = set(clocks)
        for one in clocks:
            for other in clocks:
                if 0 < other - one <= _NEAR_S:
                    ahead |= {one + (other - one) * part / 12 for part in range(13)}
        return [self.load.bought(start - clock, start - clock + HOUR) for clock in sorted(ahead)]

    def _can_be_metered(self, start: float, import_wh: float, clocks: list[int]) -> bool:
        return self._register(start, start + HOUR, import_wh, clocks, _NEAR_S)

    def _register(self, start: float, end: float, import_wh: float, clocks: list[int], apart: float) -> bool:
        """Whether a register's difference between two full hours of these clocks can be so much."""
        step = max(step for _, step in self.meter.steps)
        for one in clocks:
            for other in clocks:
                # A clock that was set while the power was cut: by the meter it was an hour all the same.
                if abs(other - one) > apart and not self._cut_between(start - one, end - other):
                    continue
                slack = 0.0
                if not self.make.hourly_of_the_full_hour:
                    slack = self._between(start - one) + self._between(end - other)
                was = self.load.bought(start - one, end - other)
                if abs(import_wh - was) <= step + slack + 0.5:
                    return True
        return False

    def _cut_between(self, start: float, end: float) -> bool:
        return any(run.before in ("cut", "dark") and start < run.start < end for run in self.life.processes)

    def _between(self, full_hour: float) -> float:
        """What can be wrong with what was used from a full hour to the list that is sent after it, Wh."""
        late_s = self.meter.every_s * 6 if self.make.registers_always else 15
        return self._not_told(full_hour, full_hour + late_s)

    def _should(self, what: str, start: float, clocks: list[int]) -> str:
        near = [f"{clock} s: {self.load.bought(start - clock, start - clock + HOUR):.0f}" for clock in clocks[:6]]
        return f"wrong {what} hour, by the clocks ahead by {', '.join(near)} Wh"

    def _judge_span(self, span: Span) -> None:
        start, end = span.start.timestamp(), span.end.timestamp()
        clocks = self._clocks_of(end)
        if not self.make.named and len(self.meter.bases) > 1 and end - start > YEAR:
            return  # an exchange without an id is seen by a leap, and no leap is too far for a clock that is years off
        if end - start < 2 * HOUR or not self._register(start, end, span.import_wh, clocks, float("inf")):
            was = [f"{clock}: {self.load.bought(start - clock, end - clock):.0f}" for clock in clocks[:6]]
            self._wrong(start, f"wrong sum, {was}: {span}")
