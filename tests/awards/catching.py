"""Cats with coupons, and players who catch them over a line."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from gameserver.awards.bookkeeping import Bookkeeping, OneCommit, TwoCommits
from gameserver.awards.line import Line
from gameserver.awards.stages import Case
from gameserver.game.geo import region_of
from gameserver.game.model import Cat, Claim, Reservation, catch_id
from gameserver.ledger.ledger import Ledger
from gameserver.live.live import Live
from gameserver.protocol import Caught, Refused
from tests.ledger.shop import DAY_MS, NOW, Clock, Shop, campaign
from tests.waiting import until

REGIONS = [region_of(31.2304, 121.4737), region_of(39.9042, 116.4074)]


KINDS = ["one commit", "two commits"]


def books_of(kind: str, ledger: Ledger) -> Bookkeeping:
    """Either kind of books, over the same ledger."""
    if kind == "one commit":
        return OneCommit(ledger.settlement, Clock())
    return TwoCommits(ledger.coupons, ledger.catches, Clock())


@contextmanager
def locked(sqlite_url: str) -> Iterator[None]:
    """Another program holds the database's lock."""
    path = sqlite_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


class Catching:
    """A street whose catches go over a line."""

    def __init__(self, live: Live, ledger: Ledger, line: Line, shop: Shop) -> None:
        self.live = live
        self.ledger = ledger
        self.line = line
        self.shop = shop
        self.told: list[Case] = []

    async def campaign(self, stock: int = 100, **fields: Any) -> str:
        return await campaign(self.ledger, self.shop, stock, **fields)

    async def cats(
        self, count: int, of_campaign: str | None, catches: int = 1, reserved: bool = True
    ) -> list[Cat]:
        """Cats in two regions, out on the street, whose coupons are set aside."""
        made = [
            Cat(
                id=f"{REGIONS[number % 2]}-{of_campaign}-{number}",
                species="tabby",
                store=self.shop.store,
                store_name="Bakery",
                lat=31.2304,
                lon=121.4737,
                expires_ms=NOW + DAY_MS,
                catches=catches,
                catch_m=40.0,
                campaign=of_campaign,
                title=None if of_campaign is None else "A bun",
            )
            for number in range(count)
        ]
        for region in REGIONS:
            here = [cat for cat in made if cat.id.startswith(region)]
            assert await self.live.acquire_region(region, "keeper", 60_000)
            await self.live.spawn_cats(region, here, "keeper", NOW)
        if of_campaign is not None and reserved:
            wanted = [Reservation(cat.id, of_campaign, catches, NOW + DAY_MS) for cat in made]
            await self.ledger.coupons.reserve(wanted, NOW)
        return made

    def claim(self, cat: Cat, player: str, attempt: str = "try", **fields: Any) -> Claim:
        values = {
            "catch": catch_id(cat.id, player, attempt),
            "cat": cat.id,
            "player": player,
            "attempt": attempt,
            "species": cat.species,
            "points": 10,
            "store": cat.store,
            "at_ms": NOW,
            "campaign": cat.campaign,
            "title": cat.title,
        }
        return Claim(**(values | fields))

    def throw(
        self,
        cat: Cat,
        player: str,
        attempt: str = "try",
        told: Callable[[Case], None] | None = None,
        **fields: Any,
    ) -> bool:
        return self.line.put(self.claim(cat, player, attempt, **fields), told or self.told.append)

    async def answers(self, count: int) -> dict[str, Caught | Refused]:
        """What so many players, each with one try, are told."""
        await until(lambda: len(self.told) >= count)
        assert len(self.told) == count
        found = {case.claim.player: case.answer for case in self.told}
        self.told.clear()
        assert self.line.under_way == 0
        return {player: answer for player, answer in found.items() if answer is not None}

    async def outbox(self) -> int:
        return sum([len(await self.live.unfinished(each, NOW + DAY_MS, 500)) for each in REGIONS])

    async def nothing_is_left(self) -> None:
        async def is_empty() -> bool:
            return await self.outbox() == 0

        await until(is_empty)
