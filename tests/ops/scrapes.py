"""What a process says of itself at `/metrics`, read as Prometheus reads it."""

import math
from dataclasses import dataclass

import aiohttp
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

MACHINE = ("process_", "python_")
"""The names of what the library measures begin with these."""


@dataclass(frozen=True, slots=True)
class Scrape:
    """The kinds of the families by name (a counter's without `_total`), and all samples."""

    kinds: dict[str, str]
    samples: list[Sample]

    @property
    def names(self) -> set[str]:
        """What a query may ask for."""
        return {sample.name for sample in self.samples}

    @property
    def own(self) -> set[str]:
        """The families that are ours."""
        return {name for name in self.kinds if not name.startswith(MACHINE)}

    def value(self, name: str, **labels: str) -> float:
        """The sum of the samples with these labels."""
        return sum(sample.value for sample in self.of(name, **labels))

    def of(self, name: str, **labels: str) -> list[Sample]:
        """The samples with these labels."""
        return [
            sample
            for sample in self.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    def labels(self, name: str) -> set[str]:
        """The labels that a sample may be chosen by."""
        return {label for sample in self.of(name) for label in sample.labels}


async def scraped(url: str) -> Scrape:
    """A scrape. ValueError where it is not in Prometheus' format."""
    async with aiohttp.ClientSession() as client, client.get(f"{url}/metrics") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/plain"
        text = await answer.text()
    families = list(text_string_to_metric_families(text))
    kinds = {family.name: family.type for family in families}
    assert len(kinds) == len(families), "a family is there twice"
    return Scrape(kinds, [sample for family in families for sample in family.samples])


def assert_sound(scrape: Scrape) -> None:
    """Every series is there once, of one process, and every histogram adds up."""
    series = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in scrape.samples]
    assert len(series) == len(set(series))
    assert len({sample.labels.get("process") for sample in scrape.samples}) == 1
    for name, kind in scrape.kinds.items():
        if kind == "histogram":
            _assert_adds_up(scrape, name)


def _assert_adds_up(scrape: Scrape, name: str) -> None:
    counts = {_series(sample): sample.value for sample in scrape.of(f"{name}_count")}
    ladders: dict[tuple[tuple[str, str], ...], list[tuple[float, float]]] = {}
    for bucket in scrape.of(f"{name}_bucket"):
        ladder = ladders.setdefault(_series(bucket), [])
        ladder.append((float(bucket.labels["le"]), bucket.value))
    assert ladders.keys() == counts.keys(), name
    for which, ladder in ladders.items():
        assert ladder == sorted(ladder), name
        assert [value for _, value in ladder] == sorted(value for _, value in ladder), name
        assert ladder[-1] == (math.inf, counts[which]), name


def _series(sample: Sample) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((key, value) for key, value in sample.labels.items() if key != "le"))
