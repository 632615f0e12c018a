"""A process that sells at four tills at once: `python -m tests.ledger.till URL MERCHANT KEY STORE
CAMPAIGN...`.

For each of its cats and campaigns it sets coupons aside, issues two, redeems one under an
Idempotency-Key and releases the rest, all with ids that are the same in every run. What is done it
says, a line each: what, and the answer.
"""

import asyncio
import sys

from sqlalchemy import Connection

from gameserver.game.model import IssueItem, Reservation, catch_id
from gameserver.ledger import idempotency, redeeming
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.ledger.redeeming import Actor, Redeemed
from tests.ledger.shop import NOW, Shop

CATS = 32
SET_ASIDE = 3
SOLD = 2
TILLS = 4


async def sell(ledger: Ledger, shop: Shop, campaign: str, cat: str) -> None:
    wanted = Reservation(cat, campaign, SET_ASIDE, NOW + 1_000)
    await ledger.coupons.reserve([wanted], NOW)
    say("reserved", cat, campaign)
    items = [
        IssueItem(catch_id(cat, f"p{n}", "1"), cat, f"p{n}", campaign, shop.store, NOW)
        for n in range(SOLD)
    ]
    results = await ledger.coupons.issue(items, NOW)
    codes = [result.coupon.code for result in results if result.coupon is not None]
    say("issued", cat, *codes)
    say("redeemed", cat, await redeem(ledger, shop, cat, codes[0]))
    await ledger.coupons.release([(cat, SET_ASIDE)], NOW)
    say("released", cat, str(SET_ASIDE))


async def redeem(ledger: Ledger, shop: Shop, key: str, code: str) -> str:
    by = Actor(shop.merchant, shop.key)

    def effect(connection: Connection) -> idempotency.Answer:
        done = redeeming.redeem(connection, code, shop.store, by, NOW)
        return idempotency.Answer(200 if isinstance(done, Redeemed) else 409, code.encode())

    asked = idempotency.request("till", key, code.encode())
    answer = await ledger.idempotency.once(asked, effect, NOW)
    assert isinstance(answer, idempotency.Answer)
    return f"{answer.status} {answer.body.decode()}"


def say(what: str, about: str, *answer: str) -> None:
    print(what, about, *answer, flush=True)


async def sell_all(url: str, shop: Shop, campaigns: list[str]) -> None:
    cats = iter([f"cat{n}" for n in range(CATS)])

    async def till() -> None:
        for cat in cats:
            await sell(ledger, shop, campaigns[int(cat[3:]) % len(campaigns)], cat)

    async with open_ledger(url) as ledger, asyncio.TaskGroup() as tills:
        for _ in range(TILLS):
            tills.create_task(till())


if __name__ == "__main__":
    url, merchant, key, store, *campaigns = sys.argv[1:]
    asyncio.run(sell_all(url, Shop(merchant, key, store), campaigns))
