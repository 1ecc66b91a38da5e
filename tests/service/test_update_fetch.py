"""A newer version on the network: told, fetched whole through cuts, asked for by night, and believed only when signed.

The server is a real one on loopback, what it has is made by the image's recipe and signed by ssh-keygen, and what was
fetched is handed to the installer on a card of plain files.
"""

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance.household.situation import Alarm, Level, Rule
from appliance.links.download import BLOCK
from appliance.service import update_fetch
from appliance.service.actions import REQUEST
from appliance.service.update_fetch import Places, UpdateFetch
from appliance.settings.model import NetworkSettings
from appliance.system.timebase import Timebase
from appliance.update import newest, outcome, sources, steps
from appliance.update.card import System
from appliance.update.manifest import NAMESPACE
from appliance.update.outcome import Last, Reason
from appliance.update.running import Running
from image.recipe import bundle
from tests.links.situations import situation
from tests.links.test_mqtt import certificate, until
from tests.service.release_server import ReleaseServer
from tests.update.pi import BUILD, NEWER, Pi, keygen

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen signs the releases")
SPEED = 100_000.0
"""A day takes nine tenths of a second."""
NOON, NIGHT = datetime(2026, 11, 27, 11, tzinfo=UTC), datetime(2026, 11, 27, 2, tzinfo=UTC)
ALARM = Alarm(
    rule=Rule.POWER, level=Level.ACT, phase=None, value=8000.0, limit=5000.0, since=None, age_s=60.0, acknowledged=True
)


class Bench:
    """A Pi, a folder of releases with a server before it, and the appliance's part that looks there."""

    def __init__(self, folder: Path) -> None:
        (folder / "pi").mkdir()
        self.pi = Pi(folder / "pi")
        self.releases, self.runtime = folder / "releases", folder / "run"
        self.releases.mkdir()
        self.runtime.mkdir()
        self.server = ReleaseServer(self.releases)
        public = self.pi.key.with_suffix(".pub").read_text(encoding="ascii")
        both = f"{bundle.NAMESPACE},{bundle.NEWEST_NAMESPACE}"
        self.pi.signers.write_text(f'release namespaces="{both}" {public}', encoding="ascii")
        self.own = self.pi.data / steps.HISTORY

    def publish(self, build: int = NEWER, version: str = "1.3", key: str = "key", **changed: Any) -> Path:
        """Publish a version; `changed` is in the index before it is signed."""
        made = self.pi.put(build, version=version, to=self.releases)
        index = self.releases / bundle.NEWEST
        bundle.newest(self.pi.folder / "parts", made, index)
        index.write_text(json.dumps(json.loads(index.read_text(encoding="utf-8")) | changed), encoding="utf-8")
        self.sign(key)
        return made

    def sign(self, key: str = "key", namespace: str = bundle.NEWEST_NAMESPACE) -> None:
        index = self.releases / bundle.NEWEST
        (self.releases / newest.SIGNATURE).unlink(missing_ok=True)
        keygen("-Y", "sign", "-f", self.pi.folder / key, "-n", namespace, index)

    def fetch(self, updates: str = "yes", address: str | None = None) -> UpdateFetch:
        settings = NetworkSettings(
            wired=True,
            updates=updates,  # type: ignore[arg-type]  # the tests name it by text
            update_address=address or self.server.address,
        )
        places = Places(folder=self.own, runtime=self.runtime, updates=self.pi.data / "update", signers=self.pi.signers)
        return UpdateFetch(settings, Running("1.2", self.pi.build), places, Timebase(SPEED))

    @property
    def fetched(self) -> Path:
        return self.own / sources.FETCHED

    def looks(self) -> int:
        return sum(name == newest.SIGNATURE for name, _ in self.server.asked)

    def parts(self) -> list[Path]:
        return list(self.own.glob("*.part"))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.server.close()


@contextlib.asynccontextmanager
async def running(fetch: UpdateFetch, at: datetime = NOON, **changes: Any) -> AsyncIterator[UpdateFetch]:
    fetch.show(situation(at, **changes))
    [run] = fetch.tasks().values()
    task = asyncio.ensure_future(run())
    try:
        yield fetch
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_newer_version_is_told_and_nothing_is_fetched(bench: Bench) -> None:
    bench.publish()
    async with running(bench.fetch("tell"), NIGHT) as fetch:
        assert fetch.newer is None
        await until(lambda: fetch.newer == "1.3")
        await until(lambda: bench.looks() == 2)  # once a day
    assert not bench.server.bundles_asked()
    assert not bench.fetched.exists()
    assert not list(bench.runtime.iterdir())
    bench.server.close()
    assert bench.fetch("tell").newer == "1.3", "a start without a network knows"


@pytest.mark.parametrize("build", [BUILD, BUILD - 5])
async def test_what_is_not_newer_is_neither_told_nor_fetched(bench: Bench, build: int) -> None:
    bench.publish(build)
    async with running(bench.fetch(), NIGHT) as fetch:
        await until(lambda: bench.looks() == 2)
        assert fetch.newer is None
    assert not bench.server.bundles_asked()


async def test_it_is_fetched_whole_asked_for_by_night_installed_and_kept(bench: Bench) -> None:
    made = bench.publish()
    async with running(bench.fetch(), NOON) as fetch:
        await until(bench.fetched.exists)
        assert bench.fetched.read_bytes() == made.read_bytes()
        await asyncio.sleep(0.2)  # hours
        assert not list(bench.runtime.iterdir())
        fetch.show(situation(NIGHT, alarms=(ALARM,)))
        await asyncio.sleep(0.2)
        assert not list(bench.runtime.iterdir()), "an alarm lasts"
        fetch.show(situation(NIGHT, local_time=None))
        await asyncio.sleep(0.2)
        assert not list(bench.runtime.iterdir()), "nobody knows the time"
        fetch.show(situation(NIGHT))
        await until((bench.runtime / REQUEST).exists)
    assert not bench.parts()
    assert int((bench.runtime / REQUEST).read_bytes()) == 0

    assert bench.pi.take(asked=0)
    assert not bench.fetched.exists()
    assert bench.pi.start() is System.B
    assert bench.pi.judge() is None
    assert bench.pi.start() is System.B


async def test_a_fetch_that_breaks_off_goes_on_where_it_was(bench: Bench) -> None:
    made = bench.publish()
    bench.server.breaks_off_after = size = made.stat().st_size // 3
    async with running(bench.fetch()):
        await until(bench.fetched.exists)
    assert bench.server.bundles_asked()[:3] == [0, size, 2 * size]
    assert bench.fetched.read_bytes() == made.read_bytes()


async def test_what_a_server_without_parts_sends_is_begun_anew(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    made = bench.publish()
    bench.server.knows_parts, bench.server.breaks_off_after = False, BLOCK
    async with running(bench.fetch()):
        await until(lambda: len(bench.server.bundles_asked()) >= 2)
        bench.server.breaks_off_after = None
        await until(bench.fetched.exists)
    assert bench.fetched.read_bytes() == made.read_bytes()
    assert "is not the file" not in caplog.text


async def test_a_start_goes_on_with_what_the_last_one_left_and_not_with_another_versions(bench: Bench) -> None:
    bench.publish()
    bench.server.breaks_off_after = BLOCK
    async with running(bench.fetch()):
        await until(lambda: bool(bench.parts()))
    left = bench.parts()
    bench.server.breaks_off_after = None
    made = bench.publish(NEWER + 1, "1.4")
    async with running(bench.fetch()):
        await until(bench.fetched.exists)
    assert bench.fetched.read_bytes() == made.read_bytes()
    assert left
    assert not bench.parts()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda octets: octets[:-1] + b"!", "is not the file"),
        (lambda octets: octets + b"more", "more than the file has"),
    ],
)
async def test_what_is_not_the_file_that_was_told_of_is_not_kept(
    bench: Bench, change: Callable[[bytes], bytes], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = bench.publish()
    made.write_bytes(change(made.read_bytes()))
    async with running(bench.fetch(), NIGHT):
        await until(lambda: bench.looks() == 2)
    assert not bench.fetched.exists()
    assert not list(bench.runtime.iterdir())
    assert said in caplog.text


async def test_what_nobody_signed_who_may_is_not_believed(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    keygen("-t", "ed25519", "-N", "", "-f", bench.pi.folder / "stranger")
    bench.publish(key="stranger")
    async with running(bench.fetch()) as fetch:
        await until(lambda: bench.looks() == 2)
        assert fetch.newer is None
    assert not bench.server.bundles_asked()
    assert "not signed by the maker" in caplog.text


async def test_a_signature_for_something_else_is_not_believed(bench: Bench) -> None:
    bench.publish()
    bench.sign(namespace=NAMESPACE)
    async with running(bench.fetch()) as fetch:
        await until(lambda: bench.looks() == 2)
        assert fetch.newer is None


async def test_an_older_tale_that_is_told_again_is_not_believed(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.publish(NEWER, "1.3")
    old = [(bench.releases / name).read_bytes() for name in (newest.NEWEST, newest.SIGNATURE)]
    bench.publish(NEWER + 1, "1.4")
    async with running(bench.fetch("tell")) as fetch:
        await until(lambda: fetch.newer == "1.4")
    for name, octets in zip((newest.NEWEST, newest.SIGNATURE), old, strict=True):
        (bench.releases / name).write_bytes(octets)
    before = bench.looks()
    async with running(bench.fetch()) as fetch:
        await until(lambda: bench.looks() == before + 2)
        assert fetch.newer == "1.4"
    assert not bench.server.bundles_asked()
    assert "1.4 is newer" in caplog.text


@pytest.mark.parametrize(
    "changed",
    [
        {"octets": newest.MOST_OCTETS + 1},
        {"octets": 0},
        {"file": "../han-appliance-1.3.update"},
        {"file": "han-appliance-1.3.update?x"},
        {"sha256": "0" * 63},
        {"layout": 3},
        {"version": "1\n3"},
        {"version": 3},
    ],
)
async def test_a_tale_that_makes_no_sense_is_not_followed(bench: Bench, changed: dict[str, Any]) -> None:
    bench.publish(**changed)
    async with running(bench.fetch()) as fetch:
        await until(lambda: bench.looks() == 2)
        assert fetch.newer is None
    assert not bench.server.bundles_asked()


async def test_where_there_is_no_room_nothing_is_fetched(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(update_fetch, "SPARE", shutil.disk_usage(bench.own).total)
    bench.publish()
    async with running(bench.fetch()) as fetch:
        await until(lambda: bench.looks() == 2)
        assert fetch.newer == "1.3"
    assert not bench.server.bundles_asked()
    assert "no room" in caplog.text


@pytest.mark.parametrize("reason", [Reason.NO_LISTS, Reason.WEAK_SUPPLY])
async def test_what_was_tried_in_vain_is_told_and_not_fetched_again(bench: Bench, reason: Reason) -> None:
    bench.publish()
    told = Last(version="1.3", before="1.2", reason=reason, boot="1", build=NEWER)
    outcome.remember(told, bench.pi.here().folder)
    async with running(bench.fetch()) as fetch:
        await until(lambda: bench.looks() == 2)
        assert fetch.newer == "1.3"
    assert not bench.server.bundles_asked()


async def test_a_bundle_that_is_not_signed_is_refused_by_the_installer_all_the_same(bench: Bench) -> None:
    made, parts = bench.publish(), bench.pi.folder / "parts"
    keygen("-t", "ed25519", "-N", "", "-f", bench.pi.folder / "stranger")
    (parts / bundle.SIGNATURE).unlink()
    keygen("-Y", "sign", "-f", bench.pi.folder / "stranger", "-n", bundle.NAMESPACE, parts / bundle.MANIFEST)
    bundle.pack(parts, made, NEWER)
    bundle.newest(parts, made, bench.releases / bundle.NEWEST)
    bench.sign()
    async with running(bench.fetch()):
        await until(bench.fetched.exists)
    assert not bench.pi.take(asked=0)
    assert (bench.pi.why(), bench.fetched.exists()) == (Reason.SIGNATURE, False)


@pytest.mark.parametrize("trusted", [True, False])
async def test_a_certificate_is_checked(bench: Bench, monkeypatch: pytest.MonkeyPatch, trusted: bool) -> None:
    folder = bench.pi.folder
    certificate(folder, ends=datetime.now(UTC) + timedelta(days=30))
    both = folder / "both.pem"
    both.write_bytes((folder / "certificate.pem").read_bytes() + (folder / "key.pem").read_bytes())
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "certificate.pem"))
    bench.publish()
    server = ReleaseServer(bench.releases, both)
    try:
        async with running(bench.fetch(address=server.address.replace("127.0.0.1", "localhost"))) as fetch:
            if trusted:
                await until(bench.fetched.exists)
            else:
                await asyncio.sleep(0.5)  # some tries
                assert fetch.newer is None
    finally:
        server.close()


async def test_a_server_that_is_gone_is_said_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.server.close()
    async with running(bench.fetch()):
        await until(lambda: "cannot be reached" in caplog.text)
        await asyncio.sleep(0.5)
    assert caplog.text.count("cannot be reached") == 1


def test_the_recipe_and_the_program_agree() -> None:
    assert (bundle.NEWEST, bundle.NEWEST_NAMESPACE) == (newest.NEWEST, newest.NAMESPACE)
    assert f"{bundle.NEWEST}.sig" == newest.SIGNATURE
