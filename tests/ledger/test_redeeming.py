import asyncio
from collections import Counter

from sqlalchemy import Connection, select

from gameserver.game.coupons import REVERSIBLE_MS
from gameserver.game.model import Coupon, CouponState
from gameserver.ledger.ledger import Ledger
from gameserver.ledger.redeeming import (
    AlreadyRedeemed,
    AlreadyVoid,
    Expired,
    FoundCoupon,
    NothingToReverse,
    Redeemed,
    Reversed,
    TooLateToReverse,
    UnknownCoupon,
    UnknownStore,
    Voided,
    WrongMerchant,
)
from gameserver.ledger.tables import coupon_events
from tests.ledger.shop import NOW, Clock, Shop, campaign, caught, counters, open_shop

VALID_MS = 60_000


async def coupon(ledger: Ledger, shop: Shop, sale: str | None = None) -> Coupon:
    sale = sale or await campaign(
        ledger, shop, 5, kind="percent", value=10, terms="One each", valid_for_s=VALID_MS // 1000
    )
    (result,) = await ledger.coupons.issue([caught(sale)], NOW)
    assert result.coupon is not None
    return result.coupon


async def test_a_clerk_finds_a_coupon_however_it_is_typed(ledger: Ledger, shop: Shop, clock: Clock):
    made = await coupon(ledger, shop)
    for typed in (made.code, made.code.lower(), made.code.replace("-", ""), f" {made.code} "):
        found = await ledger.coupons.find(typed, shop.merchant)
        assert found == FoundCoupon(made, "percent", 10.0, None, "One each")


async def test_a_coupon_that_is_found_late_is_expired(ledger: Ledger, shop: Shop, clock: Clock):
    made = await coupon(ledger, shop)
    clock.now_ms = made.expires_ms
    found = await ledger.coupons.find(made.code, shop.merchant)
    assert isinstance(found, FoundCoupon)
    assert found.coupon.state is CouponState.EXPIRED


async def test_a_merchant_sees_nothing_of_anothers_coupons(ledger: Ledger, shop: Shop):
    made = await coupon(ledger, shop)
    other = await open_shop(ledger, "Tea house")
    code = made.code
    assert await ledger.coupons.find(code, other.merchant) == WrongMerchant()
    done = await ledger.coupons.redeem(code, other.store, other.merchant, other.key, NOW)
    assert done == WrongMerchant()
    assert await ledger.coupons.void(code, "", other.merchant, other.key, NOW) == WrongMerchant()
    back = await ledger.coupons.reverse(code, "", other.merchant, other.key, NOW)
    assert back == WrongMerchant()


async def test_a_coupon_is_redeemed_with_time_and_place(ledger: Ledger, shop: Shop):
    made = await coupon(ledger, shop)
    done = await ledger.coupons.redeem(made.code, shop.store, shop.merchant, shop.key, NOW + 5)
    assert isinstance(done, Redeemed)
    assert done.found.coupon.state is CouponState.REDEEMED
    assert (done.found.redeemed_ms, done.found.redeemed_store) == (NOW + 5, shop.store)
    assert await counters(ledger, shop, made.campaign) == (0, 1, 1)


async def test_a_second_redemption_is_told_of_the_first(ledger: Ledger, shop: Shop):
    made = await coupon(ledger, shop)
    await ledger.coupons.redeem(made.code, shop.store, shop.merchant, shop.key, NOW + 5)
    again = await ledger.coupons.redeem(made.code, shop.store, shop.merchant, shop.key, NOW + 6)
    assert again == AlreadyRedeemed(NOW + 5, shop.store)
    late = await ledger.coupons.redeem(
        made.code, shop.store, shop.merchant, shop.key, NOW + VALID_MS
    )
    assert late == AlreadyRedeemed(NOW + 5, shop.store)


async def test_a_coupon_is_redeemed_at_the_merchants_own_stores_only(ledger: Ledger, shop: Shop):
    made = await coupon(ledger, shop)
    other = await open_shop(ledger, "Tea house")
    for store in (other.store, "nowhere"):
        done = await ledger.coupons.redeem(made.code, store, shop.merchant, shop.key, NOW)
        assert done == UnknownStore()


async def test_a_coupon_is_redeemed_until_just_before_it_expires(ledger: Ledger, shop: Shop):
    late, in_time = await coupon(ledger, shop), await coupon(ledger, shop)
    end = NOW + VALID_MS
    done = await ledger.coupons.redeem(late.code, shop.store, shop.merchant, shop.key, end)
    assert done == Expired(end)
    done = await ledger.coupons.redeem(in_time.code, shop.store, shop.merchant, shop.key, end - 1)
    assert isinstance(done, Redeemed)


async def test_what_is_no_code_finds_nothing(ledger: Ledger, shop: Shop):
    for text in ("", " ", "x" * 5000, "%", "000000-000000-000001", "\x00", "a\x00b", "\ud800", "é"):
        assert await ledger.coupons.find(text, shop.merchant) == UnknownCoupon()


async def test_of_two_hundred_redemptions_exactly_one_succeeds(ledger: Ledger, shop: Shop):
    made = await coupon(ledger, shop)
    done = await asyncio.gather(
        *(
            ledger.coupons.redeem(made.code, shop.store, shop.merchant, f"k{n}", NOW)
            for n in range(200)
        )
    )
    assert Counter(type(each) for each in done) == {Redeemed: 1, AlreadyRedeemed: 199}
    assert await counters(ledger, shop, made.campaign) == (0, 1, 1)


async def test_of_redeeming_and_voiding_at_once_one_wins(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50)
    for _ in range(10):
        made = await coupon(ledger, shop, sale)
        redeemed, voided = await asyncio.gather(
            ledger.coupons.redeem(made.code, shop.store, shop.merchant, shop.key, NOW),
            ledger.coupons.void(made.code, "", shop.merchant, shop.key, NOW),
        )
        assert isinstance(redeemed, Redeemed) != isinstance(voided, Voided)


async def test_a_reversed_redemption_leaves_the_coupon_as_good_as_before(
    ledger: Ledger, shop: Shop
):
    made = await coupon(ledger, shop)
    await ledger.coupons.redeem(made.code, shop.store, shop.merchant, "clerk", NOW + 5)
    done = await ledger.coupons.reverse(made.code, "cancelled", shop.merchant, shop.key, NOW + 9)
    assert isinstance(done, Reversed)
    assert done.found.coupon == made
    assert (done.found.redeemed_ms, done.found.redeemed_store) == (None, None)
    assert await counters(ledger, shop, made.campaign) == (0, 1, 0)
    again = await ledger.coupons.redeem(made.code, shop.store, shop.merchant, shop.key, NOW + 10)
    assert isinstance(again, Redeemed)
    assert await counters(ledger, shop, made.campaign) == (0, 1, 1)


async def test_the_books_tell_who_reversed_what_when_where_and_why(ledger: Ledger, shop: Shop):
    made = await coupon(ledger, shop)
    await ledger.coupons.redeem(made.code, shop.store, shop.merchant, "clerk", NOW + 5)
    await ledger.coupons.reverse(made.code, "cancelled", shop.merchant, shop.key, NOW + 9)

    def events(connection: Connection) -> list[tuple[object, ...]]:
        table = coupon_events.c
        columns = (table.change, table.at_ms, table.key_id, table.store_id, table.reason)
        return [tuple(row) for row in connection.execute(select(*columns).order_by(table.id))]

    assert await ledger.db.read(events) == [
        ("redeem", NOW + 5, "clerk", shop.store, None),
        ("reverse", NOW + 9, shop.key, shop.store, "cancelled"),
    ]


async def test_a_redemption_is_reversed_for_a_day(ledger: Ledger, shop: Shop):
    in_time, late = await coupon(ledger, shop), await coupon(ledger, shop)
    for made in (in_time, late):
        await ledger.coupons.redeem(made.code, shop.store, shop.merchant, shop.key, NOW)
    end = NOW + REVERSIBLE_MS
    done = await ledger.coupons.reverse(late.code, "", shop.merchant, shop.key, end)
    assert done == TooLateToReverse(NOW, end)
    assert await counters(ledger, shop, late.campaign) == (0, 1, 1)
    done = await ledger.coupons.reverse(in_time.code, "", shop.merchant, shop.key, end - 1)
    assert isinstance(done, Reversed)
    assert done.found.coupon.state is CouponState.EXPIRED
    assert await ledger.coupons.expire(end, 10) == 1


async def test_what_is_not_redeemed_is_not_reversed(ledger: Ledger, shop: Shop):
    active, void, late = [await coupon(ledger, shop) for _ in range(3)]
    await ledger.coupons.void(void.code, "", shop.merchant, shop.key, NOW)
    for made, now_ms, state in (
        (active, NOW, CouponState.ACTIVE),
        (void, NOW, CouponState.VOID),
        (late, late.expires_ms, CouponState.EXPIRED),
    ):
        done = await ledger.coupons.reverse(made.code, "", shop.merchant, shop.key, now_ms)
        assert done == NothingToReverse(state)


async def test_nobody_else_reverses_a_merchants_redemption(ledger: Ledger, shop: Shop):
    made = await coupon(ledger, shop)
    await ledger.coupons.redeem(made.code, shop.store, shop.merchant, shop.key, NOW)
    other = await open_shop(ledger, "Tea house")
    done = await ledger.coupons.reverse(made.code, "", other.merchant, other.key, NOW)
    assert done == WrongMerchant()


async def test_of_fifty_reversals_exactly_one_succeeds(ledger: Ledger, shop: Shop):
    made = await coupon(ledger, shop)
    await ledger.coupons.redeem(made.code, shop.store, shop.merchant, shop.key, NOW)
    done = await asyncio.gather(
        *(ledger.coupons.reverse(made.code, "", shop.merchant, shop.key, NOW) for _ in range(50))
    )
    assert Counter(type(each) for each in done) == {Reversed: 1, NothingToReverse: 49}
    assert await counters(ledger, shop, made.campaign) == (0, 1, 0)


async def test_a_void_coupon_says_why(ledger: Ledger, shop: Shop):
    made = await coupon(ledger, shop)
    done = await ledger.coupons.void(made.code, "printed twice", shop.merchant, shop.key, NOW)
    assert isinstance(done, Voided)
    assert not done.repeated
    assert done.found.coupon.state is CouponState.VOID
    assert done.found.void_reason == "printed twice"
    refused = await ledger.coupons.redeem(made.code, shop.store, shop.merchant, shop.key, NOW)
    assert refused == AlreadyVoid("printed twice")


async def test_voiding_again_changes_nothing(ledger: Ledger, shop: Shop):
    made = await coupon(ledger, shop)
    first = await ledger.coupons.void(made.code, "one", shop.merchant, shop.key, NOW)
    again = await ledger.coupons.void(made.code, "two", shop.merchant, shop.key, NOW + 1)
    assert isinstance(first, Voided)
    assert again == Voided(first.found, repeated=True)


async def test_a_used_or_expired_coupon_cannot_be_voided(ledger: Ledger, shop: Shop):
    used, late = await coupon(ledger, shop), await coupon(ledger, shop)
    await ledger.coupons.redeem(used.code, shop.store, shop.merchant, shop.key, NOW)
    done = await ledger.coupons.void(used.code, "", shop.merchant, shop.key, NOW)
    assert done == AlreadyRedeemed(NOW, shop.store)
    done = await ledger.coupons.void(late.code, "", shop.merchant, shop.key, late.expires_ms)
    assert done == Expired(late.expires_ms)


async def test_a_void_coupon_does_not_go_back_into_the_stock(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 1)
    made = await coupon(ledger, shop, sale)
    await ledger.coupons.void(made.code, "", shop.merchant, shop.key, NOW)
    (result,) = await ledger.coupons.issue([caught(sale)], NOW)
    assert result.status == "sold_out"


async def test_expired_coupons_are_written_down_in_small_steps(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50, valid_for_s=1)
    made = [await coupon(ledger, shop, sale) for _ in range(5)]
    await ledger.coupons.redeem(made[0].code, shop.store, shop.merchant, shop.key, NOW)
    assert await ledger.coupons.expire(NOW + 999, 10) == 0
    assert await ledger.coupons.expire(NOW + 1000, 3) == 3
    assert await ledger.coupons.expire(NOW + 1000, 3) == 1
    assert await ledger.coupons.expire(NOW + 1000, 3) == 0
    done = await ledger.coupons.redeem(made[1].code, shop.store, shop.merchant, shop.key, NOW)
    assert done == Expired(NOW + 1000)


async def test_two_that_write_down_expiry_at_once_write_it_once(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50, valid_for_s=1)
    await ledger.coupons.issue([caught(sale) for _ in range(40)], NOW)
    counts = await asyncio.gather(*(ledger.coupons.expire(NOW + 1000, 30) for _ in range(4)))
    rest = await ledger.coupons.expire(NOW + 1000, 100)
    assert sum(counts) + rest == 40
