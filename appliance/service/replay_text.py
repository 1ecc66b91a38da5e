"""The lines of a replay as a person reads them: columns for what the front shows, then the words on the glass."""

from collections.abc import Iterator, Mapping
from typing import Any

HEAD = "  seconds  local time            power  level  lamps         sound    line      in front      words"
NOTHING = "--"
_DOES = {"on": "", "blink": " blinks", "dim": " dim"}


def as_text(line: Mapping[str, Any]) -> str:
    """Return a line of the table whose head is `HEAD`."""
    time = (line["time"] or NOTHING)[:19].replace("T", " ")
    lamps = ", ".join(f"{lamp}{_DOES[light]}" for lamp, light in line["lamps"].items() if light != "off") or "dark"
    sound = line["sound"] or ""
    front = line["front"] if line["front"] != "page" else line["page"]
    return (
        f"{line['t']:9.1f}  {time:19}  {_power(line):>8}  {line['level'] or NOTHING:5}  {lamps:12}  "
        f"{sound if line['audible'] else f'({sound})':7}  {line['line']:8}  {front:12}  {' | '.join(line['words'])}"
    )


def summary_as_text(summary: Mapping[str, Any]) -> str:
    """Return what came of the recording, some lines."""
    return "\n".join(_summary(summary["summary"]))


def _summary(told: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{told['seconds']:.0f} s: {told['lists']} lists read, {told['rejected']} frames rejected"
    yield (
        f"the lamps changed {told['lamp_changes']} times, {told['sounds']} sounds were heard, "
        f"an alarm or a fault came forward {told['pages_forward']} times"
    )
    for hour in told["hours"]:
        export = f", exported {hour['export_wh'] / 1000:.2f} kWh" if hour["export_wh"] else ""
        yield (
            f"hour from {_utc(hour['start'])}: {hour['import_wh'] / 1000:.2f} kWh{export}, {hour['known']}, "
            f"{hour['coverage']:.1%} seen"
        )
    for lost in told["steps_lost"]:
        step = f"{_step(lost['from'])} to {_step(lost['to'])}"
        yield f"the hour from {_utc(lost['hour'])} lifted the month from step {step}"


def _power(line: Mapping[str, Any]) -> str:
    if line["power_w"] is None:
        return NOTHING
    export = not line["power_w"] and line["export_w"]
    return f"-{export / 1000:.2f} kW" if export else f"{line['power_w'] / 1000:.2f} kW"


def _utc(moment: str) -> str:
    return f"{moment[:16].replace('T', ' ')} UTC"


def _step(limits: list[float | None]) -> str:
    low, high = limits
    return f"{low:g}+ kW" if high is None else f"{low:g}-{high:g} kW"
