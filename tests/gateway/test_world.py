"""What viewers are told always adds up to the cats in the cells of their views."""

from collections import Counter
from collections.abc import Iterable
from random import Random

import h3.api.basic_int as h3
import msgpack
import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gameserver.codecs import JSON, MSGPACK, Codec
from gameserver.game.datum import FROM_WGS84, Datum
from gameserver.game.geo import (
    REGION_RES,
    STORE_RADIUS_MAX_M,
    destination,
    region_of,
    view_cell,
    view_cells,
    view_regions,
)
from gameserver.game.model import Cat
from gameserver.gateway.world import Changes, LiveCat, World

CORNER = h3.cell_to_boundary(h3.latlng_to_cell(30.25, 120.16, REGION_RES))[0]
"""Where three regions meet: the hardest place for who follows what."""

RNG = Random(20161111)
STORES = [destination(*CORNER, RNG.uniform(0, 360), RNG.uniform(0, 1_500)) for _ in range(8)]
PLACES = [destination(*CORNER, RNG.uniform(0, 360), RNG.uniform(0, 2_000)) for _ in range(12)]
FAR = (48.137, 11.575)
MIDDLES = [*(view_cell(*place) for place in PLACES), view_cell(*FAR)]


def a_cat(number: int) -> Cat:
    store = number % len(STORES)
    rng = Random(number)
    place = destination(*STORES[store], rng.uniform(0, 360), rng.uniform(0, STORE_RADIUS_MAX_M))
    region = region_of(*STORES[store])
    return Cat(f"{region}-{number}", "bobbin", f"s{store}", "Tea", *place, 9, 3, 40.0)


CATS = [a_cat(number) for number in range(60)]
REGIONS = sorted({region_of(*store) for store in STORES})


class Phone:
    """Believes what it is told."""

    def __init__(self) -> None:
        self.cats: dict[str, int] = {}
        self.middle: int | None = None
        self.told = 0

    def show(self, appear: list[LiveCat], vanish: list[str]) -> None:
        self.told += 1
        assert appear or vanish, "nothing to say is not said"
        arrived = [live.cat.id for live in appear]
        assert len({*arrived, *vanish}) == len(arrived) + len(vanish), "each cat is told once"
        for cat in vanish:
            assert cat in self.cats, "only what was shown can vanish"
            del self.cats[cat]
        self.cats.update((live.cat.id, live.left) for live in appear)


def look(world: World, phone: Phone, middle: int | None) -> None:
    world.look(phone, phone.middle, middle)
    phone.middle = middle


def turn(world: World, events: Iterable[tuple[Cat, int | None]]) -> None:
    """One turn of a feed: cats with how many catches are left, or None for gone."""
    changes = Changes(world)
    for cat, left in events:
        if left is None:
            changes.vanish(cat.id)
        else:
            changes.appear(cat.id.partition("-")[0], cat, left)
    changes.tell()


cats = st.sampled_from(CATS)
lefts = st.integers(1, 3)


class Streets(RuleBasedStateMachine):
    """Players come, walk and go while cats appear, are caught and vanish, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.phones = [Phone() for _ in range(4)]
        self.truth: dict[str, dict[str, tuple[Cat, int]]] = {}
        """By followed region, the cats that the feed has told of."""

    @rule(which=st.integers(0, 3), middle=st.sampled_from([None, *MIDDLES]))
    def somebody_looks(self, which: int, middle: int | None) -> None:
        look(self.world, self.phones[which], middle)
        for region in self.world.regions:
            self.truth.setdefault(region, {})

    @rule(events=st.lists(st.tuples(cats, st.one_of(lefts, lefts, st.none())), max_size=12))
    def a_turn_of_the_feed(self, events: list[tuple[Cat, int | None]]) -> None:
        turn(self.world, events)
        for cat, left in events:
            known = self.truth.get(cat.id.partition("-")[0])
            if known is None:
                continue
            if left is None:
                known.pop(cat.id, None)
            else:
                known[cat.id] = (cat, left)

    @rule(region=st.sampled_from(REGIONS), there=st.dictionaries(cats, lefts, max_size=12))
    def a_snapshot(self, region: str, there: dict[Cat, int]) -> None:
        news = {cat.id: (cat, left) for cat, left in there.items() if cat.id.startswith(region)}
        self.world.replace(region, news.values())
        if region in self.truth:
            self.truth[region] = news

    @precondition(lambda self: any(r.viewers == 0 for r in self.world.regions.values()))
    @rule(which=st.randoms(use_true_random=False))
    def a_region_is_forgotten(self, which: Random) -> None:
        unseen = [name for name, region in self.world.regions.items() if region.viewers == 0]
        region = which.choice(unseen)
        self.world.forget(region)
        del self.truth[region]

    @rule()
    def everybody_leaves_and_nothing_stays(self) -> None:
        for phone in self.phones:
            look(self.world, phone, None)
        for region in list(self.world.regions):
            assert self.world.regions[region].viewers == 0
            self.world.forget(region)
        self.truth.clear()
        assert not self.world.cats
        assert not self.world.regions
        assert not self.world._cells
        assert not self.world._viewers

    @invariant()
    def the_world_has_what_the_feed_told_of(self) -> None:
        told = {cat: left for known in self.truth.values() for cat, (_, left) in known.items()}
        assert {cat: live.left for cat, live in self.world.cats.items()} == told

    @invariant()
    def every_player_knows_exactly_the_cats_in_view(self) -> None:
        for phone in self.phones:
            if phone.middle is None:
                phone.cats.clear()  # the socket is gone: nothing is said to it any more
                continue
            cells = view_cells(phone.middle)
            in_view = {
                cat.id: left
                for known in self.truth.values()
                for cat, left in known.values()
                if view_cell(cat.lat, cat.lon) in cells
            }
            assert phone.cats == in_view
            for cat in self.world.cats:
                assert (self.world.seen(cat, phone.middle) is not None) == (cat in in_view)

    @invariant()
    def every_region_is_followed_for_as_many_as_can_see_it(self) -> None:
        watched = Counter[str]()
        for phone in self.phones:
            if phone.middle is not None:
                watched.update(view_regions(phone.middle))
        viewers = {name: region.viewers for name, region in self.world.regions.items()}
        assert {name: count for name, count in viewers.items() if count} == watched


TestStreets = Streets.TestCase
TestStreets.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)


# --- one by one --------------------------------------------------------------------------------

HERE = view_cell(CATS[0].lat, CATS[0].lon)
CAT = CATS[0]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def phone(world: World) -> Phone:
    phone = Phone()
    look(world, phone, HERE)
    return phone


def test_a_cat_that_is_caught_out_within_one_turn_does_not_stay_on_the_phone(
    world: World, phone: Phone
) -> None:
    """At midnight the last two catches of a cat fall into one turn: left 1, then gone."""
    turn(world, [(CAT, 2)])
    turn(world, [(CAT, 1), (CAT, None)])
    assert phone.cats == {}


def test_a_cat_that_came_and_went_within_one_turn_is_not_worth_a_word(
    world: World, phone: Phone
) -> None:
    turn(world, [(CAT, 1), (CAT, None), (CAT, 1), (CAT, None)])
    assert phone.told == 0


def test_a_cat_that_went_and_came_back_within_one_turn_is_shown_anew(
    world: World, phone: Phone
) -> None:
    turn(world, [(CAT, 2)])
    turn(world, [(CAT, None), (CAT, 1)])
    assert phone.cats == {CAT.id: 1}
    turn(world, [(CAT, None), (CAT, 1), (CAT, None)])
    assert phone.cats == {}


def test_what_is_the_same_is_not_told_again(world: World, phone: Phone) -> None:
    turn(world, [(CAT, 2)])
    turn(world, [(CAT, 2)])
    world.replace(region_of(*STORES[0]), [(CAT, 2)])
    assert phone.told == 1


def test_a_turn_tells_a_phone_once(world: World, phone: Phone) -> None:
    near = [cat for cat in CATS if view_cell(cat.lat, cat.lon) in view_cells(HERE)]
    assert len(near) > 1
    turn(world, [(cat, 1) for cat in near])
    assert phone.told == 1
    assert set(phone.cats) == {cat.id for cat in near}


def test_cats_of_regions_that_nobody_follows_are_left_out(world: World) -> None:
    turn(world, [(CAT, 1)])
    world.replace(region_of(*STORES[0]), [(CAT, 1)])
    assert not world.cats


def test_a_cat_out_of_view_is_not_seen(world: World, phone: Phone) -> None:
    turn(world, [(CAT, 1)])
    assert world.seen(CAT.id, HERE) is not None
    assert world.seen(CAT.id, None) is None
    assert world.seen(CAT.id, view_cell(*FAR)) is None
    assert world.seen("10c832cf3-nobody", HERE) is None


# --- encodings ---------------------------------------------------------------------------------


@pytest.mark.parametrize("datum", Datum)
@pytest.mark.parametrize("codec", [JSON, MSGPACK])
def test_a_cat_is_encoded_once_for_each_way_of_seeing_it(codec: Codec, datum: Datum) -> None:
    live = LiveCat(CAT, 2)
    raw = live.encoded(codec, datum)
    assert live.encoded(codec, datum) is raw
    read = msgspec.json.decode(raw) if codec.text else msgpack.unpackb(raw)
    lat, lon = FROM_WGS84[datum](CAT.lat, CAT.lon)
    assert read == {
        "id": CAT.id,
        "species": "bobbin",
        "store": {"id": "s0", "name": "Tea"},
        "lat": round(lat, 6),
        "lon": round(lon, 6),
        "expires_ms": 9,
        "left": 2,
    }


def test_a_cat_is_seen_once_by_each_player_whose_view_it_comes_into() -> None:
    world, cat = World(), CATS[0]
    middle = view_cell(cat.lat, cat.lon)
    first, second = Phone(), Phone()
    look(world, first, middle)
    turn(world, [(cat, 3)])
    turn(world, [(cat, 2)])  # it was caught by somebody: the others see no other cat
    look(world, second, middle)
    world.replace(region_of(*STORES[0]), [(cat, 1)])
    assert world.footfall.seen == {cat.store: 2}
    look(world, first, None)
    look(world, first, middle)
    assert world.footfall.seen == {cat.store: 3}
