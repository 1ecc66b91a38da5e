"""All that appliance.toml can say, as frozen, typed values with their ranges and defaults.

`settings_file` reads the file into these. The default of what a rule, a preference or the tariff has is taken from it,
so that it stands in one place; the others stand here. `generate` writes them into appliance.toml and the manual.
"""

import re
from datetime import date, time
from difflib import get_close_matches
from ipaddress import ip_address
from itertools import pairwise
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from appliance.household.rules import Rules, SoundRule
from appliance.household.tariff import DAY_FROM, DAY_TO, Tariff
from appliance.settings.preferences import NIGHT, Preferences
from appliance.tariffs import companies, company
from appliance.words.sentence import Sentence
from appliance.words.words import Language

Chip = Literal["ssd1306", "ssd1309", "sh1106"]
"""The display's chips that there are drivers for."""
Power = Annotated[float, Meta(ge=0, le=100_000)]
Seconds = Annotated[float, Meta(ge=0, le=3600)]
Share = Annotated[float, Meta(gt=0, le=2)]
Volts = Annotated[float, Meta(ge=50, le=500)]
Clock = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Ore = Annotated[float, Meta(ge=0, le=10_000)]
Contrast = Annotated[int, Meta(ge=0, le=255)]
Gpio = Annotated[int, Meta(ge=2, le=27)]
Port = Annotated[int, Meta(ge=1, le=65_535)]

_RULES, _SOUND, _PREFERENCES = Rules(), SoundRule(), Preferences()
_TARIFF = Tariff()


FORMER_WATCH_W, FORMER_ACT_W = 5000.0, 10_000.0
FORMER_WATCH_SHARE, FORMER_ACT_SHARE = 0.8, 1.0
"""Defaults up to version 1.0: a file that sets one of a pair was written beside the other."""


def _clock(of_day: time) -> str:
    """Return a time of day as the file has it."""
    return of_day.isoformat("minutes")


SECRETS = frozenset({"network.passphrase", "meter.key", "meter.authentication_key", "mqtt.password", "web.password"})
"""Keys whose values are never shown, nor kept in a copy."""
HIDDEN = "(not shown)"


class LineSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The serial line from the meter's HAN port."""

    port: Annotated[str, Meta(min_length=1)] = "auto"
    baud: Literal["auto", 2400, 9600, 115200] = "auto"
    parity: Literal["auto", "none", "even", "odd"] = "auto"

    def __post_init__(self) -> None:
        if "\0" in self.port:
            raise ValueError(Sentence("port is the path of a device, and none has the character 0 in its name"))


class MeterSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What a meter does not report of itself."""

    net: Literal["auto", "it", "tn"] = "auto"
    key: str | None = None
    authentication_key: str | None = None

    def __post_init__(self) -> None:
        for name, digits in (("key", self.key), ("authentication_key", self.authentication_key)):
            if digits is not None and not re.fullmatch(r"(\s*[0-9a-fA-F]){32}\s*", digits):
                raise ValueError(
                    Sentence(
                        "{name} must be 32 hex digits, the 16 octets that the grid company gives for this meter "
                        "(in Denmark GPK60 is key, GPK61 is authentication_key, and GPK11 is neither)",
                        name=name,
                    )
                )
        if self.authentication_key is not None and self.key is None:
            raise ValueError(
                Sentence("authentication_key is of no use without key, the encryption key (in Denmark GPK60)")
            )


class ThresholdSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """When the load is worth a look, and when the household is to act."""

    watch_w: Power | None = _RULES.power.watch_w
    act_w: Power | None = _RULES.power.act_w
    hysteresis_w: Power | None = None
    rise_s: Seconds | None = None
    hold_s: Seconds | None = None

    def __post_init__(self) -> None:
        if self.watch_w is None and self.act_w is None:
            return
        watch_w, act_w = self.limits_w
        if not 0 < watch_w < act_w:
            raise ValueError(
                Sentence(
                    "watch_w ({watch}) must be above 0 and below act_w ({act}): yellow before red",
                    watch=f"{watch_w:g}",
                    act=f"{act_w:g}",
                )
            )
        if self.hysteresis_w is not None and self.hysteresis_w >= watch_w:
            raise ValueError(
                Sentence(
                    "{low} ({low_value}) must be below {high} ({high_value})",
                    low="hysteresis_w",
                    low_value=f"{self.hysteresis_w:g}",
                    high="watch_w",
                    high_value=f"{watch_w:g}",
                )
            )

    @property
    def limits_w(self) -> tuple[float, float]:
        """Both limits, where one of them is set; the other is then what it always was."""
        return (
            FORMER_WATCH_W if self.watch_w is None else self.watch_w,
            FORMER_ACT_W if self.act_w is None else self.act_w,
        )


class HourSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The warning of an hour that would lift the capacity step."""

    alarm: bool = _RULES.hour.on
    limit_kw: Annotated[float, Meta(gt=0, le=1000)] | None = _RULES.hour.limit_kw
    rise_s: Seconds = _RULES.hour.on_delay_s
    hold_s: Seconds = _RULES.hour.off_delay_s


class PhaseSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How near to the main fuse a phase may come."""

    fuse_a: Annotated[float, Meta(ge=6, le=1000)] | None = _RULES.phase.fuse_a
    watch_share: Share | None = None
    act_share: Share | None = None
    rise_s: Seconds | None = None
    hold_s: Seconds | None = None

    def __post_init__(self) -> None:
        watch_share, act_share = self.shares
        if watch_share >= act_share:
            raise ValueError(
                Sentence(
                    "watch_share ({watch}) must be below act_share ({act}): yellow comes before red",
                    watch=f"{watch_share:g}",
                    act=f"{act_share:g}",
                )
            )

    @property
    def shares(self) -> tuple[float, float]:
        """Both shares of the fuse; where one of them is set, the other is what it always was."""
        if self.watch_share is None and self.act_share is None:
            return _RULES.phase.watch_share, _RULES.phase.act_share
        return self.watch_share or FORMER_WATCH_SHARE, self.act_share or FORMER_ACT_SHARE  # neither may be 0


class VoltageSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The voltage that the grid company owes, as a one-minute mean."""

    low_v: Volts = _RULES.voltage.low_v
    high_v: Volts = _RULES.voltage.high_v

    def __post_init__(self) -> None:
        if self.low_v >= self.high_v:
            raise ValueError(
                Sentence(
                    "{low} ({low_value}) must be below {high} ({high_value})",
                    low="low_v",
                    low_value=f"{self.low_v:g}",
                    high="high_v",
                    high_value=f"{self.high_v:g}",
                )
            )


class ExportSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How much may be sold."""

    limit_w: Annotated[float, Meta(gt=0, le=100_000)] | None = _RULES.export.limit_w
    rise_s: Seconds = _RULES.export.on_delay_s
    hold_s: Seconds = _RULES.export.off_delay_s


class ReadingSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a reading is the present one."""

    silent_s: Annotated[float, Meta(ge=15, le=600)] = _RULES.silent_s


class SoundSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """When and how often alarms are also heard."""

    quiet_from: Clock = _clock(_SOUND.quiet_from)
    quiet_to: Clock = _clock(_SOUND.quiet_to)
    an_hour: Annotated[int, Meta(ge=0, le=60)] = _SOUND.an_hour
    volume: Literal["off", "low", "medium", "high"] = _PREFERENCES.volume.value
    click: bool = _PREFERENCES.click


class StepSettings(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One step of a capacity tariff."""

    up_to: Annotated[float, Meta(gt=0, le=10_000)] | None = None
    price_kr: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None


class TariffSettings(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One table of a grid company's prices."""

    valid_from: date | None = None
    basis: Literal["highest-days", "fuse", "none"] = _TARIFF.basis.value
    days: Annotated[int, Meta(ge=1, le=10)] = _TARIFF.peaks.number
    on_limit: Literal["lower", "upper"] = "lower" if _TARIFF.limit_is_lower else "upper"
    steps: tuple[StepSettings, ...] = tuple(StepSettings(step.up_to, step.price_kr) for step in _TARIFF.steps)
    day_ore: Ore | None = None
    night_ore: Ore | None = None
    day_from: Clock = _clock(DAY_FROM)
    day_to: Clock = _clock(DAY_TO)
    weekend_is_night: bool = True

    def __post_init__(self) -> None:
        limits = [step.up_to for step in self.steps]
        if not limits or None in limits[:-1] or any(one >= other for one, other in pairwise(filter(None, limits))):
            raise ValueError(Sentence("steps must rise from each up_to to the next; only the last may leave it out"))
        if (self.day_ore is None) != (self.night_ore is None):
            raise ValueError(
                Sentence("day_ore and night_ore are given together; where all hours cost the same, they are equal")
            )


class GridSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose grid the house is on; a [[tariff]] of its own counts before the company's table."""

    country: Literal["NO", "SE"] | None = None
    company: str | None = None
    customer: Literal["home", "cabin"] = "home"
    zone: Literal["ordinary", "north", "tiltakssone"] | None = None

    def __post_init__(self) -> None:
        if self.company is not None and company(self.company) is None:
            known = [one.id for one in companies()]
            near = get_close_matches(self.company.lower(), known, n=1) or known[:1]
            raise ValueError(
                Sentence(
                    'there are no prices of company = "{company}": did you mean "{near}"? '
                    "'han-appliance tariff list' has all of them",
                    company=self.company,
                    near=near[0],
                )
            )
        if self.company is not None and self.country == "SE":
            raise ValueError(Sentence("company is Norway's, and country is SE: take one of them out"))


class PowerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What the power itself costs."""

    price: Literal["norgespris", "fixed", "spot", "none"] = "none"
    ore: Ore | None = None
    markup_ore: Ore | None = None

    def __post_init__(self) -> None:
        if self.price == "fixed" and self.ore is None:
            raise ValueError(Sentence('price = "fixed" needs ore, what a kWh costs with VAT'))


class DataSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the history is kept."""

    folder: Annotated[str, Meta(min_length=1)] = "/var/lib/han-appliance"

    def __post_init__(self) -> None:
        if "\0" in self.folder:
            raise ValueError(Sentence("folder is the path of a folder, and none has the character 0 in its name"))


class DisplaySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The display: its chip, its bus, and how bright it is."""

    driver: Chip = "ssd1309"
    bus: Annotated[int, Meta(ge=0, le=31)] = 1
    address: Literal[0x3C, 0x3D] = 0x3C
    rotate: Literal[0, 180] = 0
    contrast: Contrast = _PREFERENCES.brightness.contrast
    idle_contrast: Contrast = _PREFERENCES.brightness.idle_contrast
    idle_minutes: Annotated[float, Meta(ge=0.1, le=1440)] = _PREFERENCES.brightness.idle_s / 60
    night_contrast: Contrast = _PREFERENCES.brightness.night_contrast
    off_at_night: bool = _PREFERENCES.brightness.off_at_night
    shift: bool = _PREFERENCES.brightness.shift
    large: bool = _PREFERENCES.large


class LampSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """When the lamps shine, and how brightly by night."""

    only_when_it_matters: bool = _PREFERENCES.lamps.only_when_it_matters
    night_percent: Annotated[int, Meta(ge=1, le=100)] = round(100 * _PREFERENCES.lamps.night_level)


class NightSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """When display and lamps are dimmed."""

    begins: Clock = _clock(NIGHT.begins)
    ends: Clock = _clock(NIGHT.ends)


_ADDRESS = r"https?://([0-9A-Za-z._-]{1,253}|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?(/[0-9A-Za-z._~-]+)*"
"""The beginning of a web address."""
_HOST = re.compile(r"[0-9A-Za-z:]([0-9A-Za-z.:-]{0,251}[0-9A-Za-z:])?")


class NetworkSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The network that the SD-card image joins; without `name` and `wired` there is none."""

    wired: bool = False
    name: str | None = None
    passphrase: str | None = None
    country: str | None = None
    hostname: str = "han"
    time_servers: tuple[str, ...] = ()
    ssh_key: str | None = None
    updates: Literal["no", "tell", "yes"] = "no"
    update_address: str | None = None

    def __post_init__(self) -> None:
        if self.update_address is not None and not re.fullmatch(_ADDRESS, self.update_address):
            raise ValueError(
                Sentence("update_address must be a folder's address, such as https://example.org/han-appliance")
            )
        if self.updates != "no" and (self.update_address is None or not (self.wired or self.name)):
            raise ValueError(
                Sentence("updates needs update_address, where the releases are, and a network: wired = true, or name")
            )
        if self.name is not None:
            if not 1 <= len(self.name.encode()) <= 32:
                raise ValueError(Sentence("name, the Wi-Fi's, must have from 1 to 32 octets"))
            if self.passphrase is None or self.country is None:
                raise ValueError(
                    Sentence("name needs passphrase, and country, such as NO, for what is allowed on the air there")
                )
        if self.passphrase is not None and not re.fullmatch(r"[ -~]{8,63}|[0-9a-fA-F]{64}", self.passphrase):
            raise ValueError(
                Sentence("passphrase must have from 8 to 63 letters, digits and signs of an English keyboard")
            )
        if self.country is not None and not re.fullmatch(r"[A-Z]{2}", self.country):
            raise ValueError(Sentence("country must be two capital letters, such as NO"))
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", self.hostname):  # RFC 1123, section 2.1
            raise ValueError(Sentence("hostname must be small letters, digits and dashes, such as han"))
        if len(self.time_servers) > 8 or not all(map(_HOST.fullmatch, self.time_servers)):
            raise ValueError(Sentence("time_servers must be up to 8 names or addresses, such as no.pool.ntp.org"))
        if self.ssh_key is not None:
            if not re.fullmatch(r"(sk-)?(ssh-|ecdsa-)[a-z0-9@.-]+ [A-Za-z0-9+/=]{60,}( [ -~]*)?", self.ssh_key):
                raise ValueError(
                    Sentence("ssh_key must be the one line of a public key, such as that in id_ed25519.pub")
                )
            if not self.wired and self.name is None:
                raise ValueError(Sentence("ssh_key is of no use without a network: set wired = true, or name"))


class MqttSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """A broker that is told what the panel shows; without `host` there is none."""

    host: str | None = None
    port: Port | None = None
    username: str | None = None
    password: str | None = None
    password_file: str | None = None
    tls: bool = False
    ca_file: str | None = None
    certificate: str | None = None
    certificate_key: str | None = None
    topic: str = "han"
    discovery: str = "homeassistant"
    interval_s: Annotated[float, Meta(ge=1, le=3600)] = 2.5
    commands: bool = False

    def __post_init__(self) -> None:
        if self.host is not None and not re.fullmatch(r"[0-9A-Za-z.:_-]{1,253}", self.host):
            raise ValueError(Sentence("host must be a name or an address, such as 192.168.1.20, without a port"))
        for name, topic in (("topic", self.topic), ("discovery", self.discovery)):
            if not re.fullmatch(r"[^\s/#+\0]{1,64}(/[^\s/#+\0]{1,64}){0,7}", topic):
                raise ValueError(Sentence("{name} must be the beginning of an MQTT topic, such as han", name=name))
        if self.username is None and (self.password is not None or self.password_file is not None):
            raise ValueError(Sentence("a password is of no use without username"))
        if (self.certificate is None) != (self.certificate_key is None):
            raise ValueError(Sentence("certificate and certificate_key are given together"))

    @property
    def port_in_use(self) -> int:
        """The port: the usual one where none is set."""
        return self.port or (8883 if self.tls else 1883)


class WebSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """A page for the browsers of the house; without `port` there is none."""

    port: Port | None = None
    address: str = "0.0.0.0"
    interface: str | None = None
    host: str | None = None
    password: str | None = None
    certificate: str | None = None
    certificate_key: str | None = None
    connections: Annotated[int, Meta(ge=1, le=64)] = 16
    acknowledge: bool = False
    homewizard: bool = False

    def __post_init__(self) -> None:
        _check_address(self.address)
        if self.interface is not None and not re.fullmatch(r"[!-.0-~]{1,15}", self.interface):
            raise ValueError(Sentence("interface must be the name of one, such as eth0"))
        if (self.certificate is None) != (self.certificate_key is None):
            raise ValueError(Sentence("certificate and certificate_key are given together"))
        if self.password is not None and not 8 <= len(self.password) <= 128:
            raise ValueError(Sentence("password must have from 8 to 128 characters"))
        if self.host is not None and not re.fullmatch(r"[A-Za-z0-9.-]{1,253}", self.host):
            raise ValueError(Sentence("host must be a name without a port, such as han.example.net"))


class P1Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Telegrams as a Swedish or Dutch meter's P1 port sends them, for programs that read those; off without `port`."""

    port: Port | None = None
    address: str = "0.0.0.0"

    def __post_init__(self) -> None:
        _check_address(self.address)


class SpotSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The day-ahead prices of an area, fetched once a day; off without `area`."""

    area: Literal["NO1", "NO2", "NO3", "NO4", "NO5", "SE1", "SE2", "SE3", "SE4"] | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        if self.address is not None and not re.fullmatch(_ADDRESS, self.address):
            raise ValueError(Sentence("address must be the beginning of one, such as https://www.hvakosterstrommen.no"))

    @property
    def address_in_use(self) -> str:
        """Where the prices are asked for: at the country's usual place where none is set."""
        is_swedish = self.area is not None and self.area.startswith("SE")
        return self.address or ("https://www.elprisetjustnu.se" if is_swedish else "https://www.hvakosterstrommen.no")


def _check_address(address: str) -> None:
    """Raise ValueError for what is no address of this machine's to listen on."""
    try:
        ip_address(address)
    except ValueError:
        raise ValueError(Sentence("address must be one of this machine's, such as 192.168.1.30 or 127.0.0.1")) from None


class PinSettings(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Pins by their GPIO number, if the board is wired otherwise than board.toml says."""

    led_green: Gpio | None = None
    led_yellow: Gpio | None = None
    led_red: Gpio | None = None
    buzzer: Gpio | None = None
    button_a: Gpio | None = None
    button_b: Gpio | None = None


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All that appliance.toml can say."""

    language: Language = "nb"
    line: LineSettings = LineSettings()
    meter: MeterSettings = MeterSettings()
    thresholds: ThresholdSettings = ThresholdSettings()
    hour: HourSettings = HourSettings()
    phases: PhaseSettings = PhaseSettings()
    voltage: VoltageSettings = VoltageSettings()
    export: ExportSettings = ExportSettings()
    readings: ReadingSettings = ReadingSettings()
    sound: SoundSettings = SoundSettings()
    grid: GridSettings = GridSettings()
    power: PowerSettings = PowerSettings()
    tariff: Annotated[tuple[TariffSettings, ...], Meta(max_length=100)] = (TariffSettings(),)
    data: DataSettings = DataSettings()
    display: DisplaySettings = DisplaySettings()
    lamps: LampSettings = LampSettings()
    night: NightSettings = NightSettings()
    network: NetworkSettings = NetworkSettings()
    mqtt: MqttSettings = MqttSettings()
    web: WebSettings = WebSettings()
    p1: P1Settings = P1Settings()
    spot: SpotSettings = SpotSettings()
    pins: PinSettings = PinSettings()
    corrections: dict[str, Any] = {}
