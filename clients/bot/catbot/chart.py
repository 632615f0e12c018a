"""Lines over time as inline SVG, in colours that the page's style sheet decides."""

import math
from collections.abc import Sequence
from html import escape

import msgspec

from catbot.phases import Span

_WIDTH, _HEIGHT = 720, 228
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 22, 40, 26
_COLOURS = 6
_NAME_WIDTH = 60
_TICKS_MOST = 6
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)


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
        parts += drawing.readings(self.at_s, self.lines)
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
        return rows + [
            f'<text x="{self.x(second)}" y="{_HEIGHT - 6}" text-anchor="middle">{_clock(second)}'
            "</text>"
            for second in _ticks(self.span_s)
        ]

    def readings(self, at_s: Sequence[float], lines: Sequence[Line]) -> list[str]:
        """What the lines say at each moment, which a pointer above it shows: without a script."""
        parts = []
        left = float(_LEFT)
        for number, second in enumerate(at_s):
            here = self.x(second)
            after = self.x(at_s[number + 1]) if number + 1 < len(at_s) else here
            right = round((here + after) / 2, 1)
            values = [
                f"{escape(line.name)} {value:,.4g}"
                if abs(value) < 1000
                else f"{escape(line.name)} {value:,.0f}"
                for line in lines
                if (value := line.values[number]) is not None
            ]
            text = "&#160;&#160; ".join([_clock(second), *values])
            parts.append(
                f'<g class="at"><path class="area" d="M{left} {_TOP}H{right}V{_HEIGHT - _BOTTOM}'
                f'H{left}z"/><path class="now" d="M{here} {_TOP}V{_HEIGHT - _BOTTOM}"/>'
                f'<text x="{_WIDTH - _RIGHT}" y="16" text-anchor="end">{text}</text></g>'
            )
            left = right
        return parts

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


def _ticks(span_s: float) -> list[float]:
    """Round moments to name below a chart, from 0 to at most its end."""
    step_s = next((one for one in _STEPS_S if span_s / one <= _TICKS_MOST), _STEPS_S[-1])
    if span_s < _STEPS_S[0]:
        return [0.0]
    return [float(number * step_s) for number in range(int(span_s // step_s) + 1)]


def _clock(second: float) -> str:
    """A moment of a run: `45 s`, `12:30` or `2:00:00`."""
    whole = round(second)
    if whole < 120:
        return f"{whole} s"
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _runs(at_s: Sequence[float], values: Sequence[float | None]) -> list[list[tuple[float, float]]]:
    """The stretches of a line without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for second, value in zip(at_s, values, strict=True):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((second, value))
    return [run for run in runs if run]
