"""What must hold, a function a sentence, in the order of one life of the appliance: power on to switched off.

A check's docstring is the sentence that is printed; it gives back what it saw, or raises `NotSoError`. Each leaves the
house calm and the first page up, as it found them.
"""

import re

from PIL import Image

from appliance.household.situation import Level, Rule, Signal, Situation
from appliance.panel import pages
from appliance.panel.devices.buttons import BOUNCE_S
from appliance.panel.menu import Menu
from appliance.panel.pages import Page, menu_page
from appliance.settings.choices import AS_SET, CHOICES_FILE
from appliance.settings.chosen import as_choices
from appliance.settings.model import Settings
from appliance.settings.settings_file import USUAL_FOLDER
from appliance.system.health import FaultKind
from image.kernel.rig import BUTTONS, CALM_W, GPIO, LONG_S, OUTPUTS, SOON_S, UNIT, Rig, need

ACT_W = 12_000.0
WATCH_W = 6_000.0
LIMITS = """
[thresholds]
watch_w = 5000
act_w = 10000
rise_s = 0
hold_s = 30
"""
"""What the household sets: with the usual limits and delays green would be back after eleven minutes only."""
MOST_TRIES = 30
SWINGS = 20
"""Changes of the piezo's line by a tune: hundreds at 1 kHz and more, most of which a busy host misses."""
EXPOSURE = 1.0


async def dark_from_power_on(rig: Rig) -> str:
    """Before the program runs, lamps and piezo are dark and silent."""
    levels = await rig.levels()
    need(not any(levels), "four lines that are low", dict(zip(OUTPUTS, levels, strict=True)))
    return f"levels of {', '.join(OUTPUTS)}: {levels}"


async def devices_have_their_groups(rig: Rig) -> str:
    """The udev rules give pins, bus and port to their groups, and to nobody else."""
    devices = ("/dev/gpiochip0", "/dev/i2c-1", "/dev/ttyS1")
    seen = (await rig.vm.run("stat", "-c", "%n %U:%G %a", *devices)).splitlines()
    expected = [f"{name} root:{group} 660" for name, group in zip(devices, ("gpio", "i2c", "dialout"), strict=True)]
    need(seen == expected, "; ".join(expected), seen)
    return ", ".join(seen)


async def a_held_pin_is_named(rig: Rig) -> str:
    """With the red lamp's pin held by another program, the service starts, reads the meter, and names the pin."""
    await rig.vm.ask("hold", gpio=GPIO["led_red"])
    # As after a first start whose questions nobody answered: the keys are pages' keys.
    await rig.vm.run("sh", "-c", f"mkdir -p {USUAL_FOLDER} && touch {USUAL_FOLDER}/{CHOICES_FILE}")
    await rig.write_settings(LIMITS)
    await rig.vm.run("systemctl", "start", UNIT)
    rig.speak()
    situation = await rig.until(
        rig.situation,
        lambda seen: seen is not None and seen.power_import_w == CALM_W and _pins_fault(seen),
        f"{CALM_W:.0f} W and a fault of the pins",
    )
    detail = _pins_fault(situation)
    need("LEDs on GPIO 22" in detail and "held by another program" in detail, "the pin and its holder named", detail)
    return detail


def _pins_fault(situation: Situation | None) -> str:
    faults = situation.health.faults if situation is not None else ()
    return next((trouble.detail for trouble in faults if trouble.kind is FaultKind.PINS), "")


async def a_freed_pin_is_taken(rig: Rig) -> str:
    """When the pin is free, all pins are taken, and the green lamp is on."""
    await rig.vm.ask("free", gpio=GPIO["led_red"])
    await rig.until(rig.lit, lambda lit: lit == "green", "green")
    situation = await rig.situation()
    need(situation is not None and not situation.health.faults, "no trouble", situation and situation.health.faults)
    return "green, no trouble"


async def the_sandbox_is_on(rig: Rig) -> str:
    """It is the unit of the package that runs, in its box: no capability, seccomp, exposure of at most 1.0."""
    pid = await rig.unit("MainPID")
    own = await rig.vm.run("cat", f"/proc/{pid}/status")
    seen = dict(re.findall(r"^(CapEff|NoNewPrivs|Seccomp|Uid):\s*(\S+)", own, re.M))
    need(seen["CapEff"].strip("0") == "", "no capability", seen["CapEff"])
    need(seen["NoNewPrivs"] == "1" and seen["Seccomp"] == "2" and seen["Uid"] != "0", "a box", seen)
    score = await rig.vm.run("systemd-analyze", "security", "--no-pager", UNIT)
    (exposure,) = re.findall(r"exposure level for \S+ ([\d.]+)", score)
    need(float(exposure) <= EXPOSURE, f"an exposure of at most {EXPOSURE}", exposure)
    return f"user {seen['Uid']}, seccomp filter, exposure {exposure}"


async def the_glass_shows_the_reading(rig: Rig) -> str:
    """What crossed the kernel's I2C bus is the first page with the meter's power, to the pixel."""
    await _until_page(rig, Page.NOW)
    return f"{CALM_W:.0f} W on the glass, {rig.vm.bus_messages} messages on the bus"


async def buttons_rest_high(rig: Rig) -> str:
    """The buttons' lines rest high by the pull-ups that the program asked the kernel for."""
    levels = await rig.levels(BUTTONS)
    need(levels == (1, 1), "(1, 1)", levels)
    return f"levels {levels}"


async def a_short_press_turns_the_page(rig: Rig) -> str:
    """A short press of A, both edges, turns to the next page, and of B back."""
    for button, page in (
        ("button_a", Page.HOUR),
        ("button_a", Page.PHASES),
        ("button_b", Page.HOUR),
        ("button_b", Page.NOW),
    ):
        await rig.press(button)
        await _until_page(rig, page)
    return "now, hour, phases, hour, now"


async def a_bounce_is_no_press(rig: Rig) -> str:
    """A contact that bounces for five milliseconds turns no page."""
    bounces = tries = 0
    while bounces < 3:
        need(tries < MOST_TRIES, "three bounces as short as a contact's, on this host", f"{bounces} of {tries}")
        tries += 1
        if await rig.press("button_a", 0.005) < BOUNCE_S:
            bounces += 1
            await _until_page(rig, Page.NOW)
        else:  # the host was busy meanwhile, and it was a press
            await rig.press("button_b", LONG_S)
            await _until_page(rig, Page.NOW)
    return f"three bounces of {tries}, the first page"


async def a_long_press_opens_the_menu(rig: Rig) -> str:
    """A long press of A opens the menu, and of B goes home."""

    def menu(situation: Situation) -> list[Image.Image]:
        return [menu_page.picture(Menu(), AS_SET, situation, rig.words, as_choices(Settings()))]

    await rig.press("button_a", LONG_S)
    await rig.until(lambda: rig.shows(menu), bool, "the menu on the glass")
    await rig.press("button_b", LONG_S)
    await _until_page(rig, Page.NOW)
    return "the menu, and home"


async def yellow_over_the_first_limit(rig: Rig) -> str:
    """Over the first limit the yellow lamp is on, alone."""
    rig.load_w = WATCH_W
    await rig.until(rig.lit, lambda lit: lit == "yellow", "yellow")
    return f"{WATCH_W:.0f} W: yellow"


async def red_and_a_tune_over_the_second(rig: Rig) -> str:
    """Over the second the red lamp is on or blinks, alone, and the piezo plays, and is silent afterwards."""
    hearing = rig.vm.ask("listen", gpio=GPIO["buzzer"], seconds=12.0)
    rig.load_w = ACT_W
    swings = await hearing
    lit = await rig.until(rig.lit, lambda lit: lit == "red", "red")
    need(swings >= SWINGS, f"at least {SWINGS} changes on the piezo's line", swings)
    after = await rig.vm.ask("listen", gpio=GPIO["buzzer"], seconds=1.0)
    need((after, await rig.levels(["buzzer"])) == (0, (0,)), "a line that rests low", after)
    return f"{ACT_W:.0f} W: {lit}, {swings} swings of the piezo, then none"


async def the_alarm_is_on_the_glass_until_a_key(rig: Rig) -> str:
    """The alarm is in front on the glass; A acknowledges it, and the page before is there again."""
    await rig.until(
        lambda: rig.shows(lambda situation: [pages.alarm(situation, rig.words)]), bool, "the alarm on the glass"
    )
    await rig.press("button_a")
    situation = await rig.until(
        rig.situation,
        lambda seen: seen is not None and all(alarm.acknowledged for alarm in seen.alarms),
        "an alarm that is acknowledged",
    )
    need(situation is not None and situation.alarms, "an alarm", situation)
    await _until_page(rig, Page.NOW)
    seen = [await rig.lit() for _ in range(10)]
    need(set(seen) == {"red"}, "a red that blinks no more", seen)
    return "alarm, acknowledged, first page, red and steady"


async def the_display_comes_back(rig: Rig) -> str:
    """Without its display it says so once and yellow flashes; when it is back it is set up again, and green is on."""
    await rig.vm.ask("plug", there=False)
    rig.load_w = CALM_W
    await rig.until(rig.log, lambda log: "does not answer" in log, "'does not answer' in the log")
    await rig.until(rig.lit, lambda lit: lit == "dark", "a yellow lamp that flashes", within_s=30 + SOON_S)
    await rig.until(rig.lit, lambda lit: lit == "yellow", "yellow")
    await rig.vm.ask("plug", there=True)
    await rig.until(rig.lit, lambda lit: lit == "green", "green")
    await rig.until(rig.log, lambda log: "the display is back" in log, "'the display is back' in the log")
    await _until_page(rig, Page.NOW)
    said = (await rig.log()).count("does not answer")
    need(said == 1, "one sentence", said)
    return "one sentence, yellow meanwhile, then green and the first page again"


async def a_silent_line_blinks_yellow(rig: Rig) -> str:
    """When the line is pulled, no number stays, and yellow flashes, never red; when it is back, all is well."""
    await rig.fall_silent()
    situation = await rig.until(
        rig.situation,
        lambda seen: seen is not None and seen.signal is Signal.SILENT,
        "a silent meter",
        within_s=30 + SOON_S,
    )
    need(situation is not None and situation.power_import_w is None, "no power", situation)
    need(situation is not None and [a.rule for a in situation.alarms] == [Rule.SILENT], "one alarm", situation)
    seen = set()
    for lit in ("yellow", "dark", "yellow"):
        seen.add(await rig.until(rig.lit, lit.__eq__, lit))
    rig.speak()
    await rig.until(rig.lit, lambda lit: lit == "green", "green")
    return f"{' and '.join(sorted(seen))} in turn, then green"


async def the_settings_are_read_again(rig: Rig) -> str:
    """systemctl reload has it read its settings in its box; a mistake is named, and nothing falls."""
    await rig.write_settings("language = 5")
    await rig.vm.run("systemctl", "reload", UNIT)
    situation = await rig.until(
        rig.situation, lambda seen: seen is not None and seen.health.faults, "a trouble of the settings"
    )
    detail = situation.health.faults[0].detail if situation is not None else ""
    need("appliance.toml" in detail and "language" in detail, "file and key", detail)
    await rig.write_settings(LIMITS)
    await rig.vm.run("systemctl", "reload", UNIT)
    await rig.until(rig.situation, lambda seen: seen is not None and seen.level is Level.OK, "all well")
    return detail


async def nothing_was_refused(rig: Rig) -> str:
    """The service was started once, nothing in the machine failed, and the box forbade nothing that was needed."""
    restarts, failed = await rig.unit("NRestarts"), await rig.vm.run("systemctl", "--failed", "--plain", "-q")
    need((restarts, failed) == ("0", ""), "no restart, no failed unit", (restarts, failed))
    log = await rig.log()
    need(not re.search(r"Traceback|not permitted|Permission denied", log), "no refusal in the log", log)
    stored = await rig.vm.run("sh", "-c", "stat -c '%U %s' /var/lib/han-appliance/history.sqlite3*")
    memory = int(await rig.unit("MemoryCurrent")) / 1e6
    return f"history {stored.splitlines()}, {memory:.0f} MB, {await rig.unit('TasksCurrent')} threads"


async def the_end_is_dark(rig: Rig) -> str:
    """SIGTERM ends it well, in an alarm, with lamps, piezo and glass dark."""
    rig.load_w = ACT_W
    await rig.until(rig.lit, lambda lit: lit == "red", "red")
    await rig.vm.run("systemctl", "stop", UNIT)
    levels, result = await rig.levels(), await rig.unit("Result")
    picture = (await rig.vm.glass()).picture()
    need((any(levels), result) == (False, "success"), "four low lines and success", (levels, result))
    need(picture.getbbox() is None, "a dark glass", picture.getbbox())
    return f"levels {levels}, {result}, a dark glass"


async def _until_page(rig: Rig, page: Page) -> None:
    def pictures(situation: Situation) -> list[Image.Image]:
        return [pages.picture(page, situation, rig.words, paging=paging) for paging in (False, True)]

    await rig.until(lambda: rig.shows(pictures), bool, f"the page {page.value} on the glass")


ALL = (
    dark_from_power_on,
    devices_have_their_groups,
    a_held_pin_is_named,
    a_freed_pin_is_taken,
    the_sandbox_is_on,
    the_glass_shows_the_reading,
    buttons_rest_high,
    a_short_press_turns_the_page,
    a_bounce_is_no_press,
    a_long_press_opens_the_menu,
    yellow_over_the_first_limit,
    red_and_a_tune_over_the_second,
    the_alarm_is_on_the_glass_until_a_key,
    the_display_comes_back,
    a_silent_line_blinks_yellow,
    the_settings_are_read_again,
    nothing_was_refused,
    the_end_is_dark,
)
