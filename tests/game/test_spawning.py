"""New cats: where they stand, what they are, how long they stay."""

from collections import Counter
from math import atan2, cos, pi, radians
from random import Random

import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gameserver.game.geo import cat_region, great_circle_m, region_of
from gameserver.game.model import ID_MAX, ActiveHours, Offering, PlannedStore, SpawnPlan
from gameserver.game.spawning import (
    as_offered,
    is_active,
    new_cat_id,
    next_turn_ms,
)
from tests.cats import ground, some_cats
from tests.places import Place, anywhere, in_town

NOW_MS = 1_700_000_000_000
TOWN = (30.25, 120.16)
ROUNDED_M = 0.2
"""Coordinates are kept to six decimals; at a pole the sine gives no more either."""
SPHERE_OFF = 0.006


def a_store(place: Place = TOWN, **plan: object) -> PlannedStore:
    fields: dict[str, object] = {
        "cats_alive": 10,
        "lifetime_s": 600,
        "radius_m": 100.0,
        "species": {"bobbin": 1.0},
    }
    return PlannedStore(
        id="tea",
        name="Tea House",
        region=region_of(*place),
        lat=place[0],
        lon=place[1],
        timezone="Asia/Shanghai",
        catch_m=35.0,
        plan=SpawnPlan(**{**fields, **plan}),  # type: ignore[arg-type]
        campaign_title="Tea for two",
        rev=1,
    )


def chi_square(counts: Counter[int], cells: int) -> float:
    expected = counts.total() / cells
    return sum((counts[cell] - expected) ** 2 / expected for cell in range(cells))


@given(anywhere, st.floats(0.0, 1_000.0), st.integers(0, 2**32))
def test_a_cat_stands_within_the_radius_of_its_store(
    store: Place, radius_m: float, seed: int
) -> None:
    lat, lon = ground(a_store(store, radius_m=radius_m)).place(Random(seed))
    assert -90.0 <= lat <= 90.0
    assert -180.0 <= lon <= 180.0
    assert geodesic(store, (lat, lon)).m <= radius_m * (1.0 + SPHERE_OFF) + ROUNDED_M


@given(anywhere, st.integers(0, 2**32))
def test_with_no_radius_every_cat_stands_at_its_store(store: Place, seed: int) -> None:
    for cat in some_cats(a_store(store, radius_m=0.0), 3, NOW_MS, Random(seed)):
        assert geodesic(store, (cat.lat, cat.lon)).m <= ROUNDED_M


def test_cats_are_spread_evenly_over_the_disc() -> None:
    """Eight rings of equal area by eight sectors: 63 degrees of freedom."""
    rng, cells = Random(11), Counter[int]()
    disc = ground(a_store(radius_m=200.0))
    for _ in range(20_000):
        lat, lon = disc.place(rng)
        far_m = great_circle_m(*TOWN, lat, lon)
        angle = atan2(lat - TOWN[0], (lon - TOWN[1]) * cos(radians(TOWN[0])))
        ring = min(7, int(8 * (far_m / 200.0) ** 2))
        cells[8 * ring + int((angle + pi) / (2 * pi) * 8) % 8] += 1
    assert chi_square(cells, 64) < 103.4  # 0.1 % of honest discs are worse


def test_species_come_by_their_weights() -> None:
    weights = {"bobbin": 6.0, "neon": 3.0, "midnight": 1.0, "page": 0.0}
    rng, store = Random(3), a_store(species=weights)
    cats = [cat for _ in range(2_000) for cat in some_cats(store, 10, NOW_MS, rng)]
    counts = Counter(cat.species for cat in cats)
    assert counts["page"] == 0
    off = sum(
        (counts[kind] - 2_000 * weight) ** 2 / (2_000 * weight or 1)
        for kind, weight in weights.items()
    )
    assert off < 13.8  # two degrees of freedom, 0.1 %


@given(in_town, st.integers(1, 7 * 86_400), st.integers(0, 2**32))
def test_a_cat_lives_between_three_quarters_and_all_of_the_lifetime(
    place: Place, lifetime_s: int, seed: int
) -> None:
    for cat in some_cats(a_store(place, lifetime_s=lifetime_s), 5, NOW_MS, Random(seed)):
        assert 750 * lifetime_s <= cat.expires_ms - NOW_MS <= 1000 * lifetime_s


def test_the_cats_of_a_store_do_not_all_leave_at_once() -> None:
    cats = some_cats(a_store(lifetime_s=600), 200, NOW_MS, Random(5))
    leaving = Counter((cat.expires_ms - NOW_MS) // 15_000 for cat in cats)
    assert len(leaving) >= 10
    assert max(leaving.values()) < 50


def test_a_cat_is_its_stores() -> None:
    store = a_store(campaign="c1", catches_per_cat=3)
    cats = some_cats(store, 4, NOW_MS, Random(1))
    assert len({cat.id for cat in cats}) == 4
    for cat in cats:
        assert cat_region(cat.id) == store.region
        assert (cat.store, cat.store_name) == ("tea", "Tea House")
        assert (cat.catch_m, cat.catches) == (35.0, 3)
        assert (cat.campaign, cat.title) == ("c1", "Tea for two")


def test_a_cat_without_a_campaign_promises_nothing() -> None:
    (cat,) = some_cats(a_store(campaign=None), 1, NOW_MS, Random(1))
    assert (cat.campaign, cat.title) == (None, None)


def test_no_cats_wanted_are_no_cats() -> None:
    assert some_cats(a_store(), 0, NOW_MS, Random(1)) == []


def test_the_same_seed_makes_the_same_cats() -> None:
    store = a_store(species={"bobbin": 1.0, "neon": 1.0})
    assert some_cats(store, 9, NOW_MS, Random(4)) == some_cats(store, 9, NOW_MS, Random(4))
    assert some_cats(store, 9, NOW_MS, Random(4)) != some_cats(store, 9, NOW_MS, Random(5))


@given(anywhere, st.integers(0, 2**32))
def test_a_new_cats_id_says_its_region(place: Place, seed: int) -> None:
    cat = new_cat_id(region_of(*place), NOW_MS, Random(seed))
    assert cat_region(cat) == region_of(*place)
    assert len(cat) <= ID_MAX


def test_ids_do_not_repeat() -> None:
    rng = Random(6)
    assert len({new_cat_id("10c832cf3", NOW_MS, rng) for _ in range(50_000)}) == 50_000


seconds = st.integers(0, 2**35 - 1)  # until 3058


@given(seconds, seconds, st.integers(0, 2**32))
def test_ids_of_a_region_stand_in_the_order_of_their_seconds(
    one_s: int, other_s: int, seed: int
) -> None:
    rng = Random(seed)
    one, other = (new_cat_id("10c832cf3", s * 1000, rng) for s in (one_s, other_s))
    assert len(one) == len(other)
    assert (one < other) == (one_s < other_s) or one_s == other_s


@pytest.mark.parametrize(
    ("from_ms", "to_ms", "active"),
    [
        (None, None, True),
        (NOW_MS, None, True),
        (NOW_MS + 1, None, False),
        (None, NOW_MS, False),
        (None, NOW_MS + 1, True),
        (NOW_MS, NOW_MS + 1, True),
        (NOW_MS - 2, NOW_MS - 1, False),
    ],
)
def test_a_plan_is_active_from_its_first_moment_until_its_last(
    from_ms: int | None, to_ms: int | None, active: bool
) -> None:
    store = a_store(active=ActiveHours(from_ms, to_ms))
    assert is_active(store, NOW_MS) is active
    turn_ms = next_turn_ms(store, NOW_MS)
    assert turn_ms is None or turn_ms == NOW_MS + 1


OFFERING = Offering("tea", "merchant", "Tea for one", "active", 100, 900)


@pytest.mark.parametrize(
    ("active", "bounded"),
    [
        (ActiveHours(), ActiveHours(100, 900)),
        (ActiveHours(50, 1000, "24/7"), ActiveHours(100, 900, "24/7")),
        (ActiveHours(200, 800), ActiveHours(200, 800)),
    ],
)
def test_a_campaigns_dates_bound_the_plans_of_its_stores(
    active: ActiveHours, bounded: ActiveHours
) -> None:
    store = a_store(campaign="tea", active=active)
    found = as_offered(store, OFFERING)
    assert found.plan is not None
    assert found.plan.active == bounded
    assert found.campaign_title == "Tea for one"


@pytest.mark.parametrize(
    "offering", [None, replace(OFFERING, state="paused"), replace(OFFERING, state="ended")]
)
def test_a_store_whose_campaign_gives_nothing_wants_no_cats(offering: Offering | None) -> None:
    assert as_offered(a_store(campaign="tea"), offering).plan is None


def test_a_store_without_a_campaign_is_as_it_was() -> None:
    store = a_store(campaign=None)
    assert as_offered(store, None) == store
