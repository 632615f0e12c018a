"""Campaigns over HTTP."""

from typing import Any

import pytest

from tests.http.desk import CAMPAIGN, Desk


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "gift"},
        {"kind": "gift", "value": None},
        {"kind": "gift", "value": 3, "currency": "SGD"},
        {"kind": "percent", "value": 1},
        {"kind": "percent", "value": 12.5},
        {"kind": "percent", "value": 100},
        {"kind": "amount", "value": 0.01, "currency": "CNY"},
        {"kind": "amount", "value": 1e9, "currency": "JPY"},
    ],
)
async def test_a_campaign_is_answered_whole(desk: Desk, fields: dict[str, Any]) -> None:
    made = await desk.a_campaign(**fields)
    assert made == {
        "id": made["id"],
        "currency": None,
        "terms": "",
        "per_player": None,
        "per_player_day": None,
        "starts_at": None,
        "ends_at": None,
        "valid_for_s": 2_592_000,
        "state": "active",
        "codes": "generated",
        "budget": None,
        "pace": None,
        "uploaded": 0,
        "reserved": 0,
        "issued": 0,
        "redeemed": 0,
    } | CAMPAIGN | fields | {"value": float(fields.get("value") or 0)}
    assert (await desk.as_merchant("GET", f"/v1/campaigns/{made['id']}")).json == made


async def test_a_change_changes_what_it_says_and_nothing_else(desk_on: Desk) -> None:
    desk = desk_on
    campaign = await desk.a_campaign(kind="amount", value=5, currency="CNY")
    path = f"/v1/campaigns/{campaign['id']}"
    for change in (
        {"title": "Two buns"},
        {"value": 7.5},
        {"currency": "SGD"},
        {"terms": "one\ttable,\none coupon"},
        {"stock": 0},
        {"stock": 10_000_000},
        {"per_player": 2},
        {"per_player": None},
        {"per_player_day": 1},
        {"starts_at": "2026-11-11T00:00:00Z"},
        {"ends_at": "2026-11-12T00:00:00Z"},
        {"starts_at": None, "ends_at": None},
        {"valid_for_s": 60},
        {"state": "paused"},
        {"state": "active"},
        {},
    ):
        campaign |= change
        reply = await desk.as_merchant("PATCH", path, change)
        assert (reply.status, reply.json) == (200, campaign)
    assert (await desk.as_merchant("GET", path)).json == campaign


async def test_the_stock_can_not_go_below_what_is_given(desk: Desk) -> None:
    store, campaign = await desk.a_store(), await desk.a_campaign(stock=10)
    await desk.coupons(campaign["id"], store["id"], 4)
    path = f"/v1/campaigns/{campaign['id']}"
    reply = await desk.as_merchant("PATCH", path, {"stock": 3, "title": "Less"})
    assert (reply.status, reply.code) == (409, "stock_too_low")
    assert (reply.json["reserved"], reply.json["issued"]) == (0, 4)
    assert (await desk.as_merchant("PATCH", path, {"stock": 4})).json["title"] == "A bun"


async def test_an_ended_campaign_stays_ended(desk: Desk) -> None:
    campaign = await desk.a_campaign()
    path = f"/v1/campaigns/{campaign['id']}"
    assert (await desk.as_merchant("PATCH", path, {"state": "ended"})).status == 200
    again = await desk.as_merchant("PATCH", path, {"state": "active"})
    assert (again.status, again.code) == (409, "campaign_ended")


async def test_dates_are_checked_against_those_that_stay(desk: Desk) -> None:
    campaign = await desk.a_campaign(ends_at="2026-11-12T00:00:00Z")
    path = f"/v1/campaigns/{campaign['id']}"
    late = await desk.as_merchant("PATCH", path, {"starts_at": "2026-11-12T00:00:00Z"})
    assert late.field == "ends_at"
    assert (await desk.as_merchant("GET", path)).json == campaign


async def test_a_budget_bounds_what_is_out(desk_on: Desk) -> None:
    desk = desk_on
    made = await desk.a_campaign(kind="amount", value=0.1, currency="CNY", budget=0.3)
    assert made["budget"] == 0.3
    assert len(await desk.coupons(made["id"], "sto_1", 5)) == 3
    path = f"/v1/campaigns/{made['id']}"
    for change in ({"budget": 0.29}, {"value": 0.2}):
        reply = await desk.as_merchant("PATCH", path, change)
        assert (reply.status, reply.code, reply.json["issued"]) == (409, "budget_too_low", 3)
    assert (await desk.as_merchant("PATCH", path, {"value": 0})).field == "value"
    more = await desk.as_merchant("PATCH", path, {"budget": 0.5})
    assert (more.status, more.json["budget"]) == (200, 0.5)
    assert len(await desk.coupons(made["id"], "sto_1", 5)) == 2
    free = await desk.as_merchant("PATCH", path, {"budget": None})
    assert (free.status, free.json["budget"]) == (200, None)
    assert len(await desk.coupons(made["id"], "sto_1", 5)) == 5


async def test_a_pace_spreads_the_stock(desk_on: Desk) -> None:
    desk = desk_on
    dates = {"starts_at": "2023-11-14T22:13:20Z", "ends_at": "2023-11-15T22:13:20Z"}
    made = await desk.a_campaign(stock=100, pace="even", **dates)
    assert made["pace"] == "even"
    assert len(await desk.coupons(made["id"], "sto_1", 9)) == 1
    desk.clock.now_ms += 12 * 3_600_000
    assert len(await desk.coupons(made["id"], "sto_1", 60)) == 49
    path = f"/v1/campaigns/{made['id']}"
    assert (await desk.as_merchant("PATCH", path, {"ends_at": None})).field == "pace"
    at_once = await desk.as_merchant("PATCH", path, {"pace": None})
    assert (at_once.status, at_once.json["pace"]) == (200, None)
    assert len(await desk.coupons(made["id"], "sto_1", 60)) == 50


async def test_a_gift_gets_no_budget_later(desk: Desk) -> None:
    made = await desk.a_campaign()
    reply = await desk.as_merchant("PATCH", f"/v1/campaigns/{made['id']}", {"budget": 5})
    assert reply.field == "budget"
