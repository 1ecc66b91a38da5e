"""The search for the line's settings, on a UART at bit level and in simulated time.

Each trial has a sender with settings of its own, a maker's lists, a noise, and a moment at which the port is opened.
With HAN_LONG set there are 1,080 trials a school of receivers, otherwise 108.
"""

import itertools
import random

import pytest

from appliance.line.autobaud import CANDIDATES, CRACKLE, LOST_S, LineSearch, candidates
from appliance.line.port import Parity, Received, SerialSettings
from appliance.meter.reading import Maker
from appliance.simulation.makers import MAKERS
from tests.frames import AIDON_EXAMPLE
from tests.line.trials import Ear, bursts, settle
from tests.share import cases
from tests.simulation.wire import Receiver, School, Sender, Wire, dropping, text_mode

TRIALS = cases(1, 1, 10)
MEANINGFUL = CANDIDATES[:-1]
"""Of seven bits a list cannot be sent."""
NOISES = (0.0, 1e-5, 1e-4, 1e-3)
"""Bits turned on the wire; at the last, one in ten of the longest lists is intact."""
WORKING = 1e-5
"""Up to this, nearly each list is."""
N, E, O = Parity.NONE, Parity.EVEN, Parity.ODD  # noqa: E741 - as people write them


def limit_s(settings: SerialSettings, school: School) -> float:
    """What is promised for the Pi's own UART; a clone that falls out of step needs a list more where lists are rare."""
    usual = settings in (SerialSettings(2400, N), SerialSettings(2400, E))
    return (30 if usual else 90) + (10 if school is School.CLONE_16550 else 0)


def table(school: School) -> dict[tuple[SerialSettings, Maker, float], list[Ear]]:
    return {
        (settings, maker, noise): [
            settle(Sender(settings), maker, noise=noise, seed=place + trial * 1000, school=school)
            for trial in range(TRIALS)
        ]
        for place, (settings, maker, noise) in enumerate(itertools.product(MEANINGFUL, MAKERS, NOISES))
    }


@pytest.mark.parametrize("school", School, ids=lambda school: school.name)
def test_it_never_settles_wrongly_and_in_time_on_a_line_that_works(school):
    trials = table(school)

    print(f"\n\nSeconds until settled, the longest of {TRIALS}, by makers and bits turned; {school.name}")
    print(f"{'':12} " + "".join(f"{maker:<{7 * len(NOISES)}}" for maker in MAKERS))
    print(f"{'':12} " + "".join(f"{noise:7g}" for _ in MAKERS for noise in NOISES))
    for settings in MEANINGFUL:
        times = [
            max(ear.settled_s if ear.settled_s is not None else float("inf") for ear in trials[settings, *rest])
            for rest in itertools.product(MAKERS, NOISES)
        ]
        print(f"{settings!s:12} " + "".join(f"{time_s:7.1f}" for time_s in times))
    wrong = {key for key, ears in trials.items() for ear in ears if ear.settled_s and ear.search.settings != key[0]}
    late = {
        key
        for key, ears in trials.items()
        for ear in ears
        if key[2] <= WORKING and (ear.settled_s or 999) > limit_s(key[0], school)
    }
    assert not wrong
    assert not late


@pytest.mark.parametrize("maker", list(MAKERS))
@pytest.mark.parametrize(
    "settings", [SerialSettings(2400, N), SerialSettings(2400, E), SerialSettings(9600, O)], ids=str
)
def test_settled_it_never_leaves_a_line_that_gives_frames_whatever_the_noise(settings, maker):
    wire = Wire(Sender(settings), bit_errors=1e-3, seed=7)
    search = LineSearch(remembered=settings)
    ear = Ear(search, Receiver(settings))
    for burst in bursts(wire, maker, 1.0):
        ear.listen(burst)

    assert search.settled
    assert ear.changes == [settings]


def test_what_was_remembered_is_settled_with_the_first_list():
    settings = SerialSettings(9600, O)
    ear = settle(Sender(settings), Maker.KAMSTRUP, remembered=settings)

    assert ear.changes == [settings]
    assert ear.settled_s < 12


@pytest.mark.parametrize("settings", [SerialSettings(2400, N), SerialSettings(2400, E)], ids=str)
@pytest.mark.parametrize("remembered", [SerialSettings(115200, O), SerialSettings(2400, O)], ids=str)
def test_what_is_remembered_wrongly_costs_little(settings, remembered):
    ear = settle(Sender(settings), Maker.KAMSTRUP, remembered=remembered)

    assert ear.search.settings == settings
    assert ear.settled_s < 45


def test_with_even_parity_frames_check_at_8n1_too_and_errors_decide():
    sender = Sender(SerialSettings(2400, E))
    without = Ear(LineSearch(candidates(2400, N)), Receiver(SerialSettings()))
    for burst in itertools.islice(bursts(Wire(sender), Maker.KAIFA, 1.0), 5):
        without.listen(burst)

    assert without.search.settled
    assert settle(sender, Maker.KAIFA).search.settings == SerialSettings(2400, E)


@pytest.mark.parametrize("settings", [SerialSettings(2400, E), SerialSettings(2400, O)], ids=str)
@pytest.mark.parametrize("maker", list(MAKERS))
def test_parity_is_found_without_a_detour(settings, maker):
    assert settle(Sender(settings), maker).changes == [SerialSettings(2400, N), settings]


@pytest.mark.parametrize("settings", MEANINGFUL, ids=str)
def test_a_driver_that_counts_errors_and_marks_none_will_do(settings):
    ear = settle(Sender(settings), Maker.AIDON, marks=False, counts=True, seconds=120)

    assert ear.search.settings == settings
    assert ear.search.settled


@pytest.mark.parametrize("settings", [SerialSettings(baud, N) for baud in (2400, 9600, 115200)], ids=str)
@pytest.mark.parametrize("maker", list(MAKERS))
def test_without_marks_and_counters_frames_alone_decide(settings, maker):
    ear = settle(Sender(settings), maker, marks=False, seconds=120)

    assert ear.search.settings == settings
    assert ear.search.settled


@pytest.mark.parametrize("maker", list(MAKERS))
def test_two_stop_bits_and_pauses_between_octets_change_nothing(maker):
    for sender in (Sender(SerialSettings(2400, N), stop_bits=2), Sender(SerialSettings(2400, E), pause_bits=3)):
        assert settle(sender, maker, seconds=60).search.settings == sender.settings


def test_a_sender_of_seven_bits_settles_nothing():
    ear = settle(Sender(SerialSettings(2400, E, 7)), Maker.KAIFA)

    assert ear.settled_s is None
    assert ear.search.rounds > 1


@pytest.mark.parametrize("maker", list(MAKERS))
def test_an_inverted_line_settles_nothing(maker):
    assert settle(Sender(SerialSettings(2400, E), inverted=True), maker).settled_s is None


@pytest.mark.parametrize("maker", [Maker.AIDON, Maker.KAIFA])
def test_a_converter_that_drops_every_fortieth_octet_is_settled_all_the_same(maker):
    ear = settle(Sender(SerialSettings(2400, E)), maker, habit=dropping(40))

    assert ear.search.settings == SerialSettings(2400, E)
    assert ear.search.settled


@pytest.mark.parametrize("maker", list(MAKERS))
def test_line_feeds_that_a_converter_made_two_octets_of_are_mended_once_proven(maker):
    wire = Wire(Sender(SerialSettings(2400, E)))
    ear = Ear(LineSearch(candidates(2400, E)), Receiver(SerialSettings(2400, E)))
    for burst in bursts(wire, maker, 1.0, text_mode):
        ear.listen(burst)

    assert ear.search.frames.undoes
    assert b"\r\n" not in ear.octets[-4000:]


def test_silence_changes_nothing_nor_does_a_crackle():
    search = LineSearch()
    search.opened()
    for moment in range(1, 1000, 7):
        search.take(moment, Received(b"\xf0" * (1 + moment % CRACKLE), (0,)))
        assert search.due is not None
        search.passed(search.due)
        assert search.due is None

    assert search.settings == CANDIDATES[0]


def test_noise_without_a_meter_settles_nothing():
    search, chance = LineSearch(), random.Random(3)
    search.opened()
    for tenth in range(6000):
        octets = chance.randbytes(24)
        search.take(tenth / 10, Received(octets, tuple(place for place in range(24) if chance.random() < 0.4)))
        assert not search.settled

    assert search.rounds > 1


def settled_on_aidon() -> LineSearch:
    search = LineSearch()
    search.opened()
    search.take(1.0, Received(AIDON_EXAMPLE))
    assert search.settled
    return search


def test_a_settled_line_is_left_when_octets_come_for_minutes_and_nothing_checks():
    search = settled_on_aidon()
    for second in range(2, int(LOST_S)):
        search.take(second, Received(bytes(range(0x80, 0xC0))))
        assert search.settled
    for second in range(int(LOST_S), int(LOST_S) + 10):
        search.take(second, Received(bytes(range(0x80, 0xC0))))

    assert not search.settled
    assert search.settings != CANDIDATES[0]


def test_a_settled_line_is_not_left_for_silence_however_long():
    search = settled_on_aidon()
    search.take(2.0, Received(AIDON_EXAMPLE[:50]))  # it fell silent amid a list
    search.passed(100_000.0)
    for place in range(0, len(AIDON_EXAMPLE), 10):
        search.take(100_000.0 + place / 240, Received(AIDON_EXAMPLE[place : place + 10]))
        assert search.settled


def test_baud_or_parity_set_by_hand_are_kept():
    assert candidates(2400, E) == (SerialSettings(2400, E),)
    assert {one.baud for one in candidates(9600)} == {9600}
    assert {one.parity for one in candidates(None, O)} == {O}
    assert {one.parity for one in candidates(2400)} == {N, E, O}

    ear = Ear(LineSearch(candidates(9600, E)), Receiver(SerialSettings(9600, E)))
    for burst in itertools.islice(bursts(Wire(Sender(SerialSettings(2400, N))), Maker.AIDON, 1.0), 40):
        ear.listen(burst)
    assert ear.changes == [SerialSettings(9600, E)]


def test_a_port_without_parity_leaves_the_candidates_without():
    search = LineSearch()
    assert search.refused(SerialSettings(2400, E))
    search.opened()
    for second in range(0, 200, 2):
        search.take(second, Received(bytes(range(0x80, 0xC0))))
        search.passed(second + 1)
        assert search.settings.parity is N

    only = LineSearch(candidates(2400, E))
    assert only.refused(SerialSettings(2400, E))
    assert only.settings == SerialSettings(2400, N)
    assert not only.refused(only.settings)
