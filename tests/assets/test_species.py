"""The cats that ship with the game: complete, distinct, and drawn in safe, small SVG."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

ASSETS = Path(__file__).parents[2] / "assets"
FIELDS = {
    "name_en",
    "name_zh",
    "rarity",
    "weight",
    "points",
    "catch_rate",
    "art",
    "about_en",
    "about_zh",
}
RARITIES = ("common", "uncommon", "rare", "legendary")
DRAWING = {
    "svg",
    "title",
    "defs",
    "g",
    "path",
    "circle",
    "ellipse",
    "rect",
    "line",
    "polyline",
    "polygon",
    "text",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "use",
}
SVG = "{http://www.w3.org/2000/svg}"
ART_MAX_BYTES = 6 * 1024


def load_species() -> dict[str, dict[str, Any]]:
    species: dict[str, dict[str, Any]] = tomllib.loads(
        (ASSETS / "species.toml").read_text(encoding="utf-8")
    )["species"]
    return species


SPECIES = load_species()
each_species = pytest.mark.parametrize("species", SPECIES)


def test_there_are_at_least_ten_cats_and_some_of_every_rarity() -> None:
    assert len(SPECIES) >= 10
    assert {cat["rarity"] for cat in SPECIES.values()} == set(RARITIES)


@each_species
def test_a_species_is_complete_and_in_range(species: str) -> None:
    cat = SPECIES[species]
    assert re.fullmatch(r"[a-z]{2,16}", species)
    assert set(cat) == FIELDS
    assert cat["rarity"] in RARITIES
    assert cat["weight"] > 0
    assert type(cat["points"]) is int
    assert cat["points"] > 0
    assert 0 < cat["catch_rate"] <= 1
    assert cat["art"] == f"art/{species}.svg"
    for words in ("name_en", "name_zh", "about_en", "about_zh"):
        assert cat[words].strip() == cat[words] != ""


def test_no_two_species_share_a_name_or_a_sentence() -> None:
    for words in ("name_en", "name_zh", "about_en", "about_zh"):
        assert len({cat[words] for cat in SPECIES.values()}) == len(SPECIES)


def test_a_rarer_cat_is_seen_less_missed_more_and_worth_more() -> None:
    ranks = [[cat for cat in SPECIES.values() if cat["rarity"] == rarity] for rarity in RARITIES]
    for plain, rare in pairwise(ranks):
        assert min(cat["weight"] for cat in plain) > max(cat["weight"] for cat in rare)
        assert min(cat["catch_rate"] for cat in plain) > max(cat["catch_rate"] for cat in rare)
        assert max(cat["points"] for cat in plain) < min(cat["points"] for cat in rare)


@each_species
def test_the_art_of_a_species_is_a_small_titled_square(species: str) -> None:
    art = ASSETS / SPECIES[species]["art"]
    assert art.stat().st_size < ART_MAX_BYTES
    root = ET.parse(art).getroot()
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox") == "0 0 240 240"
    assert root.findtext(f"{SVG}title") == SPECIES[species]["name_en"]


@each_species
def test_the_art_of_a_species_runs_nothing_and_fetches_nothing(species: str) -> None:
    source = (ASSETS / SPECIES[species]["art"]).read_text(encoding="utf-8")
    assert "<!" not in source
    assert "<?xml-stylesheet" not in source
    for element in ET.fromstring(source).iter():
        assert element.tag.removeprefix(SVG) in DRAWING
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            if name.endswith("href"):
                assert value.startswith("#")
            for target in re.findall(r"url\(([^)]*)\)", value):
                assert target.startswith("#")


def test_every_drawing_belongs_to_a_species() -> None:
    drawn = {f"art/{path.name}" for path in (ASSETS / "art").iterdir()}
    assert drawn == {cat["art"] for cat in SPECIES.values()}
