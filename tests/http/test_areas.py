"""Areas of spawn plans: merchants' polygons, checked and told again."""

from typing import Any

import pytest

from gameserver.game.datum import FROM_WGS84, Datum
from gameserver.game.geo import great_circle_m
from gameserver.game.no_spawn import NoSpawn
from gameserver.ledger.ledger import Ledger
from tests.game.test_no_spawn import areas, feature
from tests.http.desk import PLAN, STORE, Clock, Desk, open_desk

LAT, LON = STORE["lat"], STORE["lon"]


def square(size: float = 0.001, lat: float = LAT, lon: float = LON) -> list[list[float]]:
    half = size / 2
    corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
    return [[round(lon + x, 6), round(lat + y, 6)] for x, y in corners]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


async def put(desk: Desk, store: dict[str, Any], area: Any, **plan: Any) -> Any:
    wanted = (
        {key: value for key, value in PLAN.items() if key != "radius_m"} | {"area": area} | plan
    )
    return await desk.as_merchant("PUT", f"/v1/stores/{store['id']}/spawn-plan", wanted)


async def test_an_area_is_told_as_it_was_given(desk_on: Desk) -> None:
    desk = desk_on
    store = await desk.a_store()
    for area in (
        polygon(square(), square(0.0002)),
        {"type": "MultiPolygon", "coordinates": [[square()], [square(0.001, LAT + 0.002)]]},
    ):
        reply = await put(desk, store, area)
        assert (reply.status, reply.json["area"]) == (200, area), reply.raw
        again = await put(desk, store, reply.json["area"], radius_m=reply.json["radius_m"])
        assert again.json == reply.json
    far_m = great_circle_m(LAT, LON, LAT + 0.0025, LON + 0.0005)
    assert far_m <= reply.json["radius_m"] <= far_m + 2


@pytest.mark.parametrize("datum", list(Datum))
async def test_an_area_is_in_the_datum_of_its_store(desk: Desk, datum: Datum) -> None:
    lat, lon = FROM_WGS84[datum](LAT, LON)
    store = await desk.a_store(lat=round(lat, 6), lon=round(lon, 6), datum=datum.value)
    area = polygon(square(0.001, lat, lon))
    reply = await put(desk, store, area)
    assert reply.json["area"] == area
    (planned,) = await desk.ledger.merchants.planned_stores(0, 9)
    assert planned.plan is not None
    assert planned.plan.area is not None
    for corner_lon, corner_lat in planned.plan.area[0][0]:
        assert great_circle_m(LAT, LON, corner_lat, corner_lon) < 90
    told = await desk.as_merchant("PATCH", f"/v1/stores/{store['id']}", {"datum": "wgs84"})
    (first, *_), *_ = told.json["spawn_plan"]["area"]["coordinates"]
    assert great_circle_m(LAT, LON, first[1], first[0]) < 90


BOW_TIE = [
    [LON, LAT],
    [LON + 0.001, LAT + 0.001],
    [LON + 0.001, LAT],
    [LON, LAT + 0.001],
    [LON, LAT],
]
MANY = [[LON + 0.001 * number / 2_000, LAT] for number in range(2_000)]


@pytest.mark.parametrize(
    "area",
    [
        {"type": "Point", "coordinates": [LON, LAT]},
        {"type": "Polygon"},
        polygon(),
        polygon([]),
        polygon(square()[:3]),
        polygon(square()[:4]),
        polygon(BOW_TIE),
        polygon([[LON, LAT]] * 5),
        polygon(square(0.000001)),
        polygon(square(0.02)),
        polygon(square(0.001, LAT + 1)),
        polygon([[lat, lon] for lon, lat in square()]),
        polygon(square(), square(0.001, LAT + 0.005)),
        polygon([*MANY, MANY[0]]),
        polygon([["a", "b"]] * 4),
        polygon([[LON, LAT, 1.0, 2.0]] * 4),
        polygon([[1e308, 1]] * 4),
        {"type": "MultiPolygon", "coordinates": [[square()]] * 21},
        {"type": "MultiPolygon", "coordinates": [[square()], [square()]]},
        [[[[[[]]]]]],
        "everywhere",
    ],
)
async def test_what_is_no_area_is_refused(desk: Desk, area: Any) -> None:
    store = await desk.a_store()
    reply = await put(desk, store, area)
    assert (reply.status, reply.field.partition(".")[0]) == (422, "area"), reply.raw
    assert (await desk.as_merchant("GET", f"/v1/stores/{store['id']}")).json == store


async def test_a_plan_needs_a_radius_or_an_area(desk: Desk) -> None:
    store = await desk.a_store()
    assert (await put(desk, store, None)).field == "radius_m"


async def test_a_store_does_not_walk_away_from_its_area(desk: Desk) -> None:
    store = await desk.a_store()
    await put(desk, store, polygon(square()))
    path = f"/v1/stores/{store['id']}"
    away = await desk.as_merchant("PATCH", path, {"lat": LAT + 0.1, "lon": LON})
    assert (away.status, away.field) == (422, "lat")
    near = await desk.as_merchant("PATCH", path, {"lat": LAT + 0.0001, "lon": LON})
    assert near.status == 200


async def test_a_plan_that_leaves_no_room_is_refused(ledger: Ledger, clock: Clock) -> None:
    school: NoSpawn = areas(feature("Point", [LON, LAT], radius_m=150.0))
    async with open_desk(ledger, clock, no_spawn=lambda: school) as desk:
        store = await desk.a_store()
        assert (await put(desk, store, polygon(square()))).field == "area"
        path = f"/v1/stores/{store['id']}/spawn-plan"
        assert (await desk.as_merchant("PUT", path, PLAN)).field == "radius_m"
        assert (await desk.as_merchant("PUT", path, PLAN | {"radius_m": 200})).status == 200


@pytest.mark.parametrize("most", [0, -1, 1.5, 100_001, "many"])
async def test_a_store_wants_some_players_or_any_number(desk: Desk, most: Any) -> None:
    store = await desk.a_store()
    path = f"/v1/stores/{store['id']}/spawn-plan"
    assert (
        await desk.as_merchant("PUT", path, PLAN | {"players_max": most})
    ).field == "players_max"
    told = await desk.as_merchant("PUT", path, PLAN | {"players_max": 20})
    assert told.json["players_max"] == 20
