"""What the line does, told from octets, errors and rhythm; on a UART at bit level and in simulated time."""

import itertools
from collections.abc import Callable

import pytest

from appliance.line.autobaud import LineSearch, candidates
from appliance.line.diagnosis import LineWatch
from appliance.line.port import Parity, Received, SerialSettings
from appliance.meter.decoder import Decoder
from appliance.meter.reading import Maker, Reason, Rejected
from appliance.simulation.makers import MAKERS
from appliance.system.health import Cause, LineCondition
from tests.frames import AIDON_EXAMPLE
from tests.line.trials import Ear, bursts
from tests.simulation.wire import Burst, Habit, Receiver, School, Sender, Wire, dropping

EVEN = SerialSettings(2400, Parity.EVEN)
CLOSED, CABLE, CONVERTER, PAUSE = Cause.PORT_CLOSED, Cause.CABLE, Cause.CONVERTER, Cause.OVERCURRENT_PAUSE


def listened(
    sender: Sender,
    *,
    maker: Maker = Maker.AIDON,
    seconds: float = 120.0,
    search: LineSearch | None = None,
    noise: float = 0.0,
    habit: Habit = bytes,
    school: School = School.PL011,
    keep: Callable[[int, Burst], bool] = lambda _place, _burst: True,
) -> Ear:
    """An ear that has listened for so long."""
    wire = Wire(sender, bit_errors=noise, seed=3)
    search = search or LineSearch()
    ear = Ear(search, Receiver(search.settings, idle=wire.idle, school=school))
    for place, burst in enumerate(bursts(wire, maker, 0.5, habit)):
        if burst.start_s < seconds and keep(place, burst):
            ear.listen(burst)
    ear.wait(seconds)
    return ear


def said(ear: Ear, now: float = 120.0, *, by_hand: bool = False) -> LineCondition:
    return ear.watch.condition(now, by_hand=by_hand)[0]


def causes(watch: LineWatch, now: float) -> tuple[Cause, ...]:
    condition, likely = watch.condition(now, by_hand=False)
    assert condition is LineCondition.SILENT
    return likely


@pytest.mark.parametrize("maker", list(MAKERS))
@pytest.mark.parametrize("settings", [SerialSettings(), EVEN], ids=str)
def test_a_line_that_gives_all_its_lists_is_fine(settings, maker):
    ear = listened(Sender(settings), maker=maker, seconds=590)

    assert ear.watch.condition(590.0, by_hand=False) == (LineCondition.FINE, ())


def test_before_the_first_frame_it_is_searching():
    assert said(listened(Sender(EVEN), seconds=0.2), 0.2) is LineCondition.SEARCHING


@pytest.mark.parametrize("maker", list(MAKERS))
@pytest.mark.parametrize("settings", [SerialSettings(), EVEN], ids=str)
@pytest.mark.parametrize("school", School, ids=lambda school: school.name)
def test_an_inverted_line_is_named(settings, maker, school):
    ear = listened(Sender(settings, inverted=True), maker=maker, school=school)

    assert said(ear) is LineCondition.INVERTED


@pytest.mark.parametrize(
    "settings", [SerialSettings(9600), SerialSettings(115200), SerialSettings(2400, Parity.EVEN, 7)]
)
@pytest.mark.parametrize("maker", list(MAKERS))
@pytest.mark.parametrize("school", School, ids=lambda school: school.name)
def test_other_settings_are_never_called_inverted(settings, maker, school):
    search = LineSearch(candidates(2400))
    ear = Ear(search, Receiver(search.settings, school=school))
    for burst in itertools.islice(bursts(Wire(Sender(settings)), maker, 0.5), 20):
        ear.listen(burst)
        assert said(ear, burst.end_s) is not LineCondition.INVERTED


@pytest.mark.parametrize("settings", [SerialSettings(9600), SerialSettings(2400, Parity.ODD)], ids=str)
def test_settings_by_hand_that_never_read_are_wrong_settings(settings):
    ear = listened(Sender(SerialSettings()), search=LineSearch(candidates(settings.baud, settings.parity)))

    assert said(ear, by_hand=True) is LineCondition.WRONG_SETTINGS


def test_a_crackle_at_settings_by_hand_is_noise():
    ear = Ear(LineSearch(candidates(2400, Parity.NONE)), Receiver(SerialSettings()))
    for start_s in range(1, 20):
        ear.listen(Wire(Sender(SerialSettings())).burst(float(start_s), b"\x55\x66\x77\x88"))

    assert said(ear, 20.0, by_hand=True) is LineCondition.NOISE


def test_octets_that_no_settings_explain_are_noise():
    assert said(listened(Sender(EVEN), noise=0.08)) is LineCondition.NOISE


def test_a_line_that_was_read_and_now_gives_only_rubbish_is_noise():
    ear = listened(Sender(EVEN))
    assert said(ear) is LineCondition.FINE
    for second in range(120, 190):
        ear.watch.take(float(second), Received(bytes(range(0x80, 0xC0))), (), EVEN)

    assert said(ear, 190.0) is LineCondition.NOISE


@pytest.mark.parametrize("trouble", [{"habit": dropping(400)}, {"noise": 1e-4}], ids=["octets lost", "bits turned"])
def test_more_than_one_damaged_list_in_a_hundred_is_damage(trouble):
    assert said(listened(Sender(EVEN), seconds=300, **trouble), 300) is LineCondition.DAMAGED


def test_one_bad_moment_is_no_damage():
    numbers = itertools.count()

    def habit(octets: bytes) -> bytes:
        return octets[:20] + b"\x55" + octets[21:] if next(numbers) in (30, 31) else octets

    ear = listened(Sender(EVEN), seconds=150, habit=habit)
    assert [intact for _, intact in ear.watch._intact].count(False) == 2
    assert said(ear, 150) is LineCondition.FINE


@pytest.mark.parametrize("maker", list(MAKERS))
def test_lists_missing_from_the_rhythm_are_missed(maker):
    ear = listened(Sender(EVEN), maker=maker, seconds=590, keep=lambda place, _burst: place % 7 != 5)

    assert said(ear, 590) is LineCondition.MISSING


def test_a_pause_of_a_minute_is_not_counted_as_lists_missing():
    ear = listened(Sender(EVEN), seconds=400, keep=lambda _place, burst: not 100 < burst.start_s < 160)

    assert said(ear, 400) is LineCondition.FINE


def test_a_port_that_was_never_opened_by_the_grid_company_is_the_likeliest_of_a_line_that_never_spoke():
    ear = listened(Sender(EVEN), keep=lambda _place, _burst: False)

    assert said(ear, 29.0) is LineCondition.SEARCHING
    assert causes(ear.watch, 30.0) == (CLOSED, CABLE, CONVERTER)


def test_a_line_that_was_read_in_an_earlier_life_has_a_cable_before_a_closed_port():
    watch = LineWatch(LineSearch(), silent_s=30.0, read_before=True)
    watch.opened(0.0)

    assert causes(watch, 40.0) == (CABLE, CONVERTER, CLOSED)


def test_a_line_that_rests_low_has_a_converter_without_supply():
    watch = LineWatch(LineSearch(), silent_s=30.0)
    watch.opened(0.0)
    watch.take(0.1, Received(b"\0", (0,)), (), EVEN)

    assert causes(watch, 40.0) == (CONVERTER, CABLE, CLOSED)


def test_a_line_that_fell_silent_amid_a_list_is_in_the_meters_pause_for_a_minute():
    ear = listened(Sender(EVEN))
    ear.watch.take(120.0, Received(b"\x7e\xa0\x2a"), (), EVEN)

    assert causes(ear.watch, 160.0) == (PAUSE, CABLE, CONVERTER)
    assert causes(ear.watch, 200.0) == (CABLE, CONVERTER, CLOSED)


def test_between_two_lists_a_cable_was_more_likely_pulled_unless_such_a_pause_was_seen():
    assert causes(listened(Sender(EVEN)).watch, 160.0) == (CABLE, PAUSE, CONVERTER)

    ear = listened(Sender(EVEN), seconds=200, keep=lambda _place, burst: not 60 < burst.start_s < 120)
    assert causes(ear.watch, 240.0) == (PAUSE, CABLE, CONVERTER)


@pytest.mark.parametrize("silent_s", [15.0, 30.0, 600.0])
def test_the_line_is_silent_when_the_settings_say_so_and_no_sooner(silent_s):
    ear = listened(Sender(EVEN), seconds=40.0)
    last_s = ear.last_octet_s
    ear.watch.silent_s = silent_s

    assert said(ear, last_s + silent_s - 0.1) is not LineCondition.SILENT
    assert said(ear, last_s + silent_s) is LineCondition.SILENT


def test_without_a_port_there_is_no_port():
    watch = LineWatch(LineSearch(), silent_s=30.0)
    assert watch.condition(0.0, by_hand=False) == (LineCondition.NO_PORT, ())
    watch.opened(1.0)
    watch.lost()
    assert watch.condition(100.0, by_hand=False) == (LineCondition.NO_PORT, ())


def rejected(reason: Reason, maker: str | None = None) -> Rejected:
    return Rejected(0, 50, reason, maker)


def judged(*results: Rejected | None, every_s: float = 2.0) -> tuple[LineWatch, float]:
    """A watch after intact frames of which these were made, `None` a reading; and the moment of the last one."""
    search = LineSearch()
    ear = Ear(search, Receiver(search.settings))
    now = 0.0
    for result in results:
        now += every_s
        ear.listen(Wire(Sender(SerialSettings())).burst(now, AIDON_EXAMPLE))
        (reading,) = Decoder().feed(AIDON_EXAMPLE)
        ear.watch.judged(ear.last_octet_s, result or reading)
    return ear.watch, ear.last_octet_s


@pytest.mark.parametrize(
    ("result", "condition", "likely"),
    [
        (rejected(Reason.ENCRYPTED), LineCondition.ENCRYPTED, ()),
        (rejected(Reason.WRONG_KEY), LineCondition.ENCRYPTED, (Cause.WRONG_KEY,)),
        (rejected(Reason.REPLAYED), LineCondition.UNREADABLE, (Cause.REPLAYED,)),
        (rejected(Reason.BLOCK_TRANSFER), LineCondition.BLOCK_TRANSFER, ()),
        (rejected(Reason.UNKNOWN_LIST, "aidon"), LineCondition.UNKNOWN_LIST, ()),
        (rejected(Reason.UNKNOWN_LIST), LineCondition.UNKNOWN_METER, ()),
        (rejected(Reason.NOT_A_NOTIFICATION), LineCondition.UNKNOWN_METER, ()),
        (rejected(Reason.MALFORMED), LineCondition.UNREADABLE, ()),
        (rejected(Reason.SEGMENTED), LineCondition.UNREADABLE, ()),
    ],
)
@pytest.mark.parametrize("number", [1, 2, 40])
def test_a_line_of_which_nothing_is_read_is_named_and_never_fine(result, condition, likely, number):
    watch, now = judged(*[result] * number)

    assert watch.condition(now, by_hand=False) == (condition, likely)


def test_one_odd_frame_among_lists_that_are_read_is_no_condition_of_the_line():
    odd = rejected(Reason.ENCRYPTED)
    watch, now = judged(*[None] * 10, odd, odd, None, None, odd)

    assert watch.condition(now, by_hand=False) == (LineCondition.FINE, ())


def test_encryption_that_is_switched_on_is_named_within_a_minute():
    watch, now = judged(*[None] * 10, *[rejected(Reason.ENCRYPTED)] * 33)

    assert watch.condition(now, by_hand=False)[0] is LineCondition.ENCRYPTED


def test_a_line_that_is_read_again_is_fine_at_once():
    watch, now = judged(*[rejected(Reason.WRONG_KEY)] * 10, None)

    assert watch.condition(now, by_hand=False) == (LineCondition.FINE, ())


def test_what_most_of_the_last_frames_are_is_the_line():
    watch, now = judged(*[rejected(Reason.ENCRYPTED)] * 6, rejected(Reason.MALFORMED))

    assert watch.condition(now, by_hand=False)[0] is LineCondition.ENCRYPTED


def test_silence_goes_before_what_was_heard():
    watch, now = judged(rejected(Reason.ENCRYPTED))

    assert watch.condition(now + 30.1, by_hand=False)[0] is LineCondition.SILENT
