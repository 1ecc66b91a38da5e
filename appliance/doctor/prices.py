"""The spot prices: whether those that the settings want can be had."""

from appliance.doctor.finding import Finding, Grade
from appliance.doctor.target import Target
from appliance.words.sentence import Sentence

NAME = "prices"


def prices(target: Target) -> Finding:
    """Check what the running appliance knows of the spot prices."""
    spot = None if target.running is None else target.running.situation.spot
    if spot is None:
        return Finding(NAME, Grade.UNKNOWN, Sentence("no appliance runs here that fetches them"))
    area = spot.area
    if spot.trouble is not None:
        advice = Sentence("it needs a network, and the service a way out: 'han-appliance units' makes one")
        return Finding(NAME, Grade.WARNING, f"{area}: {spot.trouble}", advice)
    if spot.now_kr is None:
        return Finding(NAME, Grade.UNKNOWN, Sentence("this hour's price in {area} is not known yet", area=area))
    if not spot.tomorrow:
        return Finding(NAME, Grade.FINE, Sentence("today's in {area} are known, tomorrow's not yet", area=area))
    return Finding(NAME, Grade.FINE, Sentence("today's and tomorrow's in {area} are known", area=area))
