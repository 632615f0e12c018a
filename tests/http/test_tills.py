"""What a till is told before its first coupon."""

from gameserver.http.call import Role
from tests.http.desk import Desk


async def test_a_clerk_is_told_where_coupons_are_redeemed_and_nothing_else_of_the_stores(
    desk: Desk,
) -> None:
    store = await desk.a_store(address="1 Road", ref="No. 7")
    till = (await desk.ask("GET", "/v1/till", role=Role.CLERK)).json
    assert till == {
        "role": "clerk",
        "merchant": desk.merchant,
        "name": "Bakery",
        "items": [{"id": store["id"], "name": "Corner", "address": "1 Road", "ref": "No. 7"}],
        "next": None,
    }
    assert (await desk.as_merchant("GET", "/v1/till")).json == till | {"role": "merchant"}


async def test_a_till_is_told_of_its_own_merchants_stores_page_by_page(desk: Desk) -> None:
    names = [(await desk.a_store(name=f"No. {number}"))["name"] for number in range(3)]
    other = await desk.ledger.merchants.add_merchant("Other")
    first = (await desk.ask("GET", "/v1/till?limit=2", role=Role.CLERK)).json
    path = f"/v1/till?limit=2&cursor={first['next']}"
    rest = (await desk.ask("GET", path, role=Role.CLERK)).json
    told = [store["name"] for page in (first, rest) for store in page["items"]]
    assert (len(first["items"]), sorted(told)) == (2, names)
    assert rest["next"] is None
    theirs = await desk.ask("GET", "/v1/till", Authorization=f"Bearer {other.key}")
    assert (theirs.json["name"], theirs.json["items"]) == ("Other", [])
