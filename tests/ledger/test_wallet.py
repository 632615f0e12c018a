import pytest

from gameserver.game.model import CouponState
from gameserver.ledger.ledger import Ledger
from gameserver.ledger.paging import BadCursor
from tests.ledger.shop import NOW, Clock, Shop, campaign, caught


async def test_a_wallet_shows_the_newest_first_page_by_page(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50)
    items = [caught(sale, player="ann") for _ in range(7)]
    await ledger.coupons.issue([*items, caught(sale, player="bob")], NOW)
    seen, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        page = await ledger.coupons.wallet("ann", 3, cursor)
        seen += [coupon.catch for coupon in page.items]
        cursor = page.next
        pages += 1
    assert seen == [item.catch for item in reversed(items)]
    assert pages == 3


async def test_a_full_last_page_has_no_next(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50)
    await ledger.coupons.issue([caught(sale, player="ann") for _ in range(3)], NOW)
    assert (await ledger.coupons.wallet("ann", 3)).next is None
    assert (await ledger.coupons.wallet("nobody", 3)) == ([], None)


async def test_a_wallet_tells_what_became_of_a_coupon(ledger: Ledger, shop: Shop, clock: Clock):
    sale = await campaign(ledger, shop, 50, title="A bun", valid_for_s=10)
    results = await ledger.coupons.issue([caught(sale, player="ann") for _ in range(3)], NOW)
    codes = [result.coupon.code for result in results if result.coupon is not None]
    await ledger.coupons.redeem(codes[0], shop.store, shop.merchant, shop.key, NOW + 7)
    await ledger.coupons.void(codes[1], "", shop.merchant, shop.key, NOW)

    async def states() -> dict[str, CouponState]:
        page = await ledger.coupons.wallet("ann", 10)
        return {coupon.code: coupon.state for coupon in page.items}

    ends = {codes[0]: CouponState.REDEEMED, codes[1]: CouponState.VOID}
    assert await states() == {**ends, codes[2]: CouponState.ACTIVE}
    clock.now_ms = NOW + 10_000
    assert await states() == {**ends, codes[2]: CouponState.EXPIRED}
    redeemed = (await ledger.coupons.wallet("ann", 10)).items[-1]
    assert (redeemed.redeemed_ms, redeemed.title, redeemed.campaign) == (NOW + 7, "A bun", sale)


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1e5", "٣", "9" * 40])
async def test_a_cursor_that_we_never_gave_is_refused(ledger: Ledger, cursor: str):
    with pytest.raises(BadCursor):
        await ledger.coupons.wallet("ann", 3, cursor)
    with pytest.raises(BadCursor):
        await ledger.catches.of_player("ann", 3, cursor)


async def test_a_code_is_its_players_however_it_is_typed(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 5)
    (result,) = await ledger.coupons.issue([caught(sale, player="ann")], NOW)
    assert result.coupon is not None
    code = result.coupon.code
    for typed in (code, code.lower(), code.replace("-", ""), f" {code} "):
        assert await ledger.coupons.code_of_player(typed, "ann") == code
    assert await ledger.coupons.code_of_player(code, "bob") is None
    for text in ("", "x" * 5000, "\x00", "nothing"):
        assert await ledger.coupons.code_of_player(text, "ann") is None
