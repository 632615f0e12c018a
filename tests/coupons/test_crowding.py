"""Calls that keep others from being made: questions of players, slow readers, lists without end."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import suppress

import pytest

from gameserver.coupons.client import UNDER_WAY_MOST, CouponClient
from gameserver.coupons.remote import RemoteCoupons
from gameserver.game.model import IssueItem, catch_id
from gameserver.ledger.errors import LedgerBusy, LedgerUnavailable
from tests.servers.moody import Mood, Moody, moody
from tests.waiting import until


@pytest.fixture
async def server() -> AsyncIterator[Moody]:
    async with moody() as server:
        yield server


@pytest.fixture
async def asker(server: Moody) -> AsyncIterator[CouponClient]:
    async with CouponClient(server.url, "the key") as asker:
        yield asker


async def no_zones(_: Collection[str]) -> dict[str, str]:
    return {}


async def test_questions_that_wait_for_an_answer_keep_no_coupon_from_being_issued(
    server: Moody, asker: CouponClient
) -> None:
    """Anybody can make a server ask: what the wallet holds, whether the service is there."""
    coupons = RemoteCoupons(asker, no_zones)
    await server.be(Mood.SLOW, "/readyz")
    async with asyncio.TaskGroup() as group:

        async def ask() -> None:
            with suppress(LedgerUnavailable, LedgerBusy):
                await coupons.ping()

        for _ in range(2 * UNDER_WAY_MOST):
            group.create_task(ask())
        await until(lambda: server.under_way > 0)
        catch = catch_id("cat", "alice", "1")
        server.answer = b'{"results": [{"catch": "%s", "status": "closed"}]}' % catch.encode()
        item = IssueItem(catch, "cat", "alice", "cam_1", "sto_1", 1)
        async with asyncio.timeout(1.0):
            [result] = await coupons.issue([item], 1)
    assert result.status == "closed"


@pytest.mark.parametrize("numbers", [[41, 43], [44, 43], [43, 43], [2**63]])
async def test_changes_that_do_not_follow_are_no_answer(
    server: Moody, asker: CouponClient, numbers: list[int]
) -> None:
    """Whoever follows them would read the same ones for ever, and tell the phones each time."""
    change = (
        '{"number": %d, "player": "p", "catch": "c", "coupon": {"code": "x", "campaign": "y",'
        ' "title": "z", "state": "void", "expires_ms": 1}}'
    )
    said = ", ".join(change % number for number in numbers)
    server.answer = f'{{"items": [{said}]}}'.encode()
    with pytest.raises(LedgerUnavailable):
        await RemoteCoupons(asker, no_zones).changes(42, 500)


async def test_a_list_that_goes_on_where_it_was_is_no_answer(
    server: Moody, asker: CouponClient
) -> None:
    server.answer = b'{"items": [], "next": "here"}'
    coupons = RemoteCoupons(asker, no_zones)
    assert (await coupons.lapsed(1, 10)).next == "here"
    with pytest.raises(LedgerUnavailable):
        await coupons.lapsed(1, 10, "here")
