"""The bench's page: what hangs on the pins and whether it works, for who builds the front or looks for a loose wire."""

from dataclasses import dataclass

from PIL import Image

from appliance.panel.drawing.typeface import BOLD, SMALL
from appliance.panel.drawing.widgets import LEFT, MARGIN, RIGHT, Text, Widget, drawn, right_aligned
from appliance.panel.keys import Key
from appliance.panel.pages.line_reason import named
from appliance.system.health import LineCondition
from appliance.words.words import NOT_KNOWN, Words

_TOP, _PITCH = 14, 10
_MOST = 7
"""Addresses for which there is room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What is seen of the hardware at a moment; `None` is what cannot be known."""

    addresses: tuple[int, ...] | None = None
    """Of the chips that answer on the display's bus; `None` where there is no such bus."""
    pins_fault: str | None = None
    down: tuple[Key, ...] = ()
    header_pins: tuple[int, int] = (0, 0)
    """Of button A and of button B, on the header."""
    lit: str | None = None
    """The signal of the lamp that is on, such as led_red, and its pin on the header."""
    lit_pin: int = 0
    octets_a_second: float | None = None
    """On the HAN line; `None` while its port is not open."""
    rests_low: bool = False
    """The last that the port saw of the line was a break: it stays low."""
    line: LineCondition | None = None
    undervoltage: bool | None = None
    celsius: float | None = None


def bench_widgets(bench: Bench, words: Words) -> tuple[Widget, ...]:
    """Return what stands on the glass."""
    warmth = NOT_KNOWN if bench.celsius is None else f"{bench.celsius:.0f} °C"
    rows = (
        _bus(bench, words),
        _buttons(bench, words),
        _lamp(bench, words),
        _level(bench, words),
        _line(bench, words),
    )
    return (
        Text(BOLD, words.say("Bench"), LEFT, MARGIN + 1),
        right_aligned(SMALL, f"{_supply(bench, words)}  {warmth}", RIGHT, MARGIN + 1 + BOLD.baseline - SMALL.baseline),
        *(Text(SMALL, text, LEFT, _TOP + _PITCH * place) for place, text in enumerate(rows)),
    )


def picture(bench: Bench, words: Words) -> Image.Image:
    """Return the picture: mode "1", 128x64."""
    return drawn(bench_widgets(bench, words))


def as_line(bench: Bench, words: Words) -> str:
    """Return all of it in one line, for a screen."""
    warmth = NOT_KNOWN if bench.celsius is None else f"{bench.celsius:.0f} °C"
    parts = (
        words.say("Bench"),
        _bus(bench, words),
        bench.pins_fault or _buttons(bench, words),
        _lamp(bench, words),
        _level(bench, words),
        _line(bench, words),
        _supply(bench, words),
        warmth,
    )
    return "; ".join(part for part in parts if part)


def _supply(bench: Bench, words: Words) -> str:
    match bench.undervoltage:
        case None:
            return f"5 V {NOT_KNOWN}"
        case True:
            return words.say("5 V low")
        case False:
            return "5 V OK"


def _bus(bench: Bench, words: Words) -> str:
    if bench.addresses is None:
        return words.say("No I2C bus")
    shown = [f"{address:02X}" for address in bench.addresses[:_MOST]]
    more = ["…"] if len(bench.addresses) > _MOST else []
    return "I2C " + (" ".join((*shown, *more)) or words.say("nothing answers"))


def _buttons(bench: Bench, words: Words) -> str:
    if bench.pins_fault is not None:
        return words.say("Pins not free")
    states = (
        f"{key.value} {words.say('pin')} {pin}: {int(key not in bench.down)}"
        for key, pin in zip((Key.A, Key.B), bench.header_pins, strict=True)
    )
    return "  ".join(states)


def _lamp(bench: Bench, words: Words) -> str:
    names = {"led_red": words.say("red"), "led_yellow": words.say("yellow"), "led_green": words.say("green")}
    name = names.get(bench.lit or "")
    if name is None:
        return words.say("A, B: lamps and sound")
    return words.say("{lamp}: pin {pin}", lamp=name, pin=bench.lit_pin)


def _level(bench: Bench, words: Words) -> str:
    if bench.octets_a_second is None:
        return words.say("No serial port")
    level = 0 if bench.rests_low else 1
    return f"HAN {words.say('pin')} 10: {level}  {bench.octets_a_second:.0f}/s"


def _line(bench: Bench, words: Words) -> str:
    """Return what becomes of the octets: lists, or why there are none."""
    return named(bench.line, words)
