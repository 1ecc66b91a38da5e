"""The room itself: events in, one `Situation` out.

Every event carries its moment on the appliance's monotonic clock; the household never looks at a clock itself, so a
test, the demo and a replayed recording see exactly what the Pi would have shown. What is to outlive the program leaves
as a `Batch`, and comes back as what was `Restored`.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from appliance.household.alarm_spec import NOTHING_REPORTED, AlarmInputs
from appliance.household.attention import Attention
from appliance.household.checkpoint import MINUTES_KEPT, Batch, Checkpoint, MinuteRow, Restored
from appliance.household.clock import WallClock, until_clock_s
from appliance.household.hours import HOUR_S, Hour
from appliance.household.latest import LatestValues
from appliance.household.minutes import MINUTE_S, Minute, MinuteMeans
from appliance.household.outlook import Outlook
from appliance.household.rules import Rules, SoundRule
from appliance.household.situation import Level, LineQuality, Signal, Situation, Storage, VoltageDay
from appliance.household.summary import Summary
from appliance.household.tariff import Tariff
from appliance.household.today import with_minute
from appliance.household.trend import PowerTrend
from appliance.meter.reading import Reading, Rejected

HOUR_SETTLES_S = 300.0
"""The projection of a younger hour says more of the present power than of the hour: no alarm comes of it."""
NIGHT_S = 36_000.0
"""How long "until morning" is while the time is not known."""


class Household:
    """What the household's panel may know, kept up to date by events."""

    def __init__(
        self,
        rules: Rules,
        net: Literal["auto", "it", "tn"] = "auto",
        *,
        sound: SoundRule | None = None,
        tariffs: Sequence[Tariff] = (Tariff(),),
    ) -> None:
        """Make a household whose voltages are between phases ("it"), to neutral ("tn"), or as the lists make likely."""
        self._rules = rules
        self._sound = sound or SoundRule()
        self._latest = LatestValues(rules.silent_s, net)
        self._clock = WallClock()
        self._summary = Summary(tariffs, rules.hour.limit_kw, rules.silent_s, rules.phase.fuse_a)
        self._attention = Attention(rules, self._sound)
        self._means = MinuteMeans()
        self._trend = PowerTrend()
        self._minutes: deque[Minute] = deque(maxlen=MINUTES_KEPT // timedelta(minutes=1))  # not written yet
        self._offered_to = float("-inf")
        self._voltage_day: VoltageDay | None = None
        self._quality = LineQuality()
        self._storage = Storage.NONE
        self._port_open = False
        self._listening_since: float | None = None

    def port(self, is_open: bool) -> None:
        """Take note that the serial port was opened, or is gone."""
        self._port_open = is_open

    def octets(self, count: int) -> None:
        """So many octets came, whatever they were."""
        quality = self._quality
        self._quality = LineQuality(quality.octets + count, quality.readings, quality.rejected)

    def rejected(self, _rejected: Rejected) -> None:
        """Count a frame that gave no reading."""
        quality = self._quality
        self._quality = LineQuality(quality.octets, quality.readings, quality.rejected + 1)

    def system_clock(self, utc: datetime, synchronised: bool, now: float) -> None:
        """Take the system's clock, which says `utc` at `now`, s; it counts once something has set it."""
        self._clock.system(utc, synchronised, now)

    def storage(self, storage: Storage) -> None:
        """Take note of how the history's file is."""
        self._storage = storage

    def history_lost(self) -> None:
        """Have all that is still known here written again: a new history was begun."""
        self._summary.ledger.rewrite()

    def acknowledge(self) -> None:
        """Silence what is over a limit until it is over or gets worse: the household has seen it."""
        self._attention.acknowledge()

    def apply_rules(self, rules: Rules, tariffs: Sequence[Tariff], sound: SoundRule, now: float) -> None:
        """Go by other rules and tables from `now`, s, on.

        Nothing is forgotten: hours, alarms and their delays go on, and are judged by the new limits.
        """
        self._rules = rules
        self._sound = sound
        self._latest.believe_for(rules.silent_s)
        self._summary.apply_tariffs(tariffs, rules.hour.limit_kw, rules.silent_s, rules.phase.fuse_a)
        self._attention.apply_rules(rules, sound, now)

    def mute(self, until: float | None) -> None:
        """Make no sound before `until` on the monotonic clock, s; `None` takes that back. Lamps go on."""
        self._attention.chimes.mute(until)

    def morning(self, now: float) -> float:
        """Return when the next quiet hours end, on the monotonic clock, s; in `NIGHT_S` while the time is not known."""
        local = self._clock.local(now)
        return now + (NIGHT_S if local is None else until_clock_s(local, self._sound.quiet_to))

    def correct(self, start: datetime, import_wh: float) -> None:
        """Correct the import of the hour that began at `start`, UTC, by the household's own figure."""
        self._summary.ledger.correct(start, import_wh)

    @property
    def hours(self) -> tuple[Hour, ...]:
        """The hours that have ended, oldest first; another tuple whenever one of them has changed."""
        return self._summary.ledger.ended

    def utc(self, now: float) -> datetime | None:
        """Return the time at `now`, s, if it is known."""
        return self._clock.utc(now)

    def reading(self, reading: Reading, now: float) -> None:
        """Take a reading whose last octet came at `now`, s."""
        quality = self._quality
        self._quality = LineQuality(quality.octets, quality.readings + 1, quality.rejected)
        if self._clock.repeats(reading):
            return
        self._clock.tell(reading, now)
        self._latest.reading(reading, now)
        if reading.voltage_l1_v is not None:
            self._ended(self._means.phases(self._latest.phases, now))
        if reading.power_import_w is not None:
            export_w = self._latest.export_w
            self._ended(self._means.power(reading.power_import_w, export_w, now))
            self._trend.power(reading.power_import_w, export_w, now)
            self._summary.ledger.power(reading.power_import_w, export_w, now, self._clock.utc(now))
        if reading.energy_import_wh is not None:
            self._registers(reading.energy_import_wh, reading, now)

    def situation(self, now: float) -> Situation:
        """Bring delays, the running minute and the hour to `now`, s, and return all that can be shown then."""
        if self._listening_since is None:
            self._listening_since = now
        utc, local = self._clock.utc(now), self._clock.local(now)
        self._summary.ledger.elapse(now, utc)
        self._ended(self._means.elapse(now))
        present, fresh = self._latest, self._latest.fresh(now)
        import_w = present.import_w if fresh else None
        running = self._summary.ledger.running if fresh and utc is not None else None
        outlook = self._summary.outlook(import_w, utc) if fresh and utc is not None else None
        self._attention.judge(self._inputs(outlook, now), now, local, heard=present.received_at is not None)
        alarms = self._attention.alarms.active(now, utc)
        worst = max((alarm.level for alarm in alarms), default=Level.OK)
        return Situation(
            watch_w=self._rules.power.watch_w,
            act_w=self._rules.power.act_w,
            level=worst if fresh or worst is Level.FAULT else None,
            signal=self._signal(fresh),
            power_import_w=import_w,
            power_export_w=present.export_w if fresh else None,
            recent_w=self._trend.elapse(now),
            phases=present.phases_at(now),
            phases_known=present.phases_fresh(now),
            fuse_a=self._rules.phase.fuse_a,
            line_to_line=present.line_to_line and present.phases_fresh(now),
            hour=running,
            outlook=outlook,
            today=None if running is None else self._summary.today(),
            month=None if utc is None else self._summary.month(utc),
            voltage_day=self._voltage_day,
            ended_hours=self._summary.ledger.ended,
            alarms=alarms,
            chime=self._attention.chimes.latest,
            quiet=self._attention.chimes.quiet(now, local),
            muted_s=self._attention.chimes.muted_s(now),
            local_time=local,
            clock_source=self._clock.source,
            storage=self._storage,
            reading_age_s=present.age_s(now),
            meter=present.identity,
            line=self._quality,
        )

    def record(self, now: float) -> Batch:
        """Return all that is new since what was last `written`, and the state to go on from, at `now`, s."""
        utc = self._clock.utc(now)
        hours, spans = self._summary.ledger.unwritten()
        minutes = () if utc is None else tuple(self._row(minute) for minute in self._minutes)
        self._offered_to = self._minutes[-1].at if minutes else float("-inf")
        checkpoint = Checkpoint(
            ledger=self._summary.ledger.checkpoint(now),
            utc=utc,
            source=self._clock.source,
            last_clock=self._clock.last_clock,
            alarm_checkpoints=self._attention.alarms.alarm_checkpoints(now, utc),
            chime_ages_s=self._attention.chimes.ages_s(now),
            voltage_day=self._voltage_day,
        )
        return Batch(
            hours=hours,
            spans=spans,
            minutes=minutes,
            alarms=self._attention.log.unwritten(self._clock.utc),
            checkpoint=checkpoint,
        )

    def written(self, record: Batch) -> None:
        """Forget what a batch that is on the disk now had to write; what is newer stays to be written."""
        self._summary.ledger.written(record.hours, record.spans)
        self._attention.log.written(record.alarms)
        while self._minutes and self._minutes[0].at <= self._offered_to:
            self._minutes.popleft()

    def restore(self, stored: Restored, now: float) -> None:
        """Go on at `now`, s, from what the history had; to be called before anything else."""
        checkpoint = stored.checkpoint or Checkpoint()
        downtime_s = stored.downtime_s
        self._summary.ledger.restore(stored.hours, checkpoint.ledger, now, downtime_s)
        if downtime_s is not None and checkpoint.utc is not None:
            self._clock.go_on(checkpoint.utc + timedelta(seconds=downtime_s), checkpoint.source, now)
        self._clock.remember(checkpoint.last_clock)
        self._attention.restore(checkpoint.alarm_checkpoints, checkpoint.chime_ages_s, now)
        self._voltage_day = checkpoint.voltage_day

    def adopt(self, hours: Sequence[Hour]) -> None:
        """Take over the hours of a history that could be opened only now."""
        self._summary.ledger.adopt(hours)

    def _registers(self, import_wh: float, reading: Reading, now: float) -> None:
        utc, listed = self._clock.utc(now), self._clock.listed(reading, now)
        if utc is not None and listed is not None:
            at = now - (utc - listed).total_seconds()
            self._summary.ledger.register(import_wh, reading.energy_export_wh, reading.meter_id, at, listed)

    def _ended(self, minute: Minute | None) -> None:
        """Judge the voltages of a minute that is over, and keep it."""
        if minute is None:
            return
        self._minutes.append(minute)
        self._attention.voltages(minute.voltages_v, minute.at + MINUTE_S)
        local = self._clock.local(minute.at)
        if local is not None:
            self._voltage_day = with_minute(self._voltage_day, local.date(), minute.voltages_v, self._rules.voltage)

    def _inputs(self, outlook: Outlook | None, now: float) -> AlarmInputs:
        """Return what the rules judge at `now`, s; the hour only when crossing its limit costs money."""
        present, fresh = self._latest, self._latest.fresh(now)
        received_at = self._listening_since if present.received_at is None else present.received_at
        silence_s = 0.0 if received_at is None else now - received_at
        allowed_wh = None
        if outlook is not None and outlook.certain and not outlook.costs_nothing:
            allowed_wh = outlook.allowed_wh if outlook.time_left_s <= HOUR_S - HOUR_SETTLES_S else None
        return AlarmInputs(
            import_w=present.import_w if fresh else None,
            export_w=present.export_w if fresh else None,
            currents_a=present.currents_a(now),
            hour_wh=None if outlook is None else outlook.projection_wh,
            hour_allowed_wh=allowed_wh,
            hour_left_s=HOUR_S if outlook is None else outlook.time_left_s,
            silence_s=silence_s,
            full_list=present.full_list(now) or NOTHING_REPORTED,
        )

    def _row(self, minute: Minute) -> MinuteRow:
        start = self._clock.utc(minute.at)
        if start is None:
            raise RuntimeError("a minute has no time in UTC before the clock has one")
        return MinuteRow(start, minute.import_w, minute.export_w, minute.voltages_v)

    def _signal(self, fresh: bool) -> Signal:
        if not self._port_open:
            return Signal.NO_PORT
        if fresh:
            return Signal.RECEIVING
        return Signal.WAITING if self._latest.received_at is None else Signal.SILENT
