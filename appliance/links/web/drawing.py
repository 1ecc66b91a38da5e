"""The page's drawings: SVG made here, with shapes alone; colours are the style sheet's.

Each has its figures in words too: a title on each bar, and a label on the whole for who does not see it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from appliance.words.words import Words

WIDTH, HEIGHT = 640, 180
_LEFT, _BOTTOM, _TOP, _MARKED = 44, 24, 14, 62


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar."""

    label: str
    """Below it; empty for none."""
    value: float | None
    """kWh or kr; `None` is not known, and no bar; below zero it has no height."""
    title: str
    look: str = "known"
    """The style's class: known, partly, now."""


def bars(chart: Sequence[Bar], label: str, words: Words, marks: Sequence[tuple[float, str]] = ()) -> str:
    """Return a chart of bars, with marks across it at values that matter."""
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">'
        f"{''.join(_inside(chart, words, marks))}</svg>"
    )


def _inside(chart: Sequence[Bar], words: Words, marks: Sequence[tuple[float, str]]) -> Iterator[str]:
    largest = max((bar.value for bar in chart if bar.value is not None), default=0.0)
    shown = [(value, name) for value, name in marks if value <= 1.6 * largest]
    right = WIDTH - (_MARKED if shown else 0)
    top = _round_up(max([largest, *(value for value, _ in shown)], default=1.0))
    floor, height = HEIGHT - _BOTTOM, HEIGHT - _BOTTOM - _TOP
    for part in (0, 1, 2):
        y = floor - height * part / 2
        yield f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="axis end" x="{_LEFT - 6}" y="{y + 4:.1f}">{words.limit(top * part / 2)}</text>'
    step = (right - _LEFT) / max(1, len(chart))
    for place, bar in enumerate(chart):
        x = _LEFT + place * step
        if bar.value is not None:
            tall = height * min(1.0, max(0.0, bar.value / top))
            yield (
                f'<rect class="{bar.look}" x="{x + step * 0.12:.1f}" y="{floor - tall:.1f}" '
                f'width="{step * 0.76:.1f}" height="{tall:.1f}"><title>{escape(bar.title)}</title></rect>'
            )
        if bar.label:
            yield f'<text class="axis middle" x="{x + step / 2:.1f}" y="{HEIGHT - 6}">{escape(bar.label)}</text>'
    for value, name in shown:
        y = floor - height * value / top
        yield f'<line class="mark" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="axis" x="{right + 4}" y="{y + 4:.1f}">{escape(name)}</text>'


def _round_up(value: float) -> float:
    """Return the next number that is easy to read."""
    scale = 0.1
    while True:
        for factor in (1, 2, 5):
            if value <= factor * scale:
                return factor * scale
        scale *= 10
