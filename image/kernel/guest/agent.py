"""The test's hand inside the machine: one JSON object a line each way, over a port that the emulator has for it.

Each request is answered under its own number, by a thread of its own, so that one that takes a while (listening to the
piezo) does not hold up another (the load that makes it sound). What must keep time, such as how long a finger stays on
a button, is timed in here: when the emulator is slow, the appliance's clock is as slow.
"""

import base64
import json
import subprocess
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

PORT = Path("/dev/virtio-ports/han-test")
PINS = Path("/sys/devices/platform/gpio-sim.0/gpiochip0")
GLASS = Path("/dev/i2c-glass")
MESSAGE_OCTETS = 4096
"""More than the longest message on the bus, a whole picture."""
SOCKET = Path("/var/lib/han-appliance/control.sock")

held: dict[int, int] = {}
"""Handles of pins that this program holds, by GPIO."""


def run(command: list[str], within_s: float = 60.0) -> Mapping[str, Any]:
    """Run a command. Return its exit code, and what it said."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=within_s, check=False)
    return {"code": done.returncode, "said": done.stdout.decode(errors="replace")}


def levels(gpios: list[int]) -> list[int]:
    """Return what is on these lines, 0 or 1 each."""
    return [int((PINS / f"sim_gpio{gpio}/value").read_text()) for gpio in gpios]


def pull(gpio: int, down: bool) -> None:
    """Pull a line to a level from outside, as a button does."""
    (PINS / f"sim_gpio{gpio}/pull").write_text("pull-down" if down else "pull-up")


def press(gpio: int, seconds: float) -> float:
    """Hold a finger on a button for some seconds. Return for how long at most it was."""
    began = time.monotonic()
    pull(gpio, True)
    time.sleep(seconds)
    pull(gpio, False)
    return time.monotonic() - began


def listen(gpio: int, seconds: float) -> int:
    """Return how often a line was seen to change its level within some seconds."""
    seen, changes, end = "0", 0, time.monotonic() + seconds
    with (PINS / f"sim_gpio{gpio}/value").open() as file:
        while time.monotonic() < end:
            file.seek(0)
            level = file.read(1)
            changes += level != seen
            seen = level
    return changes


def glass() -> list[str]:
    """Return all messages on the display's bus since this was last asked."""
    messages = []
    with GLASS.open("rb", buffering=0) as file:
        while message := file.read(MESSAGE_OCTETS):
            messages.append(base64.b64encode(message).decode())
    return messages


def plug(there: bool) -> None:
    """Plug the display's wires in, or pull them out."""
    GLASS.write_text(str(int(there)))


def status() -> Any:
    """Return what the appliance says of itself; None while none answers."""
    from appliance.service.local_socket import ControlError, ask

    try:
        return ask(SOCKET, {"status": {}})
    except ControlError:
        return None


def hold(gpio: int) -> None:
    """Take a line, as another program would."""
    import lgpio

    held[gpio] = lgpio.gpiochip_open(0)
    lgpio.gpio_claim_input(held[gpio], gpio)


def free(gpio: int) -> None:
    """Give it back."""
    import lgpio

    lgpio.gpiochip_close(held.pop(gpio))


DEEDS: Mapping[str, Callable[..., Any]] = {
    deed.__name__: deed for deed in (run, levels, pull, press, listen, glass, plug, status, hold, free)
}


def main() -> None:
    """Answer for ever."""
    lock = threading.Lock()
    with PORT.open("r+b", buffering=0) as port:

        def tell(answer: Mapping[str, Any]) -> None:
            line = json.dumps(answer).encode() + b"\n"
            with lock:
                while line:
                    line = line[port.write(line) or 0 :]

        def do(request: Mapping[str, Any]) -> None:
            try:
                done = DEEDS[request["do"]](**request["with"])
                tell({"number": request["number"], "done": done})
            except Exception:
                tell({"number": request["number"], "failed": traceback.format_exc(limit=-2)})

        tell({"number": 0, "done": "here"})
        waiting = b""
        while True:
            came = port.read(65536)
            if not came:
                time.sleep(0.1)
                continue
            *lines, waiting = (waiting + came).split(b"\n")
            for line in lines:
                threading.Thread(target=do, args=(json.loads(line),), daemon=True).start()


if __name__ == "__main__":
    main()
