"""What is sent to a broker, and when: a situation and the time in, messages out.

The power is sent when it changes, the rest less often, an alarm at once. Nothing is sent before a meter was heard,
since the topics have its name, and no discovery before it is known what this meter reports. Hours that have ended are
sent once each, oldest first, when their register had the time to come.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from appliance.household.hours import HOUR, Hour, Quality
from appliance.household.situation import Alarm, Situation
from appliance.links.homeassistant import Reported, discovery
from appliance.links.identity import Identity
from appliance.links.link import Context
from appliance.links.states import STATES, State, level_name
from appliance.settings.model import MqttSettings

ONLINE, OFFLINE = "online", "offline"
NONE = "none"
"""Of `discovery`: nothing is told."""
HEARTBEAT_S = 10.0
"""The power is sent after so long also when it did not change: it expires otherwise."""
PERIODS_S: Mapping[str, float] = {"money": 60.0, "status": 60.0}
"""How often a topic is sent at most, when it changes; the others each 10 s."""
AT_ONCE: Mapping[str, tuple[str, ...]] = {
    "status": ("signal", "line", "quiet", "faults", "storage"),
    "hour": ("since", "chosen_kw"),
}
"""Keys whose change is sent at once; of the alarms it is any but a value."""
FULL_LIST_S = 60.0
"""After so long without a list of phases, or without a meter's id, it is taken that none will come."""
ENDING_S = 57
"""From this second of an hour's last minute on it ends: whoever books the register by hours has all of it then."""
SETTLED = timedelta(seconds=200)
"""A register that settles an hour comes within three minutes after it."""
MOST_HOURS = 48
"""Hours that are handed out together."""
LARGEST_HOLD_WH = 1000.0

_encode = msgspec.json.Encoder().encode
_Key = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    topic: str
    payload: bytes
    retain: bool = True
    qos: int = 0
    hour: int | None = None
    """The beginning of the hour that it tells of, in seconds since 1970."""


class Messages:
    """What one appliance has to say to a broker."""

    def __init__(self, settings: MqttSettings, identity: Identity, context: Context) -> None:
        self._settings = settings
        self._identity = identity
        self._context = context
        self._reported = Reported()
        self._first_reading_at: float | None = None
        self._discovered: tuple[Reported, Context] | None = None
        self._sent: dict[str, tuple[float, State]] = {}
        self._alarms: dict[_Key, Alarm] | None = None
        self._held: dict[str, float] = {}
        """The registers that a broker has: no lower ones are sent."""

    @property
    def base(self) -> str | None:
        """The beginning of all topics; `None` until a meter was heard."""
        return None if self._identity.id is None else f"{self._settings.topic}/{self._identity.id}"

    def will(self) -> Message:
        """Return what the broker is to say when the connection is lost."""
        return Message(f"{self.base}/availability", OFFLINE.encode(), qos=1)

    def apply(self, context: Context) -> None:
        """Speak by other words, and tell of another limit, from now on."""
        self._context = replace(context, started=self._context.started)

    def again(self) -> None:
        """Have all be sent again: the broker, or Home Assistant, was started anew."""
        self._discovered = None
        self._sent.clear()

    def hold(self, payload: bytes) -> None:
        """Take what the broker has of the registers: what was sent before a power cut may be a minute ahead."""
        try:
            had = msgspec.json.decode(payload, type=dict[str, float | None])
        except msgspec.DecodeError:
            return
        self._held = {key: wh for key, wh in had.items() if wh is not None}

    def heard(self, situation: Situation, now: float) -> bool:
        """Take note of a situation at `now`, s. Return whether there is anything to be sent yet."""
        if situation.reading_age_s is not None and self._first_reading_at is None:
            self._first_reading_at = now
        if self._first_reading_at is None:
            return False
        waited = now - self._first_reading_at >= FULL_LIST_S
        meter_id = situation.meter.meter_id or ("" if waited else None)
        if self._identity.id is None and meter_id is not None:
            self._identity.heard(meter_id)
        self._reported = self._reported.with_what(situation)
        if self._context.started is None and situation.local_time is not None:
            started = situation.local_time.astimezone(UTC) - timedelta(seconds=now)
            self._context = replace(self._context, started=started.replace(microsecond=0))
        return self._identity.id is not None and (waited or situation.phases_known or self._discovered is not None)

    def due(self, situation: Situation, now: float) -> Iterator[Message]:
        """Yield what is to be sent at `now`, s; each counts as sent when the next one is asked for."""
        if not self.heard(situation, now):
            return
        yield from self._discovery()
        for topic, state_of in STATES.items():
            state = state_of(situation, self._context)
            if topic == "energy":
                state = {key: self._never_less(key, wh) for key, wh in state.items()}
            at_the_end = topic == "energy" and _is_ending(situation.local_time)
            if self._is_due(topic, state, now, at_the_end=at_the_end):
                yield Message(f"{self.base}/{topic}", _encode(state))
                self._sent[topic] = now, state
        yield from self._events(situation)
        yield from self._hours(situation)

    def _discovery(self) -> Iterator[Message]:
        """Yield the device when anything of it is news, and that it is there."""
        base, appliance_id, settings = self.base, self._identity.id, self._settings
        wanted = self._reported, replace(self._context, limit_kw=None, started=None)
        if self._discovered == wanted or base is None or appliance_id is None:
            return
        if settings.discovery != NONE:
            config = discovery(
                base,
                appliance_id,
                self._reported,
                self._context,
                interval_s=settings.interval_s,
                commands=settings.commands,
            )
            yield Message(f"{settings.discovery}/device/han_{appliance_id}/config", _encode(config), qos=1)
        yield Message(f"{base}/availability", ONLINE.encode(), qos=1)
        self._discovered = wanted

    def _never_less(self, key: str, wh: float | None) -> float | None:
        held = self._held.get(key)
        if wh is None or held is None:
            return wh
        if not 0 < held - wh <= LARGEST_HOLD_WH:
            del self._held[key]  # it was passed, or it is another meter's
            return wh
        return held

    def _is_due(self, topic: str, state: State, now: float, *, at_the_end: bool) -> bool:
        """Return whether a topic is to be sent now; `at_the_end` of an hour what it has come to is sent at once."""
        if topic not in self._sent:
            return True
        sent_at, sent = self._sent[topic]
        age_s = now - sent_at
        if topic == "now":
            if _powers(state) != _powers(sent):
                return age_s >= self._settings.interval_s or None in (state["power_w"], sent["power_w"])
            return age_s >= max(HEARTBEAT_S, self._settings.interval_s)
        if state == sent:
            return False
        if at_the_end and age_s >= 1:
            return True
        if topic == "alarms" and _without_values(state) != _without_values(sent):
            return True
        if any(state[key] != sent[key] for key in AT_ONCE.get(topic, ())):
            return True
        return age_s >= max(PERIODS_S.get(topic, HEARTBEAT_S), self._settings.interval_s)

    def _events(self, situation: Situation) -> Iterator[Message]:
        """Yield what happened to the alarms since the last time."""
        before, now = self._alarms, {(alarm.rule.value, alarm.phase): alarm for alarm in situation.alarms}
        self._alarms = now
        for key, alarm in now.items():
            was = None if before is None else before.get(key)
            if was is None and before is not None:
                yield self._event("began", alarm)
            elif was is not None and alarm.level > was.level:
                yield self._event("worse", alarm)
            elif was is not None and alarm.acknowledged and not was.acknowledged:
                yield self._event("acknowledged", alarm)
        for key, alarm in (before or {}).items():
            if key not in now:
                yield self._event("over", alarm)

    def _event(self, kind: str, alarm: Alarm) -> Message:
        told: dict[str, Any] = {
            "event_type": kind,
            "rule": alarm.rule.value,
            "phase": alarm.phase,
            "level": level_name(alarm.level),
            "value": None if alarm.value is None else round(alarm.value, 1),
            "limit": round(alarm.limit, 1),
        }
        return Message(f"{self.base}/event", _encode(told), retain=False, qos=1)

    def _hours(self, situation: Situation) -> Iterator[Message]:
        """Yield the hours that the broker has not got, oldest first."""
        if situation.local_time is None:
            return
        utc, handed_out = situation.local_time.astimezone(UTC), 0
        for hour in situation.ended_hours:
            start = round(hour.start.timestamp())
            if start <= self._identity.delivered_to:
                continue
            if not _is_settled(hour, utc) or handed_out == MOST_HOURS:
                return
            handed_out += 1
            yield Message(f"{self.base}/hours", _encode(_told(hour)), retain=False, qos=1, hour=start)
            self._identity.delivered(start)


def _is_ending(local: datetime | None) -> bool:
    return local is not None and local.minute == 59 and local.second >= ENDING_S


def _is_settled(hour: Hour, utc: datetime) -> bool:
    return hour.quality in (Quality.METERED, Quality.EDITED) or utc >= hour.start + HOUR + SETTLED


def _told(hour: Hour) -> State:
    return {
        "start": hour.start.isoformat(),
        "import_wh": None if hour.quality is Quality.UNKNOWN else round(hour.import_wh, 1),
        "export_wh": None if hour.export_quality is Quality.UNKNOWN else round(hour.export_wh, 1),
        "known": hour.quality.value,
        "export_known": hour.export_quality.value,
    }


def _powers(state: State) -> tuple[int | None, ...]:
    values = (state["power_import_w"], state["power_export_w"])
    return tuple(None if value is None else round(value) for value in values)


def _without_values(state: State) -> State:
    return dict(state) | {"alarms": [alarm | {"value": None} for alarm in state["alarms"]]}
