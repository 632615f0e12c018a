"""A region's book: what is due, what a store wants, and how little it costs to know."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gameserver.game.geo import destination, planar_m, region_of
from gameserver.game.model import ActiveHours, Cat, PlannedStore, SpawnPlan
from gameserver.keeper import region
from gameserver.keeper.region import (
    FULL_WAIT_MS,
    SOLD_OUT_WAIT_MAX_MS,
    SPAWN_MOST,
    SWEEP_EVERY_MS,
    RegionBook,
)
from gameserver.keeper.streets import Streets
from tests.cats import some_cats
from tests.game.test_no_spawn import areas, feature

TOWN = (30.25, 120.16)
NOW_MS = 1_700_000_000_000


def a_store(
    store: str = "tea", *, rev: int = 1, campaign_title: str | None = None, **plan: Any
) -> PlannedStore:
    wanted = {"cats_alive": 3, "lifetime_s": 600, "radius_m": 50.0, "species": {"bobbin": 1.0}}
    return PlannedStore(
        id=store,
        name="Tea House",
        region=region_of(*TOWN),
        lat=TOWN[0],
        lon=TOWN[1],
        timezone="Asia/Shanghai",
        catch_m=40.0,
        plan=SpawnPlan(**(wanted | plan)),
        campaign_title=campaign_title,
        rev=rev,
    )


def put_out(book: RegionBook, store: PlannedStore, count: int, seed: int = 1) -> list[Cat]:
    cats = some_cats(store, count, NOW_MS, Random(seed))
    for cat in cats:
        book.appeared(cat)
    return cats


def settled(store: PlannedStore) -> tuple[RegionBook, list[Cat]]:
    """A book whose one store has all its cats, and nothing is due."""
    book = RegionBook(store.region)
    book.plan(store, NOW_MS)
    assert store.plan is not None
    cats = put_out(book, store, store.plan.cats_alive)
    assert book.due(NOW_MS) == [store.id]
    assert book.wants(store.id, NOW_MS) == (store, 0, [])
    return book, cats


def missing(book: RegionBook, store: str, now_ms: int = NOW_MS) -> int:
    return book.wants(store, now_ms)[1]


def stale(book: RegionBook, store: str, now_ms: int = NOW_MS) -> set[str]:
    return set(book.wants(store, now_ms)[2])


# --- what a store wants ------------------------------------------------------------------------


def test_a_new_plan_is_due_at_once_and_once() -> None:
    book, store = RegionBook("r"), a_store()
    book.plan(store, NOW_MS)
    assert book.due(NOW_MS) == ["tea"]
    assert book.wants("tea", NOW_MS) == (store, 3, [])
    assert book.due(NOW_MS + 10**9) == []


def test_a_cat_that_left_is_made_up_for() -> None:
    book, cats = settled(a_store())
    book.vanished(cats[0].id, NOW_MS + 5)
    assert book.due(NOW_MS + 4) == []
    assert book.due(NOW_MS + 5) == ["tea"]
    assert missing(book, "tea") == 1


def test_a_cat_that_nobody_knows_may_vanish() -> None:
    book, cats = settled(a_store())
    book.vanished("10c832cf3-other", NOW_MS)
    assert book.due(NOW_MS) == []
    book.vanished(cats[0].id, NOW_MS)
    book.vanished(cats[0].id, NOW_MS)
    assert book.due(NOW_MS) == ["tea"]
    assert missing(book, "tea") == 1


def test_a_cat_that_is_told_of_twice_counts_once() -> None:
    book, cats = settled(a_store())
    book.appeared(cats[0])
    assert missing(book, "tea") == 0


def test_a_large_plan_fills_up_over_a_few_ticks() -> None:
    book, store = RegionBook("r"), a_store(cats_alive=2 * SPAWN_MOST + 20)
    book.plan(store, NOW_MS)
    spawned = []
    while book.due(NOW_MS):
        count = missing(book, "tea")
        put_out(book, store, count, seed=len(spawned))
        spawned.append(count)
    assert spawned == [SPAWN_MOST, SPAWN_MOST, 20]


def test_of_too_many_cats_those_go_whose_time_is_nearest() -> None:
    store = a_store(cats_alive=10)
    book, cats = settled(store)
    book.plan(a_store(cats_alive=4), NOW_MS)
    soonest = sorted(cats, key=lambda cat: cat.expires_ms)[:6]
    assert missing(book, "tea") == 0
    assert stale(book, "tea") == {cat.id for cat in soonest}


def misfits() -> dict[str, PlannedStore]:
    store = a_store(campaign="c1", campaign_title="Tea")
    lat, lon = destination(*TOWN, 0.0, 300.0)
    return {
        "campaign": a_store(campaign="c2", campaign_title="Tea"),
        "no campaign": a_store(),
        "title": replace(store, campaign_title="Free tea"),
        "name": replace(store, name="Coffee House"),
        "species": a_store(campaign="c1", campaign_title="Tea", species={"neon": 1.0}),
        "place": replace(store, lat=lat, lon=lon),
    }


@pytest.mark.parametrize("what", misfits())
def test_cats_that_do_not_fit_a_changed_store_go_and_are_replaced(what: str) -> None:
    changed = misfits()[what]
    book, cats = settled(a_store(campaign="c1", campaign_title="Tea"))
    book.plan(changed, NOW_MS)
    assert book.due(NOW_MS) == ["tea"]
    assert book.wants("tea", NOW_MS)[0] == changed
    assert missing(book, "tea") == 3
    assert stale(book, "tea") == {cat.id for cat in cats}


@given(st.integers(0, 2**32), st.floats(0.0, 1_000.0))
def test_no_cat_of_an_unchanged_store_is_ever_a_misfit(seed: int, radius_m: float) -> None:
    book, store = RegionBook("r"), a_store(cats_alive=20, radius_m=radius_m)
    book.plan(store, NOW_MS)
    put_out(book, store, 20, seed)
    assert book.wants("tea", NOW_MS) == (store, 0, [])


def test_a_store_that_is_gone_keeps_no_cats() -> None:
    book, cats = settled(a_store())
    book.drop("tea", NOW_MS)
    assert book.due(NOW_MS) == ["tea"]
    store, count, going = book.wants("tea", NOW_MS)
    assert (store, count) == (None, 0)
    assert set(going) == {cat.id for cat in cats}


def test_a_store_without_a_plan_keeps_no_cats() -> None:
    book, cats = settled(a_store())
    book.plan(replace(a_store(), plan=None), NOW_MS)
    assert missing(book, "tea") == 0
    assert stale(book, "tea") == {cat.id for cat in cats}


def test_a_plan_that_begins_later_is_due_when_it_begins() -> None:
    book = RegionBook("r")
    book.plan(a_store(active=ActiveHours(from_ms=NOW_MS + 1_000)), NOW_MS)
    assert book.due(NOW_MS) == ["tea"]
    assert missing(book, "tea") == 0
    assert book.due(NOW_MS + 999) == []
    assert book.due(NOW_MS + 1_000) == ["tea"]
    assert missing(book, "tea", NOW_MS + 1_000) == 3


def test_a_plan_that_ends_is_due_when_it_ends() -> None:
    book, cats = settled(a_store(active=ActiveHours(to_ms=NOW_MS + 1_000)))
    assert book.due(NOW_MS + 999) == []
    assert book.due(NOW_MS + 1_000) == ["tea"]
    assert missing(book, "tea", NOW_MS + 1_000) == 0
    assert stale(book, "tea", NOW_MS + 1_000) == {cat.id for cat in cats}
    assert book.due(NOW_MS + 10**9) == []


def test_a_plan_ends_on_time_even_if_something_happened_in_between() -> None:
    book, cats = settled(a_store(active=ActiveHours(to_ms=NOW_MS + 1_000)))
    book.vanished(cats[0].id, NOW_MS + 1)
    assert book.due(NOW_MS + 1) == ["tea"]
    assert missing(book, "tea", NOW_MS + 1) == 1
    assert book.due(NOW_MS + 1_000) == ["tea"]


MINUTE_MS = 60_000
NOON_MS = 1_700_020_800_000  # 2023-11-15, 12:00 in Shanghai


def test_a_store_wants_cats_while_it_is_open_and_none_when_it_closes() -> None:
    """A break at noon: they leave when it begins, and none come before it is over."""
    hours = "Mo-Su 10:00-12:30,13:00-22:00"
    store = replace(a_store(lifetime_s=7_200), opening_hours=hours)
    book = RegionBook("r")
    book.plan(store, NOON_MS)
    cats = some_cats(store, 3, NOON_MS, Random(1))
    closes_ms, opens_ms = NOON_MS + 30 * MINUTE_MS, NOON_MS + 60 * MINUTE_MS
    assert all(cat.expires_ms <= closes_ms for cat in cats)
    for cat in cats:
        book.appeared(cat)
    assert book.due(NOON_MS) == ["tea"]
    assert book.wants("tea", NOON_MS)[1:] == (0, [])
    assert book.due(closes_ms - 1) == []
    assert book.due(closes_ms) == ["tea"]
    assert missing(book, "tea", closes_ms) == 0
    assert stale(book, "tea", closes_ms) == {cat.id for cat in cats}
    for cat in cats:
        book.vanished(cat.id, closes_ms)
    assert book.due(closes_ms) == ["tea"]
    assert missing(book, "tea", closes_ms) == 0
    assert book.due(opens_ms - 1) == []
    assert book.due(opens_ms) == ["tea"]
    assert missing(book, "tea", opens_ms) == 3


def test_a_plans_own_hours_hold_within_those_of_the_store() -> None:
    book = RegionBook("r")
    happy = ActiveHours(hours="Mo-Su 20:00-24:00")
    book.plan(replace(a_store(active=happy), opening_hours="Mo-Su 10:00-22:00"), NOON_MS)
    counts = [missing(book, "tea", NOON_MS + hour * 60 * MINUTE_MS) for hour in range(13)]
    assert counts == [0] * 8 + [3] * 2 + [0] * 3


def test_a_store_with_the_players_that_it_wants_gets_no_new_cats() -> None:
    streets = Streets()
    book, store = RegionBook("r", streets), a_store(players_max=10)
    book.plan(store, NOW_MS)
    streets.players = {"tea": 10}
    assert book.due(NOW_MS) == ["tea"]
    assert book.wants("tea", NOW_MS) == (store, 0, [])
    (cat,) = put_out(book, store, 1)
    streets.players = {"tea": 11}
    assert book.due(NOW_MS + FULL_WAIT_MS) == ["tea"], "it is looked at again"
    assert book.wants("tea", NOW_MS) == (store, 0, []), "those that are out stay"
    assert book.knows(cat.id)
    streets.players = {"tea": 9}
    assert missing(book, "tea") == 2


def test_cats_that_stand_where_none_may_be_go() -> None:
    """A new file of roads, after a restart."""
    store = a_store(radius_m=100.0)
    road = areas(feature("Point", [TOWN[1], TOWN[0]], radius_m=60.0))
    book = RegionBook("r", Streets(road))
    book.plan(store, NOW_MS)
    cats = put_out(book, store, 30)
    on_it = {cat.id for cat in cats if planar_m(*TOWN, cat.lat, cat.lon) < 58.0}
    assert on_it
    assert on_it <= stale(book, "tea")
    assert len(stale(book, "tea")) < 30


# --- what is due when --------------------------------------------------------------------------


def test_where_there_are_no_coupons_the_book_asks_ever_more_rarely() -> None:
    book, store = RegionBook("r"), a_store()
    book.plan(store, NOW_MS)
    now_ms, waits_ms = NOW_MS, []
    for _ in range(8):
        (due,) = book.due(now_ms)
        assert missing(book, due, now_ms) == 3
        book.sold_out("tea", now_ms)
        wait_ms = next(ms for ms in range(0, 10**6, 500) if book_is_due(book, now_ms + ms))
        waits_ms.append(wait_ms)
        now_ms += wait_ms
    assert waits_ms == [2_000, 4_000, 8_000, 16_000, 32_000, *[SOLD_OUT_WAIT_MAX_MS] * 3]


def book_is_due(book: RegionBook, now_ms: int) -> bool:
    due = book.due(now_ms)
    for store in due:
        book.remind(store, now_ms)
    return bool(due)


@pytest.mark.parametrize("change", ["plan", "granted"])
def test_after_a_change_for_the_better_the_book_asks_as_often_as_at_first(change: str) -> None:
    book, store = RegionBook("r"), a_store()
    for _ in range(5):
        book.sold_out("tea", NOW_MS)
    if change == "plan":
        book.plan(store, NOW_MS)
    else:
        book.granted("tea")
    book.due(NOW_MS + 10**9)
    book.sold_out("tea", NOW_MS)
    assert book.due(NOW_MS + 1_999) == []
    assert book.due(NOW_MS + 2_000) == ["tea"]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from("abc"), st.integers(0, 20)),  # remind of a store at a time
            st.tuples(st.just("due"), st.integers(0, 20)),
        ),
        max_size=60,
    )
)
def test_a_store_is_due_once_at_the_earliest_of_its_times(script: list[tuple[str, int]]) -> None:
    book = RegionBook("r")
    expected: dict[str, int] = {}
    for what, at_ms in script:
        if what != "due":
            book.remind(what, at_ms)
            expected[what] = min(expected.get(what, at_ms), at_ms)
            continue
        due = book.due(at_ms)
        assert len(set(due)) == len(due)
        assert set(due) == {store for store, when_ms in expected.items() if when_ms <= at_ms}
        for store in due:
            del expected[store]


def test_a_snapshot_is_the_truth_from_then_on() -> None:
    book, cats = settled(a_store())
    other = put_out(RegionBook("r"), a_store("gone"), 1, seed=9)[0]
    book.start_over([cats[0], other])
    assert set(book.due(NOW_MS)) == {"tea", "gone"}
    assert missing(book, "tea") == 2
    assert book.wants("gone", NOW_MS) == (None, 0, [other.id])
    assert book.sweep_is_due(NOW_MS)


def test_redis_is_asked_for_due_cats_when_one_is_due_and_now_and_then() -> None:
    store = a_store(lifetime_s=20)
    book, cats = settled(store)
    assert book.sweep_is_due(NOW_MS)
    book.swept(NOW_MS)
    first_ms = min(cat.expires_ms for cat in cats)
    assert not book.sweep_is_due(first_ms - 1)
    assert book.sweep_is_due(first_ms)
    last_ms = max(cat.expires_ms for cat in cats)
    book.swept(last_ms)
    assert not book.sweep_is_due(last_ms + SWEEP_EVERY_MS - 1)
    assert book.sweep_is_due(last_ms + SWEEP_EVERY_MS)


def test_cats_that_a_snapshot_no_longer_has_are_waited_for_no_more() -> None:
    book, cats = settled(a_store(lifetime_s=20))
    book.start_over([])
    book.swept(NOW_MS)
    assert not book.sweep_is_due(max(cat.expires_ms for cat in cats))


# --- all together ------------------------------------------------------------------------------


@given(st.integers(0, 2**32))
def test_whatever_happens_every_store_gets_the_cats_of_its_plan(seed: int) -> None:
    """Cats come, are caught, plans change, a store goes: after a few ticks all is as planned."""
    rng = Random(seed)
    book, stores, street = RegionBook("r"), {}, {}
    now_ms = NOW_MS

    def tick() -> None:
        for store_id in book.due(now_ms):
            store, count, going = book.wants(store_id, now_ms)
            for cat_id in going:
                del street[cat_id]
                book.vanished(cat_id, now_ms)
            for cat in some_cats(store, count, now_ms, rng) if store else ():
                street[cat.id] = cat
                book.appeared(cat)

    for _ in range(30):
        now_ms += rng.randrange(1_000)
        store_id = rng.choice("abcd")
        match rng.randrange(4):
            case 0:
                stores[store_id] = a_store(store_id, cats_alive=rng.choice([0, 1, 5, 60]))
                book.plan(stores[store_id], now_ms)
            case 1 if street:
                cat_id = rng.choice(sorted(street))
                del street[cat_id]
                book.vanished(cat_id, now_ms)
            case 2 if rng.random() < 0.3:
                stores.pop(store_id, None)
                book.drop(store_id, now_ms)
            case _:
                tick()
    for _ in range(4):
        tick()
    alive = dict.fromkeys(stores, 0)
    for cat in street.values():
        alive[cat.store] += 1
    assert alive == {store_id: store.plan.cats_alive for store_id, store in stores.items()}
    assert book.due(now_ms) == []


class Counted:
    """The heap functions of the book, counted."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.steps = 0
        for name in ("heappush", "heappop"):
            real = getattr(region, name)
            patch.setattr(region, name, self._counted(real))

    def _counted(self, real: Any) -> Any:
        def call(*arguments: Any) -> Any:
            self.steps += 1
            return real(*arguments)

        return call


def work_of_a_tick(stores: int, happenings: int, patch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Heap steps and looked-at stores of a tick in which some cats were caught out."""
    book, cats = RegionBook("r"), []
    for number in range(stores):
        store = a_store(f"s{number}", cats_alive=1)
        book.plan(store, NOW_MS)
        cats += put_out(book, store, 1, seed=number)
    for store_id in book.due(NOW_MS):
        book.wants(store_id, NOW_MS)
    book.swept(NOW_MS)
    with patch.context() as here:
        counted = Counted(here)
        for cat in cats[:happenings]:
            book.vanished(cat.id, NOW_MS + 1)
        looked_at = book.due(NOW_MS + 1)
        for store_id in looked_at:
            book.wants(store_id, NOW_MS + 1)
        assert not book.sweep_is_due(NOW_MS + 1)
        return counted.steps, len(looked_at)


def test_a_tick_costs_what_is_due_and_not_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert work_of_a_tick(20, 0, monkeypatch) == work_of_a_tick(2_000, 0, monkeypatch) == (0, 0)
    assert work_of_a_tick(20, 7, monkeypatch) == work_of_a_tick(2_000, 7, monkeypatch) == (14, 7)
