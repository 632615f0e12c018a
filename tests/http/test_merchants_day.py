"""The whole of a merchant's day over HTTP: store, plan, campaign, coupon, redemption."""

from gameserver.game.catching import Rules
from gameserver.http.call import Role
from gameserver.live.messages import CouponChanged
from tests.http.desk import PLAN, PLAYER, STORE, Desk


async def test_a_merchant_opens_a_store_and_a_clerk_redeems_its_first_coupon(desk_on: Desk) -> None:
    desk = desk_on
    store = await desk.a_store()
    assert store == STORE | {
        "id": store["id"],
        "datum": "wgs84",
        "address": None,
        "opening_hours": None,
        "catch_m": Rules().catch_m,
        "state": "active",
        "ref": None,
        "spawn_plan": None,
    }
    campaign = await desk.a_campaign(
        kind="percent", value=20, starts_at="2023-01-01T08:00:00+08:00"
    )
    assert campaign["starts_at"] == "2023-01-01T00:00:00Z"
    plan = PLAN | {"campaign": campaign["id"]}
    put = await desk.as_merchant("PUT", f"/v1/stores/{store['id']}/spawn-plan", plan)
    assert put.status == 200, put.raw
    assert put.json == plan | {
        "catches_per_cat": 1,
        "active": {"from": None, "to": None, "hours": None},
        "area": None,
        "players_max": None,
    }
    (code,) = await desk.coupons(campaign["id"], store["id"], 1)

    found = await desk.ask("GET", f"/v1/coupons/{code.lower()}", role=Role.CLERK)
    assert (found.status, found.json["state"], found.json["value"]) == (200, "active", 20.0)
    redeemed = await desk.ask(
        "POST", f"/v1/coupons/{code}/redeem", {"store": store["id"]}, Role.CLERK
    )
    assert (redeemed.status, redeemed.json["state"]) == (200, "redeemed")
    again = await desk.ask("POST", f"/v1/coupons/{code}/redeem", {"store": store["id"]}, Role.CLERK)
    assert (again.status, again.code) == (409, "already_redeemed")
    assert again.json["redeemed_ms"] == desk.clock()
    assert again.json["redeemed_store"] == store["id"]
    (message,) = desk.told
    assert isinstance(message, CouponChanged)
    assert (message.player, message.coupon.code, message.coupon.state) == (PLAYER, code, "redeemed")
    wallet = await desk.ask("GET", "/v1/me/coupons", role=Role.PLAYER)
    assert [(c["code"], c["state"]) for c in wallet.json["items"]] == [(code, "redeemed")]
    counted = await desk.as_merchant("GET", f"/v1/campaigns/{campaign['id']}")
    assert (counted.json["issued"], counted.json["redeemed"]) == (1, 1)
