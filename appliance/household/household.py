"""The room itself: events in, one `Situation` out.

Every event carries its moment on the appliance's monotonic clock; the household never looks at a clock itself, so a
test, the demo and a replayed recording see exactly what the Pi would have shown. What is to outlive the program leaves
as a `Batch`, and comes back as what was `Restored`.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from appliance.household.alarm_spec import NOTHING_REPORTED, AlarmInputs
from appliance.household.attention import Attention
from appliance.household.checkpoint import MINUTES_KEPT, Batch, Checkpoint, MinuteRow, Restored
from appliance.household.clock import WallClock
from appliance.household.daily_window import until_clock_s
from appliance.household.hours import HOUR_S, OSLO, Hour
from appliance.household.latest import LatestValues
from appliance.household.live_register import LiveRegisters
from appliance.household.minutes import MINUTE_S, Minute, MinuteMeans
from appliance.household.outlook import Outlook
from appliance.household.plausible import Plausibility
from appliance.household.power_limits import power_limits
from appliance.household.rules import Rule, Rules, SoundRule
from appliance.household.seen import NOTHING_SEEN
from appliance.household.situation import (
    Chime,
    Level,
    LineQuality,
    RegisterValues,
    Signal,
    Situation,
    Storage,
    VoltageDay,
)
from appliance.household.spot import Spot, SpotPrices, around
from appliance.household.summary import Summary
from appliance.household.tariff import Tariff
from appliance.household.today import with_minute
from appliance.household.trend import PowerTrend, RecentMean
from appliance.meter.makers import profile_of
from appliance.meter.reading import Reading, Rejected
from appliance.system.health import NOTHING_KNOWN, Fault, FaultKind, Health, LineCondition

LONG_SILENCE_S = 600.0
"""After so long a silence no minute brings anything new."""
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
        self._plausible = Plausibility(rules.phase.fuse_a)
        self._summary = Summary(tariffs, rules.hour.limit_kw, rules.silent_s, rules.phase.fuse_a)
        self._attention = Attention(rules, self._sound)
        self._means = MinuteMeans()
        self._trend = PowerTrend()
        self._recent = RecentMean(rules.hour.mean_s, rules.silent_s)
        self._live = LiveRegisters()
        self._minutes: deque[Minute] = deque(maxlen=MINUTES_KEPT // timedelta(minutes=1))  # not written yet
        self._offered_to = float("-inf")
        self._voltage_day: VoltageDay | None = None
        self._octets = self._readings = self._rejected = 0
        self._storage = Storage.NONE
        self._port_open = False
        self._listening_since: float | None = None
        self._spot: SpotPrices | None = None
        self._spot_vat = 0.0
        self._spot_shown: tuple[datetime | None, Spot] | None = None

    def port(self, is_open: bool) -> None:
        """Take note that the serial port was opened, or is gone."""
        self._port_open = is_open

    def octets(self, count: int) -> None:
        """So many octets came, whatever they were."""
        self._octets += count

    def rejected(self, _rejected: Rejected) -> None:
        """Count a frame that gave no reading."""
        self._rejected += 1

    def system_clock(self, utc: datetime, synchronised: bool, now: float) -> None:
        """Take the system's clock, which says `utc` at `now`, s; it counts once something has set it."""
        self._clock.system(utc, synchronised, now)

    def battery_clock(self, utc: datetime, now: float) -> bool:
        """Take a battery clock's time, which it says at `now`, s, until a better one. Return whether it is taken."""
        return self._clock.battery(utc, now)

    def confirmed_utc(self, now: float) -> datetime | None:
        """Return the time at `now`, s, if it is certain enough to set another clock by."""
        return self._clock.confirmed(now)

    def storage(self, storage: Storage) -> None:
        """Take note of how the history's file is."""
        self._storage = storage

    def history_lost(self) -> None:
        """Have all that is still known here written again: a new history was begun."""
        self._summary.ledger.rewrite()

    def acknowledge(self, rule: Rule | None = None, phase: int | None = None) -> None:
        """Silence an alarm, or all, until it is over or gets worse: the household has seen it."""
        self._attention.acknowledge(rule, phase)

    def apply_rules(self, rules: Rules, tariffs: Sequence[Tariff], sound: SoundRule, now: float) -> None:
        """Go by other rules and tables from `now`, s, on.

        Nothing is forgotten: hours, alarms and their delays go on, and are judged by the new limits.
        """
        self._rules = rules
        self._sound = sound
        self._latest.believe_for(rules.silent_s)
        self._recent.window_s, self._recent.stale_s = rules.hour.mean_s, rules.silent_s
        self._plausible.go_by(rules.phase.fuse_a)
        self._summary.apply_tariffs(tariffs, rules.hour.limit_kw, rules.silent_s, rules.phase.fuse_a)
        self._attention.apply_rules(rules, sound, now)

    def spot(self, prices: SpotPrices, vat: float) -> None:
        """Price by these spot prices from now on; `vat` is this household's share of it."""
        self._summary.apply_spot(prices)
        self._spot, self._spot_vat, self._spot_shown = prices, vat, None

    @property
    def swallowed(self) -> Chime | None:
        """The newest sound that was due and is not made: it is quiet, or there were enough of them."""
        return self._attention.chimes.swallowed

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

    @property
    def hours_kept(self) -> int:
        """The most ended hours that are kept in memory: as many as the tariff looks back on."""
        return self._summary.ledger.hours_kept

    def utc(self, now: float) -> datetime | None:
        """Return the time at `now`, s, if it is known."""
        return self._clock.utc(now)

    def reading(self, reading: Reading, now: float) -> None:
        """Take a reading whose last octet came at `now`, s."""
        reading, has_implausible = self._plausible.sifted(reading, now)
        self._readings += 1
        self._rejected += has_implausible
        if not self._clock.take(reading, now):
            return
        self._latest.reading(reading, now)
        if reading.voltage_l1_v is not None:
            self._ended(self._means.phases(self._latest.phases, now))
        if reading.power_import_w is not None:
            export_w = self._latest.export_w
            self._ended(self._means.power(reading.power_import_w, export_w, now))
            self._trend.power(reading.power_import_w, export_w, now)
            self._recent.power(reading.power_import_w, now)
            self._summary.ledger.power(reading.power_import_w, export_w, now, self._clock.utc(now))
            self._live.credit(self._summary.ledger.seen(self._live.credited_to, now), now)
        if reading.energy_import_wh is not None:
            self._registers(reading.energy_import_wh, reading, now)

    def calm_until(self, now: float) -> float:
        """Return up to when time alone changes nothing but clocks, ages, sums and projections, s.

        A moment at which the situation was judged is `now`; it is returned when anything may change at any moment. A
        replay need not look in between.
        """
        if not self._attention.alarms.calm():
            return now
        since = self._latest.received_at if self._latest.received_at is not None else self._listening_since
        moments = [self._latest.fresh_until(), self._attention.chimes.muted_until]
        moments += [alarm.unseen_at for alarm in self._attention.alarms if alarm.level]
        if since is not None:
            rules = self._rules
            moments += [since + after_s for after_s in (rules.silent_s, rules.silent_page_s, rules.silent_sound_s)]
        utc = self._clock.utc(now)
        into_hour_s = 0.0 if utc is None else utc.minute * 60 + utc.second + utc.microsecond / 1e6
        if since is None or now - since < LONG_SILENCE_S or not self._attention.step_lost_seen:
            moments.append((now // MINUTE_S + 1) * MINUTE_S)
            if utc is not None:
                moments.append(now + MINUTE_S - into_hour_s % MINUTE_S)
        elif utc is not None:
            # What may not call in quiet hours does when they are over.
            moments.append(now + until_clock_s(utc.astimezone(OSLO), self._sound.quiet_to))
            if self._summary.ledger.running is not None:
                moments.append(now + HOUR_S - into_hour_s)
        return min([moment for moment in moments if moment is not None and moment > now], default=float("inf"))

    def situation(self, now: float, health: Health = NOTHING_KNOWN) -> Situation:
        """Bring delays, the running minute and the hour to `now`, s, and return all that can be shown then.

        The appliance's own `health` is put beside it, with what is wrong with the meter.
        """
        if self._listening_since is None:
            self._listening_since = now
        utc, ledger = self._clock.utc(now), self._summary.ledger
        local = utc and utc.astimezone(OSLO)
        ledger.elapse(now, utc)
        self._ended(self._means.elapse(now))
        present, fresh = self._latest, self._latest.fresh(now)
        import_w = present.import_w if fresh else None
        running = ledger.running if fresh else None
        if running is not None and (utc is None or not running.lies_around(utc, self._rules.silent_s)):
            running = None
        outlook = None
        if fresh and utc is not None:
            outlook = self._summary.outlook(import_w, utc, self._recent.mean_w(now))
        night = local is not None and self._attention.chimes.quiet_hours(local)
        self._attention.judge(
            self._inputs(outlook, now, night=night), now, local, heard=present.received_at is not None
        )
        alarms = self._attention.alarms.active(now, utc)
        worst = max((alarm.level for alarm in alarms), default=Level.OK)
        limits = power_limits(self._rules, self._line_to_line(now))
        return Situation(
            watch_w=limits.watch_w,
            act_w=limits.act_w,
            level=worst if fresh or worst is Level.FAULT else None,
            signal=self._signal(fresh),
            power_import_w=import_w,
            power_export_w=present.export_w if fresh else None,
            recent_w=self._trend.elapse(now),
            phases=present.phases_at(now),
            phases_known=present.phases_fresh(now),
            fuse_a=self._rules.phase.fuse_a,
            voltage_limits_v=(self._rules.voltage.low_v, self._rules.voltage.high_v),
            line_to_line=present.line_to_line and present.phases_fresh(now),
            hour=running,
            outlook=outlook,
            hour_state=self._attention.hour_state(outlook),
            step_lost=self._attention.step_lost_at(local, outlook),
            money=None if running is None else self._summary.money(),
            spot=self._spot_around(utc),
            today=None if running is None else self._summary.today(),
            month=None if utc is None else self._summary.month(utc),
            voltage_day=self._voltage_day,
            registers=self._register_values(now),
            ended_hours=ledger.ended,
            alarms=alarms,
            past_alarms=self._attention.log.latest(self._clock.utc),
            chime=self._attention.chimes.latest,
            quiet=self._attention.chimes.quiet(now, local),
            muted_s=self._attention.chimes.muted_s(now),
            local_time=local,
            clock_source=self._clock.source,
            storage=self._storage,
            reading_age_s=present.age_s(now),
            meter=present.identity,
            line=LineQuality(self._octets, self._readings, self._rejected),
            health=self._with_the_meters(health, now),
        )

    def _spot_around(self, utc: datetime | None) -> Spot | None:
        """Return the spot prices at a moment, made once an hour."""
        if self._spot is None:
            return None
        hour = utc and utc.replace(minute=0, second=0, microsecond=0)
        if self._spot_shown is None or self._spot_shown[0] != hour:
            self._spot_shown = hour, around(self._spot, hour, self._spot_vat)
        return self._spot_shown[1]

    def record(self, now: float) -> Batch:
        """Return all that is new since what was last `written`, and the state to go on from, at `now`, s."""
        utc = self._clock.utc(now)
        hours, spans = self._summary.ledger.unwritten()
        minutes = () if utc is None else tuple(self._row(minute) for minute in self._minutes)
        self._offered_to = self._minutes[-1].at if minutes else float("-inf")
        checkpoint = Checkpoint(
            ledger=self._summary.ledger.checkpoint(now),
            utc=utc,
            source=self._clock.kept_source,
            held_s=self._clock.held_s,
            last_clock=self._clock.repeats.last,
            clock_findings=self._clock.meanings.findings,
            meter_id=self._clock.meanings.meter_id,
            alarm_checkpoints=self._attention.alarms.alarm_checkpoints(now, utc),
            chime_ages_s=self._attention.chimes.ages_s(now),
            step_lost=self._attention.step_lost,
            step_lost_seen=self._attention.step_lost_seen,
            voltage_day=self._voltage_day,
            live=self._live.checkpoint,
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
        downtime_s, known_to = stored.downtime_s, checkpoint.ledger.known_to or checkpoint.utc
        ledger = replace(checkpoint.ledger, known_to=known_to)
        if downtime_s is None or checkpoint.utc is None:  # without a time since a cut, its dark is still unknown
            self._summary.ledger.restore(stored.hours, ledger, now, None)
            self._clock.lost(known_to, checkpoint.held_s)
        else:
            self._summary.ledger.restore(stored.hours, ledger, now, downtime_s)
            utc = checkpoint.utc + timedelta(seconds=downtime_s)
            self._clock.go_on(utc, checkpoint.source, now, checkpoint.held_s)
        self._live.restore(checkpoint.live, now)
        self._clock.repeats.last = checkpoint.last_clock
        self._clock.meanings.remember(checkpoint.clock_findings, checkpoint.meter_id)
        self._attention.restore(checkpoint, now, downtime_s, stored.alarms)
        self._voltage_day = checkpoint.voltage_day

    def adopt(self, hours: Sequence[Hour]) -> None:
        """Take over the hours of a history that could be opened only now."""
        self._summary.ledger.adopt(hours)

    def _registers(self, import_wh: float, reading: Reading, now: float) -> None:
        utc, listed = self._clock.utc(now), self._clock.listed(reading, now)
        at, unit_wh, ledger = now, profile_of(reading.maker).energy_unit_wh, self._summary.ledger
        if utc is not None and listed is not None:
            at = now - (utc - listed).total_seconds()
            ledger.register(import_wh, reading.energy_export_wh, reading.meter_id, at, listed, unit_wh)
        known_wh = unit_wh and ledger.unit_wh(reading.meter_id)
        scale = 1.0 if unit_wh is None else known_wh and known_wh / unit_wh
        since = ledger.seen(at, now) if now - at <= HOUR_S else NOTHING_SEEN
        self._live.take(reading.meter_id or "", import_wh, reading.energy_export_wh, since, scale)

    def _register_values(self, now: float) -> RegisterValues:
        import_wh, export_wh = self._live.live_wh(self._summary.ledger.held(now))
        listed_import_wh, listed_export_wh = self._live.listed_wh
        return RegisterValues(
            listed_import_wh=listed_import_wh,
            listed_export_wh=listed_export_wh,
            import_wh=import_wh,
            export_wh=export_wh,
        )

    def _ended(self, minute: Minute | None) -> None:
        """Judge the voltages of a minute that is over, and keep it."""
        if minute is None:
            return
        self._minutes.append(minute)
        self._attention.voltages(minute.voltages_v, minute.at + MINUTE_S)
        local = self._clock.local(minute.at)
        if local is not None:
            self._voltage_day = with_minute(self._voltage_day, local.date(), minute.voltages_v, self._rules.voltage)

    def _inputs(self, outlook: Outlook | None, now: float, *, night: bool) -> AlarmInputs:
        """Return what the rules judge at `now`, s."""
        present, fresh = self._latest, self._latest.fresh(now)
        received_at = self._listening_since if present.received_at is None else present.received_at
        silence_s = 0.0 if received_at is None else now - received_at
        return AlarmInputs(
            import_w=present.import_w if fresh else None,
            export_w=present.export_w if fresh else None,
            currents_a=present.currents_a(now),
            line_to_line=self._line_to_line(now),
            outlook=outlook,
            night=night,
            silence_s=silence_s,
            full_list=present.full_list(now) or NOTHING_REPORTED,
        )

    def _line_to_line(self, now: float) -> bool | None:
        return self._latest.line_to_line if self._latest.phases_fresh(now) else None

    def _row(self, minute: Minute) -> MinuteRow:
        start = self._clock.utc(minute.at)
        if start is None:
            raise RuntimeError("a minute has no time in UTC before the clock has one")
        return MinuteRow(start, minute.import_w, minute.export_w, minute.voltages_v)

    def _with_the_meters(self, health: Health, now: float) -> Health:
        """Return the health with what is wrong with the meter's clock, values and hours, though its line is fine."""
        if health.line in (None, LineCondition.FINE):
            if self._clock.is_wrong:
                health = replace(health, line=LineCondition.CLOCK)
            elif self._plausible.persists(now):
                health = replace(health, line=LineCondition.IMPLAUSIBLE)
        if hours := self._summary.ledger.ahead:
            first = f"{hours[0].start.astimezone(OSLO):%Y-%m-%d %H:%M} ({len(hours)})"
            health = replace(health, faults=(*health.faults, Fault(FaultKind.HOURS_AHEAD, first)))
        return health

    def _signal(self, fresh: bool) -> Signal:
        if not self._port_open:
            return Signal.NO_PORT
        if fresh:
            return Signal.RECEIVING
        return Signal.WAITING if self._latest.received_at is None else Signal.SILENT
