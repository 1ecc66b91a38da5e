"""A letter to the grid company: please open the HAN port, for list 3, without encryption or with the keys to it.

Every new installation begins with it, in the words the company knows; it is in the language of the settings. Only the
meter's number and type are ours to fill in, and only when the meter itself has sent them. READMEs and the wiring notes
have the same letter; a test compares them.
"""

from appliance.household.situation import MeterIdentity
from appliance.words.words import WORDS, Words


def letter(language: str, meter: MeterIdentity) -> str:
    """Return the letter in one of the settings' languages, and before it where to look first."""
    words = WORDS[language]
    note = words.say(
        "Many grid companies let you open the port yourself on their web pages, once you have logged in. Look there "
        "first. Else send this:"
    )
    return f"{note}\n\n{body(words, meter)}"


def body(words: Words, meter: MeterIdentity) -> str:
    """Return the letter itself."""
    unknown = words.say("(on the meter)")
    named = " ".join(filter(None, ((meter.maker or "").capitalize(), meter.meter_type)))
    return words.say(
        """To the grid company

Opening the HAN port

Hello,
please open the HAN port of my electricity meter for list 3 without encryption: the lists that come every 10 seconds or
more often, and the one of every hour with the meter's registers. They go to equipment that I have connected myself. I
know that whoever has access to the port can then read my consumption. If encryption cannot be switched off, please send
me the meter's keys: the encryption key and the authentication key, 32 hexadecimal digits each. If I can open the port
myself on your web pages, please tell me where. Please also tell me when it is open, and whether it has to be opened
again after a change of the meter.

Meter number: {number}
Meter: {meter}
Metering point ID (18 digits, on the bill):
Customer number:
Name:
Address:

Kind regards
""",
        number=meter.meter_id or unknown,
        meter=named or unknown,
    )
