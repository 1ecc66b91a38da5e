"""Taking pins, and saying in words why one cannot be had.

gpiozero reports a machine without pins, a pin that another program holds and a library that is not installed by
exceptions of its own, of lgpio and of the kernel, and warns about each library it tried. The owner gets one sentence.
"""

import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from gpiozero.exc import (
    BadPinFactory,
    GPIOPinInUse,
    NativePinFactoryFallback,
    PinFactoryFallback,
    PinInvalidPin,
    PinPWMUnsupported,
)

from appliance.panel.devices.errors import PinError
from appliance.words.sentence import Sentence

_LIBRARIES = {"gpiozero", "lgpio", "RPi", "pigpio"}


@contextmanager
def taking(what: str, *gpios: int) -> Iterator[None]:
    """Turn what goes wrong while these pins are taken for `what` into a PinError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PinFactoryFallback)
            warnings.simplefilter("ignore", NativePinFactoryFallback)
            yield
    except Exception as error:
        is_a_librarys = type(error).__module__.partition(".")[0] in _LIBRARIES
        if not is_a_librarys and not isinstance(error, OSError | ImportError):
            raise
        # gpiozero reserves a pin for a device before it has the pin, and the reservation lasts as long as the device
        # does. What failed lives on in the traceback: freed here, or the next try would find the pin in use by us.
        traceback.clear_frames(error.__traceback__)
        raise PinError(
            Sentence(
                "no {what} on GPIO {pins}: {cause}", what=what, pins=", ".join(map(str, gpios)), cause=_cause(error)
            )
        ) from error


def _cause(error: Exception) -> Sentence:
    if isinstance(error, BadPinFactory | ImportError):
        return Sentence(
            "this machine has no pins that can be used; on a Raspberry Pi install the extra `pi` (lgpio) and add "
            "the user to the group gpio, elsewhere run `han-appliance demo`"
        )
    if isinstance(error, GPIOPinInUse):
        return Sentence(
            "one of them is used twice in this program ({error}); see [pins] in the settings", error=str(error)
        )
    if isinstance(error, PinInvalidPin):
        return Sentence("this board has no such pin ({error}); see [pins] in the settings", error=str(error))
    if isinstance(error, PinPWMUnsupported):
        return Sentence("this pin library cannot make tones; install the extra `pi` (lgpio)")
    if "busy" in str(error).lower():
        return Sentence(
            "held by another program or a dtoverlay in config.txt; `gpioinfo` names it; free it, or move the wire"
        )
    return Sentence("the pin library says: {error}", error=str(error))
