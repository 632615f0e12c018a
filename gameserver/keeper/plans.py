"""What stores want, held against what their campaigns say of themselves.

The stores are in the game's own books, the campaigns are the coupon service's to know: while that
is away, what it said last goes on to hold.
"""

import asyncio
import logging
from collections.abc import Iterable

from gameserver.coupons.service import CouponService
from gameserver.game.model import Offering, PlannedStore
from gameserver.game.spawning import as_offered
from gameserver.ledger.merchants import Merchants

log = logging.getLogger(__name__)

PAGE = 1_000


class Plans:
    """All stores with their plans, as they are read again and again."""

    def __init__(self, merchants: Merchants, coupons: CouponService) -> None:
        self._merchants = merchants
        self._coupons = coupons
        self._stores: dict[str, PlannedStore] = {}
        self._by_region: dict[str, set[str]] = {}
        self._by_campaign: dict[str, set[str]] = {}
        self._offerings: dict[str, Offering | None] = {}
        """None: the coupon service has no such campaign."""
        self._rev = 0
        self._regions_rev = -1
        """The state of the plans for which `regions` were read."""
        self._news: dict[str, None] = {}
        self._limited: set[str] = set()
        self.regions: frozenset[str] = frozenset()
        self.are_known = False
        self.strange = asyncio.Event()
        """Set where a plan names a campaign that the coupon service was not asked for yet."""

    async def read_stores(self) -> None:
        """Read which stores changed. LedgerError."""
        while True:
            stores = await self._merchants.planned_stores(self._rev, PAGE)
            for store in stores:
                self._rev = max(self._rev, store.rev)
                self._put(store)
            if len(stores) < PAGE:
                break
        if self._rev != self._regions_rev:
            # Also those that stores have left: their cats and claims want a keeper, too.
            self.regions = frozenset(await self._merchants.regions())
            self._regions_rev = self._rev
        self.are_known = True

    async def read_offerings(self) -> None:
        """Read what the campaigns of all plans say of themselves. LedgerError."""
        self.strange.clear()
        asked = list(self._by_campaign)
        for start in range(0, len(asked), PAGE):
            ids = asked[start : start + PAGE]
            found = {each.campaign: each for each in await self._coupons.offerings(ids)}
            for campaign in ids:
                self._offer(campaign, found.get(campaign))

    def changed(self) -> list[str]:
        """The stores of which something changed since the last call, each once."""
        news = list(self._news)
        self._news.clear()
        return news

    def store(self, store_id: str) -> PlannedStore | None:
        """A store with its plan as it holds now; None where nobody knows its campaign yet."""
        store = self._stores[store_id]
        campaign = _campaign(store)
        if campaign is None:
            return store
        if campaign not in self._offerings:
            return None
        return as_offered(store, self._offerings[campaign])

    def region(self, store_id: str) -> str:
        """The region that a store is in."""
        return self._stores[store_id].region

    def in_region(self, region: str) -> Iterable[str]:
        """The stores of a region."""
        return tuple(self._by_region.get(region, ()))

    def limited(self) -> Iterable[PlannedStore]:
        """The stores that want no more than so many players at once."""
        return [self._stores[store_id] for store_id in self._limited]

    def _put(self, store: PlannedStore) -> None:
        before = self._stores.get(store.id)
        if before is not None:
            self._by_region[before.region].discard(store.id)
            # What its campaign said last holds on for a store that is only changed.
            if _campaign(before) != _campaign(store):
                self._forget_campaign(before)
        self._stores[store.id] = store
        if store.plan is not None and store.plan.players_max is not None:
            self._limited.add(store.id)
        else:
            self._limited.discard(store.id)
        self._by_region.setdefault(store.region, set()).add(store.id)
        campaign = _campaign(store)
        if campaign is not None:
            self._by_campaign.setdefault(campaign, set()).add(store.id)
            if campaign not in self._offerings:
                self.strange.set()
        self._news[store.id] = None

    def _forget_campaign(self, store: PlannedStore) -> None:
        campaign = _campaign(store)
        if campaign is None:
            return
        self._by_campaign[campaign].discard(store.id)
        if not self._by_campaign[campaign]:
            del self._by_campaign[campaign]
            self._offerings.pop(campaign, None)

    def _offer(self, campaign: str, offering: Offering | None) -> None:
        known = campaign in self._offerings
        if campaign not in self._by_campaign or (known and self._offerings[campaign] == offering):
            return
        self._offerings[campaign] = offering
        self._news.update(dict.fromkeys(sorted(self._by_campaign[campaign])))


def _campaign(store: PlannedStore) -> str | None:
    return None if store.plan is None else store.plan.campaign
