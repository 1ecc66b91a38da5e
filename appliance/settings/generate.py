"""Writes the texts that repeat defaults: for maintainers, after a default, a range or a pin was changed in the code.

    python -m appliance.settings.generate           writes what is out of date
    python -m appliance.settings.generate --check   names it, and writes nothing

From the templates `appliance.toml.in` and `rules.txt.in` come `appliance.toml` and `rules.txt` beside them, and the
blocks of the manual that show them: each is a fenced block after a line `<!-- generated: appliance.toml -->` or
`<!-- generated: rules.txt -->`, in a Markdown file of the repository's root or of the package. A new setting gets a
line in the template.

In `appliance.toml.in` a line of a key has `$value` for its default, and its comment `$low` and `$high` for its range;
a line with `$steps` becomes one for each step of the tariff. In `rules.txt.in`, `${thresholds.hold_s}` is that key's
default, and the other names are those of `_examples`.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any, Literal

from msgspec import inspect

from appliance.household.rules import USUAL_ACT_W, USUAL_WATCH_W, Rules, SoundRule
from appliance.settings.effective import as_tables, as_written, by_key
from appliance.settings.model import Settings

ROOT = Path(__file__).parents[2]
"""The repository's."""
GENERATED: Sequence[Literal["appliance.toml", "rules.txt"]] = ("appliance.toml", "rules.txt")
COMMAND = "python -m appliance.settings.generate"
_FOLDER = "appliance/settings"
_MARKER = "<!-- generated: "
_BLOCK = re.compile(
    r"(?P<head>^<!-- generated: (?P<name>\S+) -->\n+```\w*\n)(?P<text>.*?)(?P<end>^```$)", re.MULTILINE | re.DOTALL
)
_COMMENT_COLUMN = 25
_EXAMPLE_FUSE_A = 40


class TemplateError(Exception):
    """A template or a page that cannot be used; one sentence."""


class _RulesTemplate(Template):
    braceidpattern = r"[a-z]\w*(?:\.\w+)*"


def sample(template: str) -> str:
    """Return the sample settings file, with the defaults, ranges and pins of the code. Raises TemplateError."""
    defaults = by_key(as_tables(Settings()))
    lines: list[str] = []
    table = ""
    for number, line in enumerate(template.splitlines(), 1):
        if header := re.match(r"\[+(\w+)\]+", line):
            table = header[1]
        name = re.match(r"(?:# )?(\w+) = ", line)
        key = f"{table}.{name[1]}" if name and table else name[1] if name else ""
        statement, mark, comment = line.partition("  # ")
        try:
            if statement.strip() == "$steps":
                lines += _step_lines(comment)
                continue
            names = _names(key, defaults)
            statement = Template(statement).substitute(names)
            comment = Template(comment).substitute(names)
        except KeyError as error:
            raise TemplateError(f"appliance.toml.in, line {number}: {key or line} has no ${error.args[0]}") from None
        lines.append(_commented(statement, comment) if mark else statement)
    return "\n".join(lines) + "\n"


def rules(template: str) -> str:
    """Return what the alarms are about, with the code's defaults in its examples. Raises TemplateError."""
    numbers = {
        key: _number(value)
        for key, value in by_key(as_tables(Settings())).items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    try:
        return _RulesTemplate(template).substitute(numbers | _examples())
    except KeyError as error:
        raise TemplateError(f"rules.txt.in: there is no ${{{error.args[0]}}}") from None


def differing_keys(text: str) -> Iterator[str]:
    """Yield a sentence for each key whose value in a sample is not the code's default."""
    shown = by_key(tomllib.loads(text))
    defaults = {key: value for key, value in by_key(as_tables(Settings())).items() if value is not None}
    for key, value in defaults.items():
        if key.startswith("pins."):
            continue  # shown in comments: the board's hold where the file names none
        if key not in shown:
            yield f"{key}: the sample does not have it, the code says {as_written(key, value)}"
        elif shown[key] != value:
            yield f"{key}: the sample says {as_written(key, shown[key])}, the code {as_written(key, value)}"
    for key in shown.keys() - defaults.keys():
        yield f"{key}: the sample has it, the code does not"


def out_of_date(root: Path = ROOT) -> Iterator[str]:
    """Yield a sentence for each place that is not as the code has it. Raises TemplateError."""
    texts = _texts(root)
    for name, text in texts.items():
        yield from _differences(f"{_FOLDER}/{name}", name, _read(root / _FOLDER / name), text)
    for page in pages(root):
        for block in _blocks(page, _read(page)):
            name = block["name"]
            yield from _differences(f"{page.relative_to(root)}, block {name}", name, block["text"], texts[name])


def generate(root: Path = ROOT) -> Sequence[Path]:
    """Write what is out of date. Return the paths that were written. Raises TemplateError."""
    texts = _texts(root)
    wanted = {root / _FOLDER / name: text for name, text in texts.items()}
    for page in pages(root):
        now = _read(page)
        _blocks(page, now)
        wanted[page] = _BLOCK.sub(lambda block: f"{block['head']}{texts[block['name']]}{block['end']}", now)
    changed = [path for path, text in wanted.items() if not path.exists() or _read(path) != text]
    for path in changed:
        path.write_text(wanted[path], encoding="utf-8", newline="\n")
    return changed


def pages(root: Path = ROOT) -> Sequence[Path]:
    """Return the Markdown files that have a generated block, in the root itself and anywhere in the package."""
    found = [*sorted(root.glob("*.md")), *sorted((root / "appliance").rglob("*.md"))]
    return [page for page in found if _MARKER in _read(page)]


def _texts(root: Path) -> Mapping[str, str]:
    return {
        name: (sample if name == "appliance.toml" else rules)(_read(root / _FOLDER / f"{name}.in"))
        for name in GENERATED
    }


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _blocks(page: Path, text: str) -> Sequence[re.Match[str]]:
    """Return a page's generated blocks. Raises TemplateError when a marker has no block, or an unknown name."""
    blocks = list(_BLOCK.finditer(text))
    if len(blocks) != text.count(_MARKER):
        raise TemplateError(f"{page}: a line '{_MARKER}... -->' has no fenced block after it")
    if unknown := [block["name"] for block in blocks if block["name"] not in GENERATED]:
        raise TemplateError(f"{page}: {unknown[0]} is not generated; it may be {' or '.join(GENERATED)}")
    return blocks


def _differences(where: str, name: str, now: str, wanted: str) -> Iterator[str]:
    """Yield the keys that differ, or the first line that does; nothing if the texts are equal."""
    if now == wanted:
        return
    keys: list[str] = []
    if name == "appliance.toml":
        try:
            keys = list(differing_keys(now))
        except tomllib.TOMLDecodeError as error:
            keys = [f"is no TOML: {error}"]
    if keys:
        yield from (f"{where}: {key}" for key in keys)
        return
    has, should = [*now.splitlines(), ""], [*wanted.splitlines(), ""]
    place = next((place for place, pair in enumerate(zip(has, should, strict=False)) if pair[0] != pair[1]), 0)
    yield f"{where}, line {place + 1}: {has[place]!r} is to be {should[place]!r}"


def _names(key: str, defaults: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what may stand in the line of a key: its default and its range, as far as it has them."""
    first = next((known for known in (key, f"tariff[1].{key.partition('.')[2]}") if known in defaults), None)
    if not key or first is None:
        return {}
    found = _range(key)
    value = defaults[first]
    return found if value is None else found | {"value": _toml(key, value)}


def _range(key: str) -> dict[str, str]:
    """Return the lowest and the highest value of a key, as far as its type has them."""
    found: inspect.Type = inspect.type_info(Settings)
    for name in key.split("."):
        found = found.item_type if isinstance(found, inspect.VarTupleType) else found
        assert isinstance(found, inspect.StructType), f"{key} is in no table"
        found = next(field.type for field in found.fields if field.name == name)
    found = found.types[0] if isinstance(found, inspect.UnionType) else found
    if not isinstance(found, inspect.IntType | inspect.FloatType):
        return {}
    low = found.gt if found.ge is None else found.ge
    return {name: _number(end) for name, end in (("low", low), ("high", found.le)) if end is not None}


def _step_lines(comment: str) -> Iterator[str]:
    """Yield a line for each step of the default tariff, the first with a comment."""
    for place, step in enumerate(Settings().tariff[0].steps):
        up_to = "" if step.up_to is None else _number(step.up_to)
        statement = f"    {{ up_to = {up_to} }}," if up_to else "    {},"
        yield statement if place else _commented(statement, Template(comment).substitute(value=up_to))


def _commented(statement: str, comment: str) -> str:
    return f"{statement:{_COMMENT_COLUMN}}  # {comment}"


def _toml(key: str, value: Any) -> str:
    """Return a default as the sample has it: what may have decimals shows one."""
    if isinstance(value, float):
        return repr(value)
    return f"0x{value:02X}" if key == "display.address" else as_written(key, value)


def _number(value: float) -> str:
    return f"{value:.10g}"


def _examples() -> dict[str, str]:
    """Return the numbers of the examples that follow from the defaults and are none themselves."""
    by_default, sound = Rules(), SoundRule()
    power, hour, phase = by_default.power, by_default.hour, by_default.phase
    return {
        "usual_watch_kw": _number(USUAL_WATCH_W / 1000),
        "usual_act_kw": _number(USUAL_ACT_W / 1000),
        "over_act_kw": f"{1.04 * USUAL_ACT_W / 1000:.1f}",
        "rise_s": _number(power.watch.on_delay_s),
        "watch_hold_s": _number(power.watch.off_delay_s),
        "hold_s": _number(power.act.off_delay_s),
        "settles_min": _number(hour.settles_s / 60),
        "mean_s": _number(hour.mean_s),
        "call_min": _number(hour.call_s / 60),
        "red_min": _number(hour.red_s / 60),
        "phase_rise_min": _number(phase.watch.on_delay_s / 60),
        "phase_act_rise_s": _number(phase.act.on_delay_s),
        "act_share": _number(phase.act_share),
        "some_fuse_a": _number(_EXAMPLE_FUSE_A),
        "over_act_a": _number(round(_EXAMPLE_FUSE_A * phase.act_share) + 1),
        "under_low_v": f"{by_default.voltage.low_v - 1.2:.1f}",
        "hysteresis_v": _number(by_default.voltage.hysteresis_v),
        "silent_page_s": _number(by_default.silent_page_s),
        "silent_sound_min": _number(by_default.silent_sound_s / 60),
        "reminders": ", ".join(_number(after_s / 60) for after_s in sound.reminders_s),
        "repeat_min": _number(by_default.repeat_s / 60),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the texts, or check them. Return the exit code: 1 when something is out of date, or cannot be made."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Write the texts that repeat the code's defaults.")
    parser.add_argument("--check", action="store_true", help="write nothing; name each file and key that differs")
    options = parser.parse_args(arguments)
    try:
        if not options.check:
            for path in generate():
                print(path.relative_to(ROOT))
            return 0
        stale = list(out_of_date())
    except TemplateError as error:
        print(error, file=sys.stderr)
        return 1
    for sentence in stale:
        print(sentence, file=sys.stderr)
    if stale:
        print(f"{COMMAND} writes them", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
