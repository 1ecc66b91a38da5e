"""python3 -m image.kernel.test MACHINE WORK: boots the machine, makes the checks in turn, and prints what was seen.

A check that fails does not end the run: what follows may tell why. Exit code 0 when all hold. The console's log, the
service's and the last picture stay in WORK.
"""

import asyncio
import inspect
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from PIL import Image

from appliance.simulation.meter import Line
from appliance.system.timebase import Timebase
from image.kernel import checks, wireless
from image.kernel.rig import NotSoError, Rig
from image.kernel.vm import VM, VMError

ALL = (*checks.ALL, *wireless.ALL)
TAIL = 25
STAGES = (
    ("kernel", "KernelTimestampMonotonic", "UserspaceTimestampMonotonic"),
    ("systemd until the base is up", "UserspaceTimestampMonotonic", "FinishTimestampMonotonic"),
)


async def test(disks: Path, work: Path) -> int:
    """Boot the machine, and make all checks. Return the exit code."""
    line = Line(Timebase())
    vm = VM(work, disks, line.port)
    rig = Rig(vm, line)
    failed = 0
    try:
        await vm.agent()
        _say(vm, f"the agent answers; {await _stages(vm)}")
        for check in ALL:
            failed += not await _holds(rig, check)
        if failed:
            (work / "service.log").write_text(await rig.log(), encoding="utf-8")
            (await vm.glass()).picture().convert("L").resize((512, 256), Image.Resampling.NEAREST).save(
                work / "glass.png"
            )
    except VMError as trouble:
        failed += 1
        _say(vm, f"FAILED  {trouble}")
    finally:
        await rig.fall_silent()
        vm.off()
    if failed:
        lines = vm.console.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]
        print("\n".join(f"    {one}" for one in lines), file=sys.stderr)
        print(f"image: {failed} of {len(ALL)} checks failed; logs and glass are in {work}", file=sys.stderr)
        return 1
    print(f"image: all {len(ALL)} checks hold ({vm.age_s:.0f} s)")
    return 0


async def _stages(vm: VM) -> str:
    """Return how long the boot took, by stage, by the machine's own clock."""
    await vm.ask("run", command=["systemctl", "is-system-running", "--wait"])
    told = await vm.run("systemctl", "show")
    at = dict(one.split("=", 1) for one in told.splitlines() if "TimestampMonotonic=" in one)
    return ", ".join(f"{name} {(int(at[end]) - int(at[begin])) / 1e6:.1f} s" for name, begin, end in STAGES)


async def _holds(rig: Rig, check: Callable[[Rig], Awaitable[str]]) -> bool:
    sentence = inspect.cleandoc(check.__doc__ or check.__name__)
    began = time.monotonic()
    try:
        seen, holds = await check(rig), True
    except (NotSoError, VMError) as trouble:
        seen, holds = str(trouble), False
    took = time.monotonic() - began
    _say(rig.vm, f"{'ok' if holds else 'FAILED':7} {sentence} [{seen}; {took:.0f} s]")
    return holds


def _say(vm: VM, text: str) -> None:
    print(f"{vm.age_s:5.0f} s  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(asyncio.run(test(Path(sys.argv[1]), Path(sys.argv[2]))))
