"""A letter to the grid company: please open the HAN port.

Every new installation begins with it, in the words the company knows; it is in the language of the settings. Only the
meter's number is ours to fill in, and only when the meter itself has sent it.
"""

from appliance.household.situation import MeterIdentity

_NOT_KNOWN = {
    "nb": "(står på måleren)",
    "en": "(it stands on the meter)",
    "sv": "(står på mätaren)",
}
_LETTERS = {
    "nb": """Til nettselskapet

Åpning av HAN-porten

Hei,
jeg ber dere åpne HAN-porten på strømmåleren min, slik at den sender måledata til utstyret jeg selv har koblet til.
Si gjerne fra når porten er åpnet, og om den må åpnes på nytt etter bytte av måler.

Målernummer: {number}
Måler: {meter}
Navn:
Adresse:

Vennlig hilsen
""",
    "en": """To the grid company

Opening the HAN port

Hello,
please open the HAN port of my electricity meter, so that it sends its readings to the device that I have connected.
Please tell me when it is open, and whether it has to be opened again after a change of the meter.

Meter number: {number}
Meter: {meter}
Name:
Address:

Kind regards
""",
    "sv": """Till elnätsföretaget

Öppning av HAN-porten

Hej,
jag ber er öppna HAN-porten (kundgränssnittet) på min elmätare, så att den skickar mätdata till utrustningen som jag
själv har anslutit. Meddela gärna när porten är öppen, och om den måste öppnas på nytt efter byte av mätare.

Mätarnummer: {number}
Mätare: {meter}
Namn:
Adress:

Med vänliga hälsningar
""",
}


def letter(language: str, meter: MeterIdentity) -> str:
    """Return the letter in one of the settings' languages."""
    unknown = _NOT_KNOWN[language]
    named = " ".join(filter(None, ((meter.maker or "").capitalize(), meter.meter_type)))
    return _LETTERS[language].format(number=meter.meter_id or unknown, meter=named or unknown)
