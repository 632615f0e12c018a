import asyncio

import pytest
from msgspec.structs import replace

from gameserver.game.geo import region_of
from gameserver.game.model import ActiveHours, Offering, Reservation, SpawnPlan
from gameserver.ledger.campaigns import (
    CampaignChange,
    CampaignEnded,
    EndsBeforeStart,
    NewCampaign,
    StockTooLow,
)
from gameserver.ledger.keys import Principal
from gameserver.ledger.ledger import Ledger
from gameserver.ledger.paging import BadCursor
from gameserver.ledger.store_imports import Change, Stale, import_stores, known_stores
from gameserver.ledger.stores import NewStore, RefTaken, Store, StoreChange, UnknownTimezone
from tests.ledger.shop import NOW, Clock, Shop, campaign, caught, open_shop

PLAN = SpawnPlan(3, 600, 250.0, {"tabby": 1.0, "lucky": 0.5}, catches_per_cat=2)


async def test_a_merchants_key_opens_what_is_the_merchants(ledger: Ledger):
    made = await ledger.merchants.add_merchant("Bakery")
    principal = await ledger.merchants.authenticate(made.key)
    assert principal == Principal("merchant", made.id, made.key.split("_")[1])


async def test_every_role_has_its_keys(ledger: Ledger, shop: Shop):
    clerk = await ledger.merchants.add_key(shop.merchant, "clerk")
    assert clerk is not None
    admin, service = (
        await ledger.merchants.add_admin_key(),
        await ledger.merchants.add_service_key(),
    )
    found = [await ledger.merchants.authenticate(key.key) for key in (clerk, admin, service)]
    assert found == [
        Principal("clerk", shop.merchant, clerk.id),
        Principal("admin", None, admin.id),
        Principal("service", None, service.id),
    ]


async def test_nobody_gets_a_key_for_a_merchant_that_there_is_not(ledger: Ledger):
    assert await ledger.merchants.add_key("nobody", "clerk") is None


async def test_any_wrong_key_opens_nothing(ledger: Ledger):
    key = (await ledger.merchants.add_merchant("Bakery")).key
    other = (await ledger.merchants.add_merchant("Tea house")).key
    _, id_, secret = key.split("_")
    wrong = [
        *("", "_", "__", "cat", "cat__", f"cat_{id_}", f"cat_{id_}_", f"cat__{secret}"),
        *(key[:-1], key + "0", key.upper(), f"dog_{id_}_{secret}", f" {key}", "é" * 100),
        *(f"cat_{id_}_{other.split('_')[2]}", f"cat_%_{secret}", f"cat_\0_{secret}", key * 1000),
    ]
    for each in wrong:
        assert await ledger.merchants.authenticate(each) is None


async def test_a_revoked_key_opens_nothing(ledger: Ledger):
    made = await ledger.merchants.add_merchant("Bakery")
    principal = await ledger.merchants.authenticate(made.key)
    assert principal is not None
    assert await ledger.merchants.revoke_key(principal.key)
    assert await ledger.merchants.authenticate(made.key) is None
    assert await ledger.merchants.revoke_key(principal.key)
    assert not await ledger.merchants.revoke_key("nothing")


async def test_the_secret_of_a_key_is_not_in_the_books(sqlite_url: str, ledger: Ledger):
    made = await ledger.merchants.add_merchant("Bakery")
    secret = made.key.split("_")[2].encode()

    def everything(connection: object) -> bytes:
        rows = connection.exec_driver_sql("SELECT * FROM api_keys").all()
        return b" ".join(
            value if isinstance(value, bytes) else str(value).encode()
            for row in rows
            for value in row
        )

    assert secret not in await ledger.db.read(everything)


async def test_merchants_are_listed_page_by_page(ledger: Ledger, clock: Clock):
    ids = []
    for n in range(5):
        clock.now_ms += 1
        ids.append((await ledger.merchants.add_merchant(f"m{n}")).id)
    first = await ledger.merchants.list_merchants(3)
    second = await ledger.merchants.list_merchants(3, first.next)
    assert [m.id for m in (*first.items, *second.items)] == ids
    assert second.next is None


async def test_a_store_is_kept_as_it_was_given(ledger: Ledger, shop: Shop):
    wanted = NewStore(
        name="No. 7",
        lat=48.1,
        lon=-123.4,
        datum="gcj02",
        address="Main St 7",
        timezone="America/Vancouver",
        opening_hours="Mo-Fr 09:00-18:00",
        catch_m=80.0,
        state="paused",
    )
    made = await ledger.merchants.create_store(shop.merchant, wanted)
    assert isinstance(made, Store)
    assert await ledger.merchants.get_store(shop.merchant, made.id) == made
    kept = {field: getattr(made, field) for field in wanted.__struct_fields__}
    assert NewStore(**kept) == wanted


async def test_a_change_of_a_store_leaves_the_rest_as_it_is(ledger: Ledger, shop: Shop):
    before = await ledger.merchants.get_store(shop.merchant, shop.store)
    assert before is not None
    changed = await ledger.merchants.update_store(
        shop.merchant, shop.store, StoreChange(name="New", opening_hours="24/7")
    )
    assert isinstance(changed, Store)
    assert (changed.name, changed.opening_hours) == ("New", "24/7")
    cleared = await ledger.merchants.update_store(
        shop.merchant, shop.store, StoreChange(name=before.name, opening_hours=None)
    )
    assert cleared == before


async def test_a_time_zone_that_there_is_not_is_refused_and_changes_nothing(
    ledger: Ledger, shop: Shop
):
    good = NewStore(name="a", lat=1, lon=1)
    bad = NewStore(name="b", lat=1, lon=1, timezone="Mars/Olympus")
    refused = UnknownTimezone("Mars/Olympus")
    assert await ledger.merchants.create_stores(shop.merchant, [good, bad]) == refused
    change = StoreChange(name="c", timezone="Mars/Olympus")
    assert await ledger.merchants.update_store(shop.merchant, shop.store, change) == refused
    page = await ledger.merchants.list_stores(shop.merchant, 10)
    assert [store.name for store in page.items] == ["Bakery 1"]


async def test_stores_are_listed_page_by_page_without_those_of_others(
    ledger: Ledger, shop: Shop, clock: Clock
):
    other = await open_shop(ledger, "Tea house")
    wanted = [NewStore(name=f"s{n}", lat=1, lon=1) for n in range(6)]
    made = await ledger.merchants.create_stores(shop.merchant, wanted)
    assert isinstance(made, list)
    first = await ledger.merchants.list_stores(shop.merchant, 4)
    second = await ledger.merchants.list_stores(shop.merchant, 4, first.next)
    ids = [store.id for store in (*first.items, *second.items)]
    assert set(ids) == {shop.store, *(store.id for store in made)}
    assert len(ids) == 7
    assert second.next is None
    assert other.store not in ids


@pytest.mark.parametrize("cursor", ["", "\0", "é", "x" * 65])
async def test_a_cursor_that_can_be_no_id_is_refused(ledger: Ledger, shop: Shop, cursor: str):
    for read in (ledger.merchants.list_stores, ledger.merchants.list_campaigns):
        with pytest.raises(BadCursor):
            await read(shop.merchant, 10, cursor)
    with pytest.raises(BadCursor):
        await ledger.merchants.list_merchants(10, cursor)


async def test_nothing_of_another_merchant_is_found(ledger: Ledger, shop: Shop):
    other = await open_shop(ledger, "Tea house")
    sale = await campaign(ledger, shop, 5)
    m = ledger.merchants
    assert await m.get_store(other.merchant, shop.store) is None
    assert await m.update_store(other.merchant, shop.store, StoreChange(name="x")) is None
    assert await m.delete_store(other.merchant, shop.store) is False
    assert await m.put_plan(other.merchant, shop.store, PLAN) is None
    assert await m.get_campaign(other.merchant, sale) is None
    assert await m.update_campaign(other.merchant, sale, CampaignChange(stock=9)) is None
    assert await m.add_codes(other.merchant, sale, ["CODE-1"]) is None
    assert (await m.list_campaigns(other.merchant, 10)).items == []


async def test_a_deleted_store_is_gone_for_its_merchant_and_told_to_keepers(
    ledger: Ledger, shop: Shop
):
    await ledger.merchants.put_plan(shop.merchant, shop.store, PLAN)
    seen = (await ledger.merchants.planned_stores(0, 10))[-1].rev
    assert await ledger.merchants.delete_store(shop.merchant, shop.store)
    assert not await ledger.merchants.delete_store(shop.merchant, shop.store)
    assert await ledger.merchants.get_store(shop.merchant, shop.store) is None
    assert (await ledger.merchants.list_stores(shop.merchant, 10)).items == []
    (told,) = await ledger.merchants.planned_stores(seen, 10)
    assert (told.id, told.plan) == (shop.store, None)


async def test_a_plan_reaches_the_keepers_whole(ledger: Ledger, shop: Shop):
    active = ActiveHours(NOW, NOW + 1000, "Mo-Su 10:00-22:00")
    plan = SpawnPlan(3, 600, 250.0, {"tabby": 1.0}, None, 2, active)
    put = await ledger.merchants.put_plan(shop.merchant, shop.store, plan)
    assert isinstance(put, Store)
    assert put.plan == plan
    (told,) = await ledger.merchants.planned_stores(0, 10)
    assert told.plan == plan
    assert told.region == region_of(told.lat, told.lon)
    await ledger.merchants.put_plan(shop.merchant, shop.store, PLAN)
    (told,) = await ledger.merchants.planned_stores(told.rev, 10)
    assert told.plan == PLAN


async def test_keepers_hear_of_each_change_once(ledger: Ledger, shop: Shop):
    m, rev = ledger.merchants, 0

    async def told() -> list[tuple[str, object]]:
        nonlocal rev
        changed = await m.planned_stores(rev, 10)
        rev = max((store.rev for store in changed), default=rev)
        assert rev == await m.rev()
        return [(store.name, store.plan) for store in changed]

    assert await told() == [("Bakery 1", None)]
    assert await told() == []
    plan = SpawnPlan(1, 600, 100.0, {"tabby": 1.0}, "a campaign of whatever books")
    await m.put_plan(shop.merchant, shop.store, plan)
    assert await told() == [("Bakery 1", plan)]
    await m.update_store(shop.merchant, shop.store, StoreChange(state="paused"))
    assert await told() == [("Bakery 1", None)]
    await m.update_store(shop.merchant, shop.store, StoreChange(state="active"))
    assert await told() == [("Bakery 1", plan)]


async def test_campaigns_say_of_themselves_what_keepers_must_know(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5, title="Old", starts_ms=NOW, ends_ms=NOW + 9)
    found = await ledger.coupons.offerings([sale, "none of ours"])
    assert found == [Offering(sale, shop.merchant, "Old", "active", NOW, NOW + 9)]
    change = CampaignChange(title="New", state="paused")
    await ledger.merchants.update_campaign(shop.merchant, sale, change)
    found = await ledger.coupons.offerings([sale])
    assert found == [Offering(sale, shop.merchant, "New", "paused", NOW, NOW + 9)]


async def test_changes_are_read_in_pages_without_missing_any(ledger: Ledger, shop: Shop):
    wanted = [NewStore(name=f"s{n}", lat=1, lon=1) for n in range(5)]
    made = await ledger.merchants.create_stores(shop.merchant, wanted)
    assert isinstance(made, list)
    rev = await ledger.merchants.rev()
    for store in made:
        await ledger.merchants.put_plan(shop.merchant, store.id, PLAN)
    seen: list[str] = []
    while page := await ledger.merchants.planned_stores(rev, 2):
        assert len(page) <= 2
        rev = page[-1].rev
        seen += [store.id for store in page]
    assert sorted(seen) == sorted(store.id for store in made)
    assert rev == await ledger.merchants.rev()
    await ledger.merchants.update_store(shop.merchant, made[0].id, StoreChange(name="x"))
    assert [store.name for store in await ledger.merchants.planned_stores(rev, 2)] == ["x"]


async def test_stores_that_are_made_together_have_a_number_each(ledger: Ledger, shop: Shop):
    wanted = [NewStore(name=f"s{n}", lat=1, lon=1) for n in range(5)]
    await ledger.merchants.create_stores(shop.merchant, wanted)
    told = await ledger.merchants.planned_stores(0, 100)
    assert [store.rev for store in told] == list(range(1, 7))
    assert await ledger.merchants.rev() == 6


async def test_keepers_who_poll_while_merchants_write_miss_nothing(ledger: Ledger, shop: Shop):
    names: dict[str, str] = {}
    rev, done = 0, False

    async def poll() -> None:
        nonlocal rev
        while not done:
            for store in await ledger.merchants.planned_stores(rev, 3):
                assert store.rev > rev
                rev = store.rev
                names[store.id] = store.name

    async def write(n: int) -> None:
        made = await ledger.merchants.create_store(
            shop.merchant, NewStore(name=f"s{n}", lat=1, lon=1)
        )
        assert isinstance(made, Store)
        await ledger.merchants.update_store(shop.merchant, made.id, StoreChange(name=f"t{n}"))

    polling = asyncio.create_task(poll())
    await asyncio.gather(*(write(n) for n in range(25)))
    done = True
    await polling
    for store in await ledger.merchants.planned_stores(rev, 100):
        names[store.id] = store.name
    assert sorted(names.values()) == sorted(["Bakery 1", *(f"t{n}" for n in range(25))])


async def test_every_region_that_a_store_with_a_plan_was_ever_in_is_known(
    ledger: Ledger, shop: Shop
):
    """Stores without a plan have no cats that would want a keeper."""
    assert await ledger.merchants.regions() == []
    await ledger.merchants.update_store(shop.merchant, shop.store, StoreChange(lat=2.0, lon=2.0))
    assert await ledger.merchants.regions() == []
    await ledger.merchants.put_plan(shop.merchant, shop.store, PLAN)
    before = await ledger.merchants.regions()
    assert before == [region_of(2.0, 2.0)]
    await ledger.merchants.update_store(shop.merchant, shop.store, StoreChange(lat=1.0, lon=1.0))
    await ledger.merchants.delete_store(shop.merchant, shop.store)
    assert await ledger.merchants.regions() == sorted([*before, region_of(1.0, 1.0)])


async def test_a_ref_is_one_stores_of_a_merchant(ledger: Ledger, shop: Shop):
    other = await open_shop(ledger, "Tea house")
    one = NewStore(name="a", lat=1, lon=1, ref="No. 1")
    create, update = ledger.merchants.create_stores, ledger.merchants.update_store
    made = await create(shop.merchant, [one])
    assert isinstance(made, list)
    assert await create(shop.merchant, [one]) == RefTaken("No. 1")
    assert await update(shop.merchant, shop.store, StoreChange(ref="No. 1")) == RefTaken("No. 1")
    two = NewStore(name="b", lat=1, lon=1, ref="No. 2")
    assert await create(shop.merchant, [two, two]) == RefTaken("No. 2")
    assert isinstance(await create(other.merchant, [one]), list), "another merchant's own number"
    assert isinstance(await update(shop.merchant, made[0].id, StoreChange(ref="No. 1")), Store)
    await ledger.merchants.delete_store(shop.merchant, made[0].id)
    assert isinstance(await create(shop.merchant, [one]), list), "a deleted store keeps none"


async def test_hours_that_nobody_can_read_are_no_hours_to_keepers(ledger: Ledger, shop: Shop):
    """Once any text was taken for them."""
    for hours, read in (("10am", None), ("Mo-Su 10:00-22:00", "Mo-Su 10:00-22:00")):
        change = StoreChange(opening_hours=hours)
        await ledger.merchants.update_store(shop.merchant, shop.store, change)
        (told,) = await ledger.merchants.planned_stores(0, 10)
        assert told.opening_hours == read


async def test_where_a_file_moves_stores_with_plans_keepers_look(ledger: Ledger, shop: Shop):
    bare = await ledger.merchants.create_store(shop.merchant, NewStore(name="b", lat=3, lon=3))
    assert isinstance(bare, Store)
    await ledger.merchants.put_plan(shop.merchant, shop.store, PLAN)
    before = set(await ledger.merchants.regions())
    ids = [shop.store, bare.id]
    known = await ledger.db.read(known_stores, shop.merchant, ids, [])
    changes = [
        Change(known.by_id[id_], replace(known.by_id[id_].store, lat=lat))
        for id_, lat in zip(ids, (40.0, 50.0), strict=True)
    ]
    assert await ledger.db.write(import_stores, shop.merchant, [], changes, NOW) == []
    moved = region_of(40.0, known.by_id[shop.store].store.lon)
    assert set(await ledger.merchants.regions()) == before | {moved}
    assert await ledger.db.write(import_stores, shop.merchant, [], changes, NOW) == Stale()


async def test_a_campaign_is_kept_as_it_was_given(ledger: Ledger, shop: Shop):
    wanted = NewCampaign(
        title="2.50 off",
        kind="amount",
        value=2.5,
        currency="EUR",
        terms="One each",
        stock=7,
        per_player=2,
        per_player_day=1,
        starts_ms=NOW,
        ends_ms=NOW + 1,
        valid_for_s=5,
        state="paused",
        codes="uploaded",
    )
    made = await ledger.merchants.create_campaign(shop.merchant, wanted)
    assert not isinstance(made, EndsBeforeStart)
    assert await ledger.merchants.get_campaign(shop.merchant, made.id) == made
    assert NewCampaign(**{f: getattr(made, f) for f in wanted.__struct_fields__}) == wanted
    assert (made.uploaded, made.reserved, made.issued, made.redeemed) == (0, 0, 0, 0)


async def test_campaigns_are_listed_page_by_page(ledger: Ledger, shop: Shop, clock: Clock):
    ids = []
    for _ in range(5):
        clock.now_ms += 1
        ids.append(await campaign(ledger, shop, 1))
    first = await ledger.merchants.list_campaigns(shop.merchant, 3)
    second = await ledger.merchants.list_campaigns(shop.merchant, 3, first.next)
    assert [c.id for c in (*first.items, *second.items)] == ids
    assert second.next is None


async def test_a_campaign_ends_after_it_starts(ledger: Ledger, shop: Shop):
    wanted = NewCampaign(title="x", kind="gift", stock=1, starts_ms=NOW, ends_ms=NOW)
    wrong = EndsBeforeStart(NOW, NOW)
    assert await ledger.merchants.create_campaign(shop.merchant, wanted) == wrong
    sale = await campaign(ledger, shop, 1, starts_ms=NOW)
    change = CampaignChange(ends_ms=NOW)
    assert await ledger.merchants.update_campaign(shop.merchant, sale, change) == wrong


async def test_stock_goes_up_and_down_but_not_below_what_is_promised(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 10)
    await ledger.coupons.reserve([Reservation("cat", sale, 3, NOW)], NOW)
    await ledger.coupons.issue([caught(sale)], NOW)
    change = ledger.merchants.update_campaign
    assert await change(shop.merchant, sale, CampaignChange(stock=3)) == StockTooLow(3, 1)
    for stock in (4, 40):
        changed = await change(shop.merchant, sale, CampaignChange(stock=stock))
        found = await ledger.merchants.get_campaign(shop.merchant, sale)
        assert changed == found
        assert found is not None
        assert found.stock == stock


async def test_an_ended_campaign_stays_ended(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 10)
    change = ledger.merchants.update_campaign
    await change(shop.merchant, sale, CampaignChange(state="ended"))
    again = await change(shop.merchant, sale, CampaignChange(state="active", title="x"))
    assert again == CampaignEnded()
    found = await change(shop.merchant, sale, CampaignChange(state="ended"))
    assert found == await ledger.merchants.get_campaign(shop.merchant, sale)


@pytest.mark.parametrize("field", ["per_player", "per_player_day"])
async def test_a_limit_can_be_lowered_below_what_players_have(
    ledger: Ledger, shop: Shop, field: str
):
    sale = await campaign(ledger, shop, 10, **{field: 3})
    await ledger.coupons.issue([caught(sale, player="ann") for _ in range(3)], NOW)
    await ledger.merchants.update_campaign(shop.merchant, sale, CampaignChange(**{field: 1}))
    (result,) = await ledger.coupons.issue([caught(sale, player="ann")], NOW)
    assert (result.status, result.limit) == ("limit", field)


async def test_changing_stock_while_coupons_are_issued_never_oversells(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 30)

    async def change(stock: int) -> None:
        await ledger.merchants.update_campaign(shop.merchant, sale, CampaignChange(stock=stock))

    await asyncio.gather(
        *(ledger.coupons.issue([caught(sale), caught(sale)], NOW) for _ in range(20)),
        *(change(stock) for stock in range(10, 30)),
    )
    found = await ledger.merchants.get_campaign(shop.merchant, sale)
    assert found is not None
    assert found.issued <= found.stock
