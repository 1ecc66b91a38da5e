"""`han-appliance tariff`."""

import argparse
import difflib
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from appliance import tariffs
from appliance.commands import tariff_check, tariff_text
from appliance.commands.outcome import FINE, fail
from appliance.settings import settings_file
from appliance.tariffs import answers, importing, values
from appliance.tariffs.answers import OSLO
from appliance.tariffs.company import Company, Customer, Zone
from appliance.tariffs.table import Method, Table
from appliance.words.sentence import Sentence
from appliance.words.words import WORDS, Words

_LONGEST_DAYS = 3660
_OWN_TABLES = Path(tariffs.__file__).parent


class _NoAnswerError(Exception):
    """Why there is no answer, in one sentence."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "tariff",
        help="look up a grid company's prices",
        description="Looks up what Norwegian grid companies ask, by the tables that came with the program. It asks no "
        "network. What no table says is not known: no price is carried beyond its table's end.",
        epilog="example: han-appliance tariff step elvia --kw 5",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    listing = _action(actions, "list", _list, "list all companies", "example: han-appliance tariff list")
    _add_json(listing, "one JSON array, an object a company")

    show = _action(actions, "show", _show, "show a company's table", "example: han-appliance tariff show bkk")
    _add_company(show)
    _add_date(show)
    _add_customer(show, default=None)
    _add_zone(show)
    _add_json(show, "one JSON object")

    step = _action(
        actions, "step", _step, "find a step and its price", "example: han-appliance tariff step elvia --kw 5"
    )
    _add_company(step)
    value = step.add_mutually_exclusive_group(required=True)
    value.add_argument("--kw", type=_amount, metavar="KW", help="the mean of the highest hours, kW")
    value.add_argument("--fuse", type=_amount, metavar="A", help="the main fuse, A, where the step goes by it")
    _add_date(step)
    _add_customer(step, default=None)
    _add_zone(step)
    _add_json(step, "one JSON object")

    prices = _action(
        actions,
        "prices",
        _prices,
        "list what a kWh costs, hour by hour",
        "example: han-appliance tariff prices bkk --from 2026-12-24 --to 2026-12-25 --norgespris",
    )
    _add_company(prices)
    for name, text in (("--from", "the first hour"), ("--to", "the end; the hour that begins then is left out")):
        prices.add_argument(
            name,
            dest=name.strip("-") + "_",
            required=True,
            type=_moment,
            metavar="TIME",
            help=f"{text}: 2026-12-24 or 2026-12-24T06:00, Norway's time unless it has a zone",
        )
    _add_customer(prices, default=Customer.HOME)
    _add_zone(prices)
    prices.add_argument("--norgespris", action="store_true", help="with the state's fixed price for the power")
    _add_json(prices, "one JSON array, an object an hour; null is not known")

    tariff_check.add(actions)

    bringing = _action(
        actions,
        "import",
        _import,
        "make the tables anew (for maintainers)",
        "example: han-appliance tariff import ../fri-nettleie/tariffer",
    )
    bringing.add_argument("folder", type=Path, metavar="DIR", help="the folder `tariffer` of a checkout")
    bringing.add_argument("--commit", metavar="ID", help="of the source; default: the checkout's")
    bringing.add_argument("--commit-date", type=_day, metavar="DATE", help="its date; default: the checkout's")


def _action(actions: Any, name: str, run: Callable[..., int], text: str, example: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", epilog=example
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings: the language")
    parser.set_defaults(command=_answering(run), verbose=0)
    return parser


def _add_company(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("company", metavar="COMPANY", help="its id, such as elvia: see `tariff list`")


def _add_date(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--date", type=_day, metavar="DATE", help="the day, such as 2026-11-20; default: today")


def _add_customer(parser: argparse.ArgumentParser, default: Customer | None) -> None:
    kinds = [customer.value for customer in Customer]
    parser.add_argument("--customer", choices=kinds, default=default and default.value, help="default: home")


def _add_zone(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--zone", choices=[zone.value for zone in Zone], help="of taxes; default: the company's")


def _add_json(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument("--json", action="store_true", help=text)


def _answering(run: Callable[..., int]) -> Callable[[argparse.Namespace], int]:
    """Return the action with the words to speak in, and its sentences said in them."""

    def answered(options: argparse.Namespace) -> int:
        try:
            words = WORDS[settings_file.load(options.config).language]
        except settings_file.SettingsError as error:
            return fail(error)
        try:
            return run(options, words)
        except _NoAnswerError as error:
            return fail(words.tell(error.sentence))

    return answered


def _list(options: argparse.Namespace, words: Words) -> int:
    today = datetime.now(OSLO).date()
    if options.json:
        print(_as_array([values.company_values(company) for company in tariffs.companies()]))
    else:
        print(tariff_text.company_list(tariffs.companies(), tariffs.source(), today, words))
    return FINE


def _show(options: argparse.Namespace, words: Words) -> int:
    company, customer, table = _table(options)
    zone = Zone(options.zone) if options.zone else company.zone
    day = options.date or _today()
    taxes, vat = tariffs.taxes_ore(zone, day), tariffs.vat(zone, day)
    if options.json:
        print(json.dumps(values.table_values(company, customer, table, zone, day), ensure_ascii=False))
    else:
        print(tariff_text.table(company, table, taxes, vat, tariffs.source(), words))
    return FINE


def _step(options: argparse.Namespace, words: Words) -> int:
    company, _, table = _table(options)
    value = _value(options, company, table)
    step = answers.step_of(table, value)
    vat = tariffs.vat(Zone(options.zone) if options.zone else company.zone, options.date or _today())
    if options.json:
        print(json.dumps(values.step_values(step, vat)))
    else:
        print(tariff_text.step(step, vat, by_fuse=table.method is Method.FUSE, words=words))
    return FINE


def _prices(options: argparse.Namespace, words: Words) -> int:
    company = _company(options.company)
    start, end = options.from_, options.to_
    if end < start:
        raise _NoAnswerError(Sentence("the time of --to is before that of --from"))
    if (end - start).days > _LONGEST_DAYS:
        raise _NoAnswerError(Sentence("from --from to --to it may be ten years at most"))
    found = answers.hours(
        company.id,
        start,
        end,
        customer=Customer(options.customer),
        zone=Zone(options.zone) if options.zone else None,
        norgespris=options.norgespris,
    )
    if options.json:
        print(_as_array([values.hour_values(hour) for hour in found]))
    else:
        for line in tariff_text.hours(found, words):
            print(line)
    return FINE


def _import(options: argparse.Namespace, _words: Words) -> int:
    try:
        commit = options.commit or _git(options.folder, "%H")
        commit_date = options.commit_date or date.fromisoformat(_git(options.folder, "%cs"))
        number = importing.import_tables(options.folder, _OWN_TABLES, commit=commit, commit_date=commit_date)
        importing.write_holidays(_OWN_TABLES, _today().year)
    except (importing.SourceError, OSError) as error:
        return fail(error)
    except ImportError as error:
        return fail(f"{error.name} is missing: install the extra han-appliance[tables]")
    except subprocess.CalledProcessError:
        return fail(f"{options.folder} is no checkout: give --commit and --commit-date")
    print(f"{_OWN_TABLES}: {number} companies, source {commit} of {commit_date}")
    return FINE


def _git(folder: Path, form: str) -> str:
    asked = ["git", "-C", str(folder), "log", "-1", f"--format={form}", "--", "."]
    told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    if not told:
        raise subprocess.CalledProcessError(1, asked)
    return told


def _company(name: str) -> Company:
    company = tariffs.company(name)
    if company is None:
        ids = [known.id for known in tariffs.companies()]
        near = difflib.get_close_matches(name.casefold(), ids, 1)
        if near:
            raise _NoAnswerError(Sentence("{name}: no such company; did you mean {near}?", name=name, near=near[0]))
        raise _NoAnswerError(Sentence("{name}: no such company; han-appliance tariff list has them all", name=name))
    return company


def _table(options: argparse.Namespace) -> tuple[Company, Customer, Table]:
    """Return the table that was asked for; that for cabins, without being asked, where there are no others."""
    company, day = _company(options.company), options.date or _today()
    default = Customer.HOME if Customer.HOME in company.customers else Customer.CABIN
    customer = Customer(options.customer) if options.customer else default
    table = answers.table_on(company.id, customer, day)
    if table is None:
        name, on = company.full_name, day.isoformat()
        match customer:
            case Customer.HOME:
                raise _NoAnswerError(Sentence("{company} has no prices for homes on {day}", company=name, day=on))
            case Customer.CABIN:
                raise _NoAnswerError(Sentence("{company} has no prices for cabins on {day}", company=name, day=on))
    return company, customer, table


def _value(options: argparse.Namespace, company: Company, table: Table) -> float:
    """Return the value that was given, where the company finds the step by it."""
    name = company.full_name
    match table.method:
        case Method.WEEKS:
            raise _NoAnswerError(
                Sentence("{company} has no steps: it bills by the kilowatt, from weekly peaks of a year", company=name)
            )
        case Method.UNKNOWN:
            raise _NoAnswerError(Sentence("how {company} finds the step is not known", company=name))
        case Method.FUSE:
            if options.fuse is None:
                raise _NoAnswerError(
                    Sentence("{company} finds the step by the main fuse: give --fuse, in A", company=name)
                )
            return float(options.fuse)
        case Method.DAYS | Method.MONTH:
            if options.kw is None:
                raise _NoAnswerError(Sentence("{company} finds the step by the highest hours: give --kw", company=name))
            return float(options.kw)


def _as_array(rows: list[dict[str, Any]]) -> str:
    """Return a JSON array, a row a line."""
    return "[" + ",\n ".join(json.dumps(row, ensure_ascii=False) for row in rows) + "]"


def _today() -> date:
    return datetime.now(OSLO).date()


def _amount(text: str) -> float:
    """Return an argument as a number from 0; with a decimal comma or point."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1e6:
        raise argparse.ArgumentTypeError("it must be a number from 0 to 1000000")
    return number


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("it must be a date such as 2026-11-20") from None


def _moment(text: str) -> datetime:
    """Return a time as UTC; one without a zone is Norway's."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=OSLO)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError("it must be a time such as 2026-11-20T17:00") from None
