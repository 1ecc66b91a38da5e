"""What the errors of one burst say, on a UART at bit level."""

import pytest

from appliance.line.burst import TELLING, Burst
from appliance.line.port import Parity, Received, SerialSettings
from tests.frames import AIDON_EXAMPLE, KAMSTRUP_EXAMPLE
from tests.simulation.wire import Receiver, Sender, Wire, received

N, E, O = (SerialSettings(2400, parity) for parity in Parity)  # noqa: E741 - as people write them
EXAMPLES = pytest.mark.parametrize("octets", [AIDON_EXAMPLE, KAMSTRUP_EXAMPLE], ids=["Aidon", "Kamstrup"])


def burst(sender: SerialSettings, receiver: SerialSettings, octets: bytes, noise: float = 0.0, **given) -> Burst:
    burst = Burst(joined=False)
    burst.add(received(Receiver(receiver).items(Wire(Sender(sender), bit_errors=noise).burst(0.0, octets)), **given))
    return burst


@EXAMPLES
@pytest.mark.parametrize(
    ("sender", "receiver"), [(E, N), (O, N), (E, O), (O, E), (N, E), (N, O)], ids=lambda settings: str(settings)
)
@pytest.mark.parametrize("noise", [0.0, 1e-3])
def test_it_names_the_right_parity(sender, receiver, octets, noise):
    assert burst(sender, receiver, octets, noise).better(receiver) == sender


@EXAMPLES
@pytest.mark.parametrize("settings", [N, E, O], ids=str)
@pytest.mark.parametrize("noise", [0.0, 1e-2])
def test_right_settings_are_not_argued_with(settings, octets, noise):
    assert burst(settings, settings, octets, noise).better(settings) is None


@EXAMPLES
def test_without_marks_it_does_not_guess_which_parity(octets):
    counted = burst(E, N, octets, marks=False, counts=True)

    assert counted.share > 0.5
    assert counted.better(N) is None


@EXAMPLES
def test_another_baud_names_nothing(octets):
    assert burst(SerialSettings(9600), N, octets).better(N) is None


def test_a_few_octets_say_nothing():
    few = Burst(joined=False)
    few.add(Received(b"\3" * (TELLING - 1), tuple(range(TELLING - 1))))

    assert few.better(E) is None


def test_of_a_burst_that_was_joined_the_first_octets_do_not_count():
    joined = Burst(joined=True)
    joined.add(Received(b"\3" * 20, tuple(range(20)), 20))
    joined.add(Received(b"\3" * 20, tuple(range(12)), 12))

    assert (joined.octets, joined.wrong) == (8, 0)
