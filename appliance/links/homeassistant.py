"""The appliance as Home Assistant's MQTT discovery knows it: one device, and an entity for each thing that is shown.

One retained message has all of them (device-based discovery, Home Assistant 2024.11 and later). Names are in the
household's language, for Home Assistant translates none that are discovered; ids are English, so that an automation
works in any language. An entity that this meter has nothing for is told as gone: a mention of its platform alone.

An energy is `total_increasing` only where it is a register; the running hour is a `total` with its beginning. What is a
guess, a projection or a headroom, has no state class and goes into no statistics.
"""

from dataclasses import dataclass, field
from typing import Any, assert_never

from appliance import __version__
from appliance.household.capacity import Month
from appliance.household.rules import Rule
from appliance.household.situation import Level, Situation
from appliance.links.link import Context
from appliance.links.states import level_name, step_name
from appliance.words.words import Words

EVENTS = ("began", "worse", "over", "acknowledged")
EXPIRES_S = 60.0
"""A power is unknown after so long without a message, or three intervals."""

Config = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What this household's meter and settings have values for."""

    export: bool = False
    voltages: tuple[bool, bool, bool] = (False, False, False)
    currents: tuple[bool, bool, bool] = (False, False, False)
    capacity: bool = False
    """There is a capacity tariff."""
    steps: tuple[str, ...] = ()
    """The names of its steps; empty where it is by the kilowatt."""
    money: bool = False
    """Something is priced."""
    spot: bool = False
    """Spot prices are fetched."""
    meter: str | None = None
    """Maker and type."""

    def with_what(self, situation: Situation) -> "Reported":
        """Return this with what else a situation has: a value that is missing for a while takes no entity away."""
        month, phases, meter = situation.month, situation.phases, situation.meter
        unknown = situation.local_time is None  # then nothing is known of a month either
        named = " ".join(filter(None, (meter.maker and meter.maker.capitalize(), meter.meter_type)))
        return Reported(
            export=self.export or situation.power_export_w is not None or situation.registers.export_wh is not None,
            voltages=_any(self.voltages, tuple(phase.voltage_v is not None for phase in phases)),
            currents=_any(self.currents, tuple(phase.current_a is not None for phase in phases)),
            capacity=self.capacity if unknown else month is not None,
            steps=self.steps if unknown else _steps(month),
            money=self.money or situation.money is not None,
            spot=self.spot or situation.spot is not None,
            meter=named or self.meter,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One entity: its platform, and what Home Assistant is told of it."""

    key: str
    name: str
    topic: str
    platform: str = "sensor"
    there: bool = True
    more: Config = field(default_factory=dict)
    id: str = ""
    """The last part of the entity's id, where that is not the key."""


def discovery(
    base: str, appliance_id: str, reported: Reported, context: Context, *, interval_s: float, commands: bool
) -> Config:
    """Return the message for an appliance whose topics begin with `base`."""
    device: Config = {
        "ids": [f"han_{appliance_id}"],
        "name": "HAN",
        "mf": "HAN appliance",
        "mdl": reported.meter or "HAN",
        "sw": __version__,
    }
    expires_s = round(max(EXPIRES_S, 3 * interval_s))
    entities = (*_sensors(reported, context.words, expires_s), *_others(context.words, commands=commands))
    return {
        "dev": device,
        "o": {"name": "han-appliance", "sw": __version__},
        "avty": [{"t": f"{base}/availability"}],
        "qos": 1,
        "cmps": {entity.key: _component(entity, base, appliance_id) for entity in entities},
    }


def _component(entity: Entity, base: str, appliance_id: str) -> Config:
    if not entity.there:
        return {"p": entity.platform}
    more = {key: f"{base}/{value}" if key in ("cmd_t", "json_attr_t") else value for key, value in entity.more.items()}
    state = {} if entity.platform == "button" else {"stat_t": f"{base}/{entity.topic}"}
    template = {} if entity.platform in ("button", "event") else {"val_tpl": f"{{{{ value_json.{entity.key} }}}}"}
    return {
        "p": entity.platform,
        "uniq_id": f"han_{appliance_id}_{entity.id or entity.key}",
        "def_ent_id": f"{entity.platform}.han_{entity.id or entity.key}",
        "name": entity.name,
        **state,
        **template,
        **more,
    }


def _sensors(reported: Reported, words: Words, expires_s: int) -> list[Entity]:
    """Return all sensors; those that nothing is reported for are not there."""
    power = {**_measured("power", "W", 0), "exp_aft": expires_s}
    register = {"dev_cla": "energy", "stat_cla": "total_increasing", "unit_of_meas": "Wh", "sug_dsp_prc": 0}
    found = [
        Entity(key="power_w", id="power", name=words.say("Power"), topic="now", more=power),
        Entity(key="power_import_w", id="power_import", name=words.say("Power in"), topic="now", more=power),
        Entity(
            key="power_export_w",
            id="power_export",
            name=words.say("Power out"),
            topic="now",
            there=reported.export,
            more=power,
        ),
    ]
    for number in (1, 2, 3):
        volts = {**_measured("voltage", "V", 1), "exp_aft": expires_s}
        amperes = {**_measured("current", "A", 1), "exp_aft": expires_s}
        found += [
            Entity(
                key=f"voltage_l{number}_v",
                id=f"voltage_l{number}",
                name=words.say("Voltage L{phase}", phase=number),
                topic="now",
                there=reported.voltages[number - 1],
                more=volts,
            ),
            Entity(
                key=f"current_l{number}_a",
                id=f"current_l{number}",
                name=words.say("Current L{phase}", phase=number),
                topic="now",
                there=reported.currents[number - 1],
                more=amperes,
            ),
        ]
    levels = [level_name(level) for level in Level]
    return [
        *found,
        Entity(key="import_wh", id="energy_import", name=words.say("Energy in"), topic="energy", more=register),
        Entity(
            key="export_wh",
            id="energy_export",
            name=words.say("Energy out"),
            topic="energy",
            there=reported.export,
            more=register,
        ),
        Entity(
            key="hour_wh",
            id="hour_energy",
            name=words.say("Energy this hour"),
            topic="hour",
            more={**_guessed("energy", "Wh", 0), "stat_cla": "total", "lrst_val_tpl": _last_reset("since")},
        ),
        Entity(
            key="projection_wh",
            id="hour_projection",
            name=words.say("The hour comes to"),
            topic="hour",
            more=_guessed("energy", "Wh", 0),
        ),
        Entity(
            key="headroom_w",
            id="headroom",
            name=words.say("May still be used"),
            topic="hour",
            more=_guessed("power", "W", 0),
        ),
        Entity(
            key="mean_kw",
            id="month_mean",
            name=words.say("The month's mean"),
            topic="month",
            there=reported.capacity,
            more={
                **_guessed("power", "kW", 2),
                "json_attr_t": "month",
                "json_attr_tpl": "{{ {'peaks': value_json.peaks} | tojson }}",
            },
        ),
        Entity(
            key="step",
            id="month_step",
            name=words.say("Capacity step"),
            topic="month",
            there=bool(reported.steps),
            more={"dev_cla": "enum", "ops": list(reported.steps)},
        ),
        *_costs(reported, words),
        Entity(key="level", name=words.say("Level"), topic="now", more={"dev_cla": "enum", "ops": levels}),
        Entity(
            key="rejected",
            name=words.say("Rejected frames"),
            topic="status",
            more={"stat_cla": "total_increasing", "ent_cat": "diagnostic"},
        ),
        Entity(
            key="started",
            name=words.say("Started"),
            topic="status",
            more={"dev_cla": "uptime", "ent_cat": "diagnostic"},
        ),
    ]


def _costs(reported: Reported, words: Words) -> list[Entity]:
    """Return what it costs: a sum with its beginning, or what is only foretold."""
    currency = "SEK" if words.language == "sv" else "NOK"
    sum_of = {**_guessed("monetary", currency, 2), "stat_cla": "total"}
    wanted: tuple[tuple[str, str, str, Config], ...] = (
        ("price_kr", "price", words.say("Price of a kWh"), {"unit_of_meas": f"{currency}/kWh", "sug_dsp_prc": 2}),
        ("today_kr", "cost_today", words.say("Cost today"), {**sum_of, "lrst_val_tpl": _last_reset("today_since")}),
        (
            "month_kr",
            "cost_month",
            words.say("Cost this month"),
            {**sum_of, "lrst_val_tpl": _last_reset("month_since")},
        ),
        ("forecast_kr", "cost_forecast", words.say("The month will cost"), _guessed("monetary", currency, 0)),
        ("capacity_kr", "cost_capacity", words.say("The month's capacity costs"), _guessed("monetary", currency, 0)),
    )
    hours = "{'area': value_json.spot_area, 'source': value_json.spot_source"
    hours += ", 'today': value_json.spot_today, 'tomorrow': value_json.spot_tomorrow}"
    return [
        *(
            Entity(
                key=key,
                id=name,
                name=text,
                topic="money",
                there=reported.money,
                more=more | {"json_attr_t": "money", "json_attr_tpl": _lacking(key)},
            )
            for key, name, text, more in wanted
        ),
        Entity(
            key="spot_kr",
            id="spot_price",
            name=words.say("Spot price"),
            topic="money",
            there=reported.spot,
            more={
                "unit_of_meas": f"{currency}/kWh",
                "sug_dsp_prc": 2,
                "json_attr_t": "money",
                "json_attr_tpl": f"{{{{ {hours} | tojson }}}}",
            },
        ),
    ]


def _lacking(key: str) -> str:
    """Return the template of what a sum lacks."""
    of = key.removesuffix("_kr") if key in ("price_kr", "today_kr") else "month"
    return f"{{{{ {{'lacks': value_json.{of}_lacks}} | tojson }}}}"


def _others(words: Words, *, commands: bool) -> list[Entity]:
    """Return what is no sensor: alarms, their events, the signal, and what others may ask for."""
    return [
        *(
            Entity(
                key=f"alarm_{rule.value}",
                name=alarm_name(rule, words),
                topic="alarms",
                platform="binary_sensor",
                more={"dev_cla": "problem"},
            )
            for rule in Rule
        ),
        Entity(
            key="signal",
            name=words.say("Signal from the meter"),
            topic="status",
            platform="binary_sensor",
            more={"dev_cla": "connectivity", "ent_cat": "diagnostic"},
        ),
        Entity(
            key="alarm_event",
            id="alarm",
            name=words.say("Alarm"),
            topic="event",
            platform="event",
            more={"evt_typ": list(EVENTS)},
        ),
        Entity(
            key="acknowledge",
            name=words.say("Acknowledge"),
            topic="",
            platform="button",
            there=commands,
            more={"cmd_t": "acknowledge/set", "pl_prs": "1"},
        ),
        Entity(
            key="chosen_kw",
            id="hour_limit",
            name=words.say("The hour's limit"),
            topic="hour",
            platform="number",
            there=commands,
            more={
                "dev_cla": "power",
                "unit_of_meas": "kW",
                "min": 0.5,
                "max": 100,
                "step": 0.1,
                "mode": "box",
                "ent_cat": "config",
                "cmd_t": "limit/set",
            },
        ),
        Entity(
            key="quiet",
            name=words.say("Quiet for an hour"),
            topic="status",
            platform="switch",
            there=commands,
            more={"cmd_t": "quiet/set"},
        ),
    ]


def alarm_name(rule: Rule, words: Words) -> str:
    """Return what alarms of a rule are called to other machines."""
    match rule:
        case Rule.POWER:
            return words.say("Alarm: power")
        case Rule.HOUR:
            return words.say("Alarm: the hour")
        case Rule.PHASE:
            return words.say("Alarm: current")
        case Rule.VOLTAGE:
            return words.say("Alarm: voltage")
        case Rule.EXPORT:
            return words.say("Alarm: export")
        case Rule.SILENT:
            return words.say("Alarm: no reading")
    assert_never(rule)


def _last_reset(key: str) -> str:
    """Return the template of a sum's beginning; Home Assistant wants one also while there is neither sum nor time."""
    return f"{{{{ value_json.{key} or '1970-01-01T00:00:00+00:00' }}}}"


def _measured(device_class: str, unit: str, digits: int) -> Config:
    return {**_guessed(device_class, unit, digits), "stat_cla": "measurement"}


def _guessed(device_class: str, unit: str, digits: int) -> Config:
    return {"dev_cla": device_class, "unit_of_meas": unit, "sug_dsp_prc": digits}


def _steps(month: Month | None) -> tuple[str, ...]:
    return () if month is None else tuple(step_name(month.tariff, place) for place in range(len(month.tariff.steps)))


def _any(before: tuple[bool, ...], now: tuple[bool, ...]) -> tuple[bool, bool, bool]:
    one, two, three = (was or is_now for was, is_now in zip(before, now, strict=True))
    return one, two, three
