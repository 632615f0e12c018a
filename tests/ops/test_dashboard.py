"""docs/grafana.json: it asks for what there is, and for all of it."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.ops.scrapes import Scrape

DOCS = Path(__file__).parents[2] / "docs"
DASHBOARD: dict[str, Any] = json.loads((DOCS / "grafana.json").read_text("utf-8"))
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
QUERIES = [target["expr"] for panel in PANELS for target in panel.get("targets", ())]

FUNCTIONS = {"by", "histogram_quantile", "max", "min", "rate", "sum", "topk"}
VARIABLES = {"datasource", "job", "process", "__rate_interval"}
ADDED = {"job", "le"}
"""Labels that Prometheus adds, or that only a bucket has."""

every_query = pytest.mark.parametrize("query", QUERIES)


def selected(query: str) -> Iterator[tuple[str, set[str]]]:
    """The metrics of a query, each with the labels that it is chosen by."""
    for name, selector in re.findall(r"([a-z_]+)\{([^{}]*)\}", query):
        yield name, set(re.findall(r"(\w+)=~?\"", selector))


def overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
    above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
    return not beside and not above


@every_query
def test_a_query_is_made_of_metrics_functions_and_labels(query: str) -> None:
    for opening, closing in ("()", "{}", "[]"):
        assert query.count(opening) == query.count(closing)
    bare = re.sub(r"\{[^{}]*\}|\[\$__rate_interval\]|by \([a-z, ]+\)", "", query)
    words = set(re.findall(r"[a-z_]+", bare))
    assert words - FUNCTIONS == {name for name, _ in selected(query)}
    assert set(re.findall(r"\$(\w+)", query)) <= VARIABLES


def test_every_query_asks_for_what_there_is(of_game: Scrape) -> None:
    for query in QUERIES:
        grouped = {
            word for found in re.findall(r"by \(([^)]*)\)", query) for word in found.split(", ")
        }
        for name, chosen_by in selected(query):
            assert name in of_game.names, query
            assert chosen_by | grouped <= of_game.labels(name) | ADDED, query
            assert {"job", "process"} <= chosen_by, query


def test_counters_and_histograms_are_asked_for_their_rates_and_gauges_are_not(
    of_game: Scrape,
) -> None:
    for query in QUERIES:
        for name, _ in selected(query):
            grows = re.search(r"_(total|sum|count|bucket)$", name) is not None
            assert grows == bool(re.search(rf"rate\({name}\{{", query)), query


def test_every_metric_is_in_it(of_game: Scrape) -> None:
    asked = json.dumps(DASHBOARD)
    assert [name for name in sorted(of_game.own) if name not in asked] == []


def test_it_can_be_imported_as_it_is() -> None:
    ids = [panel["id"] for panel in PANELS]
    assert len(set(ids)) == len(ids)
    assert DASHBOARD["id"] is None  # Grafana gives one
    assert {variable["name"] for variable in DASHBOARD["templating"]["list"]} < VARIABLES
    for panel in PANELS:
        for asks in [panel, *panel.get("targets", ())] if panel["type"] != "row" else []:
            assert asks["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    for one, other in combinations(PANELS, 2):
        assert not overlap(one["gridPos"], other["gridPos"]), (one["title"], other["title"])


def test_the_panels_that_operations_point_to_are_there() -> None:
    text = (DOCS / "operations.md").read_text("utf-8")
    table = text.partition("| what is wrong | look at |")[2].partition("\n\n")[0]
    titles = [panel["title"].lower() for panel in PANELS]
    pointed = re.findall(r"\*([^*]+)\*", table)
    assert pointed
    for name in pointed:
        assert any(title.startswith(name.lower()) for title in titles), name
