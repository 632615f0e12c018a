"""Books of coupons that are asked in this process, or over HTTP; on both databases."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import pytest
from aiohttp import ClientSession
from msgspec import Struct

from gameserver.coupons.client import CouponClient
from gameserver.coupons.remote import RemoteCoupons
from gameserver.coupons.service import CouponService
from gameserver.coupons.zones import StoreZones
from gameserver.game.model import IssueItem, catch_id
from gameserver.http.routes import COUPON_ROUTES, make_web_app
from gameserver.ledger.campaigns import Campaign, NewCampaign
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.ledger.stores import NewStore, Store
from tests.http.desk import Clock, Desk, serving, site

_numbers = count()


class Bureau(Struct, frozen=True):
    """A coupon service, its books, and those of the game that asks it: perhaps the same."""

    coupons: CouponService
    books: Ledger
    game_books: Ledger
    clock: Clock
    merchant: str

    async def campaign(self, stock: int = 1000, **fields: Any) -> str:
        """The id of a new campaign."""
        wanted = NewCampaign(**({"title": "A bun", "kind": "gift", "stock": stock} | fields))
        made = await self.books.merchants.create_campaign(self.merchant, wanted)
        assert isinstance(made, Campaign)
        return made.id

    async def store(self, timezone: str) -> str:
        """The id of a new store, which the game knows."""
        merchant = await self.game_books.merchants.add_merchant("Bakery")
        wanted = NewStore(name="Corner", lat=31.2, lon=121.5, timezone=timezone)
        made = await self.game_books.merchants.create_store(merchant.id, wanted)
        assert isinstance(made, Store)
        return made.id

    def caught(
        self, campaign: str, cat: str | None = None, player: str | None = None, **fields: Any
    ) -> IssueItem:
        """A catch, of a cat and by a player that nobody else has where none is given."""
        number = next(_numbers)
        cat, player = cat or f"872830828-{number}", player or f"p{number}"
        defaults = {"store": "sto_1", "at_ms": self.clock()} | fields
        return IssueItem(catch_id(cat, player, "1"), cat, player, campaign, **defaults)

    async def issued(self, *items: IssueItem) -> list[str]:
        """The codes of coupons for catches that all get theirs."""
        results = await self.coupons.issue(items, self.clock())
        codes = [result.coupon.code for result in results if result.coupon is not None]
        assert len(codes) == len(items)
        return codes

    async def counted(self, campaign: str) -> tuple[int, int]:
        """How many of a campaign are reserved, and issued."""
        found = await self.books.merchants.get_campaign(self.merchant, campaign)
        assert found is not None
        return found.reserved, found.issued


@asynccontextmanager
async def served(books: Ledger, clock: Clock) -> AsyncIterator[tuple[str, str]]:
    """The URL of a coupon service with these books, and a service key."""
    key = (await books.merchants.add_service_key()).key
    async with ClientSession() as session:
        app = make_web_app(site(Desk(books, clock, session)), COUPON_ROUTES)
        async with serving(app) as url:
            yield url, key


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite_url", "postgres_url"], ids=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A migrated database without rows."""
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def books(url: str, clock: Clock) -> AsyncIterator[Ledger]:
    """Books that must still balance when the test is over."""
    async with open_ledger(url, clock=clock) as ledger:
        yield ledger
        assert [check for check in await ledger.audit() if not check.ok] == []


@pytest.fixture(params=["in-process", "over HTTP"])
async def bureau(
    request: pytest.FixtureRequest, books: Ledger, clock: Clock, tmp_path: Any
) -> AsyncIterator[Bureau]:
    """A coupon service, as the game asks it."""
    merchant = (await books.merchants.add_merchant("Bakery")).id
    if request.param == "in-process":
        yield Bureau(books.coupons, books, books, clock, merchant)
        return
    own = f"sqlite:///{tmp_path / 'game.db'}"
    async with (
        open_ledger(own, clock=clock, migrate=True) as game_books,
        served(books, clock) as (url, key),
        CouponClient(url, key) as client,
    ):
        coupons = RemoteCoupons(client, StoreZones(game_books.merchants, clock).of)
        yield Bureau(coupons, books, game_books, clock, merchant)
        assert client.failures == 0
