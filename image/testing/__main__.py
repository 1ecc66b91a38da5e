"""python -m image.testing IMAGE: boots a built image in an emulated Raspberry Pi, and tells what it saw.

The exit code is 0 when all holds, 1 when something does not, 2 when nothing could be tested.
"""

import argparse
import asyncio
import random
import signal
import sys
from pathlib import Path

from image.testing import further, tools
from image.testing.course import Course, DeadError
from image.testing.meter import Household
from image.testing.sdcard import room
from image.testing.verdict import Verdict


def main() -> int:
    """Run the course. Return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m image.testing", description="boots the built image and looks at it"
    )
    parser.add_argument("image", type=Path, help="the card's image, as image/build makes it")
    parser.add_argument("--cuts", type=int, default=1, help="power cuts at random moments (1)")
    parser.add_argument("--bare", action="store_true", help="boot the system without the appliance too, for comparison")
    parser.add_argument("--brief", action="store_true", help="without the boots with a mistake and with updates")
    parser.add_argument("--seed", type=int, help="of the random moments, to see the same ones again")
    parser.add_argument(
        "--further",
        action="store_true",
        help="in place of all else: USB, bench, Imager, battery clock, updates by network, cuts that lose sectors",
    )
    parser.add_argument("--updates", action="store_true", help="in place of all else: the boots with updates")
    parser.add_argument("--replugs", type=int, default=1, help="with --further: how often the converter comes back (1)")
    parser.add_argument("--lossy", type=int, default=8, help="with --further: cuts that lose sectors (8)")
    options = parser.parse_args()
    if not options.image.is_file():
        print(f"{options.image}: there is no such image; image/build makes it", file=sys.stderr)
        return 2
    seed = random.SystemRandom().randrange(10_000) if options.seed is None else options.seed
    folder, verdict = tools.cache() / "boot-test", Verdict()
    room(folder)
    verdict.say(f"{options.image.name}, seed {seed}; pictures, console and bus of each boot are kept in {folder}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # to be stopped is no reason to leave an emulator behind
    course = Course(options.image.resolve(), folder, verdict, random.Random(seed), Household())
    try:
        if options.updates:
            asyncio.run(course.updates_alone())
        elif options.further:
            asyncio.run(further.further(course, options.replugs, options.lossy))
        else:
            asyncio.run(course.whole(options.cuts, bare=options.bare, brief=options.brief))
    except DeadError as end:
        verdict.say(str(end))
    except (tools.ToolError, OSError) as trouble:
        print(f"the boot test cannot go on: {trouble}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("the boot test was stopped", file=sys.stderr)
        return 2
    verdict.say(f"{verdict.passed} sentences hold, {len(verdict.failed)} do not")
    return 1 if verdict.failed else 0


sys.exit(main())
