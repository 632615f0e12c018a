"""Lists that are read page by page."""

from collections.abc import Awaitable, Callable

import pytest

from gameserver.http.call import Role
from tests.http.desk import PLAYER, Desk
from tests.http.test_players import claim

MANY = 13


async def read(desk: Desk, path: str, role: Role, limit: int) -> list[str]:
    """All of a list's items, in pages of `limit`."""
    found: list[str] = []
    cursor, pages = "", 0
    while True:
        reply = await desk.ask("GET", f"{path}?limit={limit}{cursor}", role=role)
        assert reply.status == 200, reply.raw
        items = reply.json["items"]
        assert len(items) <= limit
        found += [item.get("id") or item.get("code") or item["catch"] for item in items]
        pages += 1
        assert pages <= MANY + 2
        if reply.json["next"] is None:
            return found
        assert len(items) == limit
        cursor = f"&cursor={reply.json['next']}"


async def make_stores(desk: Desk) -> None:
    for number in range(MANY):
        desk.clock.now_ms += number % 3
        await desk.a_store(name=f"Store {number}")


async def make_campaigns(desk: Desk) -> None:
    for _ in range(MANY):
        await desk.a_campaign()


async def make_coupons(desk: Desk) -> None:
    campaign = await desk.a_campaign()
    await desk.coupons(campaign["id"], "sto_1", MANY)
    await desk.coupons(campaign["id"], "sto_1", 2, "somebody-else")


async def make_catches(desk: Desk) -> None:
    at_ms = desk.clock()
    claims = [claim(f"872830828-{n}", PLAYER, at_ms=at_ms + n // 4) for n in range(MANY)]
    await desk.ledger.catches.record(claims, at_ms)


async def make_merchants(desk: Desk) -> None:
    for number in range(MANY - 1):
        await desk.ledger.merchants.add_merchant(f"Merchant {number}")


LISTS: dict[str, tuple[Role, Callable[[Desk], Awaitable[None]]]] = {
    "/v1/stores": (Role.MERCHANT, make_stores),
    "/v1/campaigns": (Role.MERCHANT, make_campaigns),
    "/v1/me/coupons": (Role.PLAYER, make_coupons),
    "/v1/me/catches": (Role.PLAYER, make_catches),
    "/v1/merchants": (Role.ADMIN, make_merchants),
}


@pytest.mark.parametrize("path", LISTS)
async def test_pages_of_any_size_give_everything_once_and_in_one_order(
    desk: Desk, path: str
) -> None:
    role, make = LISTS[path]
    await make(desk)
    whole = await read(desk, path, role, 500)
    assert len(whole) == len(set(whole)) == MANY
    for limit in (1, 2, 3, 5, MANY - 1, MANY, MANY + 1):
        assert await read(desk, path, role, limit) == whole
    without = (await desk.ask("GET", path, role=role)).json
    assert (len(without["items"]), without["next"]) == (MANY, None)


async def test_what_is_added_meanwhile_repeats_nothing_and_hides_nothing(desk: Desk) -> None:
    await make_stores(desk)
    before = await read(desk, "/v1/stores", Role.MERCHANT, 500)
    first = (await desk.as_merchant("GET", "/v1/stores?limit=5")).json
    desk.clock.now_ms += 1
    new = await desk.a_store(name="late")
    await desk.as_merchant("DELETE", f"/v1/stores/{first['items'][2]['id']}")
    rest = (await desk.as_merchant("GET", f"/v1/stores?limit=500&cursor={first['next']}")).json
    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert ids == [*before, new["id"]]
