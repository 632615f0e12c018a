"""Lines over time as inline SVG, in colours that the page's style sheet decides."""

import math
from collections.abc import Sequence
from html import escape

import msgspec

from catbot.phases import Span

_WIDTH, _HEIGHT = 720, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 14, 20, 26
_COLOURS = 6
_NAME_WIDTH = 60


class Line(msgspec.Struct, frozen=True):
    """One line of a chart: a value per sample, None where nothing was measured.

    `colour` is one of six where what it shows has a colour of its own; else its place decides.
    """

    name: str
    values: Sequence[float | None]
    colour: int | None = None


class Axis(msgspec.Struct, frozen=True):
    """The values of a chart from bottom to top. A `log` axis shows a whole power of ten as a step,
    so that one slow moment does not flatten everything else.
    """

    low: float
    high: float
    log: bool

    @classmethod
    def over(cls, values: Sequence[float], *, log: bool) -> "Axis":
        """An axis with round ends that holds all values."""
        high = max(*values, 0.001) if log or any(values) else 1.0
        if not log:
            step = 10.0 ** math.floor(math.log10(high))
            return cls(0.0, next(n * step for n in (1, 2, 5, 10) if n * step >= high), log)
        low = max(0.001, min(values))
        bottom, top = math.floor(math.log10(low)), math.ceil(math.log10(high))
        return cls(10.0**bottom, 10.0 ** max(top, bottom + 1), log)

    def share(self, value: float) -> float:
        """How high on the axis a value stands, 0 to 1."""
        if self.log:
            value = max(value, self.low)
            return math.log(value / self.low) / math.log(self.high / self.low)
        return value / self.high

    def marks(self) -> list[float]:
        """The values to name on the axis."""
        if not self.log:
            return [0.0, self.high / 2, self.high]
        steps = round(math.log10(self.high / self.low))
        return [self.low * 10.0**step for step in range(steps + 1)]


class Chart(msgspec.Struct, frozen=True):
    """Lines over the seconds `at_s`, with the phases of the run behind them."""

    title: str
    lines: Sequence[Line]
    at_s: Sequence[float]
    spans: Sequence[Span] = ()
    log: bool = False

    def draw(self) -> str:
        """A figure with its legend; a gap where a value is None."""
        known = [value for line in self.lines for value in line.values if value is not None]
        title = escape(self.title)
        if not known or not self.at_s:
            return f"<figure><figcaption>{title}</figcaption><p>Nothing was measured.</p></figure>"
        colours = [
            f"c{(number if line.colour is None else line.colour) % _COLOURS}"
            for number, line in enumerate(self.lines)
        ]
        legend = "".join(
            f'<span class="{colour}">{escape(line.name)}</span>'
            for colour, line in zip(colours, self.lines, strict=True)
        )
        drawing = _Drawing(Axis.over(known, log=self.log), max(self.at_s[-1], 0.001))
        parts = drawing.phases(self.spans) + drawing.grid()
        for colour, line in zip(colours, self.lines, strict=True):
            parts += [drawing.line(run, colour) for run in _runs(self.at_s, line.values)]
        return (
            f"<figure><figcaption>{title}<i>{legend}</i></figcaption>"
            f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{title}">'
            f"{''.join(parts)}</svg></figure>"
        )


class _Drawing(msgspec.Struct, frozen=True):
    axis: Axis
    span_s: float

    def x(self, second: float) -> float:
        share = min(1.0, second / self.span_s)
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * share, 1)

    def y(self, value: float) -> float:
        return round(_TOP + (_HEIGHT - _BOTTOM - _TOP) * (1 - self.axis.share(value)), 1)

    def grid(self) -> list[str]:
        rows = [
            f'<path class="grid" d="M{_LEFT} {self.y(mark)}H{_WIDTH - _RIGHT}"/>'
            f'<text x="{_LEFT - 7}" y="{self.y(mark) + 4}" text-anchor="end">{mark:,.10g}</text>'
            for mark in self.axis.marks()
        ]
        ends = (("start", 0.0), ("middle", self.span_s / 2), ("end", self.span_s))
        return rows + [
            f'<text x="{self.x(second)}" y="{_HEIGHT - 6}" text-anchor="{side}">{second:.0f} s'
            "</text>"
            for side, second in ends
        ]

    def phases(self, spans: Sequence[Span]) -> list[str]:
        """Every second phase is shaded; what is done in it stands above where there is room, and
        all of its name is told to a pointer.
        """
        height = _HEIGHT - _TOP - _BOTTOM
        names = [
            f'<text class="phase" x="{self.x(span.from_s) + 3}" y="{_TOP - 4}">'
            f"{escape(span.name.split()[0])}</text>"
            for span in spans
            if self.x(span.to_s) - self.x(span.from_s) > _NAME_WIDTH
        ]
        return names + [
            f'<rect class="{"even" if number % 2 else "odd"}" x="{self.x(span.from_s)}" y="{_TOP}" '
            f'width="{round(self.x(span.to_s) - self.x(span.from_s), 1)}" height="{height}">'
            f"<title>{escape(span.name)}</title></rect>"
            for number, span in enumerate(spans)
            if span.from_s < self.span_s
        ]

    def line(self, run: Sequence[tuple[float, float]], colour: str) -> str:
        points = [(self.x(second), self.y(value)) for second, value in run]
        if len(points) == 1:
            return f'<circle class="{colour}" cx="{points[0][0]}" cy="{points[0][1]}" r="2"/>'
        way = " ".join(f"{x},{y}" for x, y in points)
        return f'<polyline class="{colour}" points="{way}"/>'


def _runs(at_s: Sequence[float], values: Sequence[float | None]) -> list[list[tuple[float, float]]]:
    """The stretches of a line without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for second, value in zip(at_s, values, strict=True):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((second, value))
    return [run for run in runs if run]
