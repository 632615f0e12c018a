"""Checks of the till, the merchants' campaigns and reports: skipped where these are not there."""

import asyncio

from gameserver.coupons_check.run import AWAY, OTHER_MERCHANT, STORE, Run
from gameserver.coupons_check.service import Ask, Skipped, answered, expect, refused

EXPIRES_AFTER_S = 60
"""The shortest time that a coupon can be good for."""

REASON = {"reason": "contract check"}


async def a_coupon_is_redeemed_once(run: Run) -> None:
    """A coupon is redeemed; whoever tries it again hears when and where that was."""
    coupon = await run.coupon(await run.campaign())
    done = answered(await run.redeem(coupon["code"]))
    expect("state", "redeemed", done["state"])
    again = refused(await run.redeem(coupon["code"]), 409, "already_redeemed")
    expect("redeemed_store", STORE, again.get("redeemed_store"))
    expect("redeemed_ms", done["redeemed_ms"], again.get("redeemed_ms"))
    (held,) = await run.items(f"/v1/players/{coupon['player']}/coupons")
    expect("state in the wallet", "redeemed", held["state"])
    expect("redeemed_ms in the wallet", done["redeemed_ms"], held["redeemed_ms"])


async def of_two_tills_one_redeems(run: Run) -> None:
    """Of 20 who redeem a coupon at once exactly one succeeds."""
    coupon = await run.coupon(await run.campaign())
    replies = await asyncio.gather(*(run.redeem(coupon["code"]) for _ in range(20)))
    found = sorted(reply.status for reply in replies)
    expect("answers", [200] + [409] * 19, found)


async def a_redemption_is_taken_back(run: Run) -> None:
    """A reversed coupon is active and can be redeemed again; there is nothing to reverse twice."""
    code = (await run.coupon(await run.campaign()))["code"]
    refused(await run.till(code, "reverse", REASON, run.acting()), 409, "not_redeemed")
    answered(await run.redeem(code))
    done = answered(await run.till(code, "reverse", REASON, run.acting()))
    expect("state", "active", done["state"])
    refused(await run.till(code, "reverse", REASON, run.acting()), 409, "not_redeemed")
    answered(await run.redeem(code))


async def a_coupon_that_is_withdrawn_is_worth_nothing(run: Run) -> None:
    """A voided coupon can't be redeemed, voiding it again is the same; a redeemed one can't be."""
    campaign = await run.campaign()
    code = (await run.coupon(campaign))["code"]
    for _ in range(2):
        done = answered(await run.till(code, "void", REASON, run.acting()))
        expect("state", "void", done["state"])
    refused(await run.redeem(code), 409, "void")
    redeemed = (await run.coupon(campaign))["code"]
    answered(await run.redeem(redeemed))
    reply = await run.till(redeemed, "void", REASON, run.acting())
    refused(reply, 409, "already_redeemed")


async def a_coupon_is_its_merchants(run: Run) -> None:
    """Another merchant's till hears `wrong_merchant`, and changes nothing."""
    code = (await run.coupon(await run.campaign()))["code"]
    other = run.acting(merchant=OTHER_MERCHANT)
    refused(await run.redeem(code, **other), 404, "wrong_merchant")
    refused(await run.till(code, "void", REASON, other), 404, "wrong_merchant")
    answered(await run.redeem(code))


async def an_unknown_code_is_said_to_be_one(run: Run) -> None:
    """A code that there is not is `unknown_coupon`."""
    await run.campaign()
    refused(await run.redeem(run.id("none")), 404, "unknown_coupon")


async def clerks_redeem_and_do_no_more(run: Run) -> None:
    """A clerk looks up and redeems, but may neither void nor reverse."""
    code = (await run.coupon(await run.campaign()))["code"]
    clerk = run.acting(is_clerk=True)
    refused(await run.till(code, "void", REASON, clerk), 403, "forbidden")
    found = await run.service.ask(Ask("GET", f"/v1/coupons/{code}", headers=clerk))
    expect("state that is looked up", "active", answered(found)["state"])
    answered(await run.redeem(code, **clerk))
    refused(await run.till(code, "reverse", REASON, clerk), 403, "forbidden")


async def an_idempotency_key_gets_the_same_answer(run: Run) -> None:
    """The same request with the same key is answered alike; another one with it is 422."""
    campaign = await run.campaign()
    code, other = [(await run.coupon(campaign))["code"] for _ in range(2)]
    once = {"Idempotency-Key": run.id("once")}
    first = await run.redeem(code, **once)
    answered(first)
    again = await run.redeem(code, **once)
    expect("status of the repetition", 200, again.status)
    expect("the repetition", first.body, again.body)
    refused(await run.redeem(other, **once), 422, "idempotency_key_reused")
    answered(await run.redeem(other))


async def an_expired_coupon_is_worth_nothing(run: Run) -> None:
    """A coupon whose time is over is `expired` for the till and the wallet."""
    if not run.is_slow:
        raise Skipped("it takes a minute; --slow")
    coupon = await run.coupon(await run.campaign(valid_for_s=EXPIRES_AFTER_S))
    await asyncio.sleep(EXPIRES_AFTER_S + 1)
    refused(await run.redeem(coupon["code"]), 409, "expired")
    (held,) = await run.items(f"/v1/players/{coupon['player']}/coupons")
    expect("state in the wallet", "expired", held["state"])


async def reports_count_what_was_done(run: Run) -> None:
    """The funnel of a campaign counts its coupons by what became of them."""
    campaign = await run.campaign(stock=10)
    codes = [(await run.coupon(campaign))["code"] for _ in range(3)]
    reply = await run.service.ask(Ask("GET", "/v1/reports/funnel", headers=run.acting()))
    if reply.status in AWAY:
        raise Skipped("the service has no reports here")
    answered(await run.redeem(codes[0]))
    answered(await run.till(codes[1], "void", REASON, run.acting()))
    items = await run.pages("/v1/reports/funnel", run.acting(), limit=100)
    (found,) = [each for each in items if each["campaign"] == campaign]
    counted = {name: found[name] for name in ("issued", "active", "redeemed", "void")}
    expect("the funnel", {"issued": 3, "active": 1, "redeemed": 1, "void": 1}, counted)


async def campaigns_count_what_is_out(run: Run) -> None:
    """A campaign says how many of its coupons are reserved, issued and redeemed."""
    campaign = await run.campaign(stock=10)
    await run.reserve(run.reservation(campaign, 4))
    code = (await run.coupon(campaign))["code"]
    asked = Ask("GET", f"/v1/campaigns/{campaign}", headers=run.acting())
    shown = answered(await run.service.ask(asked))
    counted = {name: shown[name] for name in ("stock", "reserved", "issued", "redeemed")}
    expect("before", {"stock": 10, "reserved": 4, "issued": 1, "redeemed": 0}, counted)
    answered(await run.redeem(code))
    shown = answered(await run.service.ask(asked))
    expect("redeemed", 1, shown["redeemed"])


TILL = (
    a_coupon_is_redeemed_once,
    of_two_tills_one_redeems,
    a_redemption_is_taken_back,
    a_coupon_that_is_withdrawn_is_worth_nothing,
    a_coupon_is_its_merchants,
    an_unknown_code_is_said_to_be_one,
    clerks_redeem_and_do_no_more,
    an_idempotency_key_gets_the_same_answer,
    campaigns_count_what_is_out,
    reports_count_what_was_done,
    an_expired_coupon_is_worth_nothing,
)
