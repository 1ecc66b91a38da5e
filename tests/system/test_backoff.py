"""Pauses between tries, and a log that says a thing once."""

import logging

import pytest

from appliance.system.backoff import Backoff
from appliance.system.say_once import SayOnce


def test_pauses_double_from_the_first_to_the_longest():
    backoff = Backoff(1.0, 60.0)

    assert [backoff.pause_s() for _ in range(9)] == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_after_a_success_they_begin_with_the_first_again():
    backoff = Backoff(1.0, 4.0)
    backoff.pause_s()
    backoff.pause_s()
    backoff.reset()

    assert backoff.pause_s() == 1


def test_a_sentence_is_logged_once_however_often_it_is_said(caplog: pytest.LogCaptureFixture):
    said = SayOnce(logging.getLogger("appliance"))
    for sentence in ("no disk", "no disk", "no port", "no disk"):
        said.warn(sentence)

    assert caplog.messages == ["no disk", "no port", "no disk"]


def test_that_it_is_over_is_logged_only_after_something_was_said(caplog: pytest.LogCaptureFixture):
    said = SayOnce(logging.getLogger("appliance"))
    said.over("it is back")
    said.warn("it is gone")
    assert said.pending
    said.over("it is back")
    said.over("it is back")

    assert caplog.messages == ["it is gone", "it is back"]
    assert not said.pending
