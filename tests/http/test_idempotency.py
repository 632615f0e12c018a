"""A POST with an Idempotency-Key has one effect and one answer, however often it is sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, select

from gameserver.http.call import AnyCall, Role
from gameserver.http.route import Deed, Route
from gameserver.http.routes import ROUTES, make_web_app
from gameserver.ledger.idempotency import TTL_MS
from gameserver.ledger.ledger import open_ledger
from gameserver.ledger.tables import answers
from tests.http.desk import CAMPAIGN, STORE, Clock, Desk, Reply, open_desk, serving, site


async def stores(desk: Desk) -> list[str]:
    items = (await desk.as_merchant("GET", "/v1/stores?limit=500")).json["items"]
    return [item["name"] for item in items]


def same(first: Reply, again: Reply) -> bool:
    names = ("Content-Type", "Cache-Control")
    return (first.status, first.raw) == (again.status, again.raw) and all(
        first.headers[name] == again.headers[name] for name in names
    )


async def test_the_same_key_and_body_get_the_same_answer(desk_on: Desk) -> None:
    desk = desk_on
    for path, body in (("/v1/stores", STORE), ("/v1/campaigns", CAMPAIGN)):
        first = await desk.as_merchant("POST", path, body, Idempotency_Key="k-1" + path)
        desk.clock.now_ms += 60_000
        again = await desk.as_merchant("POST", path, body, Idempotency_Key="k-1" + path)
        assert first.status == 201
        assert same(first, again)
        assert len((await desk.as_merchant("GET", path)).json["items"]) == 1


async def test_the_order_of_fields_makes_no_other_body(desk: Desk) -> None:
    turned = dict(reversed(STORE.items()))
    first = await desk.as_merchant("POST", "/v1/stores", STORE, Idempotency_Key="k")
    again = await desk.as_merchant("POST", "/v1/stores", turned, Idempotency_Key="k")
    assert same(first, again)


async def test_the_same_key_with_another_request_is_refused(desk_on: Desk) -> None:
    desk = desk_on
    await desk.as_merchant("POST", "/v1/stores", STORE, Idempotency_Key="k")
    for path, body in (("/v1/stores", STORE | {"name": "Other"}), ("/v1/campaigns", CAMPAIGN)):
        reply = await desk.as_merchant("POST", path, body, Idempotency_Key="k")
        assert (reply.status, reply.code) == (422, "idempotency_key_reused")
    assert await stores(desk) == ["Corner"]
    assert (await desk.as_merchant("GET", "/v1/campaigns")).json["items"] == []


async def test_another_callers_key_is_another(desk: Desk) -> None:
    other = await desk.ledger.merchants.add_merchant("Rival")
    mine = await desk.as_merchant("POST", "/v1/stores", STORE, Idempotency_Key="k")
    theirs = await desk.ask(
        "POST",
        "/v1/stores",
        STORE,
        Authorization=f"Bearer {other.key}",
        Idempotency_Key="k",
    )
    assert theirs.status == 201
    assert theirs.json["id"] != mine.json["id"]


async def test_a_key_is_free_again_after_a_day(desk: Desk) -> None:
    first = await desk.as_merchant("POST", "/v1/stores", STORE, Idempotency_Key="k")
    desk.clock.now_ms += TTL_MS
    again = await desk.as_merchant("POST", "/v1/stores", STORE, Idempotency_Key="k")
    assert again.json["id"] != first.json["id"]


@pytest.mark.parametrize("key", ["", "x" * 129, "é"])
async def test_a_key_that_is_none_is_refused(desk: Desk, key: str) -> None:
    reply = await desk.as_merchant("POST", "/v1/stores", STORE, Idempotency_Key=key)
    assert reply.field == "Idempotency-Key"
    assert await stores(desk) == []


async def test_of_fifty_at_once_with_one_key_one_has_the_effect(desk_on: Desk) -> None:
    desk = desk_on
    replies = await asyncio.gather(
        *(desk.as_merchant("POST", "/v1/stores", STORE, Idempotency_Key="k") for _ in range(50))
    )
    assert {reply.status for reply in replies} == {201}
    assert len({reply.raw for reply in replies}) == 1
    assert len(await stores(desk)) == 1


async def test_of_fifty_at_once_with_one_key_and_two_bodies_one_is_done(desk_on: Desk) -> None:
    desk = desk_on
    bodies = [STORE | {"name": f"Store {n % 2}"} for n in range(50)]
    replies = await asyncio.gather(
        *(desk.as_merchant("POST", "/v1/stores", body, Idempotency_Key="k") for body in bodies)
    )
    assert sorted({reply.status for reply in replies}) == [201, 422]
    assert len([reply for reply in replies if reply.status == 201]) == 25
    assert len(await stores(desk)) == 1


async def test_a_redemption_that_is_repeated_with_its_key_is_still_a_success(desk_on: Desk) -> None:
    desk = desk_on
    store = await desk.a_store()
    code = await desk.a_coupon(store["id"])
    path, body = f"/v1/coupons/{code}/redeem", {"store": store["id"]}
    replies = await asyncio.gather(
        *(desk.ask("POST", path, body, Role.CLERK, Idempotency_Key="k") for _ in range(20))
    )
    assert {reply.status for reply in replies} == {200}
    assert len({reply.raw for reply in replies}) == 1
    assert len(desk.told) == 1
    other = await desk.ask("POST", path, body, Role.CLERK, Idempotency_Key="k2")
    assert other.code == "already_redeemed"


async def test_a_refusal_is_repeated_as_well(desk: Desk) -> None:
    path, body = "/v1/coupons/TEA-0001/redeem", {"store": "sto_1"}
    first = await desk.ask("POST", path, body, Role.CLERK, Idempotency_Key="k")
    again = await desk.ask("POST", path, body, Role.CLERK, Idempotency_Key="k")
    assert (first.status, first.code) == (404, "unknown_coupon")
    assert same(first, again)


async def test_a_request_that_is_wrong_uses_up_no_key(desk: Desk) -> None:
    wrong = await desk.as_merchant("POST", "/v1/stores", STORE | {"lat": 91}, Idempotency_Key="k")
    assert wrong.status == 422
    right = await desk.as_merchant("POST", "/v1/stores", STORE, Idempotency_Key="k")
    assert right.status == 201


async def test_a_new_key_is_shown_again_but_not_kept_in_the_clear(desk_on: Desk) -> None:
    desk = desk_on
    body = {"name": "Tea House"}
    first = await desk.ask("POST", "/v1/merchants", body, Role.ADMIN, Idempotency_Key="k")
    again = await desk.ask("POST", "/v1/merchants", body, Role.ADMIN, Idempotency_Key="k")
    assert same(first, again)

    def kept(connection: Connection) -> list[bytes]:
        return list(connection.scalars(select(answers.c.body)))

    (body_kept,) = await desk.ledger.db.read(kept)
    secret = first.json["key"].encode()
    assert secret not in body_kept
    assert secret.rpartition(b"_")[2] not in body_kept
    assert len(body_kept) >= len(first.raw)


def breaking_after(deed: Deed) -> Deed:
    def broken(connection: Connection, call: AnyCall) -> Any:
        deed(connection, call)
        raise RuntimeError("the process breaks here")

    return broken


@asynccontextmanager
async def broken_url(desk: Desk, route: Route) -> AsyncIterator[str]:
    """A server whose deed breaks after it is done and before it is answered."""
    assert route.deed is not None
    broken = Route(
        method=route.method,
        path=route.path,
        tag=route.tag,
        roles=route.roles,
        deed=breaking_after(route.deed),
        body=route.body,
    )
    async with serving(make_web_app(site(desk), (broken,))) as url:
        yield url


async def test_a_deed_that_broke_is_undone_and_its_key_still_free(desk_on: Desk) -> None:
    desk = desk_on
    (route,) = [route for route in ROUTES if route.name == "makeStore"]
    async with broken_url(desk, route) as url:
        whole, desk.url = desk.url, url
        broken = await desk.as_merchant("POST", "/v1/stores", STORE, Idempotency_Key="k")
        desk.url = whole
    assert (broken.status, broken.code) == (500, "internal")
    assert b"breaks here" not in broken.raw
    assert await stores(desk) == []
    made = await desk.as_merchant("POST", "/v1/stores", STORE, Idempotency_Key="k")
    assert made.status == 201
    assert await stores(desk) == ["Corner"]


async def test_two_servers_on_one_database_do_a_deed_once(either_url: str, clock: Clock) -> None:
    async with (
        open_ledger(either_url, clock=clock) as one,
        open_ledger(either_url, clock=clock) as two,
        open_desk(one, clock) as left,
        open_desk(two, clock) as right,
    ):
        right.keys = left.keys
        replies = await asyncio.gather(
            *(
                desk.as_merchant("POST", "/v1/stores", STORE, Idempotency_Key="k")
                for desk in (left, right) * 10
            )
        )
        assert {reply.status for reply in replies} == {201}
        assert len({reply.raw for reply in replies}) == 1
        assert await stores(left) == ["Corner"]


async def test_every_post_says_that_it_takes_a_key() -> None:
    posts = [route for route in ROUTES if route.method == "POST" and not route.is_question]
    assert all(route.takes_key for route in posts)
    # A file of stores may be many deeds; see tests/http/test_store_imports.py.
    assert [route.name for route in posts if route.deed is None] == ["newGuest", "importFile"]
