"""The links as outputs: each is made here when its section of the settings is there, and only then imported."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from appliance.household.household import Household
from appliance.household.situation import Situation
from appliance.household.spot import SpotPrices
from appliance.links.identity import Identity
from appliance.links.link import Commands, Context, Link
from appliance.panel.menu import Acknowledge, Action, Mute
from appliance.service.mirror import Mirror
from appliance.service.outputs import Output, Task
from appliance.settings.choices import AS_SET, Choices
from appliance.settings.chosen import with_choices
from appliance.settings.grid import spot_vat
from appliance.settings.model import Settings
from appliance.settings.policies import Policies
from appliance.system.timebase import Timebase

Handle = Callable[[Action], bool]
"""Carries out an action as the panel's buttons ask for it (`Supervisor.handle`)."""


class LinkOutput(Output):
    """A link among the outputs."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.name = link.name

    def show(self, situation: Situation) -> None:
        """Hand the situation on."""
        self._link.show(situation)

    def apply(self, policies: Policies, choices: Choices) -> None:  # noqa: ARG002 - the policies have the choices
        """Hand on what the link says beside a situation."""
        self._link.apply(context_of(policies))

    def tasks(self) -> Mapping[str, Task]:
        """Return the link's own."""
        return self._link.tasks()


class ByPanel(Commands):
    """Commands of others, carried out as if the household had pressed the buttons."""

    def __init__(self, settings: Settings | None = None, choices: Choices = AS_SET) -> None:
        """Go by these settings and choices until it is connected."""
        at_first = settings or Settings()
        self.handle: Handle = lambda _: False
        self.choices: Callable[[], Choices] = lambda: choices
        self.settings: Callable[[], Settings] = lambda: at_first

    def connect(self, handle: Handle, choices: Callable[[], Choices], settings: Callable[[], Settings]) -> None:
        """Have commands carried out by `handle`; `choices` and `settings` return those in force."""
        self.handle, self.choices, self.settings = handle, choices, settings

    def acknowledge(self) -> bool:
        """Acknowledge all alarms."""
        return self.handle(Acknowledge())

    def limit(self, limit_kw: float | None) -> bool:
        """Choose the hour's limit."""
        return self.handle(msgspec.structs.replace(self.choices(), limit_kw=limit_kw))

    def quiet(self, *, on: bool) -> bool:
        """Mute the sounds for an hour, or no more."""
        return self.handle(Mute.HOUR if on else Mute.OFF)


def context_of(policies: Policies) -> Context:
    """Return what a link says beside a situation."""
    return Context(policies.words, policies.rules.hour.limit_kw)


def links(
    settings: Settings,
    policies: Policies,
    timebase: Timebase,
    folder: Path | None,
    commands: ByPanel,
    mirror: Mirror | None,
    household: Household,
) -> Sequence[Output]:
    """Return the links that the settings name; their files are in `folder`, and `mirror` has what is on the panel.

    `household` is told the spot prices.
    """
    found: list[Link] = []
    identity = Identity(folder)
    if settings.mqtt.host is not None:
        from appliance.links.mqtt import Mqtt

        found.append(Mqtt(settings.mqtt, timebase, identity, context_of(policies), commands))
    if settings.web.port is not None and mirror is not None:
        from appliance.links.web.web import Web
        from appliance.service.page_sources import sources

        name = settings.network.hostname
        hosts = [host for host in (name, f"{name}.local", settings.web.host) if host is not None]
        told = sources(settings, timebase, folder, commands, mirror, identity)
        found.append(Web(settings.web, hosts, timebase, context_of(policies), told))
    if settings.p1.port is not None:
        from appliance.links.p1 import P1

        found.append(P1(settings.p1, timebase, lambda: identity.id))
    if settings.spot.area is not None:
        from appliance.links.spot import SpotLink

        def take(prices: SpotPrices) -> None:
            household.spot(prices, spot_vat(with_choices(commands.settings(), commands.choices())))

        found.append(SpotLink(settings.spot, timebase, folder, take))
    return [LinkOutput(link) for link in found]
