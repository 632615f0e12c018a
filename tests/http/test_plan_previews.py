"""A spawn plan that is tried out."""

import msgspec
import pytest

from gameserver.game.datum import TO_WGS84, Datum
from gameserver.game.geo import great_circle_m
from gameserver.game.no_spawn import read_no_spawn
from gameserver.ledger.ledger import Ledger
from tests.http.desk import NOW, PLAN, Clock, Desk, open_desk

HOUR_MS = 3_600_000


async def test_a_preview_shows_where_cats_would_stand_and_changes_nothing(desk: Desk) -> None:
    store = await desk.a_store()
    path = f"/v1/stores/{store['id']}/spawn-plan/preview"
    seen = await desk.as_merchant("POST", path, PLAN | {"cats_alive": 40})
    assert seen.status == 200, seen.raw
    cats = seen.json["cats"]
    assert len(cats) == 40
    assert {cat["species"] for cat in cats} == {"bobbin", "parcel"}
    far = [great_circle_m(store["lat"], store["lon"], cat["lat"], cat["lon"]) for cat in cats]
    assert max(far) <= 100.1
    assert seen.json["area_m2"] == pytest.approx(31_416, rel=0.01)
    assert (seen.json["active"], seen.json["turns_ms"]) == (True, None)
    assert (await desk.as_merchant("POST", path, PLAN | {"cats_alive": 40})).json == seen.json
    assert (await desk.as_merchant("GET", f"/v1/stores/{store['id']}")).json == store


@pytest.mark.parametrize("datum", list(Datum))
async def test_the_places_of_a_preview_are_told_in_the_stores_datum(
    desk: Desk, datum: Datum
) -> None:
    store = await desk.a_store(datum=datum.value)
    place = TO_WGS84[datum](store["lat"], store["lon"])
    path = f"/v1/stores/{store['id']}/spawn-plan/preview"
    for cat in (await desk.as_merchant("POST", path, PLAN)).json["cats"]:
        assert great_circle_m(*place, *TO_WGS84[datum](cat["lat"], cat["lon"])) <= 100.1


async def test_a_preview_says_whether_cats_would_be_there_now_and_when_that_changes(
    desk: Desk,
) -> None:
    # It is 22:13 on a Tuesday in London, and 6:13 on Wednesday in Shanghai.
    store = await desk.a_store(opening_hours="Mo-Su 07:00-22:00")
    path = f"/v1/stores/{store['id']}/spawn-plan/preview"
    closed = (await desk.as_merchant("POST", path, PLAN)).json
    assert (closed["active"], len(closed["cats"])) == (False, PLAN["cats_alive"])
    opens_ms = closed["turns_ms"]
    assert 0 < opens_ms - NOW < HOUR_MS
    over = PLAN | {"active": {"to": "2023-01-01T00:00:00Z"}}
    assert not (await desk.as_merchant("POST", path, over)).json["active"]


async def test_no_cat_of_a_preview_stands_where_none_may_be(ledger: Ledger, clock: Clock) -> None:
    road = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"radius_m": 60},
                "geometry": {"type": "Point", "coordinates": [121.473701, 31.230416]},
            }
        ],
    }
    no_spawn = read_no_spawn(msgspec.json.encode(road))
    async with open_desk(ledger, clock, no_spawn=lambda: no_spawn) as desk:
        store = await desk.a_store()
        path = f"/v1/stores/{store['id']}/spawn-plan/preview"
        for cat in (await desk.as_merchant("POST", path, PLAN)).json["cats"]:
            assert great_circle_m(store["lat"], store["lon"], cat["lat"], cat["lon"]) > 59
        refused = await desk.as_merchant("POST", path, PLAN | {"radius_m": 50})
        assert refused.field == "radius_m"


async def test_a_preview_refuses_what_a_plan_refuses(desk: Desk) -> None:
    store = await desk.a_store()
    path = f"/v1/stores/{store['id']}/spawn-plan/preview"
    for wrong, field in (
        ({"cats_alive": 201}, "cats_alive"),
        ({"species": {"dog": 1}}, "species.dog"),
        ({"active": {"hours": "at night"}}, "active.hours"),
        ({"radius_m": None}, "radius_m"),
    ):
        assert (await desk.as_merchant("POST", path, PLAN | wrong)).field == field
    other = await desk.ledger.merchants.add_merchant("Other")
    theirs = await desk.ask("POST", path, PLAN, Authorization=f"Bearer {other.key}")
    assert theirs.code == "not_found"
