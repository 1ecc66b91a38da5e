"""Small files in a folder that somebody else may own: what lies there is never followed, and never waited for."""

import os
import stat
from pathlib import Path

import pytest

from appliance.system.atomic_file import MOST_OCTETS, read_small_file, replace_file


def test_the_new_content_takes_the_old_ones_place_and_nothing_is_left_beside_it(tmp_path: Path):
    replace_file(tmp_path / "file", b"old")
    replace_file(tmp_path / "file", b"new", 0o600)

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"new")]
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


def test_a_link_in_the_place_of_the_unfinished_file_is_not_followed(tmp_path: Path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"not yours")
    (tmp_path / "file.new").symlink_to(victim)

    replace_file(tmp_path / "file", b"mine")

    assert victim.read_bytes() == b"not yours"
    assert (tmp_path / "file").read_bytes() == b"mine"
    assert not (tmp_path / "file").is_symlink()


def test_a_link_in_the_place_of_the_file_is_replaced_and_not_followed(tmp_path: Path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"not yours")
    (tmp_path / "file").symlink_to(victim)

    replace_file(tmp_path / "file", b"mine")

    assert victim.read_bytes() == b"not yours"
    assert not (tmp_path / "file").is_symlink()


def test_a_pipe_that_a_cut_or_a_prank_left_is_removed_and_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "file.new")

    replace_file(tmp_path / "file", b"mine")

    assert (tmp_path / "file").read_bytes() == b"mine"


def test_a_folder_in_the_way_is_an_error_in_words(tmp_path: Path):
    (tmp_path / "file.new").mkdir()

    with pytest.raises(OSError, match=r"Is a directory|Operation not permitted"):
        replace_file(tmp_path / "file", b"mine")


def test_what_is_no_ordinary_file_is_refused_at_once(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(bytes(MOST_OCTETS + 1))
    refusals = {
        tmp_path / "pipe": "it is a pipe",
        Path("/dev/zero"): "it is a device",
        tmp_path: "Is a directory",
        tmp_path / "large": "it has more than 1 MB",
        tmp_path / "a\0b": "no file can have such a name",
    }

    for path, why in refusals.items():
        with pytest.raises(OSError, match=why):
            read_small_file(path)
        with pytest.raises(OSError, match=why):
            read_small_file(path, follow=True)


def test_a_link_is_read_only_where_that_is_wanted(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to(tmp_path / "file")

    assert read_small_file(tmp_path / "link", follow=True) == b"content"
    with pytest.raises(OSError, match="it is a link"):
        read_small_file(tmp_path / "link")
