"""The short way into the books comes to the same as asking for everything first."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gameserver.game.model import Claim, IssueResult, Reservation, catch_id
from gameserver.ledger.fresh import NotFresh
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.ledger.settling import settle, settle_fresh
from tests.ledger.shop import DAY_MS, NOW, Clock, Shop, campaign, counters, open_shop

Throw = tuple[int, str, str]
"""A cat, a player, an attempt."""

KINDS: list[dict[str, object]] = [
    {"stock": 3},
    {"stock": 50, "per_player": 1},
    {"stock": 50},
    {"stock": 50, "state": "paused"},
]
WITHOUT = len(KINDS)
"""Cats of this kind carry nothing."""

throws = st.tuples(st.integers(0, 9), st.sampled_from("abcd"), st.sampled_from("12"))
batches = st.lists(st.lists(throws, min_size=1, max_size=6), min_size=1, max_size=4)


async def open_street(ledger: Ledger) -> tuple[Shop, list[str]]:
    """Campaigns of every kind; every other cat has its coupons set aside."""
    shop = await open_shop(ledger)
    sales = []
    for kind in KINDS:
        fields = {name: value for name, value in kind.items() if name not in ("stock", "state")}
        sales.append(await campaign(ledger, shop, 50, **fields))
    for cat in range(0, 10, 2):
        if cat % 5 < WITHOUT:
            wanted = Reservation(f"872830828-{cat}", sales[cat % 5], 2, NOW + DAY_MS)
            await ledger.coupons.reserve([wanted], NOW)
    rows = [
        {"stock": kind["stock"], "state": kind.get("state", "active"), "id": sale}
        for sale, kind in zip(sales, KINDS, strict=True)
    ]
    await ledger.db.write(_become, rows)
    return shop, sales


def _become(connection: Connection, rows: list[dict[str, object]]) -> None:
    """Make campaigns what they are to be once coupons are set aside."""
    change = "UPDATE campaigns SET stock = :stock, state = :state WHERE id = :id"
    connection.execute(text(change), rows)


def claim(sales: Sequence[str], throw: Throw) -> Claim:
    cat, player, attempt = throw
    of = None if cat % 5 == WITHOUT else sales[cat % 5]
    name = f"872830828-{cat}"
    return Claim(
        catch_id(name, player, attempt), name, player, attempt, "tabby", 5, "s", NOW, of, "A bun"
    )


def said(result: IssueResult | None) -> object:
    """An answer, without the names of things that are made anew each time."""
    if result is None:
        return None
    coupon = result.coupon
    return result.status, result.limit, coupon and (coupon.catch, coupon.state, coupon.expires_ms)


async def played(folder: Path, script: list[list[Throw]], *, carefully: bool) -> list[object]:
    async with open_ledger(f"sqlite:///{folder / 'books.db'}", clock=Clock()) as ledger:
        shop, sales = await open_street(ledger)
        found: list[object] = []
        for batch in script:
            claims = [claim(sales, throw) for throw in batch]
            if carefully:
                results = await ledger.db.write(settle, claims, NOW)
            else:
                results = await ledger.settlement.settle(claims, NOW)
            found.append([said(result) for result in results])
        found.append([await counters(ledger, shop, sale) for sale in sales])
        found.append(await ledger.catches.leaderboard("all", 10, NOW))
        found.append([check.name for check in await ledger.audit() if not check.ok])
    return found


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=batches)
def test_the_short_way_comes_to_the_same_as_asking_first(
    migrated_file: Path, script: list[list[Throw]]
) -> None:
    outcomes = []
    for carefully in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(migrated_file, Path(folder) / "books.db")
            outcomes.append(asyncio.run(played(Path(folder), script, carefully=carefully)))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("how", ["no reservation", "caught before", "twice in a batch", "gone"])
async def test_what_is_not_new_leaves_nothing_behind_of_the_short_way(
    ledger: Ledger, how: str
) -> None:
    shop = await open_shop(ledger)
    sale = await campaign(ledger, shop, 50)
    sales = [sale] * WITHOUT
    claims = [claim(sales, (cat, "a", "1")) for cat in range(3)]
    if how != "no reservation":
        wanted = [Reservation(each.cat, sale, 5, NOW + DAY_MS) for each in claims]
        await ledger.coupons.reserve(wanted, NOW)
    if how == "caught before":
        await ledger.settlement.settle([claim(sales, (2, "a", "2"))], NOW)
    if how == "twice in a batch":
        claims.append(claim(sales, (2, "a", "2")))
    if how == "gone":
        await ledger.players.forget("a")
    before = await counters(ledger, shop, sale), await ledger.catches.summary("a")
    with pytest.raises(NotFresh):
        await ledger.db.write(settle_fresh, claims, NOW)
    assert (await counters(ledger, shop, sale), await ledger.catches.summary("a")) == before


async def test_what_is_new_goes_the_short_way(ledger: Ledger) -> None:
    """Were it given up each time, everything would be done twice, and no other test would say."""
    shop = await open_shop(ledger)
    sale = await campaign(ledger, shop, 50, per_player=5)
    sales = [sale] * WITHOUT
    claims = [
        claim(sales, (cat, player, "1")) for cat in range(5) for player in "abc"[: 1 + cat % 3]
    ]
    carrying = [each for each in claims if each.campaign is not None]
    wanted = [Reservation(cat, sale, 5, NOW + DAY_MS) for cat in {each.cat for each in carrying}]
    await ledger.coupons.reserve(wanted, NOW)
    results = await ledger.db.write(settle_fresh, claims, NOW)
    assert [result and result.status for result in results] == [
        None if each.campaign is None else "issued" for each in claims
    ]
    assert (await counters(ledger, shop, sale))[1] == len(carrying)
