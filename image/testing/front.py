"""Checks on the front: what a person before the panel sees and hears."""

import asyncio
import itertools
import math
from functools import partial

from PIL import Image

from appliance.panel.drawing.typeface import BOLD, LARGE, SMALL
from appliance.settings import settings_file
from appliance.settings.model import Settings
from appliance.words.words import WORDS
from image.testing.bench import Bench
from image.testing.display import Shown, finds
from image.testing.meter import CALM_W
from image.testing.patience import patience_s, stretched
from image.testing.pins import Levels
from image.testing.verdict import NotSoError

NB = WORDS["nb"]
SETTINGS = "appliance.toml"
MISTAKE = "watch_w = 3000,0"
HIGH_W, TOO_HIGH_W = 6430.0, 11260.0
LIMITS = (
    ("# watch_w = 12000 ", "watch_w = 5000.0 "),
    ("# act_w = 17000 ", "act_w = 10000.0 "),
    ("# rise_s = 60 ", "rise_s = 0.0 "),
    ("# hold_s = 60 ", "hold_s = 30.0 "),
)
"""What the household sets: with the usual limits and delays green would be back after eleven minutes only."""
FOLLOWS_S = 20.0
"""A list may have just been sent, one takes a second, and an emulated Pi is slow; a real one needs 3 s."""
STEADY_S = 2.5
"""A fault flashes twice in two seconds."""
DRAWN_S = 0.5
LOOK_S = 0.1
RESTS_S = 10.0
"""A tune takes a second."""
SWINGS = 20
"""At 1 kHz and more a tune has a thousand edges; an emulated Pi comes to most of them too late."""
LEAVES_S = 90.0
"""An alarm is held for 30 s."""


async def words_first(bench: Bench) -> str:
    """Without a reading the glass says in words what goes on: the self-test, then what the meter's line is like."""
    pages = {"HAN appliance": BOLD, NB.say("No reading"): SMALL}

    def is_it(picture: Image.Image) -> bool:
        return any(finds(picture, face, text) for text, face in pages.items())

    if (shown := await bench.display.until(is_it, patience_s(), since_power_on=True)) is None:
        bench.picture("wrong")
        raise NotSoError(f"no such page in {len(bench.display.pictures)} pictures")
    await asyncio.sleep(DRAWN_S)
    bench.picture("start")
    said = ", ".join(text for text, face in pages.items() if finds(shown.picture, face, text))
    return f"'{said}' after {shown.at_s:.1f} s"


async def asks_first(bench: Bench) -> str:
    """A new card asks for the language first; nobody presses a key, so its first page comes two minutes later."""
    title = NB.say("Language")
    asked = bench.display.until(lambda picture: finds(picture, SMALL, title), patience_s(), since_power_on=True)
    if (shown := await asked) is None:
        bench.picture("wrong")
        raise NotSoError(f"'{title}' did not come")
    bench.picture("asks")
    return f"'{title}' after {shown.at_s:.1f} s"


async def each_lamp_once(bench: Bench) -> str:
    """When the machine is switched on each lamp is lit once, red first."""
    await bench.pins.until(lambda levels: levels.lamps == {"green"}, stretched(FOLLOWS_S))
    lit = [next(iter(levels.lamps)) for levels in bench.pins.seen if len(levels.lamps) == 1]
    once = [lamp for lamp, _ in itertools.groupby(lit)]
    if once[:3] != ["red", "yellow", "green"]:
        raise NotSoError(", ".join(once) or "all stayed dark")
    return ", ".join(once[:3])


async def first_reading(bench: Bench) -> str:
    """The first reading stands on the page of the present power, in kW."""
    shown = await _page(bench, CALM_W, NB.say("From grid"), patience_s())
    bench.picture("calm")
    return f"{NB.thousands(CALM_W)} kW after {shown.at_s:.1f} s"


def first_reading_s(bench: Bench) -> float:
    """Return when it first stood there, seconds since power on; infinite when it never did."""
    number = NB.thousands(CALM_W)
    return next((shown.at_s for shown in bench.display.pictures if finds(shown.picture, LARGE, number)), math.inf)


async def green_when_calm(bench: Bench) -> str:
    """Green shines alone while there is nothing to do."""
    return await _lamp(bench, "green", stretched(FOLLOWS_S))


async def yellow_when_high(bench: Bench) -> str:
    """Over the first threshold yellow shines alone, and the first page says how much: none comes forward."""
    return await _loaded(bench, HIGH_W, "yellow", NB.say("From grid"))


async def red_when_too_high(bench: Bench) -> str:
    """Over the second threshold red blinks alone, since nobody has seen it, and the glass says what to do."""
    return await _loaded(bench, TOO_HIGH_W, "red", NB.say("Switch off!"))


async def buzzer_with_red(bench: Bench) -> str:
    """With the red lamp the buzzer's line goes up and down."""
    await asyncio.sleep(RESTS_S)
    since_s = bench.pins.blinking_since_s("red")
    if since_s is None:
        raise NotSoError(f"red does not blink alone: {', '.join(bench.pins.lamps) or 'all are dark'}")
    if (edges := bench.pins.edges_of_buzzer(since_s)) < SWINGS:
        raise NotSoError(f"{edges} edges")
    return f"{edges} edges"


async def green_again(bench: Bench) -> str:
    """When the load is gone green comes back, and the buzzer's line rests low."""
    bench.house.load(CALM_W)
    saw = await _lamp(bench, "green", stretched(LEAVES_S))
    await asyncio.sleep(RESTS_S)
    last = bench.pins.seen[-1]
    if last.buzzer:
        raise NotSoError(f"the buzzer's line has been high for {bench.machine.now - last.at_s:.1f} s")
    return saw


async def fault_in_settings(bench: Bench) -> str:
    """A mistake in appliance.toml is named on the glass, with its line."""
    title = NB.say("Mistake in settings")
    text = bench.card.get(SETTINGS, bench.folder / SETTINGS).read_text(encoding="utf-8-sig")
    number = next(place for place, line in enumerate(text.splitlines(), 1) if MISTAKE in line)

    def is_it(picture: Image.Image) -> bool:
        return finds(picture, BOLD, title) and finds(picture, SMALL, f"{number}:")

    if (shown := await bench.display.until(is_it, patience_s())) is None:
        bench.picture("wrong")
        raise NotSoError(f"'{title}' with line {number} did not come")
    bench.picture("settings")
    return f"line {number}, after {shown.at_s:.1f} s"


async def yellow_by_own_threshold(bench: Bench) -> str:
    """The threshold that the household set in appliance.toml is in force: yellow above 3 kW."""
    return await _loaded(bench, 3520.0, "yellow", NB.say("From grid"))


async def wires_are_shown(bench: Bench) -> str:
    """With a file 'bench' on the card the glass shows wires: the display's address, and octets on the HAN line."""
    title = NB.say("Bench")
    shown = await bench.display.until(
        lambda picture: finds(picture, BOLD, title) and finds(picture, SMALL, "I2C 3C"), patience_s()
    )
    if shown is None:
        bench.picture("wrong")
        raise NotSoError(f"'{title}' with the display's address did not come")
    line = NB.say("Line OK")
    if (read := await bench.display.until(lambda picture: finds(picture, SMALL, line), patience_s())) is None:
        bench.picture("wrong")
        raise NotSoError(f"'{line}' did not come")
    bench.picture("bench")
    return f"after {shown.at_s:.1f} s, '{line}' after {read.at_s:.1f} s"


def _only(lamp: str, levels: Levels) -> bool:
    return levels.lamps == {lamp}


async def each_button_lights_a_lamp(bench: Bench) -> str:
    """There button A lights the lamps in turn, with a sound, and the glass shows it as pressed."""
    gpio, seen = settings_file.pins(Settings())["button_a"], []
    pressed = f"A {NB.say('pin')} {settings_file.board()['button_a'].pin}: 0"
    for lamp in ("red", "yellow", "green"):
        since_s = bench.machine.now
        await bench.machine.hold(gpio, down=True)
        if not await bench.pins.until(partial(_only, lamp), stretched(FOLLOWS_S)):
            raise NotSoError(f"{lamp} did not come: {', '.join(bench.pins.lamps) or 'all are dark'}")
        if await bench.display.until(lambda picture: finds(picture, SMALL, pressed), stretched(FOLLOWS_S)) is None:
            raise NotSoError(f"the glass does not say '{pressed}'")
        await bench.machine.hold(gpio, down=False)
        await asyncio.sleep(stretched(DRAWN_S))
        seen.append(f"{lamp}, {bench.pins.edges_of_buzzer(since_s)} edges of the piezo")
    return "; ".join(seen)


async def _loaded(bench: Bench, load_w: float, lamp: str, headline: str) -> str:
    bench.house.load(load_w)
    lit = await _lamp(bench, lamp, stretched(FOLLOWS_S))
    shown = await _page(bench, load_w, headline, stretched(FOLLOWS_S))
    bench.picture(lamp)
    return f"{lit}, '{headline}' {NB.thousands(load_w)} kW at {shown.at_s:.1f} s"


async def _lamp(bench: Bench, lamp: str, within_s: float) -> str:
    """Return how long after the octets that ask for it a lamp shone alone, s. Raises NotSoError."""
    pins, until_s = bench.pins, bench.machine.now + within_s + STEADY_S
    while (since_s := _shines_since_s(bench, lamp)) is None or bench.machine.now - since_s < STEADY_S:
        if bench.machine.now > until_s:
            bench.picture("wrong")
            raise NotSoError(f"{lamp} does not shine alone as it should: {', '.join(pins.lamps) or 'all are dark'}")
        await asyncio.sleep(LOOK_S)
    asked_s = bench.house.reached.get(bench.house.load_w, math.inf) - bench.machine.switched_on
    after_s = since_s - asked_s
    return f"{lamp}, {after_s:.2f} s after the list" if after_s > 0 else lamp


def _shines_since_s(bench: Bench, lamp: str) -> float | None:
    """Return since when a lamp shines alone, s: red blinks, for no key is pressed here, and the others are steady."""
    if lamp == "red":
        return bench.pins.blinking_since_s(lamp)
    return bench.pins.lit_since_s if bench.pins.lamps == {lamp} else None


async def _page(bench: Bench, power_w: float, headline: str, within_s: float) -> Shown:
    """Return the picture with this power and headline. Raises NotSoError."""
    number = NB.thousands(power_w)

    def is_it(picture: Image.Image) -> bool:
        return finds(picture, LARGE, number) and (finds(picture, SMALL, headline) or finds(picture, BOLD, headline))

    if (shown := await bench.display.until(is_it, within_s)) is None:
        bench.picture("wrong")
        raise NotSoError(f"no page says '{headline}' and {number} kW; the last one is kept as {bench.name}-wrong.png")
    return shown
