"""Checks of `GET /v1/coupon-changes`, from which the game learns of redemptions."""

import asyncio
import time

from gameserver.coupons_check.run import Run
from gameserver.coupons_check.service import Failed, Json, answered, expect
from gameserver.coupons_check.till import REASON

CHANGE_WITHIN_S = 1.0
SLACK_S = 1.0
"""For the machine that the suite runs on."""

PATH = "/v1/coupon-changes"
PAGE_MOST = 500


async def changes_are_told(run: Run) -> str:
    """A redemption is in the list of changes within a second, with the coupon as it is."""
    coupon = await run.coupon(await run.campaign())
    after = await _last(run)
    answered(await run.redeem(coupon["code"]))
    since_s = time.monotonic()
    while True:
        changes = await run.items(PATH, after=after, limit=PAGE_MOST)
        mine = [each for each in changes if each["catch"] == coupon["catch"]]
        took_s = time.monotonic() - since_s
        if mine:
            break
        if took_s > CHANGE_WITHIN_S + SLACK_S:
            raise Failed(f"expected it within {CHANGE_WITHIN_S:g} s, came nothing")
        after = changes[-1]["number"] if changes else after
        await asyncio.sleep(0.02)
    (change,) = mine
    expect("player", coupon["player"], change["player"])
    shown = {name: coupon[name] for name in ("code", "campaign", "title", "expires_ms")}
    shown["state"] = "redeemed"
    expect("coupon", shown, {name: change["coupon"].get(name) for name in shown})
    return f"after {took_s:.2f} s"


async def no_change_is_passed_over(run: Run) -> None:
    """Whoever follows the changes while many are made hears of each, by growing numbers."""
    campaign = await run.campaign()
    made = await run.issue(*(run.catch(campaign) for _ in range(30)))
    coupons = [each["coupon"] for each in made]
    begin = await _last(run)
    redeeming = asyncio.gather(*(run.redeem(each["code"]) for each in coupons))
    wanted, seen, after = {each["catch"] for each in coupons}, list[Json](), begin
    until_s = time.monotonic() + 10 * CHANGE_WITHIN_S
    try:
        while wanted - {each["catch"] for each in seen} and time.monotonic() < until_s:
            page = await run.items(PATH, after=after, limit=3)
            seen += page
            after = page[-1]["number"] if page else after
    finally:
        for reply in await redeeming:
            answered(reply)
    numbers = [each["number"] for each in seen]
    expect("numbers that grow", sorted(set(numbers)), numbers)
    missed = wanted - {each["catch"] for each in seen}
    expect("changes that were passed over", 0, len(missed))
    afterwards = await run.items(PATH, after=begin, limit=PAGE_MOST)
    listed = [each["number"] for each in afterwards if each["number"] <= after]
    if len(afterwards) < PAGE_MOST:
        expect("numbers when read again", listed, numbers)


async def every_change_is_told(run: Run) -> None:
    """Redeeming, reversing and voiding a coupon are three changes; issuing it is none."""
    campaign = await run.campaign()
    await run.redeem((await run.coupon(campaign))["code"])
    await asyncio.sleep(CHANGE_WITHIN_S)
    after = await _last(run)
    coupon = await run.coupon(campaign)
    answered(await run.redeem(coupon["code"]))
    answered(await run.till(coupon["code"], "reverse", REASON, run.acting()))
    answered(await run.till(coupon["code"], "void", REASON, run.acting()))
    await asyncio.sleep(CHANGE_WITHIN_S)
    changes = await run.items(PATH, after=after, limit=PAGE_MOST)
    mine = [each["coupon"]["state"] for each in changes if each["catch"] == coupon["catch"]]
    expect("states, as they are now", ["void"] * 3, mine)


async def the_last_change_is_where_to_begin(run: Run) -> None:
    """Without `after` there is the last change at the most."""
    items = await run.items(PATH)
    if len(items) > 1:
        raise Failed(f"expected one change at the most, came {len(items)}")
    for each in items:
        expect("the type of `number`", int, type(each["number"]))


CHANGES = (
    the_last_change_is_where_to_begin,
    changes_are_told,
    every_change_is_told,
    no_change_is_passed_over,
)


async def _last(run: Run) -> int:
    """The number of the last change, to read on from."""
    last = await run.items(PATH)
    return int(last[-1]["number"]) if last else 0
