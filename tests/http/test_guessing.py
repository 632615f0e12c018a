"""Codes can't be guessed: after some wrong ones there are no answers for a while."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameserver.game.tokens import make_token
from gameserver.http.call import Role
from gameserver.http.guessing import (
    ADDRESS_TOKEN_BACK_MS,
    TOKEN_BACK_MS,
    WRONG_PER_ADDRESS,
    WRONG_PER_KEY,
    Buckets,
)
from tests.http.desk import NOW, SECRET, Desk

WRONG = "/v1/coupons/7Q2MHX-0VJ9RC-KE4TA8"


async def guess(desk: Desk, times: int, role: Role = Role.CLERK) -> list[int]:
    return [(await desk.ask("GET", WRONG, role=role)).status for _ in range(times)]


async def test_who_guesses_has_to_wait_and_may_then_go_on(desk: Desk) -> None:
    assert set(await guess(desk, WRONG_PER_KEY)) == {404}
    refused = await desk.ask("GET", WRONG, role=Role.CLERK)
    assert (refused.status, refused.code) == (429, "too_many_requests")
    assert refused.headers["Retry-After"] == str(TOKEN_BACK_MS // 1000)
    desk.clock.now_ms += TOKEN_BACK_MS - 1
    assert await guess(desk, 1) == [429]
    desk.clock.now_ms += 1
    assert await guess(desk, 2) == [404, 429]


async def test_while_somebody_waits_a_right_code_opens_nothing_either(desk: Desk) -> None:
    store = await desk.a_store()
    code = await desk.a_coupon(store["id"])
    await guess(desk, WRONG_PER_KEY)
    path, body = f"/v1/coupons/{code}", {"store": store["id"]}
    assert (await desk.ask("GET", path, role=Role.CLERK)).status == 429
    assert (await desk.ask("POST", f"{path}/redeem", body, Role.CLERK)).status == 429
    other = await desk.as_merchant("POST", f"{path}/redeem", body)
    assert other.status == 200


async def test_right_codes_cost_nothing(desk: Desk) -> None:
    code = await desk.a_coupon("sto_1")
    for _ in range(WRONG_PER_KEY + 5):
        assert (await desk.ask("GET", f"/v1/coupons/{code}", role=Role.CLERK)).status == 200


@pytest.mark.parametrize("end", ["redeem", "void", "reverse"])
async def test_every_way_to_try_a_code_counts(desk: Desk, end: str) -> None:
    body = {"store": "sto_1"} if end == "redeem" else {"reason": "why"}
    for _ in range(WRONG_PER_KEY):
        assert (await desk.as_merchant("POST", f"{WRONG}/{end}", body)).status == 404
    for path in (WRONG, f"{WRONG}/qr.svg"):
        assert (await desk.as_merchant("GET", path)).status == 429


async def test_another_merchants_code_is_a_wrong_one(desk: Desk) -> None:
    path = f"/v1/coupons/{await desk.a_coupon('sto_1')}"
    rival = await desk.ledger.merchants.add_merchant("Rival")
    head = {"Authorization": f"Bearer {rival.key}"}
    codes = [(await desk.ask("GET", path, **head)).code for _ in range(WRONG_PER_KEY + 1)]
    assert codes == ["wrong_merchant"] * WRONG_PER_KEY + ["too_many_requests"]
    assert (await desk.as_merchant("GET", path)).status == 200


async def test_a_merchants_keys_at_one_address_have_to_wait_together(desk: Desk) -> None:
    for _ in range(WRONG_PER_ADDRESS // 15):
        head = {"Authorization": f"Bearer {await desk.key_of('clerk')}"}
        for _ in range(15):
            assert (await desk.ask("GET", WRONG, **head)).status == 404
    assert await guess(desk, 1) == [429]
    desk.clock.now_ms += ADDRESS_TOKEN_BACK_MS
    assert await guess(desk, 2) == [404, 429]


async def test_nobody_has_to_wait_for_the_guesses_of_others_at_the_same_address(desk: Desk) -> None:
    for number in range(WRONG_PER_ADDRESS + 1):
        token = make_token(SECRET, f"p{number}", NOW + 1000)
        head = {"Authorization": f"Bearer {token}"}
        assert (await desk.ask("GET", f"{WRONG}/qr.svg", **head)).status == 404
    await guess(desk, WRONG_PER_KEY)
    other = await desk.ledger.merchants.add_merchant("Rival")
    reply = await desk.ask("GET", WRONG, Authorization=f"Bearer {other.key}")
    assert reply.status == 404


async def test_many_at_once_are_counted_every_one(desk: Desk) -> None:
    asks = (desk.ask("GET", WRONG, role=Role.CLERK) for _ in range(WRONG_PER_KEY))
    assert {reply.status for reply in await asyncio.gather(*asks)} == {404}
    assert await guess(desk, 1) == [429]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40_000)), max_size=60))
def test_a_bucket_gives_its_size_and_what_time_has_brought(steps: list[tuple[str, int]]) -> None:
    buckets, now_ms = Buckets(3, TOKEN_BACK_MS), 0
    tokens, since_ms = dict.fromkeys("abc", 3 * TOKEN_BACK_MS), dict.fromkeys("abc", 0)
    for name, later_ms in steps:
        now_ms += later_ms
        grown = tokens[name] + now_ms - since_ms[name]
        tokens[name], since_ms[name] = min(3 * TOKEN_BACK_MS, grown), now_ms
        assert buckets.wait_ms(name, now_ms) == max(0, TOKEN_BACK_MS - tokens[name])
        if tokens[name] >= TOKEN_BACK_MS:
            buckets.take(name, now_ms)
            tokens[name] -= TOKEN_BACK_MS


def test_no_more_buckets_are_kept_than_may_be() -> None:
    buckets = Buckets(1, TOKEN_BACK_MS, most=3)
    for name in "abcd":
        buckets.take(name, NOW)
    assert [buckets.wait_ms(name, NOW) for name in "abcd"] == [0, *[TOKEN_BACK_MS] * 3]
