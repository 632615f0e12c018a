"""The coupon service over HTTP: the same answers however often it is asked."""

import asyncio
from typing import Any

from gameserver.game.model import catch_id
from gameserver.http.call import Role
from tests.http.desk import NOW, Desk, Reply


def item(campaign: str, cat: str = "872830828-1", player: str = "alice") -> dict[str, Any]:
    return {
        "catch": catch_id(cat, player, "1"),
        "cat": cat,
        "player": player,
        "campaign": campaign,
        "store": "sto_1",
        "at_ms": NOW,
    }


async def issue(desk: Desk, *items: dict[str, Any], **headers: str) -> list[dict[str, Any]]:
    reply = await desk.ask("POST", "/v1/issue", {"items": list(items)}, Role.SERVICE, **headers)
    assert reply.status == 200, reply.raw
    results: list[dict[str, Any]] = reply.json["results"]
    return results


async def reserve(desk: Desk, **body: Any) -> Reply:
    return await desk.ask("POST", "/v1/reservations", body, Role.SERVICE)


async def counted(desk: Desk, campaign: str) -> tuple[int, int]:
    told = (await desk.as_merchant("GET", f"/v1/campaigns/{campaign}")).json
    return told["reserved"], told["issued"]


async def test_a_catch_gets_its_coupon_once(desk_on: Desk) -> None:
    desk = desk_on
    campaign = (await desk.a_campaign(per_player=1))["id"]
    one, other = item(campaign), item(campaign, cat="872830828-2")
    first, limited, closed = await issue(desk, one, other, item("cam_nobody", player="bob"))
    assert first["status"] == "issued"
    assert first["coupon"]["player"] == "alice"
    assert limited == {"catch": other["catch"], "status": "limit", "limit": "per_player"}
    assert closed["status"] == "closed"
    (again,) = await issue(desk, one)
    assert (again["status"], again["coupon"]) == ("already", first["coupon"])


async def test_a_day_of_the_limits_begins_by_the_zone_that_the_catch_says(desk_on: Desk) -> None:
    desk = desk_on
    campaign = (await desk.a_campaign(per_player_day=1))["id"]
    # 10:13 and 21:13 in UTC: the same day there, two days in Shanghai.
    moments = [NOW - 12 * 3_600_000, NOW - 3_600_000]
    for player, zone, answers in (
        ("ann", {}, ["issued", "limit"]),
        ("bob", {"timezone": None}, ["issued", "limit"]),
        ("eve", {"timezone": "Asia/Shanghai"}, ["issued", "issued"]),
    ):
        catches = [
            item(campaign, f"872830828-{at_ms}", player) | {"at_ms": at_ms} | zone
            for at_ms in moments
        ]
        assert [result["status"] for result in await issue(desk, *catches)] == answers


async def test_a_zone_that_only_the_game_knows_keeps_nobody_from_a_coupon(desk_on: Desk) -> None:
    """Its machine may have newer tables of time zones."""
    desk = desk_on
    campaign = (await desk.a_campaign(per_player_day=1))["id"]
    catches = [
        item(campaign, f"872830828-{number}", player) | {"timezone": zone}
        for number, (player, zone) in enumerate(
            [("ann", "Moon/Tycho"), ("ann", "UTC"), ("bob", "../UTC"), ("eve", "Asia/Shanghai")]
        )
    ]
    answers = [result["status"] for result in await issue(desk, *catches)]
    assert answers == ["issued", "limit", "issued", "issued"]


async def test_what_can_be_no_time_zone_is_refused_and_nothing_is_issued(desk: Desk) -> None:
    campaign = (await desk.a_campaign())["id"]
    items = [item(campaign), item(campaign, cat="872830828-2") | {"timezone": "UTC"}]
    for wrong in ("", "Z" * 65):
        items[1]["timezone"] = wrong
        reply = await desk.ask("POST", "/v1/issue", {"items": items}, Role.SERVICE)
        assert (reply.status, reply.json["code"]) == (422, "invalid"), wrong
        assert reply.json["errors"][0]["field"] == "items[1].timezone"
    assert await counted(desk, campaign) == (0, 0)


async def test_the_same_key_gets_the_same_results(desk: Desk) -> None:
    campaign = (await desk.a_campaign())["id"]
    first = await issue(desk, item(campaign), Idempotency_Key="k")
    again = await issue(desk, item(campaign), Idempotency_Key="k")
    assert first[0]["status"] == "issued"
    assert first == again


async def test_one_hundred_who_ask_at_once_get_no_more_than_there_is(desk_on: Desk) -> None:
    desk = desk_on
    campaign = (await desk.a_campaign(stock=30))["id"]
    items = [item(campaign, player=f"p{n}") for n in range(50)]
    results = await asyncio.gather(*(issue(desk, each) for each in items * 2))
    codes = {result["coupon"]["code"] for (result,) in results if "coupon" in result}
    assert len(codes) == 30
    assert await counted(desk, campaign) == (0, 30)


async def test_a_reservation_is_granted_once_and_given_back_once(desk_on: Desk) -> None:
    desk = desk_on
    campaign = (await desk.a_campaign(stock=5))["id"]
    wanted = {"reservation": "872830828-1", "campaign": campaign, "count": 4}
    for _ in range(2):
        reply = await reserve(desk, **wanted)
        assert (reply.status, reply.json) == (201, wanted | {"granted": 4})
    part = await reserve(desk, **wanted | {"reservation": "872830828-2"})
    assert part.json["granted"] == 1
    assert await counted(desk, campaign) == (5, 0)
    (result,) = await issue(desk, item(campaign))
    assert result["status"] == "issued"
    path = "/v1/reservations/872830828-1/release"
    for _ in range(2):
        reply = await desk.ask("POST", path, {"count": 4}, Role.SERVICE)
        assert (reply.status, reply.json) == (200, {"reservation": "872830828-1", "count": 4})
        assert await counted(desk, campaign) == (1, 1)


async def test_a_reservation_lapses_when_it_says_or_after_a_day(desk: Desk) -> None:
    campaign = (await desk.a_campaign())["id"]
    await reserve(desk, reservation="r1", campaign=campaign, count=1, expires_ms=NOW + 1000)
    await reserve(desk, reservation="r2", campaign=campaign, count=1)
    coupons = desk.ledger.coupons
    assert (await coupons.lapsed(NOW + 3_600_000, 10)).items == ["r1"]
    assert (await coupons.lapsed(NOW + 2 * 86_400_000, 10)).items == ["r1", "r2"]


async def test_an_unknown_campaign_grants_nothing(desk: Desk) -> None:
    reply = await reserve(desk, reservation="r", campaign="cam_nobody", count=3)
    assert reply.json["granted"] == 0


async def test_an_unknown_reservation_has_nothing_to_give(desk: Desk) -> None:
    reply = await desk.ask("POST", "/v1/reservations/none/release", {"count": 1}, Role.SERVICE)
    assert reply.status == 200
    reply = await desk.ask("POST", "/v1/reservations/%00/release", {"count": 1}, Role.SERVICE)
    assert reply.status == 404
