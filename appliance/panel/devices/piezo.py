"""The piezo on its pin.

A piezo swings between two voltages and has no volume of its own; a narrower pulse has less of the tone in it, though:
its partials go with sin(n pi d) / n (Fourier), n the partial and d the pulse's share of the period. The first is
loudest at one half, where there is no second; the second is loudest at a quarter.
"""

from collections.abc import Mapping
from typing import Any

from gpiozero import TonalBuzzer
from gpiozero.tones import Tone

from appliance.panel.devices.pin_errors import taking
from appliance.panel.sounds import LOUD_HZ, Note, Tune
from appliance.settings.preferences import Volume
from appliance.system.timebase import Timebase
from appliance.words.sentence import Sentence

DUTIES: Mapping[Volume, tuple[float, float]] = {
    Volume.OFF: (0.0, 0.0),
    Volume.LOW: (0.04, 0.02),
    Volume.MEDIUM: (0.12, 0.04),
    Volume.HIGH: (0.5, 0.12),
}
"""The pulse's share of the period for a note, and for a soft one.

The fundamental is -18, -9 and 0 dB of the loudest. Whole per cents, since gpiozero cuts off the rest of what it hands
to lgpio; and none below two, since a thread cannot keep a pulse of a few microseconds.
"""
WIDEST_LOW = 0.25
"""The widest pulse of a note below the piezo's own frequency: an octave lower, its second partial is heard."""
LAST_PULSE_S = 0.05
"""lgpio's thread ends a pulse in its own time, and may lift the pin once more after it was put low."""


class Piezo(TonalBuzzer):  # type: ignore[misc]  # gpiozero carries no types
    """gpiozero's TonalBuzzer, for which a tone is always as loud as can be, with a pulse of any width."""

    def sound(self, tone: Tone, duty: float) -> None:
        """Sound a tone from now on; `duty` is the pulse's share of the period, 0.01 to 0.5."""
        self.pwm_device.pin.frequency = tone.frequency
        self.pwm_device.value = duty

    def stop(self) -> None:
        """Stop the tone and put the pin low: lgpio stops a pulse where it is, and may leave it high.

        lgGpio.c, xSetAsPwm.
        """
        super().stop()
        self.pwm_device.pin.state = 0


class Player:
    """Plays tunes, one at a time; how a note sounds is its subclass's."""

    def __init__(self, volume: Volume = Volume.MEDIUM) -> None:
        self.volume = volume
        self._turn = 0
        self._playing = False
        self._sounding: Note | None = None

    @property
    def sounding(self) -> Note | None:
        """The note that sounds at this moment."""
        return self._sounding

    async def play(self, tune: Tune, timebase: Timebase) -> None:
        """Play a tune to its end, or until another is played; called from one event loop.

        A soft tune does not break into another, and at no volume nothing is played.
        """
        if not self.plays(tune):
            return
        self._turn += 1
        turn = self._turn
        self._playing = True
        try:
            for note in tune:
                self._sound(note)
                await timebase.sleep(note.seconds)
                if turn != self._turn:
                    return
            self._silence()
            await timebase.sleep(LAST_PULSE_S)
        finally:
            if turn == self._turn:
                self._playing = False
                self._silence()

    def plays(self, tune: Tune) -> bool:
        """Return whether a tune would be played now."""
        return self.volume is not Volume.OFF and not (self._playing and all(note.soft for note in tune))

    def close(self) -> None:
        """End a tune that is being played."""
        self._turn += 1
        self._silence()

    def _sound(self, note: Note) -> None:
        """Sound a note, or rest, from now on."""
        self._sounding = None if note.frequency_hz is None else note

    def _silence(self) -> None:
        self._sounding = None


class Beeper(Player):
    """A passive piezo on its pin.

    Connect one leg of the piezo over a resistor of 470 ohm to the pin and the other leg to ground; a passive piezo has
    no polarity. It must be passive, a bare disc: an active one makes its own tone, and a magnetic buzzer draws more
    than a pin can give. An example::

        beeper = Beeper(18)
        await beeper.play(LOOK, Timebase())
    """

    def __init__(self, gpio: int, volume: Volume = Volume.MEDIUM, pin_factory: Any = None) -> None:
        """Take the pin, silent. Raises PinError."""
        super().__init__(volume)
        with taking(Sentence("buzzer"), gpio):
            self._piezo = Piezo(gpio, pin_factory=pin_factory)

    def close(self) -> None:
        """End a tune that is being played and give the pin back, silent."""
        super().close()
        self._piezo.close()

    def _sound(self, note: Note) -> None:
        if note.frequency_hz is None:
            self._silence()
        else:
            loud, soft = DUTIES[self.volume]
            duty = min(soft if note.soft else loud, WIDEST_LOW if note.frequency_hz < LOUD_HZ else 0.5)
            self._piezo.sound(Tone.from_frequency(note.frequency_hz), duty)
            self._sounding = note

    def _silence(self) -> None:
        self._piezo.stop()
        self._sounding = None
