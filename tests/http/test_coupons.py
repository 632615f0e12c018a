"""Coupons over the counter: once each, whoever asks how often."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gameserver.http.call import Role
from gameserver.ledger.ledger import Ledger
from gameserver.live.messages import CouponChanged, InboxMessage
from tests.http.desk import PLAYER, Clock, Desk, Reply, open_desk


async def test_a_code_is_understood_however_it_is_typed(desk: Desk) -> None:
    store = await desk.a_store()
    code = await desk.a_coupon(store["id"])
    plain = code.replace("-", "")
    typed = (code, plain, code.lower(), plain.replace("0", "o").replace("1", "l"), f"%20{code}%20")
    for each in typed:
        found = await desk.ask("GET", f"/v1/coupons/{each}", role=Role.CLERK)
        assert (found.status, found.json["code"]) == (200, code)


async def test_a_clerk_is_told_what_honours_a_coupon_and_no_more(desk: Desk) -> None:
    store = await desk.a_store()
    code = await desk.a_coupon(
        store["id"], kind="amount", value=8, currency="SGD", terms="From 40.", valid_for_s=60
    )
    found = (await desk.ask("GET", f"/v1/coupons/{code}", role=Role.CLERK)).json
    at_the_till = {
        "code": code,
        "title": "A bun",
        "kind": "amount",
        "value": 8.0,
        "currency": "SGD",
        "terms": "From 40.",
        "state": "active",
        "expires_ms": desk.clock() + 60_000,
        "redeemed_ms": None,
        "redeemed_store": None,
    }
    assert found == at_the_till
    whole = (await desk.as_merchant("GET", f"/v1/coupons/{code}")).json
    assert whole == at_the_till | {
        "campaign": whole["campaign"],
        "store": store["id"],
        "issued_ms": desk.clock(),
        "void_reason": None,
    }
    body = {"store": store["id"]}
    done = await desk.ask("POST", f"/v1/coupons/{code}/redeem", body, Role.CLERK)
    used = {"state": "redeemed", "redeemed_ms": desk.clock(), "redeemed_store": store["id"]}
    assert (done.status, done.json) == (200, at_the_till | used)


async def test_every_outcome_at_the_till_is_a_code_of_its_own(desk_on: Desk) -> None:
    desk = desk_on
    store = await desk.a_store()
    body = {"store": store["id"]}
    good, used, withdrawn = [await desk.a_coupon(store["id"]) for _ in range(3)]
    late = await desk.a_coupon(store["id"], valid_for_s=60)
    await desk.as_merchant("POST", f"/v1/coupons/{used}/redeem", body)
    redeemed_ms = desk.clock()
    await desk.as_merchant("POST", f"/v1/coupons/{withdrawn}/void", {"reason": "twice"})
    desk.clock.now_ms += 60_000
    rival = await desk.ledger.merchants.add_merchant("Rival")
    theirs = {"Authorization": f"Bearer {await desk.key_of('clerk', rival.id)}"}

    async def redeem(code: str, **headers: str) -> Reply:
        return await desk.ask("POST", f"/v1/coupons/{code}/redeem", body, Role.CLERK, **headers)

    again = await redeem(used)
    assert (again.status, again.code) == (409, "already_redeemed")
    assert (again.json["redeemed_ms"], again.json["redeemed_store"]) == (redeemed_ms, store["id"])
    expired = await redeem(late)
    assert (expired.status, expired.code) == (409, "expired")
    assert expired.json["expires_ms"] == desk.clock()
    void = await redeem(withdrawn)
    assert (void.status, void.code) == (409, "void")
    assert "void_reason" not in void.json
    as_merchant = await desk.as_merchant("POST", f"/v1/coupons/{withdrawn}/redeem", body)
    assert as_merchant.json["void_reason"] == "twice"
    for code in (good, used, withdrawn, late):
        wrong = await redeem(code, **theirs)
        assert (wrong.status, wrong.code) == (404, "wrong_merchant")
        assert wrong.json.keys() == {"type", "title", "status", "code"}
    unknown = await redeem("7Q2MHX-0VJ9RC-KE4TA8")
    assert (unknown.status, unknown.code) == (404, "unknown_coupon")
    assert (await redeem(good)).status == 200


async def test_another_merchants_coupon_is_told_as_such_and_stays_as_it_is(desk_on: Desk) -> None:
    desk = desk_on
    code = await desk.a_coupon("sto_1")
    path = f"/v1/coupons/{code}"
    before = (await desk.as_merchant("GET", path)).json
    rival = await desk.ledger.merchants.add_merchant("Rival")
    head = {"Authorization": f"Bearer {rival.key}"}
    for method, end, body in (
        ("GET", "", None),
        ("GET", "/qr.svg", None),
        ("POST", "/redeem", {"store": "sto_1"}),
        ("POST", "/reverse", {"reason": "ours"}),
        ("POST", "/void", {"reason": "ours"}),
    ):
        reply = await desk.ask(method, path + end, body, **head)
        assert (reply.status, reply.code) == (404, "wrong_merchant"), end
    assert (await desk.as_merchant("GET", path)).json == before
    assert desk.told == []


async def test_of_two_hundred_clerks_exactly_one_redeems_the_coupon(desk_on: Desk) -> None:
    desk = desk_on
    store = await desk.a_store()
    code = await desk.a_coupon(store["id"])
    path, body = f"/v1/coupons/{code}/redeem", {"store": store["id"]}
    replies = await asyncio.gather(*(desk.ask("POST", path, body, Role.CLERK) for _ in range(200)))
    assert Counter(reply.status for reply in replies) == {200: 1, 409: 199}
    assert {reply.code for reply in replies if reply.status == 409} == {"already_redeemed"}
    assert len(desk.told) == 1


async def test_an_expired_coupon_is_not_redeemed(desk: Desk) -> None:
    store = await desk.a_store()
    code = await desk.a_coupon(store["id"], valid_for_s=60)
    expires_ms = desk.clock() + 60_000
    desk.clock.now_ms = expires_ms
    path = f"/v1/coupons/{code}"
    reply = await desk.ask("POST", f"{path}/redeem", {"store": store["id"]}, Role.CLERK)
    assert (reply.status, reply.code, reply.json["expires_ms"]) == (409, "expired", expires_ms)
    assert (await desk.ask("GET", path, role=Role.CLERK)).json["state"] == "expired"
    void = await desk.as_merchant("POST", f"{path}/void", {"reason": "late"})
    assert (void.status, void.code) == (409, "expired")


async def test_a_void_coupon_is_not_redeemed(desk: Desk) -> None:
    store = await desk.a_store()
    code = await desk.a_coupon(store["id"])
    path = f"/v1/coupons/{code}"
    void = await desk.as_merchant("POST", f"{path}/void", {"reason": "a mistake"})
    assert (void.status, void.json["state"]) == (200, "void")
    assert void.json["void_reason"] == "a mistake"
    again = await desk.as_merchant("POST", f"{path}/void", {"reason": "another"})
    assert (again.status, again.json) == (200, void.json)
    reply = await desk.ask("POST", f"{path}/redeem", {"store": store["id"]}, Role.CLERK)
    assert (reply.status, reply.code) == (409, "void")
    (message,) = desk.told
    assert isinstance(message, CouponChanged)
    assert (message.player, message.coupon.state) == (PLAYER, "void")


async def test_a_redeemed_coupon_is_not_withdrawn(desk: Desk) -> None:
    store = await desk.a_store()
    code = await desk.a_coupon(store["id"])
    path = f"/v1/coupons/{code}"
    await desk.ask("POST", f"{path}/redeem", {"store": store["id"]}, Role.CLERK)
    void = await desk.as_merchant("POST", f"{path}/void", {"reason": "late"})
    assert (void.status, void.code) == (409, "already_redeemed")
    assert (await desk.as_merchant("GET", path)).json["state"] == "redeemed"


async def test_a_merchant_takes_a_redemption_back(desk_on: Desk) -> None:
    desk = desk_on
    store = await desk.a_store()
    code = await desk.a_coupon(store["id"])
    path, body = f"/v1/coupons/{code}", {"reason": "the till was cancelled"}
    before = (await desk.as_merchant("GET", path)).json
    await desk.ask("POST", f"{path}/redeem", {"store": store["id"]}, Role.CLERK)
    clerk = await desk.ask("POST", f"{path}/reverse", body, Role.CLERK)
    assert (clerk.status, clerk.code) == (403, "forbidden")
    for _ in range(2):
        reply = await desk.as_merchant("POST", f"{path}/reverse", body, Idempotency_Key="k")
        assert (reply.status, reply.json) == (200, before)
    told = [message for message in desk.told if isinstance(message, CouponChanged)]
    assert [message.coupon.state for message in told] == ["redeemed", "active"]
    assert told[1].player == PLAYER
    other = await desk.as_merchant("POST", f"{path}/reverse", body)
    assert (other.status, other.code, other.json["state"]) == (409, "not_redeemed", "active")
    again = await desk.ask("POST", f"{path}/redeem", {"store": store["id"]}, Role.CLERK)
    assert again.status == 200


async def test_a_redemption_of_yesterday_is_not_taken_back(desk: Desk) -> None:
    store = await desk.a_store()
    code = await desk.a_coupon(store["id"])
    path, redeemed_ms = f"/v1/coupons/{code}", desk.clock()
    await desk.ask("POST", f"{path}/redeem", {"store": store["id"]}, Role.CLERK)
    desk.clock.now_ms += 86_400_000
    reply = await desk.as_merchant("POST", f"{path}/reverse", {"reason": "late"})
    assert (reply.status, reply.code) == (409, "too_late")
    assert reply.json["redeemed_ms"] == redeemed_ms
    assert reply.json["reversible_until_ms"] == desk.clock()
    assert (await desk.as_merchant("GET", path)).json["state"] == "redeemed"


async def test_a_coupon_that_expired_meanwhile_is_expired_when_it_is_taken_back(
    desk: Desk,
) -> None:
    store = await desk.a_store()
    code = await desk.a_coupon(store["id"], valid_for_s=60)
    path = f"/v1/coupons/{code}"
    await desk.ask("POST", f"{path}/redeem", {"store": store["id"]}, Role.CLERK)
    desk.clock.now_ms += 60_000
    reply = await desk.as_merchant("POST", f"{path}/reverse", {"reason": "a mistake"})
    assert (reply.status, reply.json["state"]) == (200, "expired")
    assert [message.coupon.state for message in desk.told] == ["redeemed", "expired"]


async def test_an_unknown_store_redeems_nothing(desk: Desk) -> None:
    store = await desk.a_store()
    code = await desk.a_coupon(store["id"])
    path = f"/v1/coupons/{code}"
    reply = await desk.ask("POST", f"{path}/redeem", {"store": "sto_nobody"}, Role.CLERK)
    assert reply.field == "store"
    assert (await desk.as_merchant("GET", path)).json["state"] == "active"


@pytest.fixture
async def deaf_desk(ledger: Ledger, clock: Clock) -> AsyncIterator[Desk]:
    """A desk whose players can't be told of anything."""

    async def fail(_: InboxMessage) -> None:
        raise ConnectionError("nobody there")

    async with open_desk(ledger, clock, tell=fail) as desk:
        yield desk


async def test_a_phone_that_cannot_be_told_does_not_hinder_the_redemption(deaf_desk: Desk) -> None:
    desk = deaf_desk
    store = await desk.a_store()
    code = await desk.a_coupon(store["id"])
    body: dict[str, Any] = {"store": store["id"]}
    reply = await desk.ask("POST", f"/v1/coupons/{code}/redeem", body, Role.CLERK)
    assert (reply.status, reply.json["state"]) == (200, "redeemed")
