"""Updates on plain files in place of a card: each case of what may come, and a power cut at each of the writes.

Bundles are made by the image's recipe and signed by ssh-keygen itself. What the Pi's start would take afterwards is
asked of `image.testing.firmware`, which follows the firmware's documentation.
"""

import os
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from appliance.update import outcome, steps, trial
from appliance.update.card import System
from appliance.update.outcome import Reason, Trying
from appliance.update.trial import Seen
from image.recipe import bundle
from tests.update.pi import (
    BOOT,
    BUILD,
    DEAF,
    NEW_ROOT,
    NEWER,
    NOW,
    OLD_ROOT,
    WELL,
    WORDS,
    Counting,
    Pi,
    PowerCut,
    keygen,
)

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen signs the bundles")


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    return Pi(tmp_path)


def test_an_update_is_written_beside_tried_once_and_kept(pi: Pi) -> None:
    made = pi.put()

    assert pi.take()
    assert not made.exists()
    assert pi.restarts == 1
    assert (pi.boot / "config.txt").read_bytes() == (BOOT / "config.txt").read_bytes()
    assert pi.slots[System.A].read_bytes().startswith(OLD_ROOT)
    assert pi.slots[System.B].read_bytes().startswith(NEW_ROOT)

    assert pi.start() is System.B
    assert pi.words.read_text(encoding="ascii") == WORDS.replace("-02", "-03")
    pi.copy_history()
    assert pi.judge() is None
    assert (pi.boot / "config.txt").read_text() == (BOOT / "config.txt").read_text().replace("=a/", "=b/")
    assert (pi.start(), pi.history(), pi.why()) == (System.B, "new", None)


def test_a_second_update_goes_back_from_b_to_a(pi: Pi) -> None:
    pi.put()
    pi.take()
    pi.start()
    pi.judge()
    pi.put(NEWER + 1, version="1.4")

    assert pi.take()
    assert pi.start() is System.A
    assert pi.judge() is None
    assert pi.start() is System.A
    assert (pi.boot / "a/vmlinuz").read_bytes() == b"new vmlinuz"


def test_what_never_comes_up_leaves_the_old_system(pi: Pi) -> None:
    """A kernel that panics, a torn root, a hang that the watchdog ends, a power cut while it is tried."""
    pi.put()
    pi.take()
    assert pi.start() is System.B
    pi.copy_history()

    assert pi.start() is System.A
    assert not pi.take()
    assert (pi.why(), pi.history()) == (Reason.NO_START, "old")
    assert outcome.trying(pi.here().folder) is None


def test_firmware_that_knows_no_flag_starts_the_old_system(pi: Pi) -> None:
    pi.put()
    pi.ignores_flag = True
    pi.take()

    assert pi.start() is System.A
    assert not pi.take()
    assert pi.why() is Reason.NO_START


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (None, Reason.NO_PANEL),
        (replace(WELL, has_history=False), Reason.NO_HISTORY),
        (replace(WELL, has_display=False), Reason.NO_DISPLAY),
        (replace(WELL, lists=2), Reason.NO_LISTS),
        (replace(WELL, meter="another"), Reason.NO_LISTS),
        (replace(WELL, meter=None), Reason.NO_LISTS),
        (replace(WELL, running_s=20.0), Reason.NO_PANEL),
    ],
)
def test_what_is_not_well_in_time_restarts_into_the_old_system(pi: Pi, seen: Seen | None, reason: Reason) -> None:
    """A service that crashes runs never for long; the others speak for themselves."""
    pi.put()
    pi.take()
    pi.start()
    pi.copy_history()
    pi.seen = lambda: seen

    assert pi.judge() is reason
    assert pi.restarts == 2
    assert pi.clock >= trial.LONGEST_S
    assert pi.start() is System.A
    assert not pi.take()
    assert (pi.why(), pi.history()) == (reason, "old")


def test_where_nothing_was_heard_and_no_display_answered_neither_is_asked_for(pi: Pi) -> None:
    pi.seen = lambda: replace(DEAF, has_display=False)
    pi.put()
    pi.take()
    assert pi.clock >= steps.LISTEN_S

    pi.start()
    assert pi.judge() is None


@pytest.mark.parametrize(
    ("seen", "newest", "reason"),
    [
        # by the appliance's own seconds, whatever the history has: a stick may come after weeks
        (replace(WELL, heard_s=86_400.0), None, Reason.NO_LISTS),
        (replace(WELL, heard_s=86_401.0), NOW, None),
        # it has heard none since the start: by the history, and the time that a network or battery tells
        (replace(DEAF, now=NOW), None, None),
        (replace(DEAF, now=NOW), NOW - timedelta(days=1), Reason.NO_LISTS),
        (replace(DEAF, now=NOW), NOW - timedelta(days=1, minutes=1), None),
        # no clock: for how long the power was away is not known
        (DEAF, NOW - timedelta(days=400), Reason.NO_LISTS),
        # an appliance that does not answer tells neither
        (None, NOW, Reason.NO_LISTS),
        (None, None, None),
    ],
)
def test_lists_are_waited_for_where_one_was_heard_the_day_before(
    pi: Pi, seen: Seen | None, newest: datetime | None, reason: Reason | None
) -> None:
    pi.seen, pi.newest = (lambda: seen), newest
    pi.put()
    assert pi.take()
    pi.start()
    pi.seen = lambda: replace(DEAF)
    assert pi.judge() is reason


def test_what_the_old_system_could_not_hear_may_be_any_meter(pi: Pi) -> None:
    pi.seen, pi.newest = (lambda: DEAF), NOW
    pi.put()
    pi.take()
    pi.start()
    pi.seen = lambda: WELL
    assert pi.judge() is None


def test_a_dip_of_plugging_in_holds_no_update_up(pi: Pi) -> None:
    """The driver remembers it until the next start; the appliance counts those that come while it runs."""
    pi.supply(now=False)
    pi.put()
    assert pi.take()


def test_with_a_weak_supply_nothing_is_written_and_the_bundle_waits(pi: Pi) -> None:
    made = pi.put()
    pi.supply(now=True)
    assert not pi.take()
    assert (pi.why(), pi.restarts) == (Reason.WEAK_SUPPLY, 0)
    assert made.exists()
    assert not any(pi.slots[System.B].read_bytes())

    pi.supply(now=False)
    pi.seen = lambda: replace(WELL, weak_supply=True)
    assert not pi.take()
    assert (pi.why(), pi.restarts) == (Reason.WEAK_SUPPLY, 0)

    pi.start()
    pi.seen = lambda: WELL
    assert pi.take()


def test_a_supply_that_falls_while_it_is_written_keeps_it_from_being_started(pi: Pi) -> None:
    made, answers = pi.put(), iter([WELL, WELL])
    pi.seen = lambda: next(answers, replace(WELL, weak_supply=True))
    assert not pi.take()
    assert (pi.why(), pi.restarts, pi.once) == (Reason.WEAK_SUPPLY, 0, False)
    assert pi.slots[System.B].read_bytes().startswith(NEW_ROOT)
    assert made.exists()
    assert outcome.trying(pi.here().folder) is None
    assert pi.start() is System.A


@pytest.mark.parametrize("is_now", [False, True])
def test_a_supply_that_falls_in_a_trial_keeps_it_from_being_chosen(pi: Pi, is_now: bool) -> None:
    pi.put()
    pi.take()
    pi.start()
    pi.supply(now=is_now)
    pi.seen = lambda: replace(WELL, weak_supply=not is_now)
    assert pi.judge() is Reason.WEAK_SUPPLY
    assert pi.start() is System.A
    assert not pi.take()
    assert pi.why() is Reason.WEAK_SUPPLY


def test_another_key_is_not_believed(pi: Pi) -> None:
    keygen("-t", "ed25519", "-N", "", "-f", pi.folder / "stranger")
    made = pi.put(key="stranger")

    assert not pi.take()
    assert (pi.why(), pi.restarts) == (Reason.SIGNATURE, 0)
    assert not made.exists()
    assert made.with_name(made.name + ".refused").exists()
    assert not pi.take()


def test_a_signature_for_something_else_is_not_believed(pi: Pi) -> None:
    made = pi.put()
    parts = pi.folder / "parts"
    (parts / bundle.SIGNATURE).unlink()
    keygen("-Y", "sign", "-f", pi.key, "-n", "file", parts / bundle.MANIFEST)
    bundle.pack(parts, made, NEWER)

    assert not pi.take()
    assert pi.why() is Reason.SIGNATURE


def test_an_older_build_is_not_taken_and_the_same_one_is(pi: Pi) -> None:
    pi.put(BUILD - 1)
    assert not pi.take()
    assert pi.why() is Reason.OLDER

    pi.put(BUILD)
    assert pi.take()


@pytest.mark.parametrize("name", [bundle.ROOT, "vmlinuz", "cmdline.txt"])
def test_a_part_that_is_not_what_was_signed_is_not_taken(pi: Pi, name: str) -> None:
    made = pi.put()
    part = pi.folder / "parts" / name
    octets = part.read_bytes()
    part.write_bytes(octets[:-1] + bytes([octets[-1] ^ 1]))
    bundle.pack(pi.folder / "parts", made, NEWER)

    assert not pi.take()
    assert pi.why() is Reason.DAMAGED
    assert pi.start() is System.A


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.99])
def test_a_bundle_that_was_cut_off_is_not_taken(pi: Pi, share: float) -> None:
    made = pi.put()
    os.truncate(made, int(made.stat().st_size * share))

    assert not pi.take()
    assert pi.why() is Reason.DAMAGED


def test_a_link_in_a_bundles_place_is_not_followed(pi: Pi) -> None:
    made = pi.put()
    made.rename(pi.folder / "elsewhere")
    made.symlink_to(pi.folder / "elsewhere")

    assert not pi.take()
    assert pi.why() is Reason.NOT_WRITTEN


@pytest.mark.parametrize(
    "spoil", [lambda told: told.replace('"layout": 2', '"layout": 3'), lambda told: told.replace("vmlinuz", "../vm")]
)
def test_another_layout_or_a_name_that_leads_away_is_not_taken(pi: Pi, spoil: Callable[[str], str]) -> None:
    made, parts = pi.put(), pi.folder / "parts"
    told = (parts / bundle.MANIFEST).read_text(encoding="utf-8")
    (parts / bundle.MANIFEST).write_text(spoil(told), encoding="utf-8")
    (parts / bundle.SIGNATURE).unlink()
    keygen("-Y", "sign", "-f", pi.key, "-n", bundle.NAMESPACE, parts / bundle.MANIFEST)
    bundle.pack(parts, made, NEWER)

    assert not pi.take()
    assert pi.why() is Reason.OTHER_CARD


def test_a_root_that_is_larger_than_its_slot_is_not_taken(pi: Pi) -> None:
    pi.put(changed={bundle.ROOT: bytes(5 << 20)})
    assert not pi.take()
    assert pi.why() is Reason.OTHER_CARD
    assert pi.slots[System.B].stat().st_size == 4 << 20


def test_a_part_that_comes_twice_is_not_taken(pi: Pi) -> None:
    made = pi.put()
    with tarfile.open(made, "a") as more:
        more.add(pi.folder / "parts/vmlinuz", "vmlinuz")
    assert not pi.take()
    assert pi.why() is Reason.DAMAGED


def test_a_card_that_does_not_keep_what_is_written_is_noticed(pi: Pi, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(self: Counting, handle: int, octets: bytes, at: int) -> None:
        os.pwrite(handle, bytes(len(octets)) if at else octets, at)

    monkeypatch.setattr(Counting, "write", forgetful)
    pi.put()
    assert not pi.take()
    assert pi.why() is Reason.NOT_WRITTEN


def test_a_trial_takes_no_further_update(pi: Pi) -> None:
    pi.put()
    pi.take()
    assert pi.start() is System.B
    pi.put(NEWER + 1)
    assert not pi.take()
    assert pi.judge() is None


def test_what_was_remembered_and_cannot_be_read_sends_a_trial_back(pi: Pi) -> None:
    pi.put()
    pi.take()
    pi.start()
    (pi.data / "update/trying.json").write_bytes(b"\0\xff")
    assert pi.judge() is Reason.NO_HISTORY
    assert pi.restarts == 2
    assert pi.start() is System.A


def _writes(pi: Pi) -> int:
    pi.put()
    pi.take()
    return pi.disk.writes


def test_a_power_cut_before_each_write_leaves_the_old_system_and_the_update_can_be_taken_again(tmp_path: Path) -> None:
    """A second update is cut off, so that there is an older one to be overwritten; each start is the firmware's."""
    whole = Pi(tmp_path / "whole")
    _writes(whole)
    whole.start()
    whole.start()
    number = _writes(whole)
    assert number >= 15
    for cut in range(number):
        pi = Pi(tmp_path / f"{cut}")
        _writes(pi)
        pi.start()
        assert pi.start() is System.A
        pi.put(NEWER + 1)
        pi.cut = cut
        with pytest.raises(PowerCut):
            pi.take()
        pi.cut = None

        assert pi.start() is System.A
        assert pi.slots[System.A].read_bytes().startswith(OLD_ROOT)
        assert pi.take()
        assert pi.start() is System.B
        assert pi.judge() is None
        assert pi.start() is System.B


@pytest.mark.parametrize("cut", [0, 1])
def test_a_power_cut_while_it_is_chosen_leaves_one_of_both(pi: Pi, cut: int) -> None:
    pi.put()
    pi.take()
    pi.start()
    pi.copy_history()
    here = replace(pi.here(), disk=lambda: Counting(cut))
    with pytest.raises(PowerCut):
        steps.judge(here, pi)
    assert pi.start() is System.A
    assert not pi.take()
    assert (pi.why(), pi.history()) == (Reason.NO_START, "old")


def test_what_is_remembered_has_the_firmwares_names(pi: Pi) -> None:
    told = Trying(version="1", before="0", system=System.B, heard=True, meter=None, display=False)
    outcome.remember(told, pi.here().folder)
    assert outcome.trying(pi.here().folder) == told
