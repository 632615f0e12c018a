import asyncio

from gameserver.game.model import CouponState
from gameserver.ledger.idempotency import TTL_MS, Answer, request
from gameserver.ledger.ledger import Ledger
from tests.ledger.shop import NOW, Clock, Shop, campaign, caught


async def test_tidying_writes_down_what_time_has_brought(ledger: Ledger, shop: Shop):
    sale = await campaign(ledger, shop, 50, valid_for_s=1)
    await ledger.coupons.issue([caught(sale) for _ in range(5)], NOW)
    await ledger.idempotency.once(request("p", "k"), lambda _: Answer(200, b""), NOW)
    await ledger.players.forget("ann")
    assert await ledger.tidy(NOW) == 0
    later = NOW + TTL_MS
    assert await ledger.tidy(later, 3) == 3 + 1
    assert await ledger.tidy(later, 3) == 2
    assert await ledger.tidy(later, 3) == 0


async def test_tidying_changes_nothing_that_anybody_sees(ledger: Ledger, shop: Shop, clock: Clock):
    sale = await campaign(ledger, shop, 50, valid_for_s=1)
    await ledger.coupons.issue([caught(sale, player="ann")], NOW)
    clock.now_ms = NOW + 1000
    before = await ledger.coupons.wallet("ann", 10)
    assert before.items[0].state is CouponState.EXPIRED
    await asyncio.gather(*(ledger.tidy(clock.now_ms) for _ in range(3)))
    assert await ledger.coupons.wallet("ann", 10) == before


async def test_books_that_answer_are_there(ledger: Ledger):
    await ledger.ping()
