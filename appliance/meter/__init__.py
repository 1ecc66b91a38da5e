"""Octets in, readings out: no I/O, no clock, no threads, no logging, no settings."""

from appliance.meter.decoder import Decoder
from appliance.meter.reading import Reading
from appliance.meter.rejected import Rejected

__all__ = ["Decoder", "Reading", "Rejected"]
