"""The makers of the meters, one line each.

A maker's module has the reader of its lists and its profile; the line here gives it its name and its turn, since the
first reader that knows a list takes it. To know what a reading's clock or zero means, ask `profile_of`: no other room
needs to know any maker.
"""

from enum import StrEnum

from appliance.meter import aidon, kaifa, kamstrup, unknown
from appliance.meter.profile import ClockZone, MakerProfile

__all__ = ["ClockZone", "Maker", "MakerProfile", "profile_of"]


class Maker(StrEnum):
    """The makers of Norway's meters, in the order in which their layouts are tried."""

    profile: MakerProfile

    def __new__(cls, name: str, profile: MakerProfile = unknown.PROFILE) -> "Maker":
        """Return the member of this name with its profile beside it."""
        maker = str.__new__(cls, name)
        maker._value_ = name
        maker.profile = profile
        return maker

    AIDON = "aidon", aidon.PROFILE
    KAIFA = "kaifa", kaifa.PROFILE
    KAMSTRUP = "kamstrup", kamstrup.PROFILE


def profile_of(maker: Maker | None) -> MakerProfile:
    """Return what is known of a maker; of `None`, the unknown one, as little as can be."""
    return unknown.PROFILE if maker is None else maker.profile
