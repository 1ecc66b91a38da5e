"""A release's id of the disk: in the table, and in the words by which the kernel finds its root."""

import re
import shutil
from pathlib import Path

import pytest

from appliance.update.card import Card, System
from image.recipe import card
from image.recipe.steps import BuildError

WORDS = Path(__file__).parents[2] / "image/boot/a/cmdline.txt"


def test_the_id_is_the_release_s_own_and_the_same_in_each_build() -> None:
    assert card.disk_id("v1.2.3") == card.disk_id("v1.2.3") != card.disk_id("v1.2.4")
    assert re.fullmatch("[0-9a-f]{8}", card.disk_id("v1.2.3"))


def test_table_and_words_have_the_same(tmp_path: Path) -> None:
    number, words = card.disk_id("v1.2.3"), tmp_path / "cmdline.txt"
    shutil.copy(WORDS, words)
    card.name_root(words, number)
    assert f"disk-signature = 0x{number}\n" in card.layout(number)
    assert words.read_text() == WORDS.read_text().replace("48414e31", number)
    assert Card(tmp_path, words, {}).running() is System.A
    with pytest.raises(BuildError):
        card.name_root(words, number)


def test_an_update_of_another_release_goes_by_the_card_s_own_id(tmp_path: Path) -> None:
    new, own = tmp_path / "new", tmp_path / "own"
    for words, version in ((new, "v1.3"), (own, "v1.2")):
        shutil.copy(WORDS, words)
        card.name_root(words, card.disk_id(version))
    told = Card(tmp_path, own, {}).words_of(new.read_bytes(), System.B).decode()
    assert f"root=PARTUUID={card.disk_id('v1.2')}-03 " in told
