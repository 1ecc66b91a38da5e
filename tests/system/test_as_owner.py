"""Work in another user's folder, as that user: a real process that has become one."""

import os
from pathlib import Path

import pytest

from appliance.system.as_owner import OwnerError, as_owner
from tests.conftest import NOBODY

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def refuse() -> str:
    raise ValueError("the reason")


def test_in_an_own_folder_the_work_is_done_here(tmp_path: Path):
    assert as_owner(tmp_path, lambda: str(os.getpid())) == str(os.getpid())
    with pytest.raises(OwnerError, match="the reason"):
        as_owner(tmp_path, refuse, ValueError)


def test_without_the_folder_the_work_says_so_itself(tmp_path: Path):
    assert as_owner(tmp_path / "none", lambda: "told") == "told"


@ROOT_ONLY
def test_what_root_has_made_there_is_the_owners(theirs: Path):
    def make() -> str:
        (theirs / "file").write_text("x")
        return f"{os.getuid()} {os.getgid()} {os.getgroups()}"

    assert as_owner(theirs, make) == f"{NOBODY} {NOBODY} []"
    assert ((theirs / "file").stat().st_uid, (theirs / "file").stat().st_mode & 0o777) == (NOBODY, 0o640)


@ROOT_ONLY
def test_a_link_there_leads_the_owner_and_not_root(theirs: Path):
    victim = theirs.parent / "victim"
    victim.write_text("not theirs")
    victim.chmod(0o600)
    (theirs / "link").symlink_to(victim)

    with pytest.raises(OwnerError, match="Permission denied"):
        as_owner(theirs, (theirs / "link").read_text, OSError)


@ROOT_ONLY
def test_a_long_text_comes_back_whole_and_a_failure_as_its_sentence(theirs: Path):
    assert as_owner(theirs, lambda: "x" * 5_000_000) == "x" * 5_000_000
    with pytest.raises(OwnerError, match="the reason"):
        as_owner(theirs, refuse, ValueError)
    with pytest.raises(OwnerError, match="cut off"):
        as_owner(theirs, refuse)
