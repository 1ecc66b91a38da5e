"""The commands of whoever looks after the machine: how it is, what is wrong with it, and how it is installed."""

import argparse
import json
from pathlib import Path
from typing import Any

from appliance.outcome import FINE, NOTHING_FOUND, positive, refuse
from appliance.settings import settings_file
from appliance.settings.model import Settings
from appliance.settings.settings_file import DEFAULT_FILE


def add(commands: Any) -> None:
    """Add the commands to the command line's."""
    _add_status(commands)
    _add_doctor(commands)
    _add_report(commands)
    _add_network(commands)
    _add_units(commands)


def _add_status(commands: Any) -> None:
    asking = commands.add_parser(
        "status",
        help="say how the running appliance is",
        description="Asks the running appliance over its local socket. Exit code 0 when it answers, 2 when none does. "
        "With --check it prints one line, and 1 is an appliance that runs but has no reading or something wrong.",
        epilog="example: han-appliance status --check || echo look at the panel",
    )
    form = asking.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="all that it knows, as one JSON object")
    form.add_argument("--check", action="store_true", help="one line, and an exit code for a health check")
    asking.add_argument("--config", type=Path, metavar="FILE", help="settings: where the socket is")
    asking.set_defaults(command=_status, verbose=0)


def _add_doctor(commands: Any) -> None:
    looking = commands.add_parser(
        "doctor",
        help="look for what is wrong, and say what to do",
        description="Looks at the serial port, the display's bus, the pins, the card, the clock, the supply and the "
        "settings, then listens to the line. Beside a running appliance it asks that one and takes nothing from it. "
        "Exit code 0 when nothing is wrong, 1 with a warning, 2 with a fault.",
        epilog="example: han-appliance doctor --seconds 60",
    )
    looking.add_argument("--config", type=Path, metavar="FILE", help=f"settings (default: {DEFAULT_FILE})")
    looking.add_argument("--seconds", type=positive, default=30.0, metavar="N", help="listen so long; default: 30")
    form = looking.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object: exit_code, and findings with a grade each")
    form.add_argument("--letter", action="store_true", help="print a letter that asks the grid company for the port")
    looking.set_defaults(command=_doctor, verbose=0)


def _add_report(commands: Any) -> None:
    telling = commands.add_parser(
        "report",
        help="write a folder with all that somebody needs to help",
        description="Writes the doctor's verdict, the status, the settings, hours, peaks and voltages as CSV and the "
        "letter to the grid company into a new folder in DIR, and takes a file 'report' away that lies there. The "
        "image does so on its boot partition when somebody puts such a file there.",
        epilog="example: han-appliance report /boot/firmware",
    )
    telling.add_argument("folder", type=Path, metavar="DIR", help="where the report's folder is made")
    telling.add_argument("--config", type=Path, metavar="FILE", help=f"settings (default: {DEFAULT_FILE})")
    telling.set_defaults(command=_report, verbose=0)


def _add_network(commands: Any) -> None:
    joining = commands.add_parser(
        "network",
        help="join the network of the settings (on the SD-card image)",
        description="Writes what [network] of the settings asks for below /run and starts it. The image does so at "
        "each start; other systems have their own ways to a network.",
        epilog="example: han-appliance network --config /boot/firmware/appliance.toml",
    )
    joining.add_argument("--config", type=Path, metavar="FILE", help=f"settings (default: {DEFAULT_FILE})")
    joining.set_defaults(command=_network, verbose=0)


def _add_units(commands: Any) -> None:
    units = commands.add_parser(
        "units",
        help="install the systemd units, the user and the rules for its devices",
        description="Writes the systemd units (with the path of this command), the sysusers file and the udev rules "
        "below DIR: / for this machine, or the root of an image.",
        epilog="example: sudo han-appliance units /",
    )
    units.add_argument("root", type=Path, metavar="DIR", help="the root directory to write below")
    units.set_defaults(command=_units, verbose=0)


def _status(options: argparse.Namespace) -> int:
    from appliance.service import status, status_text
    from appliance.service.local_socket import SOCKET, ControlError
    from appliance.service.status_text import in_a_line

    socket = _folder(options.config) / SOCKET
    try:
        told = status.asked(socket)
    except ControlError as trouble:
        return refuse(trouble)
    if told is None:
        return refuse(f"no appliance is running (nobody answers at {socket})")
    report, as_it_came = told
    if options.json:
        print(json.dumps(as_it_came, ensure_ascii=False))
        return FINE
    print(in_a_line(report.situation) if options.check else status_text.text(report), end="\n" if options.check else "")
    return FINE if not options.check or status.healthy(report.situation) else NOTHING_FOUND


def _doctor(options: argparse.Namespace) -> int:
    from appliance.doctor import doctor, finding
    from appliance.doctor.letter import letter
    from appliance.household.situation import MeterIdentity

    whom, refused = doctor.patient(options.config)
    if options.letter:
        meter = MeterIdentity() if whom.running is None else whom.running.situation.meter
        print(letter(doctor.language(whom), meter), end="")
        return FINE
    found = []
    for one in doctor.findings(whom, refused, options.seconds):
        found.append(one)
        if not options.json:
            print(finding.as_text(one), flush=True)
    text = json.dumps(finding.as_values(found), ensure_ascii=False) if options.json else finding.summary(found)
    print(text)
    return finding.exit_code(found)


def _report(options: argparse.Namespace) -> int:
    from appliance import report
    from appliance.settings import last_good

    found = last_good.find(options.config, None)
    try:
        print(report.write(options.folder, options.config, Path(found.settings.data.folder), found.settings))
    except OSError as trouble:
        return refuse(trouble)
    return FINE


def _network(options: argparse.Namespace) -> int:
    from appliance import network
    from appliance.settings import last_good

    found = last_good.find(options.config, Path(Settings().data.folder))
    try:
        failed = network.apply(found.settings.network)
    except OSError as trouble:
        return refuse(trouble)
    for sentence in failed:
        refuse(sentence)
    return NOTHING_FOUND if failed else FINE


def _units(options: argparse.Namespace) -> int:
    from appliance import installation

    try:
        for path in installation.install(options.root):
            print(path)
    except OSError as trouble:
        if isinstance(trouble, BrokenPipeError):
            raise
        return refuse(trouble)
    return FINE


def _folder(settings: Path | None) -> Path:
    """The data folder; where the file has a mistake, the running appliance is most likely in the usual one."""
    try:
        return Path(settings_file.load(settings).data.folder)
    except settings_file.SettingsError:
        return Path(Settings().data.folder)
