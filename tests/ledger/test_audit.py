import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection, text

from gameserver.game.model import Claim, Reservation
from gameserver.ledger.audit import INVARIANTS, audit
from gameserver.ledger.campaigns import CampaignChange
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.ledger.tables import metadata
from tests.ledger.shop import NOW, Shop, campaign, caught, open_shop


@pytest.fixture
async def ledger(url: str) -> AsyncIterator[Ledger]:
    """Books that need not balance when the test is over."""
    async with open_ledger(url) as ledger:
        yield ledger


async def trade(ledger: Ledger) -> None:
    """A campaign with some of everything: reserved, active, redeemed, expired and void."""
    shop: Shop = await open_shop(ledger)
    sale = await campaign(ledger, shop, 20, per_player=2, per_player_day=2, valid_for_s=10)
    await ledger.coupons.reserve([Reservation("cat", sale, 3, NOW)], NOW)
    items = [caught(sale, "cat", "ann"), *(caught(sale, player=name) for name in ("ann", "bob"))]
    results = await ledger.coupons.issue([*items, caught(sale, player="cy")], NOW)
    codes = [result.coupon.code for result in results if result.coupon is not None]
    await ledger.coupons.redeem(codes[0], shop.store, shop.merchant, shop.key, NOW)
    await ledger.coupons.void(codes[1], "why", shop.merchant, shop.key, NOW)
    await ledger.coupons.expire(NOW + 10_000, 1)
    await ledger.coupons.reverse(codes[0], "why", shop.merchant, shop.key, NOW + 1)
    await ledger.coupons.redeem(codes[0], shop.store, shop.merchant, shop.key, NOW + 2)
    await ledger.catches.record(
        [Claim(i.catch, i.cat, i.player, "1", "tabby", 5, "s", NOW, sale) for i in items], NOW
    )
    own = await campaign(ledger, shop, 20, codes="uploaded")
    await ledger.merchants.add_codes(shop.merchant, own, ["BUN-1", "BUN-2"])
    await ledger.coupons.issue([caught(own)], NOW)


async def broken(ledger: Ledger) -> set[str]:
    return {check.name for check in await ledger.audit() if not check.ok}


async def test_books_that_were_only_used_as_they_should_be_are_in_order(ledger: Ledger):
    assert await broken(ledger) == set()
    await trade(ledger)
    assert await broken(ledger) == set()
    assert all(check.detail.split()[0].isdigit() for check in await ledger.audit())


BREAKING = {
    "UPDATE campaigns SET stock = 5 WHERE codes = 'generated'": {
        "stock covers what is reserved and issued"
    },
    "UPDATE campaigns SET value = 2, budget = 11 WHERE codes = 'generated'": {
        "budgets cover what is reserved and issued"
    },
    "UPDATE campaigns SET reserved = reserved + 1 WHERE codes = 'generated'": {
        "reserved is what open reservations hold"
    },
    "UPDATE campaigns SET issued = issued + 1 WHERE codes = 'generated'": {
        "issued is the number of coupons",
        "issued is active, redeemed, expired and void together",
    },
    "UPDATE campaigns SET redeemed = 0": {"redeemed is the number of redeemed coupons"},
    "UPDATE campaigns SET uploaded = uploaded + 1 WHERE codes = 'uploaded'": {
        "uploaded is the number of uploaded codes"
    },
    "DELETE FROM campaigns WHERE codes = 'uploaded'": {
        "every coupon is of a campaign",
        "every uploaded code is of a campaign",
    },
    "UPDATE campaigns SET per_player = 1 WHERE codes = 'generated'": {"no player is over a limit"},
    "UPDATE campaigns SET per_player_day = 1 WHERE codes = 'generated'": {
        "no player is over a limit on any day"
    },
    "UPDATE coupons SET player_id = 'ann' WHERE player_id = 'cy'": {
        "no player is over a limit",
        "no player is over a limit on any day",
    },
    "UPDATE coupons SET player_id = 'ann', day = day + 1 WHERE player_id = 'cy'": {
        "no player is over a limit"
    },
    "UPDATE coupons SET catch_id = 'same' WHERE player_id = 'cy' OR code = 'BUN-1'": {
        "one coupon per catch"
    },
    "UPDATE coupons SET cat_id = 'same', player_id = 'same'"
    " WHERE player_id = 'cy' OR code = 'BUN-1'": {"one coupon per cat and player"},
    "UPDATE coupons SET code = 'same' WHERE player_id IN ('bob', 'cy')": {"one coupon per code"},
    "UPDATE coupons SET state = 'lost' WHERE player_id = 'cy'": {
        "issued is active, redeemed, expired and void together",
        "every coupon is what its events say",
    },
    "UPDATE coupons SET state = 'void' WHERE player_id = 'cy'": {
        "every coupon is what its events say"
    },
    "UPDATE coupons SET redeemed_ms = redeemed_ms + 1 WHERE state = 'redeemed'": {
        "every coupon is what its events say"
    },
    "UPDATE coupons SET redeemed_ms = NULL WHERE state = 'redeemed'": {
        "every coupon is what its events say"
    },
    "UPDATE coupons SET redeemed_ms = 1 WHERE state = 'void'": {
        "every coupon is what its events say"
    },
    "UPDATE coupons SET redeemed_store_id = 'elsewhere' WHERE state = 'redeemed'": {
        "every coupon is what its events say"
    },
    "UPDATE coupons SET redeemed_store_id = NULL WHERE state = 'redeemed'": {
        "every coupon is what its events say"
    },
    "DELETE FROM coupon_events WHERE change = 'expire'": {"every coupon is what its events say"},
    "DELETE FROM coupon_events WHERE change = 'reverse'": {"every coupon is what its events say"},
    f"DELETE FROM coupon_events WHERE at_ms = {NOW} AND change = 'redeem'": {
        "every coupon is what its events say"
    },
    f"DELETE FROM coupon_events WHERE at_ms = {NOW + 2}": {"every coupon is what its events say"},
    "INSERT INTO coupon_events (id, coupon_id, change, at_ms)"
    " SELECT id + 100, coupon_id, change, at_ms FROM coupon_events WHERE change = 'redeem'": {
        "every coupon is what its events say"
    },
    "INSERT INTO coupon_events (id, coupon_id, change, at_ms) VALUES (100, 100, 'redeem', 1)": {
        "every event is of a coupon"
    },
    f"UPDATE coupons SET expires_ms = {NOW + 2} WHERE state = 'redeemed'": {
        "every change of a coupon came in time"
    },
    f"UPDATE coupons SET expires_ms = {NOW} WHERE state = 'void'": {
        "every change of a coupon came in time"
    },
    "UPDATE coupons SET expires_ms = expires_ms + 1 WHERE state = 'expired'": {
        "every change of a coupon came in time"
    },
    f"UPDATE coupon_events SET at_ms = {NOW} + 86400000 WHERE change = 'reverse'": {
        "every change of a coupon came in time"
    },
    "UPDATE coupons SET catch_id = 'x' WHERE player_id = 'bob'": {
        "every catch of a cat with a campaign has its coupon, is owed it, or has a reason"
    },
    "UPDATE coupons SET player_id = 'eve' WHERE player_id = 'bob'": {
        "every coupon is its catcher's"
    },
    "UPDATE catches SET campaign_id = 'another' WHERE player_id = 'bob'": {
        "every coupon is its catcher's"
    },
    "INSERT INTO catches (id, cat_id, player_id, points)"
    " SELECT 'again', cat_id, player_id, 0 FROM catches WHERE player_id = 'bob'": {
        "one catch per cat and player",
        "every score is the sum of its catches",
    },
    "UPDATE reservations SET issued = issued + 1": {
        "reserved is what open reservations hold",
        "every coupon taken from a reservation is there",
    },
    "UPDATE reservations SET released = 3": {
        "reserved is what open reservations hold",
        "no reservation gave more than it was granted",
    },
    "INSERT INTO reservations (id, campaign_id, granted, issued, released)"
    " VALUES ('stray', 'nobody', 1, 0, 0)": {"every reservation is of a campaign"},
    "UPDATE campaign_codes SET given_ms = 1 WHERE code = 'BUN-2'": {
        "every given code has a coupon"
    },
    "UPDATE campaign_codes SET given_ms = NULL": {
        "every given code has a coupon",
        "every coupon of a campaign with its own codes has one of them",
    },
    "UPDATE scores SET points = points + 1": {"every score is the sum of its catches"},
    "UPDATE scores SET week_catches = week_catches + 1": {"every score is the sum of its catches"},
    "UPDATE scores SET day_points = day_points + 1": {"every score is the sum of its catches"},
    "UPDATE scores SET day = day - 1, day_points = 0, day_catches = 0": {
        "every score is the sum of its catches"
    },
}


class Named(Exception):
    """Undoes the transaction in which this was found."""


def names_of_what_is_broken(connection: Connection, statement: str) -> None:
    """Named, with what the audit finds after a statement that no constraint stops.

    Tables of the connection's own hide the real ones; they have their rows and nothing else.
    """
    for name in metadata.tables:
        connection.execute(text(f"CREATE TEMPORARY TABLE {name} AS SELECT * FROM {name}"))
    assert connection.execute(text(statement)).rowcount > 0
    raise Named({check.name for check in audit(connection) if not check.ok})


async def test_what_is_wrong_in_the_books_is_named(ledger: Ledger):
    await trade(ledger)
    found = {}
    for statement in BREAKING:
        with pytest.raises(Named) as named:
            await ledger.db.write(names_of_what_is_broken, statement)
        (found[statement],) = named.value.args
    assert found == BREAKING
    assert await broken(ledger) == set()


def test_there_is_damage_for_every_invariant():
    assert set().union(*BREAKING.values()) == {invariant.name for invariant in INVARIANTS}


async def test_limits_that_are_changed_hold_from_then_on_only(ledger: Ledger):
    shop = await open_shop(ledger)
    sale = await campaign(ledger, shop, 20)
    await ledger.coupons.issue([caught(sale, player="ann") for _ in range(3)], NOW)
    for limits in ({"per_player": 2}, {"per_player": None, "per_player_day": 1}, {"per_player": 1}):
        await ledger.merchants.update_campaign(shop.merchant, sale, CampaignChange(**limits))
        assert await broken(ledger) == set()
    await ledger.coupons.issue([caught(sale, player="bob")], NOW)
    assert await broken(ledger) == set()
    rename = "UPDATE coupons SET player_id = 'ann' WHERE player_id = 'bob'"
    with pytest.raises(Named) as named:
        await ledger.db.write(names_of_what_is_broken, rename)
    assert named.value.args[0] == {
        "no player is over a limit",
        "no player is over a limit on any day",
    }


async def test_an_audit_beside_live_traffic_finds_nothing(ledger: Ledger):
    shop = await open_shop(ledger)
    sale = await campaign(ledger, shop, 500)
    done = False

    async def audits() -> int:
        count = 0
        while not done:
            assert await broken(ledger) == set()
            count += 1
        return count

    auditing = asyncio.create_task(audits())
    for n in range(30):
        await ledger.coupons.reserve([Reservation(f"cat{n}", sale, 5, NOW)], NOW)
        results = await ledger.coupons.issue([caught(sale, f"cat{n}") for _ in range(3)], NOW)
        assert results[0].coupon is not None
        code = results[0].coupon.code
        await ledger.coupons.redeem(code, shop.store, shop.merchant, shop.key, NOW)
        await ledger.coupons.release([(f"cat{n}", 1)], NOW)
    done = True
    assert await auditing > 0
