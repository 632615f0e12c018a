"""What a big screen shows of the books, on both databases."""

from msgspec.structs import replace

from gameserver.game.model import ActiveHours, Claim, SpawnPlan
from gameserver.ledger.ledger import Ledger
from gameserver.ledger.screen import BookTotals, book_totals, newest_stores, places, promised
from gameserver.ledger.stores import NewStore, Store
from tests.ledger.shop import NOW, Clock, Shop, campaign, caught

PLAN = SpawnPlan(cats_alive=1, lifetime_s=600, radius_m=50.0, species={"parcel": 1.0})


async def opened(ledger: Ledger, clock: Clock, shop: Shop, name: str, lat: float = 31.2) -> Store:
    """A store where cats live, made a second after whatever was made before."""
    clock.now_ms += 1000
    wanted = NewStore(name=name, lat=lat, lon=121.5)
    store = await ledger.merchants.create_store(shop.merchant, wanted)
    assert isinstance(store, Store)
    await ledger.merchants.put_plan(shop.merchant, store.id, PLAN)
    return store


def claim(player: str, number: int, campaign: str | None = None) -> Claim:
    cat = f"872830828-{number}"
    return Claim(
        f"{player}-{number}", cat, player, str(number), "tabby", 5, "store", NOW, campaign=campaign
    )


async def test_totals_are_those_of_all_players_and_campaigns(ledger: Ledger, shop: Shop) -> None:
    assert await ledger.db.read(book_totals) == BookTotals(0, 0)
    await ledger.catches.record([claim("ann", 1), claim("ann", 2), claim("bob", 1)], NOW)
    for _ in range(2):
        tea = await campaign(ledger, shop, 10)
        await ledger.coupons.issue([caught(tea), caught(tea)], NOW)
    assert await ledger.db.read(book_totals) == BookTotals(3, 4)


async def test_a_promise_counts_until_it_comes_to_nothing(ledger: Ledger) -> None:
    """Where campaigns are another service's, catches tell how many coupons there are."""
    claims = [claim("ann", 1, "tea"), claim("ann", 2, "tea"), claim("ann", 3)]
    await ledger.catches.record(claims, NOW, owed={claims[0].catch, claims[1].catch})
    assert await ledger.db.read(promised) == 2
    await ledger.catches.settle({claims[0].catch: "sold_out"})
    assert await ledger.db.read(promised) == 1


async def test_the_newest_stores_come_first(ledger: Ledger, clock: Clock, shop: Shop) -> None:
    for name in ("first", "second", "third"):
        await opened(ledger, clock, shop, name)
    shown = await ledger.db.read(newest_stores, 2, NOW)
    assert [store.name for store in shown] == ["third", "second"]
    assert shown[0].created_ms == clock.now_ms
    assert (shown[0].lat, shown[0].lon) == (31.2, 121.5)


async def test_only_stores_where_cats_live_are_shown(
    ledger: Ledger, clock: Clock, shop: Shop
) -> None:
    """The shop's own has no plan, and of two others one is closed for good."""
    stays = await opened(ledger, clock, shop, "stays", 10.0)
    goes = await opened(ledger, clock, shop, "goes", 20.0)
    await ledger.merchants.delete_store(shop.merchant, goes.id)
    assert [store.id for store in await ledger.db.read(newest_stores, 9, NOW)] == [stays.id]
    assert await ledger.db.read(places, 9, NOW) == [(10.0, 121.5)]


async def test_a_store_whose_plan_is_for_later_or_over_is_nobodys_news_yet(
    ledger: Ledger, clock: Clock, shop: Shop
) -> None:
    spans = {"soon": (NOW + 1, None), "over": (None, NOW), "now": (NOW, NOW + 1)}
    for name, (from_ms, to_ms) in spans.items():
        store = await opened(ledger, clock, shop, name)
        plan = replace(PLAN, active=ActiveHours(from_ms=from_ms, to_ms=to_ms))
        await ledger.merchants.put_plan(shop.merchant, store.id, plan)
    none = await opened(ledger, clock, shop, "none")
    await ledger.merchants.put_plan(shop.merchant, none.id, replace(PLAN, cats_alive=0))
    assert [store.name for store in await ledger.db.read(newest_stores, 9, NOW)] == ["now"]
    assert len(await ledger.db.read(places, 9, NOW)) == 1


async def test_of_many_places_some_from_everywhere_are_told(ledger: Ledger, shop: Shop) -> None:
    """A file of stores goes from south to north; its first hundred are no picture of the city."""
    wanted = [NewStore(name=f"{n}", lat=n / 10, lon=0.0) for n in range(600)]
    made = await ledger.merchants.create_stores(shop.merchant, wanted)
    assert isinstance(made, list)
    for store in made:
        await ledger.merchants.put_plan(shop.merchant, store.id, PLAN)
    told = await ledger.db.read(places, 60, NOW)
    assert len(told) == 60
    assert sum(lat < 30 for lat, _ in told) in range(15, 46)
