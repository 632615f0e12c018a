"""Stores and their spawn plans over HTTP."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameserver.game.datum import FROM_WGS84, TO_WGS84, Datum
from gameserver.game.geo import great_circle_m
from gameserver.http.areas import PLACE_DIGITS
from gameserver.http.call import Role
from tests.http.desk import PLAN, STORE, Desk


@pytest.mark.parametrize("datum", list(Datum))
async def test_a_store_is_told_in_the_datum_it_was_given_in(desk: Desk, datum: Datum) -> None:
    store = await desk.a_store(datum=datum.value)
    assert (store["lat"], store["lon"], store["datum"]) == (STORE["lat"], STORE["lon"], datum)
    (inside,) = await desk.ledger.merchants.planned_stores(0, 10)
    lat, lon = TO_WGS84[datum](STORE["lat"], STORE["lon"])
    assert great_circle_m(inside.lat, inside.lon, lat, lon) < 0.01


@given(
    lat=st.floats(-90, 90).map(lambda deg: round(deg, 6)),
    lon=st.floats(-180, 180).map(lambda deg: round(deg, 6)),
    datum=st.sampled_from(list(Datum)),
)
def test_a_place_comes_back_as_it_was_said(lat: float, lon: float, datum: Datum) -> None:
    """Six decimals survive, but where a shift crosses the edge of what counts as China."""
    inside = TO_WGS84[datum](lat, lon)
    back = FROM_WGS84[datum](*inside)
    at_the_edge = (TO_WGS84[Datum.GCJ02](lat, lon) == (lat, lon)) != (inside == (lat, lon))
    if not at_the_edge and great_circle_m(*back, lat, lon) < 1:
        assert (round(back[0], PLACE_DIGITS), round(back[1], PLACE_DIGITS)) == (lat, lon)


async def test_a_change_changes_what_it_says_and_nothing_else(desk_on: Desk) -> None:
    desk = desk_on
    store = await desk.a_store(address="1 Road", opening_hours="Mo-Fr 09:00-17:00")
    path = f"/v1/stores/{store['id']}"
    for change in (
        {"name": "Other corner"},
        {"address": None},
        {"opening_hours": "24/7"},
        {"catch_m": 5},
        {"timezone": "Asia/Singapore"},
        {"state": "paused"},
        {"ref": "No. 7"},
        {"lat": -33.5, "lon": 18.25},
        {},
    ):
        store |= change
        reply = await desk.as_merchant("PATCH", path, change)
        assert (reply.status, reply.json) == (200, store)
    assert (await desk.as_merchant("GET", path)).json == store


async def test_a_datum_that_comes_alone_tells_the_same_place_otherwise(desk: Desk) -> None:
    store = await desk.a_store()
    told = await desk.as_merchant("PATCH", f"/v1/stores/{store['id']}", {"datum": "bd09"})
    lat, lon = FROM_WGS84[Datum.BD09](STORE["lat"], STORE["lon"])
    assert (told.json["lat"], told.json["lon"]) == (round(lat, 7), round(lon, 7))
    moved = await desk.as_merchant(
        "PATCH", f"/v1/stores/{store['id']}", {"lat": round(lat, 6), "lon": round(lon, 6)}
    )
    assert moved.json["datum"] == "bd09"
    (inside,) = await desk.ledger.merchants.planned_stores(0, 10)
    assert great_circle_m(inside.lat, inside.lon, STORE["lat"], STORE["lon"]) < 0.2


async def test_a_deleted_store_is_gone_from_everywhere(desk: Desk) -> None:
    store, other = await desk.a_store(), await desk.a_store(name="Other")
    path = f"/v1/stores/{store['id']}"
    await desk.as_merchant("PUT", f"{path}/spawn-plan", PLAN)
    gone = await desk.as_merchant("DELETE", path)
    assert (gone.status, gone.raw) == (204, b"")
    for method, tail, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "Back"}),
        ("DELETE", "", None),
        ("PUT", "/spawn-plan", PLAN),
    ):
        assert (await desk.as_merchant(method, path + tail, body)).status == 404
    assert (await desk.as_merchant("GET", "/v1/stores")).json["items"] == [other]
    assert (await desk.ask("GET", "/v1/map")).json["stores"] == []


async def test_a_plan_replaces_the_one_before(desk_on: Desk) -> None:
    desk = desk_on
    store, campaign = await desk.a_store(), await desk.a_campaign()
    path = f"/v1/stores/{store['id']}/spawn-plan"
    first = PLAN | {
        "campaign": campaign["id"],
        "catches_per_cat": 7,
        "active": {
            "from": "2026-11-11T00:00:00Z",
            "to": "2026-11-12T00:00:00.250Z",
            "hours": "10:00-22:00",
        },
    }
    put = await desk.as_merchant("PUT", path, first)
    assert put.json["active"] == first["active"] | {"to": "2026-11-12T00:00:00.250000Z"}
    assert (await desk.as_merchant("PUT", path, first)).json == put.json
    second = {"cats_alive": 0, "lifetime_s": 10, "radius_m": 0}
    put = await desk.as_merchant("PUT", path, second)
    kinds = (await desk.ask("GET", "/v1/species")).json["items"]
    assert put.json == second | {
        "species": {kind["id"]: kind["weight"] for kind in kinds},
        "campaign": None,
        "catches_per_cat": 1,
        "active": {"from": None, "to": None, "hours": None},
        "radius_m": 0.0,
        "area": None,
        "players_max": None,
    }
    told = (await desk.as_merchant("GET", f"/v1/stores/{store['id']}")).json
    assert told["spawn_plan"] == put.json


async def test_a_moment_may_be_said_in_any_zone(desk: Desk) -> None:
    store = await desk.a_store()
    plan = PLAN | {"active": {"from": "2026-11-11T00:00:00+08:00"}}
    put = await desk.as_merchant("PUT", f"/v1/stores/{store['id']}/spawn-plan", plan)
    assert put.json["active"]["from"] == "2026-11-10T16:00:00Z"


async def test_the_map_holds_all_stores_where_cats_live(desk: Desk) -> None:
    empty = await desk.ask("GET", "/v1/map")
    assert empty.json == {"centre": None, "radius_m": 0.0, "stores": []}
    desk.clock.now_ms += 10_000
    places = ((31.0, 121.0), (31.01, 121.0), (31.0, 121.01))
    ids = []
    for lat, lon in places:
        store = await desk.a_store(lat=lat, lon=lon)
        await desk.as_merchant("PUT", f"/v1/stores/{store['id']}/spawn-plan", PLAN)
        ids.append(store["id"])
    await desk.a_store(name="no plan", lat=0, lon=0)
    paused = await desk.a_store(name="paused", lat=1, lon=1, state="paused")
    await desk.as_merchant("PUT", f"/v1/stores/{paused['id']}/spawn-plan", PLAN)
    told = (await desk.ask("GET", "/v1/map")).json
    assert {store["id"] for store in told["stores"]} == set(ids)
    centre = told["centre"]
    for store in told["stores"]:
        far_m = great_circle_m(centre["lat"], centre["lon"], store["lat"], store["lon"])
        assert far_m + PLAN["radius_m"] <= told["radius_m"] + 0.2
    assert told["radius_m"] < 1500


async def test_the_map_is_made_again_after_a_few_seconds(desk: Desk) -> None:
    async def told() -> list[Any]:
        stores: list[Any] = (await desk.ask("GET", "/v1/map")).json["stores"]
        return stores

    assert await told() == []
    store = await desk.a_store()
    await desk.as_merchant("PUT", f"/v1/stores/{store['id']}/spawn-plan", PLAN)
    assert await told() == []
    desk.clock.now_ms += 3_000
    assert len(await told()) == 1


async def test_a_clerk_sees_no_stores(desk: Desk) -> None:
    assert (await desk.ask("GET", "/v1/stores", role=Role.CLERK)).code == "forbidden"


async def test_hours_that_nobody_can_read_are_refused_and_good_ones_are_kept(desk: Desk) -> None:
    store = await desk.a_store()
    path = f"/v1/stores/{store['id']}/spawn-plan"
    plan = {"cats_alive": 1, "lifetime_s": 60, "radius_m": 10}
    wrong = await desk.as_merchant("PUT", path, plan | {"active": {"hours": "10am to 6pm"}})
    assert wrong.status == 422
    assert wrong.field == "active.hours"
    good = await desk.as_merchant("PUT", path, plan | {"active": {"hours": "Mo-Su 10:00-02:00"}})
    assert good.json["active"]["hours"] == "Mo-Su 10:00-02:00"
