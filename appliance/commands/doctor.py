"""`han-appliance doctor`."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

from appliance.commands.outcome import FINE, positive
from appliance.doctor import doctor, finding
from appliance.doctor.letter import letter
from appliance.household.situation import MeterIdentity
from appliance.settings.settings_file import DEFAULT_FILE
from appliance.words.words import WORDS


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "doctor",
        help="look for what is wrong, and say what to do",
        description="Looks at the serial port, the display's bus, the pins, the card, the clock, the supply and the "
        "settings, then listens to the line. Beside a running appliance it asks that one and takes nothing from it. "
        "Exit code 0 when nothing is wrong, 1 with a warning, 2 with a fault.",
        epilog="example: han-appliance doctor --seconds 60",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"settings (default: {DEFAULT_FILE})")
    parser.add_argument("--seconds", type=positive, default=30.0, metavar="N", help="listen so long; default: 30")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object: exit_code, and findings with a grade each")
    form.add_argument("--letter", action="store_true", help="print a letter that asks the grid company for the port")
    parser.set_defaults(command=run, verbose=0)


def run(options: argparse.Namespace) -> int:
    """Carry it out. Return the exit code."""
    target, refused = doctor.find_target(options.config, environ=os.environ)
    if options.letter:
        meter = MeterIdentity() if target.running is None else target.running.situation.meter
        print(letter(doctor.language(target), meter), end="")
        return FINE
    words = WORDS[doctor.language(target)]
    found = []
    for one in doctor.findings(target, refused, options.seconds):
        found.append(one)
        if not options.json:
            print(finding.as_text(one, words), flush=True)
    text = json.dumps(finding.as_values(found), ensure_ascii=False) if options.json else finding.summary(found, words)
    print(text)
    return finding.exit_code(found)
