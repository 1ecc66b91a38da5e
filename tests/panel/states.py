"""Situations that the pages are drawn for, one for each golden picture."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from appliance.household.situation import Level, Phase, Signal, Situation
from appliance.panel import pages

EVENING = datetime(2026, 1, 15, 17, 4, tzinfo=ZoneInfo("Europe/Oslo"))

CALM = Situation(
    watch_w=5000,
    act_w=10_000,
    level=Level.OK,
    signal=Signal.RECEIVING,
    power_import_w=2310,
    power_export_w=0,
    phases=(Phase(231.2, 4.6), Phase(229.8, 0.3), Phase(230.4, 6.1)),
    phases_known=True,
    local_time=EVENING,
    reading_age_s=0.4,
)
IT_NET = replace(CALM, phases=(Phase(237.6, 4.6), Phase(235.9, None), Phase(236.5, -7.4)), line_to_line=True)
UNKNOWN = Situation(watch_w=5000, act_w=10_000)
SILENT = replace(UNKNOWN, signal=Signal.SILENT, reading_age_s=200, local_time=EVENING)

STATES = {
    "now": (pages.now, CALM, "nb"),
    "now-small": (pages.now, replace(CALM, power_import_w=50, local_time=None), "nb"),
    "now-zero": (pages.now, replace(CALM, power_import_w=0), "sv"),
    "now-watch": (pages.now, replace(CALM, power_import_w=6840, level=Level.WATCH), "nb"),
    "now-act": (pages.now, replace(CALM, power_import_w=13_040, level=Level.ACT), "nb"),
    "now-act-english": (pages.now, replace(CALM, power_import_w=88_800, level=Level.ACT), "en"),
    "now-export": (pages.now, replace(CALM, power_import_w=0, power_export_w=4750), "nb"),
    "now-waiting": (pages.now, UNKNOWN, "nb"),
    "now-waiting-english": (pages.now, UNKNOWN, "en"),
    "now-silent": (pages.now, SILENT, "nb"),
    "now-silent-swedish": (pages.now, SILENT, "sv"),
    "now-no-port": (pages.now, replace(UNKNOWN, signal=Signal.NO_PORT), "nb"),
    "phases": (pages.phases, CALM, "nb"),
    "phases-it-net": (pages.phases, IT_NET, "nb"),
    "phases-one": (pages.phases, replace(CALM, phases=(Phase(233.6, 24.2), Phase(), Phase())), "en"),
    "phases-unknown": (pages.phases, UNKNOWN, "sv"),
}
