"""The drivers' audit: what a device tree asks for is found by the kernel's own tables, and what is missing is named.

The tree here is written by hand in the file format of the Devicetree Specification 0.4, section 5, and the tables are
written as depmod writes them.
"""

import struct
from pathlib import Path

import pytest

from image.recipe.devicetree import Tree
from image.recipe.drivers import MODULES, Asked, Kernel, asked_for, card_needs, listed
from image.recipe.steps import BuildError

CARD, REGULATOR, CLOCK = 1, 2, 3


def text(*words: str) -> bytes:
    return b"".join(word.encode("ascii") + b"\0" for word in words)


def numbers(*cells: int) -> bytes:
    return struct.pack(f">{len(cells)}I", *cells)


class Written:
    """A device tree's file, as it is written."""

    def __init__(self) -> None:
        self.structure, self.strings = b"", b""

    def begin(self, name: str, **properties: bytes) -> "Written":
        named = text(name)
        self.structure += numbers(1) + named.ljust(-(-len(named) // 4) * 4, b"\0")
        for key, value in properties.items():
            padded = value.ljust(-(-len(value) // 4) * 4, b"\0")
            self.structure += numbers(3, len(value), len(self.strings)) + padded
            self.strings += text(key.replace("__", "#").replace("_", "-"))
        return self

    def end(self) -> "Written":
        self.structure += numbers(2)
        return self

    def octets(self) -> bytes:
        head = 40
        size = head + len(self.structure) + len(self.strings)
        header = numbers(0xD00DFEED, size, head, head + len(self.structure), head, 17, 16, 0, 0, 0)
        return header + self.structure + self.strings


def a_tree(*, lamp: str = "okay") -> Tree:
    """A card on its controller, which waits for a regulator, which waits for a clock; and a lamp."""
    written = Written().begin("")
    written.begin(
        "mmc@7e340000",
        compatible=text("brcm,bcm2711-emmc2"),
        phandle=numbers(CARD),
        vmmc_supply=numbers(REGULATOR),
    ).end()
    written.begin(
        "regulator",
        compatible=text("maker,exact", "regulator-fixed"),
        phandle=numbers(REGULATOR),
        clocks=numbers(CLOCK, 7),
    ).end()
    written.begin("clock", compatible=text("maker,clock"), phandle=numbers(CLOCK), __clock_cells=numbers(1)).end()
    written.begin("lamps", compatible=text("gpio-leds"), status=text(lamp)).begin("lamp").end().end()
    return Tree(written.end().octets())


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    """Five modules, one of which asks for another by a name that stands for it."""
    files = ("sdhci-iproc", "fixed", "clk-maker", "leds-gpio", "codec", "sound")
    (tmp_path / "modules.dep").write_text(
        "".join(f"kernel/{name}.ko.xz:{' kernel/sound.ko.xz' if name == 'codec' else ''}\n" for name in files),
        encoding="ascii",
    )
    (tmp_path / "modules.builtin").write_text("kernel/pl011.ko\n", encoding="ascii")
    (tmp_path / "modules.softdep").write_text("# made\nsoftdep leds_gpio pre: by-another-name\n", encoding="ascii")
    (tmp_path / "modules.alias").write_text(
        "# made\n"
        "alias of:N*T*Cbrcm,bcm2711-emmc2C* sdhci_iproc\n"
        "alias of:N*T*Cbrcm,bcm2711-emmc2 sdhci_iproc\n"
        "alias of:N*T*Cregulator-fixed fixed\n"
        "alias of:N*T*Cmaker,clock clk_maker\n"
        "alias of:N*T*Cgpio-leds leds_gpio\n"
        "alias by-another-* codec\n"
        "alias usb:a device with spaces fixed\n",
        encoding="ascii",
    )
    return Kernel(tmp_path)


def test_a_card_needs_what_its_regulator_needs(kernel: Kernel) -> None:
    assert card_needs(a_tree(), kernel) == {"sdhci_iproc", "fixed", "clk_maker"}


def test_a_tree_without_a_card_is_no_board(kernel: Kernel) -> None:
    with pytest.raises(BuildError, match="no controller"):
        card_needs(Tree(Written().begin("").end().octets()), kernel)


def test_what_nobody_decided_about_is_missing(kernel: Kernel) -> None:
    asked = list(asked_for("4-b", a_tree(), kernel, kept={"sdhci_iproc", "fixed"}, left_out={"leds_gpio"}))
    assert Asked("4-b", "clk_maker", "/clock", "missing") in asked
    assert {one.driver: one.state for one in asked} == {
        "sdhci_iproc": "kept",
        "fixed": "kept",
        "clk_maker": "missing",
        "leds_gpio": "left out",
    }


def test_what_is_switched_off_asks_for_nothing(kernel: Kernel) -> None:
    asked = asked_for("4-b", a_tree(lamp="disabled"), kernel, kept=set(), left_out=())
    assert "leds_gpio" not in {one.driver for one in asked}


def test_what_a_module_asks_for_comes_with_all_it_needs(kernel: Kernel) -> None:
    assert kernel.closure({"leds_gpio", "pl011"}) == {"leds_gpio", "codec", "sound"}


def test_what_is_left_out_does_not_come_by_asking(kernel: Kernel) -> None:
    assert kernel.closure({"leds_gpio"}, without={"codec"}) == {"leds_gpio"}


def test_who_leaves_out_says_why() -> None:
    assert listed("# a\nfixed\n- v3d # no games\n") == ({"fixed"}, {"v3d": "no games"})
    with pytest.raises(BuildError, match="does not say why"):
        listed("- v3d\n")


def test_the_images_own_list_can_be_read() -> None:
    stays, left_out = listed(MODULES.read_text(encoding="utf-8"))
    assert {"fixed", "gpio_regulator", "bcm2835_wdt"} <= stays
    assert not stays & left_out.keys()
