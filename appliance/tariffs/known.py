"""What the source does not tell of a company, by its id: a shorter name, its zone of taxes, days it has off.

The import writes it into the data. Zones by the counties in which NVE's register of grid tariffs
(nettleietariffer.dataplattform.nve.no, by county and organisation) has prices of the company: 18 Nordland, 55 Troms,
56 Finnmark; all others have all their customers, or nearly all, south of Nordland. Strømkalkulator has the same zones.
Vissi (formerly Ymber) and Alut serve Finnmark and municipalities of northern Troms only. Arva serves some places
of the tiltakssone too, and Tensio's northern company a few customers in Nordland: these households set their zone
themselves.
"""

from appliance.tariffs.company import Zone

ZONES = {
    **dict.fromkeys(("arva", "bindalkraftlag", "elmea", "kystnett", "linea", "meloy", "stram", "vestall"), Zone.NORTH),
    **dict.fromkeys(("noranett", "noranett-andoy", "noranett-hadsel"), Zone.NORTH),
    **dict.fromkeys(("alut", "barentsnett", "lucerna", "vissi"), Zone.TILTAKSSONE),
    **dict.fromkeys(("area-alle", "area-lega", "area-luostejok", "area-nettinord"), Zone.TILTAKSSONE),
}
"""All others are ordinary."""

NAMES = {
    "area-alle": ("Area Nett", "Alle områder"),
    "area-lega": ("Area Nett", "Lega"),
    "area-luostejok": ("Area Nett", "Luostejok"),
    "area-nettinord": ("Area Nett", "NettiNord"),
    "linja-nord": ("Linja", "Nord (Mørenett)"),
    "linja-sor": ("Linja", "Sør"),
    "noranett-andoy": ("Noranett", "Andøy"),
    "noranett-hadsel": ("Noranett", "Hadsel"),
    "tensio-tn": ("Tensio", "TN"),
    "tensio-ts": ("Tensio", "TS"),
}
"""Name and area of those that have several; the others are called as in the source, without what the law adds."""

ALSO_OFF = {"bkk": ((12, 24), (12, 31))}
"""Month and day. BKK: seen in its invoices (Strømkalkulator, docs/research/edge-cases.md)."""
