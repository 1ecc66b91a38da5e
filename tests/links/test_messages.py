"""What is sent to a broker and when, against Home Assistant's rules for sensors and what a reader of JSON needs."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from appliance.household.situation import Alarm, Level, MeterIdentity, Phase, RegisterValues, Rule, Situation
from appliance.links.identity import Identity
from appliance.links.link import Context
from appliance.links.messages import Message, Messages
from appliance.settings.model import MqttSettings
from appliance.words.words import WORDS
from tests.links.situations import METER_ID, START, situation

SETTINGS = MqttSettings(host="localhost")
STATE_TOPICS = ["now", "energy", "hour", "month", "money", "alarms", "status"]


def messages(folder: Any = None, language: str = "nb", **settings: Any) -> Messages:
    return Messages(MqttSettings(host="localhost", **settings), Identity(folder), Context(WORDS[language]))


def sent(told: Messages, shown: Situation, now: float = 0.0) -> dict[str, Any]:
    """What is sent, by the end of its topic; the last of each."""
    found: dict[str, Any] = {}
    for message in told.due(shown, now):
        name = message.topic.rpartition("/")[2]
        found[name] = message.payload.decode() if name == "availability" else json.loads(message.payload)
    return found


def entities(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The entities that are there, by their ids."""
    return {one["def_ent_id"]: one for one in told["config"]["cmps"].values() if "def_ent_id" in one}


def alarm(level: Level = Level.WATCH, value: float = 13_000.0, *, acknowledged: bool = False) -> Alarm:
    return Alarm(
        rule=Rule.POWER,
        level=level,
        phase=None,
        value=value,
        limit=12_000.0,
        since=START,
        age_s=1.0,
        acknowledged=acknowledged,
    )


def test_all_topics_are_sent_at_first_and_the_device_before_them():
    topics = [message.topic for message in messages().due(situation(), 0.0)]

    assert topics[0].startswith("homeassistant/device/han_")
    assert [topic.rpartition("/")[2] for topic in topics[1:]] == ["availability", *STATE_TOPICS]


def test_neither_topics_nor_ids_tell_the_meter(tmp_path):
    for message in messages(tmp_path).due(situation(), 0.0):
        assert METER_ID not in message.topic
        assert METER_ID.encode() not in message.payload


def test_the_name_is_another_one_with_another_salt_and_stays(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    names = []
    for folder in (tmp_path / "a", tmp_path / "b", tmp_path / "a"):
        identity = Identity(folder)
        names.append(identity.heard(METER_ID))
        identity.keep()
    assert names[0] == names[2] != names[1]
    assert all(len(name) == 8 and int(name, 16) >= 0 for name in names)

    assert Identity(tmp_path / "a").heard("another meter") == names[0]


def test_energies_are_as_the_energy_page_needs_them():
    """developers.home-assistant.io, core/entity/sensor: an energy in statistics is `total` or `total_increasing`."""
    there = entities(sent(messages(), situation(power_export_w=0.0)))
    registers = [key for key, one in there.items() if one.get("stat_cla") == "total_increasing" and "dev_cla" in one]

    assert sorted(registers) == ["sensor.han_energy_export", "sensor.han_energy_import"]
    assert there["sensor.han_hour_energy"]["stat_cla"] == "total"
    assert "since" in there["sensor.han_hour_energy"]["lrst_val_tpl"]
    for guessed in ("sensor.han_hour_projection", "sensor.han_headroom"):
        assert "stat_cla" not in there[guessed]


def test_only_what_the_meter_reports_is_there():
    there = entities(sent(messages(), situation()))

    assert {key for key in there if "current" in key} == {"sensor.han_current_l1", "sensor.han_current_l3"}
    assert "sensor.han_energy_export" not in there
    assert "sensor.han_month_step" not in there
    assert not [key for key in there if key.startswith(("button", "number", "switch"))]


def test_what_comes_later_is_told_then_and_what_goes_is_told_as_gone():
    told = messages()
    assert "sensor.han_power_export" not in entities(sent(told, situation()))
    assert "sensor.han_power_export" in entities(sent(told, situation(power_export_w=5.0), 1.0))
    assert "config" not in sent(told, situation(), 2.0)  # not reported for a while: nothing goes

    without = sent(messages(commands=False), situation())["config"]["cmps"]
    assert without["acknowledge"] == {"p": "button"}
    assert without["chosen_kw"] == {"p": "number"}


@pytest.mark.parametrize(("language", "name"), [("nb", "Effekt"), ("nn", "Effekt"), ("sv", "Effekt"), ("en", "Power")])
def test_names_are_in_the_household_s_language_and_ids_in_english(language, name):
    there = entities(sent(messages(language=language), situation()))

    assert there["sensor.han_power"]["name"] == name


def test_another_language_is_told_at_once():
    told = messages()
    sent(told, situation())
    told.apply(Context(WORDS["en"]))

    assert entities(sent(told, situation(), 1.0))["sensor.han_power"]["name"] == "Power"


def test_every_template_has_its_key_in_its_topic_whatever_is_known():
    """A key that is missing now and then makes Home Assistant's templates warn."""
    unknown = Situation(
        watch_w=1.0, act_w=2.0, reading_age_s=99.0, meter=MeterIdentity(meter_id=METER_ID), phases_known=True
    )
    for shown in (situation(power_export_w=1.0), unknown):
        told = sent(messages(commands=True), shown)
        for one in told["config"]["cmps"].values():
            if "val_tpl" in one:
                key = one["val_tpl"].removeprefix("{{ value_json.").removesuffix(" }}")
                assert key in told[one["stat_t"].rpartition("/")[2]], one
    assert told["now"]["power_w"] is None
    assert told["energy"] == {"import_wh": None, "export_wh": None}


def test_the_hour_has_its_beginning_whenever_it_is_known():
    hour = sent(messages(), situation(START + timedelta(minutes=30)))["hour"]

    assert hour["hour_wh"] == 700
    assert datetime.fromisoformat(hour["since"]) == START


def test_power_is_net_and_signed():
    now = sent(messages(), situation(power_import_w=0.0, power_export_w=420.0))["now"]

    assert (now["power_w"], now["power_import_w"], now["power_export_w"]) == (-420, 0, 420)


def test_a_power_is_sent_when_it_changes_and_at_most_each_interval():
    told, times = messages(interval_s=2.5), []
    for tenth in range(300):
        now = tenth / 10
        power_w = 1500.0 + tenth if now < 10 else 1600.0
        if "now" in sent(told, situation(power_import_w=power_w), now):
            times.append(now)

    assert times == [0, 2.5, 5, 7.5, 10, 20]


def test_the_register_is_sent_each_ten_seconds_and_when_the_hour_ends():
    told, times = messages(), []
    for second in range(61):
        at = START + timedelta(minutes=59, seconds=second)
        registers = RegisterValues(import_wh=1000.0 + second)
        if "energy" in sent(told, situation(at, registers=registers), float(second)):
            times.append(second)

    assert times == [0, 10, 20, 30, 40, 50, 57, 58, 59, *([60] if 60 in times else [])]


def test_an_alarm_is_sent_at_once_and_as_an_event_that_is_not_retained():
    told = messages()
    sent(told, situation())
    course = [(), (alarm(),), (alarm(value=13_500.0),), (alarm(Level.ACT),), (alarm(Level.ACT, acknowledged=True),), ()]
    events, states = [], []
    for second, alarms in enumerate(course):
        for message in told.due(situation(alarms=alarms), 1.0 + second):
            if message.topic.endswith("/event"):
                assert not message.retain
                events.append(json.loads(message.payload)["event_type"])
            if message.topic.endswith("/alarms"):
                states.append(json.loads(message.payload)["alarm_power"])

    assert events == ["began", "worse", "acknowledged", "over"]
    assert states == ["ON", "ON", "ON", "OFF"]


def test_an_alarm_from_before_the_start_has_not_begun_now():
    assert "event" not in sent(messages(), situation(alarms=(alarm(),)))


def test_each_hour_is_sent_once_in_order_also_over_a_restart(tmp_path):
    def hours(told: Messages, at: datetime) -> list[str]:
        due = told.due(situation(at), 0.0)
        return [json.loads(message.payload)["start"] for message in due if message.topic.endswith("/hours")]

    wanted = [(START + timedelta(hours=number)).isoformat() for number in range(6)]
    identity = Identity(tmp_path)
    told = Messages(SETTINGS, identity, Context(WORDS["nb"]))
    assert hours(told, START + timedelta(hours=3, minutes=5)) == wanted[:3]
    assert hours(told, START + timedelta(hours=4, minutes=5)) == wanted[3:4]
    identity.keep()
    assert hours(messages(tmp_path), START + timedelta(hours=6, minutes=5)) == wanted[4:]


def test_a_message_that_failed_is_sent_again():
    told = messages()
    due: Any = told.due(situation(START + timedelta(hours=2)), 0.0)
    handed_out: list[Message] = []
    for message in due:
        handed_out.append(message)
        if message.topic.endswith("/hours"):
            break  # the connection was lost with it
    due.close()

    [first, *_] = [one for one in told.due(situation(START + timedelta(hours=2)), 1.0) if one.topic.endswith("/hours")]
    assert first == handed_out[-1]


def test_no_register_is_sent_below_the_one_that_the_broker_has():
    """What was sent in the minute before a power cut is not in the checkpoint."""
    told = messages()
    told.hold(b'{"import_wh": 20000200.0, "export_wh": null}')
    shown: list[float] = []
    for place, wh in enumerate([20_000_150.0, 20_000_199.0, 20_000_201.0, 20_000_300.0]):
        told_now = sent(told, situation(registers=RegisterValues(import_wh=wh)), 20.0 * place)
        shown.append(told_now["energy"]["import_wh"] if "energy" in told_now else shown[-1])

    assert shown == [20_000_200, 20_000_200, 20_000_201, 20_000_300]


@pytest.mark.parametrize(
    "rubbish", [b"", b"no JSON", b'{"import_wh": "x"}', b'{"import_wh": 9e99}', b'{"import_wh": 1}']
)
def test_rubbish_at_the_broker_holds_no_register(rubbish):
    told = messages()
    told.hold(rubbish)

    assert sent(told, situation())["energy"]["import_wh"] == 20_000_123.4


def test_nothing_is_sent_before_a_meter_was_heard():
    silent = Situation(watch_w=1.0, act_w=2.0)
    assert not sent(messages(), silent)
    told = messages()
    nameless = situation(meter=MeterIdentity(), phases=(Phase(), Phase(), Phase()), phases_known=False)
    assert not sent(told, nameless, 0.0)
    assert sent(told, nameless, 61.0)["availability"] == "online"  # a meter that sends no name


def test_when_it_was_started_is_told_by_the_clock():
    assert (
        sent(messages(), situation(), 90.0)["status"]["started"]
        == datetime(2026, 11, 26, 5, 58, 30, tzinfo=UTC).isoformat()
    )
