"""A merchant's stores as they are on the street."""

from collections.abc import Sequence

import pytest

from gameserver.game.geo import region_of
from gameserver.game.model import Cat
from gameserver.http import cats
from gameserver.ledger.footfall import Steps
from gameserver.ledger.ledger import Ledger
from gameserver.live.errors import LiveUnavailable
from tests.http.desk import NOW, STORE, Clock, Desk, open_desk

HOUR_MS = 3_600_000
REGION = region_of(STORE["lat"], STORE["lon"])


class Street:
    """What stands in Redis, and how often it was asked for."""

    def __init__(self) -> None:
        self.cats: list[tuple[Cat, int]] = []
        self.asked: list[str] = []
        self.is_away = False

    async def census(self, region: str) -> Sequence[tuple[Cat, int]]:
        self.asked.append(region)
        if self.is_away:
            raise LiveUnavailable
        return self.cats if region == REGION else ()

    def put(self, store: str, left: int, expires_ms: int = NOW + 60_000) -> None:
        id_ = f"{REGION}-{len(self.cats)}"
        cat = Cat(id_, "bobbin", store, "Tea", 31.2, 121.5, expires_ms, 5, 40.0)
        self.cats.append((cat, left))


async def test_cats_that_can_be_caught_are_counted_by_store(ledger: Ledger, clock: Clock) -> None:
    street = Street()
    async with open_desk(ledger, clock, census=street.census) as desk:
        here, quiet = await desk.a_store(), await desk.a_store(lat=1.3, lon=103.8)
        for left in (5, 2, 0):
            street.put(here["id"], left)
        street.put(here["id"], 5, expires_ms=NOW)
        street.put("sto_of_another_merchant", 5)
        await ledger.footfalls.add([Steps(here["id"], 9, 4, 3)], NOW)
        now = (await desk.as_merchant("GET", "/v1/cats")).json
        assert now["at_ms"] == NOW
        assert {each.pop("store"): each for each in now["stores"]} == {
            here["id"]: {"cats": 2, "left": 7, "caught_hour": 3},
            quiet["id"]: {"cats": 0, "left": 0, "caught_hour": 0},
        }


async def test_many_consoles_ask_redis_once_a_second(ledger: Ledger, clock: Clock) -> None:
    street = Street()
    async with open_desk(ledger, clock, census=street.census) as desk:
        await desk.a_store()
        await desk.a_store()
        other = await ledger.merchants.add_merchant("Other")
        theirs = {"Authorization": f"Bearer {other.key}"}
        await desk.ask("POST", "/v1/stores", STORE, **theirs)
        for _ in range(5):
            await desk.as_merchant("GET", "/v1/cats")
            await desk.ask("GET", "/v1/cats", **theirs)
        assert street.asked == [REGION]
        clock.now_ms += 1_000
        street.put("sto_1", 1)
        await desk.as_merchant("GET", "/v1/cats")
        assert street.asked == [REGION, REGION]


async def test_a_street_that_is_away_is_said_to_be(ledger: Ledger, clock: Clock) -> None:
    street = Street()
    street.is_away = True
    async with open_desk(ledger, clock, census=street.census) as desk:
        await desk.a_store()
        refused = await desk.as_merchant("GET", "/v1/cats")
        assert (refused.status, refused.code) == (503, "unavailable")
        street.is_away = False
        assert (await desk.as_merchant("GET", "/v1/cats")).status == 200


async def test_footfall_is_told_by_store_and_hour_of_a_span(desk: Desk) -> None:
    store = (await desk.a_store())["id"]
    hour_ms = NOW // HOUR_MS * HOUR_MS
    await desk.ledger.footfalls.add([Steps(store, 5, 2, 1)], NOW)
    await desk.ledger.footfalls.add([Steps(store, 1, 1, 0), Steps("sto_other", 9, 9, 9)], NOW)
    await desk.ledger.footfalls.add([Steps(store, 7, 0, 0)], NOW - HOUR_MS)
    both = [
        {"store": store, "hour_ms": hour_ms - HOUR_MS, "seen": 7, "approached": 0, "caught": 0},
        {"store": store, "hour_ms": hour_ms, "seen": 6, "approached": 3, "caught": 1},
    ]
    assert (await desk.as_merchant("GET", "/v1/footfall")).json == {"hours": both}
    late = await desk.as_merchant("GET", "/v1/footfall?from=2023-11-14T22:00:00Z")
    assert late.json == {"hours": both[1:]}
    early = await desk.as_merchant("GET", "/v1/footfall?to=2023-11-14T22:00:00Z")
    assert early.json == {"hours": both[:1]}


async def test_a_span_of_hours_is_forward_and_no_longer_than_31_days(desk: Desk) -> None:
    at = "2023-11-14T22:13:20Z"
    for path in ("/v1/footfall", "/v1/reports/redeemed-hours"):
        assert (await desk.as_merchant("GET", f"{path}?from={at}&to={at}")).field == "to"
        long = await desk.as_merchant("GET", f"{path}?from=2023-10-01T00:00:00Z&to={at}")
        assert long.field == "from"


async def test_what_is_too_much_to_tell_at_once_is_asked_for_in_parts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cats, "ROWS_MOST", 1)
    store = (await desk.a_store())["id"]
    await desk.ledger.footfalls.add([Steps(store, 1, 0, 0)], NOW)
    assert (await desk.as_merchant("GET", "/v1/footfall")).status == 200
    await desk.ledger.footfalls.add([Steps(store, 1, 0, 0)], NOW - HOUR_MS)
    assert (await desk.as_merchant("GET", "/v1/footfall")).field == "from"
    part = await desk.as_merchant("GET", "/v1/footfall?from=2023-11-14T22:00:00Z")
    assert len(part.json["hours"]) == 1
