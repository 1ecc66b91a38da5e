"""Taking pins, and saying in words why one cannot be had.

gpiozero tells a machine without pins, a pin that another program holds and a library that is not installed by
exceptions of its own, of lgpio and of the kernel, and warns about each library it tried. The owner gets one sentence.
"""

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

_LIBRARIES = {"gpiozero", "lgpio", "RPi", "pigpio"}


@contextmanager
def taking(what: str, *gpios: int) -> Iterator[None]:
    """While these pins are taken for something, make a PinError of whatever goes wrong with them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PinFactoryFallback)
            warnings.simplefilter("ignore", NativePinFactoryFallback)
            yield
    except Exception as trouble:
        if (
            not isinstance(trouble, OSError | ImportError)
            and type(trouble).__module__.partition(".")[0] not in _LIBRARIES
        ):
            raise
        named = " and ".join(filter(None, (", ".join(map(str, gpios[:-1])), str(gpios[-1]))))
        raise PinError(f"no {what} on GPIO {named}: {_cause(trouble)}") from trouble


def _cause(trouble: Exception) -> str:
    match trouble:
        case BadPinFactory() | ImportError():
            return (
                "this machine has no pins that can be used; on a Raspberry Pi install the extra `pi` (lgpio) and add "
                "the user to the group gpio, elsewhere run `han-appliance demo`"
            )
        case GPIOPinInUse():
            return f"one of them is used twice in this program ({trouble}); see [pins] in the settings"
        case PinInvalidPin():
            return f"this board has no such pin ({trouble}); see [pins] in the settings"
        case PinPWMUnsupported():
            return "this pin library cannot make tones; install the extra `pi` (lgpio)"
        case _ if "busy" in str(trouble).lower():
            return (
                "held by another program or a dtoverlay in config.txt; `gpioinfo` names it; free it, or move the wire"
            )
        case _:
            return f"the pin library says: {trouble}"
