"""What the Pi's start takes: by the examples of its documentation (computers/config_txt), and by our own files."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from image.testing.firmware import (
    PI_02_FILTERS,
    PI_3_FILTERS,
    PI_3_PLUS_FILTERS,
    PI_4_FILTERS,
    Chosen,
    NoSystemError,
    chosen,
    settings,
)

BOOT = Path(__file__).parents[2] / "image/boot"
TREE = "bcm2837-rpi-3-b.dtb"
SYSTEM = ("vmlinuz", TREE)


def taken(text: str, filters: frozenset[str] = PI_3_FILTERS, *, once: bool = False) -> Mapping[str, str]:
    return settings({"config.txt": text}.get, "config.txt", filters, once=once)


def start(*folders: str, once: bool = False, **files: str) -> Chosen:
    """What our own files, or these, choose where the system's files lie in these folders."""
    own = {path.name: path.read_text(encoding="utf-8") for path in BOOT.glob("*.txt")} | {
        f"{name}.txt": text for name, text in files.items()
    }
    there = {folder + name for folder in folders for name in SYSTEM}
    return chosen(own.get, there.__contains__, TREE, PI_3_FILTERS, once=once)


def test_comments_and_what_is_behind_the_98th_character_count_for_nothing() -> None:
    long = "x" * 120
    assert taken(f"# audio=on\n\n  a=1\nb={long}\n") == {"a": "1", "b": long[:96]}


def test_an_included_file_stands_where_it_is_named() -> None:
    files = {"config.txt": "a=1\ninclude extraconfig.txt\nb=2", "extraconfig.txt": "a=5\nb=6"}
    assert settings(files.get, "config.txt", PI_3_FILTERS) == {"a": "5", "b": "2"}


def test_a_file_that_is_not_there_or_includes_itself_adds_nothing() -> None:
    files = {"config.txt": "a=1\ninclude config.txt\ninclude no.txt"}
    assert settings(files.get, "config.txt", PI_3_FILTERS) == {"a": "1"}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [(PI_3_FILTERS, "3"), (PI_3_PLUS_FILTERS, "3"), (PI_4_FILTERS, "4"), (PI_02_FILTERS, "0")],
)
def test_filters_of_models_replace_each_other(filters: frozenset[str], expected: str) -> None:
    found = taken("[pi0]\nn=0\n[pi3]\nn=3\n[pi4]\nn=4\n[pi2]\nn=2\n[all]\nm=1", filters)
    assert found == {"n": expected, "m": "1"}


def test_filters_of_other_kinds_add_up_until_all() -> None:
    """The documentation's example: a screen's name and a model, then all hardware."""
    text = "a=1\n[EDID=VSC-TD2220]\nb=1\n[pi3]\nc=1\n[all]\nd=1\n[none]\ne=1\n[all]\n[0x12345678]\nf=1\n[gpio4=1]\ng=1"
    assert taken(text) == {"a": "1", "d": "1"}


@pytest.mark.parametrize("once", [False, True])
def test_the_filter_of_one_try(once: bool) -> None:
    """The documentation's autoboot.txt."""
    found = taken("[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3", once=once)
    assert found["boot_partition"] == ("3" if once else "2")


def test_a_prefix_counts_where_kernel_and_tree_are_behind_it() -> None:
    assert start("a/", "") == Chosen("a/vmlinuz", "a/initrd.img", f"a/{TREE}", "a/cmdline.txt")


def test_a_prefix_without_its_kernel_is_ignored() -> None:
    assert start("") == Chosen("vmlinuz", "initrd.img", TREE, "cmdline.txt")


def test_an_absolute_path_takes_no_prefix() -> None:
    text = "os_prefix=test-\nkernel=/vmlinuz"
    assert start("", "test-", config=text).kernel == "vmlinuz"
    assert start("", "test-", config=text).tree == f"test-{TREE}"


def test_nothing_to_start_is_said() -> None:
    with pytest.raises(NoSystemError, match="there is no vmlinuz"):
        start("b/")


def test_our_files_try_the_other_folder_once() -> None:
    assert start("a/", "b/").kernel == "a/vmlinuz"
    assert start("a/", "b/", once=True).kernel == "b/vmlinuz"


@pytest.mark.parametrize("name", ["config.txt", "tryboot.txt"])
def test_what_is_read_before_includes_stands_in_the_file_itself_which_is_one_sector(name: str) -> None:
    octets = (BOOT / name).read_bytes()
    assert len(octets) < 512
    assert {"gpu_mem", "uart_2ndstage"} <= taken(octets.decode()).keys()


def test_the_bus_keeps_one_pace_on_each_board() -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in BOOT.glob("*.txt")}
    paces = [
        settings(files.get, "config.txt", filters).get("core_freq")
        for filters in (PI_3_FILTERS, PI_3_PLUS_FILTERS, PI_02_FILTERS, PI_4_FILTERS)
    ]
    assert paces == ["250", "250", "250", "500"]
