"""The demo city: every store can be loaded, walked to, and refers to things that exist."""

import json
import tomllib
from collections import Counter
from itertools import combinations
from math import cos, hypot, radians
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

ASSETS = Path(__file__).parents[2] / "assets"
STORE_FIELDS = {
    "name",
    "name_local",
    "address",
    "timezone",
    "opening_hours",
    "catch_m",
    "merchant",
    "spawn_plan",
}
PLAN_FIELDS = {"cats_alive", "lifetime_s", "radius_m", "species", "campaign", "catches_per_cat"}
CAMPAIGN_FIELDS = {
    "merchant",
    "title",
    "kind",
    "value",
    "currency",
    "terms",
    "stock",
    "per_player",
    "per_player_day",
    "valid_for_s",
}
METRES_PER_DEG = 111_195.0

Point = tuple[float, float]


def load_toml(path: str) -> dict[str, Any]:
    return tomllib.loads((ASSETS / path).read_text(encoding="utf-8"))


SPECIES = load_toml("species.toml")["species"]
CAMPAIGNS = load_toml("demo/campaigns.toml")["campaigns"]
DEMO = load_toml("demo/demo.toml")["demo"]
COLLECTION = json.loads((ASSETS / "demo/stores.geojson").read_text(encoding="utf-8"))
STORES = {feature["properties"]["name"]: feature for feature in COLLECTION["features"]}
CENTRE: Point = (DEMO["centre_lat"], DEMO["centre_lon"])

each_store = pytest.mark.parametrize("name", STORES)
each_campaign = pytest.mark.parametrize("key", CAMPAIGNS)


def place(name: str) -> Point:
    lon, lat = STORES[name]["geometry"]["coordinates"]
    return lat, lon


def metres(a: Point, b: Point) -> float:
    """Planar distance, exact enough within a city."""
    north = a[0] - b[0]
    east = (a[1] - b[1]) * cos(radians((a[0] + b[0]) / 2))
    return hypot(north, east) * METRES_PER_DEG


def test_the_collection_holds_at_least_36_stores_with_names_of_their_own() -> None:
    assert COLLECTION["type"] == "FeatureCollection"
    assert len(COLLECTION["features"]) >= 36
    assert len(STORES) == len(COLLECTION["features"])


def test_the_demo_names_its_city_and_where_the_bots_start() -> None:
    assert set(DEMO) == {"city", "centre_lat", "centre_lon", "radius_m", "description"}
    assert 100 <= DEMO["radius_m"] <= 5000


def test_walkers_near_the_centre_meet_at_least_twenty_stores() -> None:
    assert sum(metres(place(name), CENTRE) <= 3000 for name in STORES) >= 20


@each_store
def test_a_store_is_a_complete_point_near_the_centre(name: str) -> None:
    feature = STORES[name]
    assert feature["type"] == "Feature"
    assert feature["geometry"]["type"] == "Point"
    assert set(feature["properties"]) == STORE_FIELDS
    assert metres(place(name), CENTRE) <= 30_000
    ZoneInfo(feature["properties"]["timezone"])
    assert 30 <= feature["properties"]["catch_m"] <= 60
    for words in ("name", "name_local", "address", "opening_hours"):
        assert feature["properties"][words].strip() == feature["properties"][words] != ""


def test_no_two_stores_are_at_the_same_place() -> None:
    for one, other in combinations(STORES, 2):
        assert metres(place(one), place(other)) > 20, (one, other)


@each_store
def test_a_spawn_plan_is_lively_and_names_known_species(name: str) -> None:
    plan = STORES[name]["properties"]["spawn_plan"]
    assert set(plan) == PLAN_FIELDS
    assert 6 <= plan["cats_alive"] <= 20
    assert 300 <= plan["lifetime_s"] <= 900
    assert 60 <= plan["radius_m"] <= 250
    assert 1 <= plan["catches_per_cat"] <= 5
    assert plan["species"]
    assert set(plan["species"]) <= set(SPECIES)
    assert all(weight > 0 for weight in plan["species"].values())


@each_store
def test_a_campaign_belongs_to_the_merchant_of_the_store(name: str) -> None:
    properties = STORES[name]["properties"]
    campaign = properties["spawn_plan"]["campaign"]
    assert campaign is None or CAMPAIGNS[campaign]["merchant"] == properties["merchant"]


def test_every_species_lives_somewhere_and_some_cats_carry_no_coupon() -> None:
    plans = [feature["properties"]["spawn_plan"] for feature in STORES.values()]
    assert set().union(*(plan["species"] for plan in plans)) == set(SPECIES)
    assert any(plan["campaign"] is None for plan in plans)


def test_four_to_six_merchants_have_one_or_two_campaigns_each() -> None:
    merchants = Counter(campaign["merchant"] for campaign in CAMPAIGNS.values())
    assert 4 <= len(merchants) <= 6
    assert set(merchants.values()) <= {1, 2}
    assert {feature["properties"]["merchant"] for feature in STORES.values()} == set(merchants)


def test_every_campaign_is_handed_out_somewhere() -> None:
    used = {feature["properties"]["spawn_plan"]["campaign"] for feature in STORES.values()}
    assert used - {None} == set(CAMPAIGNS)


@each_campaign
def test_an_offer_is_complete_in_range_and_names_its_fictional_merchant(key: str) -> None:
    offer = CAMPAIGNS[key]
    no_money = {"currency"} if offer["kind"] == "percent" else set()
    assert set(offer) == CAMPAIGN_FIELDS - no_money
    assert offer["title"].startswith(f"{offer['merchant']}: ")
    assert "fictional" in offer["terms"].lower()
    assert offer["kind"] in ("percent", "amount", "gift")
    assert offer["value"] > 0
    assert offer["kind"] != "percent" or offer["value"] <= 100
    assert no_money or len(offer["currency"]) == 3
    assert offer["stock"] >= 1000
    assert 1 <= offer["per_player_day"] <= offer["per_player"] <= 50
    assert offer["valid_for_s"] >= 3600


def test_no_offer_names_a_real_place() -> None:
    for offer in CAMPAIGNS.values():
        for name in STORES:
            assert name not in offer["title"]
            assert name not in offer["terms"]


@each_campaign
def test_the_stock_covers_the_cats_alive_ten_times_over(key: str) -> None:
    plans = [feature["properties"]["spawn_plan"] for feature in STORES.values()]
    alive = sum(p["cats_alive"] * p["catches_per_cat"] for p in plans if p["campaign"] == key)
    assert CAMPAIGNS[key]["stock"] >= 10 * alive
