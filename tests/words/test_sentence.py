"""A sentence whose language is chosen later: English to all who do not ask, and told whole to who does."""

import json

import msgspec

from appliance.words.sentence import Sentence, joined
from appliance.words.words import WORDS

NOT_A_SETTING = Sentence("{key} is not a setting: did you mean {near}?", key="wotch_w", near="watch_w")


def test_it_is_its_own_text_in_english():
    assert NOT_A_SETTING == "wotch_w is not a setting: did you mean watch_w?" == WORDS["en"].tell(NOT_A_SETTING)
    assert json.dumps(NOT_A_SETTING) == json.dumps(str(NOT_A_SETTING))
    assert msgspec.to_builtins({"says": NOT_A_SETTING}, enc_hook=str) == {"says": str(NOT_A_SETTING)}


def test_it_is_told_in_another_language_with_the_sentences_in_it():
    placed = Sentence("{file}, line {line}: {mistake}", file="a.toml", line=3, mistake=NOT_A_SETTING)

    assert WORDS["nb"].tell(placed) == "a.toml, linje 3: wotch_w er ingen innstilling: mente du watch_w?"
    assert WORDS["sv"].tell(placed) == "a.toml, rad 3: wotch_w är ingen inställning: menade du watch_w?"


def test_what_is_no_sentence_of_ours_is_told_as_it_is():
    assert WORDS["nb"].tell("No such file") == "No such file"
    assert WORDS["nb"].tell(joined("; ", ())) == ""


def test_parts_are_told_each_with_what_stands_between_them():
    both = joined("; ", (Sentence("report it"), "x {y}", Sentence("stop it")))

    assert both == "report it; x {y}; stop it"
    assert WORDS["nn"].tell(both) == "meld frå om det; x {y}; stans det"


def test_braces_in_what_is_put_in_stay():
    assert WORDS["nb"].tell(joined(": ", ("steps = {basis}", Sentence("write true or false")))) == (
        "steps = {basis}: skriv true eller false"
    )
