"""Figures, and how they are told: as JSON, and as the table of docs/performance.md."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct

from gameserver.gateway import session

BEGIN, END = "<!-- figures: make bench -->\n", "<!-- end of figures -->\n"


class Figure(Struct, frozen=True):
    """One figure: a value of each run, the most (or, `at_least`, the least) that it may be."""

    name: str
    what: str
    unit: str
    runs: Sequence[float]
    limit: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def value(self) -> float:
        """The median of the runs."""
        return median(self.runs)

    @property
    def is_reached(self) -> bool | None:
        """Whether the limit is kept; None where there is none."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def to_reach(self) -> str:
        """The limit in words."""
        if self.limit is None:
            return ""
        return f"{'at least' if self.at_least else 'at most'} {_number(self.limit)} {self.unit}"

    @property
    def measured(self) -> str:
        """The median, the spread and the note in words."""
        words = f"{_number(self.value)} {self.unit}"
        if len(self.runs) > 1:
            words += f" ({_number(min(self.runs))} to {_number(max(self.runs))})"
        return f"{words}; {self.note}" if self.note else words

    @property
    def row(self) -> str:
        """A line of the table."""
        missed = " **missed**" if self.is_reached is False else ""
        return f"| {self.what} | {self.to_reach} | {self.measured}{missed} |"


def table(figures: Sequence[Figure]) -> str:
    """All figures as a table in markdown."""
    head = "| what | to reach | measured |\n| --- | --- | --- |\n"
    return head + "".join(figure.row + "\n" for figure in figures)


def machine() -> str:
    """What this was measured on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    python = f"Python {platform.python_version()}, hot path {hot_path()}"
    return f"{model}, {os.cpu_count()} cores, {python}"


def hot_path() -> str:
    """`compiled`, as in a wheel, or `interpreted`, as in a checkout."""
    return "interpreted" if session.__file__.endswith(".py") else "compiled"


def write_json(path: Path, figures: Sequence[Figure]) -> None:
    """Every figure with all its runs."""
    told = [
        msgspec.to_builtins(figure) | {"median": figure.value, "reached": figure.is_reached}
        for figure in figures
    ]
    text = msgspec.json.encode({"machine": machine(), "figures": told})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(text))


def put_into(page: Path, figures: Sequence[Figure]) -> None:
    """Replace the table of a page, which stands between BEGIN and END. ValueError without them."""
    text = page.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no place for the figures")
    page.write_text(f"{before}{BEGIN}{table(figures)}{END}{after}", "utf-8")


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def _number(value: float) -> str:
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
