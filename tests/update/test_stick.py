"""A bundle on a USB stick: copied once and taken, and what is older or was tried only offered."""

import errno
import os
import shutil
from pathlib import Path
from typing import IO

import pytest

from appliance.update import outcome, sources, stick
from appliance.update.card import System
from appliance.update.outcome import Reason
from image.recipe import bundle
from tests.update.pi import BUILD, NEW_ROOT, NEWER, WELL, Pi, keygen

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen signs the bundles")


class TakenOut(stick.Stick):
    """A stick that is gone after so many reads, as the kernel tells it."""

    def __init__(self, reads: int, error: int) -> None:
        self._left, self._error = reads, error

    def read(self, file: IO[bytes]) -> bytes:
        if self._left == 0:
            raise OSError(self._error, os.strerror(self._error))
        self._left -= 1
        return super().read(file)


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    made = Pi(tmp_path)
    (tmp_path / "stick").mkdir()
    return made


def plug_in(pi: Pi, reader: stick.Stick | None = None) -> bool:
    return stick.look(pi.here(), pi.folder / "stick", reader)


def kept(pi: Pi) -> set[str]:
    """What updates have left beside the history."""
    return {path.name for path in pi.here().folder.glob("*")} - {outcome.LAST}


def put(pi: Pi, build: int = NEWER, version: str = "1.3", key: str = "key") -> Path:
    return pi.put(build, version=version, key=key, to=pi.folder / "stick")


def fail(pi: Pi) -> None:
    """Try what was taken; it is deaf, so the old system starts again."""
    assert pi.start() is System.B
    pi.seen = lambda: None
    pi.judge()
    pi.seen = lambda: WELL
    assert pi.start() is System.A
    pi.take()


def test_a_newer_one_is_copied_and_taken_though_the_stick_is_out_by_then(pi: Pi) -> None:
    made = put(pi)
    octets = made.read_bytes()
    assert plug_in(pi)
    assert made.read_bytes() == octets
    shutil.rmtree(pi.folder / "stick")

    assert pi.take()
    assert kept(pi) == {outcome.TRYING}
    assert pi.slots[System.B].read_bytes().startswith(NEW_ROOT)
    assert pi.start() is System.B
    assert pi.judge() is None


def test_a_stick_that_stays_in_is_not_taken_again(pi: Pi) -> None:
    """Neither while it is tried, nor once it runs."""
    put(pi)
    plug_in(pi)
    pi.take()
    pi.start()
    assert not plug_in(pi)
    assert pi.judge() is None
    pi.start()
    pi.build = NEWER
    assert not plug_in(pi)
    assert not pi.take()
    assert (kept(pi), pi.why()) == (set(), None)


def test_one_that_came_to_nothing_is_offered_and_not_tried_by_itself(pi: Pi) -> None:
    put(pi)
    plug_in(pi)
    pi.take()
    fail(pi)

    for _ in range(2):  # at each start that the stick is in
        assert not plug_in(pi)
        assert not pi.take()
        assert pi.why() is Reason.NO_PANEL
        told = pi.offered()
        assert told is not None
        assert (told.version, told.build, told.older) == ("1.3", NEWER, False)
        pi.start()
    assert kept(pi) == {sources.KEPT, outcome.OFFERED}

    assert pi.take(asked=NEWER)
    assert pi.offered() is None
    assert pi.start() is System.B
    assert pi.judge() is None


def test_an_older_one_is_offered_once_and_taken_when_somebody_asks(pi: Pi) -> None:
    put(pi, BUILD - 1, "1.1")
    assert not plug_in(pi)
    copied = (pi.data / "update" / sources.KEPT).stat().st_ino
    assert not plug_in(pi)
    assert (pi.data / "update" / sources.KEPT).stat().st_ino == copied
    assert outcome.last(pi.here().folder) is None
    assert not pi.take()
    assert not pi.take(asked=BUILD - 2)

    assert pi.take(asked=BUILD - 1)
    assert pi.start() is System.B
    assert pi.judge() is None
    assert kept(pi) == set()


def test_of_several_the_newest_is_taken_and_strangers_are_left_alone(pi: Pi) -> None:
    keygen("-t", "ed25519", "-N", "", "-f", pi.folder / "stranger")
    put(pi, NEWER + 5, "1.9", key="stranger")
    put(pi, NEWER, "1.3")
    put(pi, NEWER + 1, "1.10")
    (pi.folder / "stick" / "other.update").write_bytes(b"no bundle")
    (pi.folder / "stick" / "sub").mkdir()
    put(pi, NEWER + 9, "2.0").rename(pi.folder / "stick/sub/han-appliance-2.0.update")
    assert plug_in(pi)
    assert pi.take()
    told = outcome.trying(pi.here().folder)
    assert told is not None
    assert (told.version, told.build) == ("1.10", NEWER + 1)


def test_another_key_is_not_believed(pi: Pi) -> None:
    keygen("-t", "ed25519", "-N", "", "-f", pi.folder / "stranger")
    put(pi, key="stranger")
    assert not plug_in(pi)
    assert (pi.why(), kept(pi)) == (Reason.SIGNATURE, set())


def test_a_stick_with_nothing_for_us_is_nothing(pi: Pi) -> None:
    assert not plug_in(pi)
    assert outcome.last(pi.here().folder) is None


@pytest.mark.parametrize("error", [errno.EIO, errno.ENODEV, errno.ENXIO])
@pytest.mark.parametrize("reads", [0, 1, 2])
def test_a_stick_that_is_taken_out_in_the_middle_harms_nothing(pi: Pi, reads: int, error: int) -> None:
    put(pi)
    assert not plug_in(pi, TakenOut(reads, error))
    assert (pi.why(), kept(pi)) == (Reason.STICK_OUT, set())
    assert not pi.take()
    assert pi.start() is System.A

    assert plug_in(pi)
    assert pi.take()


def test_a_copy_that_a_power_cut_left_is_begun_anew(pi: Pi) -> None:
    put(pi)
    pi.here().folder.mkdir()
    (pi.here().folder / (sources.STICK + ".new")).write_bytes(b"half")
    assert not pi.take()
    assert plug_in(pi)
    assert pi.take()


def test_a_link_on_a_stick_is_not_followed(pi: Pi) -> None:
    made = put(pi)
    made.rename(pi.folder / "elsewhere")
    made.symlink_to(pi.folder / "elsewhere")
    assert not plug_in(pi)
    assert kept(pi) == set()


def test_one_that_is_longer_than_it_says_is_not_copied(pi: Pi) -> None:
    with put(pi).open("ab") as file:
        file.write(bytes(2 * stick.AROUND))
    assert not plug_in(pi)
    assert (pi.why(), kept(pi)) == (Reason.DAMAGED, set())


def test_one_for_which_there_is_no_room_is_not_copied(pi: Pi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stick, "SPARE", shutil.disk_usage(pi.data).total)
    put(pi)
    assert not plug_in(pi)
    assert (pi.why(), kept(pi)) == (Reason.OTHER_CARD, set())


def test_a_copy_with_a_part_that_was_not_signed_is_not_taken(pi: Pi) -> None:
    made, part = put(pi), pi.folder / "parts" / bundle.ROOT
    part.write_bytes(part.read_bytes()[:-1] + b"!")
    bundle.pack(pi.folder / "parts", made, NEWER)
    assert plug_in(pi)
    assert not pi.take()
    assert (pi.why(), kept(pi)) == (Reason.DAMAGED, set())


def test_another_copy_of_a_damaged_one_is_taken(pi: Pi) -> None:
    made, part = put(pi), pi.folder / "parts/vmlinuz"
    octets = made.read_bytes()
    part.write_bytes(part.read_bytes()[:-1] + b"!")
    bundle.pack(pi.folder / "parts", made, NEWER)
    plug_in(pi)
    assert not pi.take()
    made.write_bytes(octets)
    assert plug_in(pi)
    assert pi.take()


def test_while_nobody_has_noted_how_a_trial_ended_a_stick_is_left_alone(pi: Pi) -> None:
    put(pi)
    plug_in(pi)
    pi.take()
    pi.start()
    assert pi.start() is System.A
    assert not plug_in(pi)
    assert not pi.take()
    assert pi.why() is Reason.NO_START
    assert not plug_in(pi)
    assert pi.offered() is not None


def test_with_a_weak_supply_the_copy_waits(pi: Pi) -> None:
    put(pi)
    plug_in(pi)
    pi.supply(now=True)
    assert not pi.take()
    assert kept(pi) == {sources.STICK}
    assert plug_in(pi)  # once more
    assert kept(pi) == {sources.STICK}
    pi.supply(now=False)
    pi.start()
    assert pi.take()


def test_a_supply_that_falls_in_each_trial_does_not_start_one_after_another(pi: Pi) -> None:
    put(pi)
    plug_in(pi)
    pi.take()
    pi.start()
    pi.supply(now=True)
    assert pi.judge() is Reason.WEAK_SUPPLY
    pi.supply(now=False)
    assert pi.start() is System.A
    assert not pi.take()
    assert not plug_in(pi)
    assert not pi.take()
    assert pi.offered() is not None


def test_an_older_one_on_han_is_refused_and_offered(pi: Pi) -> None:
    pi.put(BUILD - 1, version="1.1")
    assert not pi.take()
    assert pi.why() is Reason.OLDER
    told = pi.offered()
    assert told is not None
    assert (told.version, told.older) == ("1.1", True)
    assert not pi.take()

    assert pi.take(asked=BUILD - 1)
    assert not list(pi.boot.glob("*.update*"))
    assert pi.start() is System.B
    assert pi.judge() is None


def test_nothing_that_is_gone_or_not_signed_is_offered(pi: Pi) -> None:
    pi.put(BUILD - 1, version="1.1")
    pi.take()
    (pi.boot / "han-appliance-1.1.update.refused").unlink()
    assert not pi.take(asked=BUILD - 1)
    assert pi.offered() is None

    keygen("-t", "ed25519", "-N", "", "-f", pi.folder / "stranger")
    pi.put(BUILD - 1, version="1.1", key="stranger")
    pi.take()
    assert (pi.why(), pi.offered()) == (Reason.SIGNATURE, None)


def test_what_is_offered_goes_by_what_runs(pi: Pi) -> None:
    """It stays while another update comes to nothing, and goes when one is kept."""
    for kept_one in (False, True):
        pi.put(BUILD - 1, version="1.1")
        pi.take()
        pi.put(NEWER)
        assert pi.take()
        if kept_one:
            pi.start()
            assert pi.judge() is None
        else:
            fail(pi)
        assert (pi.offered() is None) is kept_one


def test_an_offer_of_what_was_tried_and_runs_by_now_goes(pi: Pi) -> None:
    put(pi)
    plug_in(pi)
    pi.take()
    fail(pi)
    plug_in(pi)
    assert pi.offered() is not None
    pi.build = NEWER  # by writing its image
    assert not pi.take()
    assert kept(pi) == set()


def test_an_offer_of_what_runs_by_now_or_is_no_longer_older_goes(pi: Pi) -> None:
    for build in (BUILD - 1, BUILD - 2):
        pi.put(BUILD - 1, version="1.1")
        pi.build = BUILD
        pi.take()
        assert pi.offered() is not None
        pi.build = build  # by writing an image
        pi.take()
        assert pi.offered() is None
