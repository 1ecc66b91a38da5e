"""What a settings file may say, and hardly means.

Such a file is taken as it stands, for it has worked so far. Each doubt is named in one sentence: in the log at the
start, and by `config check` and the doctor.
"""

import re
from collections import Counter
from collections.abc import Iterator

from appliance.settings.grid import country_of, has_own_tables
from appliance.settings.model import Settings
from appliance.tariffs import Customer, company
from appliance.words.sentence import Sentence


def doubts(settings: Settings) -> tuple[Sentence, ...]:
    """Return one sentence for each setting that hardly means what it says."""
    return tuple(_doubts(settings))


def _doubts(settings: Settings) -> Iterator[Sentence]:
    folder, port, display, network = settings.data.folder, settings.line.port, settings.display, settings.network
    if not folder.startswith("/"):
        yield Sentence(
            "data.folder = {folder} is below the folder that the program is started in, and ~ stands for no home "
            'there; write the whole path, such as "/home/me/han"',
            folder=repr(folder),
        )
    if not port.startswith("/") and port != "auto":
        yield Sentence(
            'line.port = {port} is no device: write the whole path, such as "/dev/{name}"',
            port=repr(port),
            name=port.rpartition("/")[2],
        )
    by_fuse = any(table.basis == "fuse" for table in settings.tariff)
    if by_fuse and settings.phases.fuse_a is None:
        yield Sentence(
            'tariff.basis = "fuse" finds no step without phases.fuse_a, the main fuse in A; '
            "set it, or choose it on the panel"
        )
    if settings.power.ore is not None and settings.power.price != "fixed":
        yield Sentence('power.ore is of no use without power.price = "fixed"')
    if settings.power.markup_ore is not None and settings.power.price != "spot":
        yield Sentence('power.markup_ore is of no use without power.price = "spot"')
    area = settings.spot.area
    if area is not None and not area.startswith(country_of(settings)):
        yield Sentence(
            "spot.area = {area} is not in the country of the grid, which is {country}",
            area=area,
            country=country_of(settings),
        )
    if settings.grid.company is not None and has_own_tables(settings):
        yield Sentence(
            "grid.company gives no prices while there are [[tariff]] of your own: take those out, or the company"
        )
    known = None if settings.grid.company is None else company(settings.grid.company)
    if known is not None and Customer(settings.grid.customer) not in known.customers:
        yield Sentence(
            'grid.company = "{company}" has no prices for customer = "{customer}": '
            "the common steps count, without prices",
            company=known.id,
            customer=settings.grid.customer,
        )
    for valid_from, times in Counter(table.valid_from for table in settings.tariff).items():
        if times > 1 and valid_from is None:
            yield Sentence(
                "there are {times} [[tariff]] without valid_from, and only the first of them counts; "
                "give each its own day",
                times=times,
            )
        elif times > 1 and valid_from is not None:
            yield Sentence(
                "there are {times} [[tariff]] with valid_from = {day}, and only the first of them counts; "
                "give each its own day",
                times=times,
                day=valid_from.isoformat(),
            )
    for name in ("idle_contrast", "night_contrast"):
        if getattr(display, name) > display.contrast:
            yield Sentence(
                "display.{name} is above display.contrast, and nothing is shown brighter than that", name=name
            )
    if network.passphrase is not None and network.name is None:
        yield Sentence("network.passphrase is of no use without network.name, the Wi-Fi's")
    if network.ssh_key is not None and re.search("OfYourOwn", network.ssh_key):
        yield Sentence(
            "network.ssh_key is the example's, and nobody has its other half; put your own public key in its place"
        )
