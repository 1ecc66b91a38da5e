"""Each check of the doctor, on a Pi that is built in a folder and broken in one place."""

import errno
import os
import struct
import tty
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.doctor import doctor, kernel, port
from appliance.doctor.finding import Finding, Grade, examine
from appliance.doctor.target import Target
from appliance.household.clock import ClockSource
from appliance.household.situation import Signal, Situation, Storage
from appliance.service import status
from appliance.settings import settings_file
from appliance.system.health import Fault, FaultKind, Health
from tests.doctor.machine import MODEL, SETTINGS, Machine

PINS = {
    name: settings_file.pins(SETTINGS)[name]
    for name in settings_file.board()
    if name.startswith(("led", "buzzer", "button"))
}


@pytest.fixture
def pi(tmp_path: Path) -> Iterator[Machine]:
    master, slave = os.openpty()
    tty.setraw(slave)
    yield Machine(tmp_path, os.ttyname(slave))
    os.close(master)
    os.close(slave)


def running(situation: Situation | None = None, **process: float) -> status.StatusAnswer:
    given = {"pid": 412, "running_s": 90_000.0} | process
    told = situation or Situation(watch_w=5000, act_w=10000, signal=Signal.RECEIVING, storage=Storage.FINE)
    return status.StatusAnswer(status.VERSION, "1.0", status.Process(**given), told)


def finds(name: str, target: Target) -> Finding:
    found = examine(name, doctor.CHECKS[name], target)
    assert found.name == name
    assert "failed itself" not in found.says
    assert found.grade not in (Grade.WARNING, Grade.FAULT) or found.advice or name == "pins"
    return found


def test_nothing_is_wrong_with_a_pi_that_is_well(pi: Machine):
    found = {name: finds(name, pi.target()) for name in doctor.CHECKS}

    unknown = {name for name, finding in found.items() if finding.grade is Grade.UNKNOWN}
    assert unknown == {"appliance", "clock"}  # none runs, and without a network nobody has set the clock
    assert {finding.grade for finding in found.values()} == {Grade.FINE, Grade.UNKNOWN}
    assert found["board"].says == MODEL


def break_uart(pi: Machine) -> None:
    pi.hardware("brcm,bcm2835-aux-uart\0")


def break_port(pi: Machine) -> None:
    (pi.root / "dev/serial0").unlink()
    pi.write("/dev/ttyUSB0")


def put_a_file_for_the_port(pi: Machine) -> None:
    (pi.root / "dev/serial0").unlink()
    pi.write("/dev/serial0")


def put_the_console_on_the_port(pi: Machine) -> None:
    pi.write("/proc/cmdline", f"console={pi.name},115200 console=tty1 root=/dev/mmcblk0p2\n")


def have_the_kernel_speak(pi: Machine) -> None:
    pi.write("/proc/consoles", f"{pi.name}               -W- (EC  p a)    4:64\n")


def log_in(pi: Machine) -> None:
    pi.process(300, "/sbin/agetty", "--keep-baud", pi.name, "vt220")


def hold_the_port(pi: Machine) -> None:
    pi.process(301, "minicom", holds=pi.port)


def move_the_display(pi: Machine) -> None:
    pi.wiring.on_the_bus = {0x3D: 0x43}


def take_the_display_off(pi: Machine) -> None:
    pi.wiring.on_the_bus = {}


def give_the_display_to_the_kernel(pi: Machine) -> None:
    busy = OSError(errno.EBUSY, "busy")
    pi.wiring.on_the_bus = {0x3C: busy, 0x3D: busy}


def switch_i2c_off(pi: Machine) -> None:
    (pi.root / "dev/i2c-1").unlink()
    pi.write("/dev/i2c-2")


def take_a_pin(pi: Machine) -> None:
    pi.wiring.holders = {PINS["led_green"]: "gpio-fan"}


def heat(pi: Machine) -> None:
    pi.write("/sys/class/thermal/thermal_zone0/temp", "86100\n")


def warm(pi: Machine) -> None:
    pi.write("/sys/class/thermal/thermal_zone0/temp", "78000\n")


def starve(pi: Machine) -> None:
    pi.write("/sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n")


def leave_the_watchdog(pi: Machine) -> None:
    pi.write("/sys/class/watchdog/watchdog0/state", "inactive\n")


def write_much(pi: Machine) -> None:
    pi.written_mb(4000)


@pytest.mark.parametrize(
    ("ill", "name", "grade", "words", "advice"),
    [
        (break_uart, "uart", Grade.WARNING, "is the mini-UART: it knows no parity", "dtoverlay=disable-bt"),
        (break_port, "port", Grade.FAULT, "there is no /dev/serial0", "set line.port; there are /dev/ttyUSB0"),
        (put_a_file_for_the_port, "port", Grade.FAULT, "/dev/serial0 is no serial port", "set line.port"),
        (put_the_console_on_the_port, "console", Grade.FAULT, "the kernel's console is on", "raspi-config"),
        (have_the_kernel_speak, "console", Grade.FAULT, "the kernel's console is on", "raspi-config"),
        (log_in, "console", Grade.FAULT, "a login waits on the port (process 300)", "raspi-config"),
        (hold_the_port, "port holder", Grade.FAULT, "minicom (process 301) has the port open", "stop it"),
        (move_the_display, "display", Grade.FAULT, "none answers at 0x3C, but one at 0x3D", "display.address = 0x3D"),
        (take_the_display_off, "display", Grade.FAULT, "neither at 0x3C nor at 0x3D", "four wires"),
        (give_the_display_to_the_kernel, "display", Grade.FAULT, "a driver of the kernel holds", "dtoverlay"),
        (switch_i2c_off, "display", Grade.FAULT, "there is no I2C bus 1", "(there: 2)"),
        (take_a_pin, "pins", Grade.FAULT, "GPIO 17 (led_green) by gpio-fan", "stop that program"),
        (heat, "temperature", Grade.FAULT, "86 °C", "air"),
        (warm, "temperature", Grade.WARNING, "78 °C", "air"),
        (starve, "supply", Grade.FAULT, "undervoltage", "5.1 V"),
        (leave_the_watchdog, "watchdog", Grade.WARNING, "nobody uses it", "RuntimeWatchdogSec"),
        (write_much, "writes", Grade.WARNING, "3.8 GB a day", "iotop"),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_what_is_broken_is_found_and_mendable(
    pi: Machine, ill: Callable[[Machine], None], name: str, grade: Grade, words: str, advice: str
):
    ill(pi)
    found = {one: finds(one, pi.target()) for one in doctor.CHECKS}

    assert found[name].grade is grade
    assert words in found[name].says
    assert advice in found[name].advice
    worse = {one for one, finding in found.items() if finding.grade in (Grade.WARNING, Grade.FAULT)}
    assert worse == {name}


@pytest.mark.parametrize(
    ("device", "name"), [("dev/serial0", "port"), ("dev/i2c-1", "display"), ("dev/gpiochip0", "pins")]
)
def test_a_user_who_may_not_is_told_the_group(pi: Machine, device: str, name: str):
    path = pi.root / device
    path.chmod(0o600)
    user = os.getuid()
    # access(2) goes by the real user: one who is nobody, while the test goes on with its own rights.
    os.setreuid(65534, -1)
    try:
        found = finds(name, pi.target())
    finally:
        os.setreuid(user, -1)

    assert found.grade is Grade.FAULT
    assert f"group {path.group()}" in found.says
    assert f"sudo adduser $USER {path.group()}" in found.advice


def test_a_port_that_is_to_be_found_is_the_header_s_else_the_one_on_usb_and_the_one_that_read_before(pi: Machine):
    anywhere = replace(pi.target(), settings=settings_file.parse('[line]\nport = "auto"\n', "test"))
    assert port.port_name(anywhere) == "/dev/serial0"

    (pi.root / "dev/ttyUSB0").touch()
    assert port.port_name(anywhere) == "/dev/serial0"

    pi.write(f"{anywhere.settings.data.folder}/port.txt", "/dev/ttyUSB0\n")
    assert port.port_name(anywhere) == "/dev/ttyUSB0"

    pi.write(f"{anywhere.settings.data.folder}/port.txt", "/dev/ttyUSB7\n")
    (pi.root / "dev/serial0").unlink()
    assert port.port_name(anywhere) == "/dev/ttyUSB0"

    (pi.root / "dev/ttyUSB0").unlink()
    assert finds("port", anywhere).grade is Grade.FAULT


def test_a_usb_converter_is_named_with_its_driver(pi: Machine):
    (pi.root / "dev/serial0").unlink()
    pi.write("/dev/ttyUSB0")
    (pi.root / "sys/devices/usb1/1-1/ttyUSB0").mkdir(parents=True)
    for driver in ("ftdi_sio", "usb"):
        (pi.root / "sys/bus" / driver).mkdir(parents=True)
    (pi.root / "sys/devices/usb1/1-1/driver").symlink_to("../../../bus/usb")
    (pi.root / "sys/devices/usb1/1-1/ttyUSB0/driver").symlink_to("../../../../bus/ftdi_sio")
    (pi.root / "sys/class/tty/ttyUSB0").mkdir()
    (pi.root / "sys/class/tty/ttyUSB0/device").symlink_to("../../../devices/usb1/1-1/ttyUSB0")
    settings = settings_file.parse('[line]\nport = "/dev/ttyUSB0"\n', "test")

    found = finds("uart", pi.target(settings=settings))
    assert (found.grade, found.says) == (Grade.FINE, "ttyUSB0 is a USB converter (ftdi_sio)")


def test_a_machine_that_is_no_pi_is_said_to_be_none_and_its_missing_parts_are_no_faults(tmp_path: Path):
    target = Target(SETTINGS, root=tmp_path)

    grades = {name: finds(name, target).grade for name in doctor.CHECKS}
    assert finds("board", target).says.startswith("not a Pi")
    assert {name for name, grade in grades.items() if grade is Grade.FAULT} == {"port"}
    assert grades["display"] is grades["pins"] is grades["supply"] is Grade.UNKNOWN


def test_the_chip_behind_the_glass_is_not_guessed(pi: Machine):
    for told in (0x43, 0x08, 0x06, 0x00):
        pi.wiring.on_the_bus = {0x3C: told}

        assert finds("display", pi.target()).says == (
            "one answers at 0x3C; it cannot say which chip it is; the settings say ssd1309"
        )


def test_what_is_no_bus_and_no_pins_cannot_be_told(pi: Machine):
    # Both are ordinary files here, which the real system calls refuse.
    target = pi.target(kernel=kernel.Kernel())

    for name in ("display", "pins"):
        found = finds(name, target)
        assert found.grade is Grade.UNKNOWN
        assert "cannot tell" in found.says
        assert "Inappropriate ioctl" in found.says


def test_a_pin_is_read_as_linux_lays_it_out(pi: Machine, monkeypatch: pytest.MonkeyPatch):
    # struct gpio_v2_line_info: name, consumer at 32, offset at 64, flags at 72; 256 octets.
    def ioctl(_descriptor: int, request: int, octets: bytes) -> bytes:
        assert request == 0xC100B405
        assert (len(octets), octets[64:68]) == (256, struct.pack("=I", 17))
        line = bytearray(octets)
        line[0:6], line[32:35], line[72:80] = b"GPIO17", b"fan", struct.pack("=Q", 1 | 8)
        return bytes(line)

    monkeypatch.setattr(kernel.fcntl, "ioctl", ioctl)

    assert kernel.Kernel().gpio_line(pi.root / "dev/gpiochip0", 17) == kernel.GpioLine(17, "fan")


def test_the_running_appliance_is_believed_about_its_port_its_pins_and_its_disk(pi: Machine):
    pi.process(412, "han-appliance", holds=pi.port)
    pi.wiring.holders = dict.fromkeys(PINS.values(), "lg")
    target = pi.target(running=running(written_octets=2_000_000))

    found = {name: finds(name, target) for name in doctor.CHECKS}
    assert {found[name].grade for name in ("port", "port holder", "pins", "space", "appliance")} == {Grade.FINE}
    assert "the running appliance reads it" in found["port"].says
    assert found["pins"].says == "the running appliance holds all 6"
    assert "1.9 MB a day by the appliance" in found["writes"].says


def test_a_pin_that_the_running_appliance_had_to_leave_to_another_is_named(pi: Machine):
    pi.wiring.holders = dict.fromkeys(PINS.values(), "lg") | {PINS["buzzer"]: "pwm-fan"}
    found = finds("pins", pi.target(running=running()))

    assert found.grade is Grade.FAULT
    assert "GPIO 18 (buzzer) by pwm-fan" in found.says


def test_what_the_running_appliance_says_is_wrong_is_a_fault(pi: Machine):
    faults = Health(faults=(Fault(FaultKind.PINS, "no lamps on GPIO 17"), Fault(FaultKind.PART, "display")))
    situation = Situation(watch_w=5000, act_w=10000, signal=Signal.NO_PORT, storage=Storage.FAILING, health=faults)
    target = pi.target(running=running(situation))

    found = {name: finds(name, target) for name in doctor.CHECKS}
    assert {found[name].grade for name in ("port", "pins", "space", "appliance")} == {Grade.FAULT}
    assert "no lamps on GPIO 17" in found["pins"].says
    assert found["appliance"].says == (
        "has run for 1 d 1 h as process 412; lamps, buzzer and buttons cannot be reached: no lamps on GPIO 17; "
        "a part keeps failing: display"
    )


def test_a_history_that_the_card_cannot_take_has_the_cards_own_advice(pi: Machine):
    situation = replace(running().situation, storage=Storage.FAILING)
    target = pi.target(running=running(situation))
    folder = target.path(target.settings.data.folder)
    (folder / "why.txt").write_text("the card is too small: take another\n", encoding="utf-8")

    assert finds("space", target).advice == "the card is too small: take another"


def test_the_time_is_known_by_the_meter_or_by_the_network(pi: Machine):
    told = replace(running().situation, clock_source=ClockSource.METER)
    assert "the meter sends the time" in finds("clock", pi.target(running=running(told))).says

    pi.write("/run/systemd/timesync/synchronized")
    pi.write("/sys/class/rtc/rtc0/name", "rtc-ds1307 1-0068\n")
    found = finds("clock", pi.target())
    assert (found.grade, found.says) == (
        Grade.FINE,
        "this machine's clock was set over the network; battery clock: rtc-ds1307 1-0068",
    )


def test_a_battery_clock_on_the_displays_bus_is_found(pi: Machine):
    assert "no battery clock" in finds("clock", pi.target()).says
    pi.wiring.on_the_bus[0x68] = 0x00
    assert "battery clock: DS3231" in finds("clock", pi.target()).says


def test_a_mistake_in_the_settings_is_a_fault_in_its_own_words(pi: Machine):
    found = finds("settings", pi.target(mistake="/etc/x.toml: line.baud = 1: it must be one of 2400, 9600, 115200"))

    assert found.grade is Grade.FAULT
    assert "line.baud = 1" in found.says


def test_what_was_chosen_on_the_panel_is_looked_at_too(pi: Machine):
    pi.write("/var/lib/han-appliance/choices.toml", 'language = "en"\n')
    assert "what was chosen on the panel counts before it" in finds("settings", pi.target()).says

    pi.write("/var/lib/han-appliance/choices.toml", 'language = "xx"\n')
    found = finds("settings", pi.target())
    assert found.grade is Grade.FAULT
    assert "choices.toml: is not a file of choices" in found.says


def test_the_letter_is_in_the_language_chosen_on_the_panel(pi: Machine):
    assert doctor.language(pi.target()) == "nb"

    pi.write("/var/lib/han-appliance/choices.toml", 'language = "en"\n')
    assert doctor.language(pi.target()) == "en"


def test_a_check_that_fails_itself_is_a_fault_and_the_others_go_on(pi: Machine):
    device = pi.root.stat().st_dev
    pi.write(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat", "x x x x x x x x")

    found = {one.name: one for one in doctor.findings(pi.target(), None, 0.1)}
    assert found["writes"].grade is Grade.FAULT
    assert found["writes"].says.startswith("this check failed itself (ValueError: ")
    assert list(found) == [*doctor.CHECKS, "line"]
