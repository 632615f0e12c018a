"""From a won cat to a coupon in the books: what gateway and keeper both do with a claim.

The order is what makes crashes harmless: the claim stands in Redis with its outbox entry, then the
coupon is committed, then the player hears of it, then the catch is recorded, then the entry goes.
Whoever finds an entry later does the same again, with the same ids, and gets the same answers.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import NamedTuple, Self

from gameserver.batches import Batches, BatchesFull
from gameserver.game.geo import cat_region
from gameserver.game.model import Claim, CouponState, CouponView, IssueItem, IssueResult
from gameserver.ledger.catches import Catches
from gameserver.ledger.coupons import CouponService
from gameserver.ledger.database import LedgerError
from gameserver.live.errors import LiveError
from gameserver.live.live import Live
from gameserver.live.messages import CouponChanged
from gameserver.protocol import (
    Caught,
    Refused,
    coupon_view,
    pending_coupon,
    refused,
)

log = logging.getLogger(__name__)

ISSUE_WITHIN_S = 1.5
BATCH_MOST = 200
WAITING_MOST = 10_000

_REFUSED_BY = {"per_player": "campaign_limit", "per_player_day": "daily_limit"}


class Won(NamedTuple):
    """A claim with its outbox entry."""

    claim: Claim
    entry: str


class Awards:
    """Issues coupons for won claims and keeps the books of catches, in micro-batches."""

    def __init__(
        self, live: Live, coupons: CouponService, catches: Catches, clock: Callable[[], int]
    ) -> None:
        self._live = live
        self._coupons = coupons
        self._catches = catches
        self._clock = clock
        self.issuing: Batches[IssueItem, IssueResult] = Batches(
            self._issue, most=BATCH_MOST, waiting=WAITING_MOST
        )
        self.recording: Batches[Won, None] = Batches(
            self._record, most=BATCH_MOST, waiting=WAITING_MOST
        )

    async def __aenter__(self) -> Self:
        await self.issuing.__aenter__()
        await self.recording.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.issuing.__aexit__(kind, error, trace)
        await self.recording.__aexit__(kind, error, trace)

    async def award(self, won: Won) -> Caught | Refused:
        """Give the player what the cat carried.

        `Caught` once the coupon is committed; with a pending coupon where the coupon service did
        not answer in time: then the outbox entry stays for the keeper. `Refused` where the coupon
        can't be had: then the cat has its place back.
        """
        claim = won.claim
        if claim.campaign is None:
            self._record_soon(won)
            return _caught(claim, None)
        try:
            async with asyncio.timeout(ISSUE_WITHIN_S):
                # Where the time is up, what still waits is withdrawn: the keeper has it then. What
                # is under way may be committed all the same, and the keeper hears `already`.
                result = await self.issuing.add(_item(claim))
        except (TimeoutError, LedgerError, BatchesFull):
            return _caught(claim, pending_coupon(claim.campaign, claim.title or ""))
        refusal = _refusal(claim, result)
        if refusal is None:
            assert result.coupon is not None
            self._record_soon(won)
            return _caught(claim, coupon_view(result.coupon))
        try:
            is_undone = await self._live.unclaim_cat(
                claim, won.entry, refusal.reason, self._clock()
            )
        except LiveError:
            log.warning("a refused claim's place is given back later, from the outbox")
            return refusal
        # Where it is not undone, the keeper was faster and found a coupon: it tells the player.
        return refusal if is_undone else refused("busy", attempt=claim.attempt, cat=claim.cat)

    async def finish(self, wons: Sequence[Won]) -> list[CouponChanged]:
        """Do what is left of claims that nobody finished; what their players should hear.

        LedgerError where the books can't be reached: the outbox keeps every claim, try again.
        """
        couponed = [won for won in wons if won.claim.campaign is not None]
        stands = [won for won in wons if won.claim.campaign is None]
        news: list[CouponChanged] = []
        results = await self._issue([_item(won.claim) for won in couponed]) if couponed else []
        for won, result in zip(couponed, results, strict=True):
            refusal = _refusal(won.claim, result)
            if refusal is None:
                assert result.coupon is not None
                stands.append(won)
                news.append(_news(won.claim, coupon_view(result.coupon)))
            else:
                await self._live.unclaim_cat(won.claim, won.entry, refusal.reason, self._clock())
                news.append(_news(won.claim, _nothing(won.claim)))
        if stands:
            await self._record(stands)
        return news

    def _record_soon(self, won: Won) -> None:
        try:
            self.recording.add(won)
        except BatchesFull:
            log.warning("too many catches to record; the outbox keeps this one")

    async def _issue(self, items: Sequence[IssueItem]) -> Sequence[IssueResult]:
        return await self._coupons.issue(items, self._clock())

    async def _record(self, batch: Sequence[Won]) -> Sequence[None]:
        await self._catches.record([won.claim for won in batch], self._clock())
        entries: defaultdict[str, list[str]] = defaultdict(list)
        for won in batch:
            entries[cat_region(won.claim.cat)].append(won.entry)
        await asyncio.gather(
            *(self._live.finish(region, ids) for region, ids in entries.items()),
            return_exceptions=True,  # an entry that stays is finished by the keeper
        )
        return [None] * len(batch)


def _caught(claim: Claim, coupon: CouponView | None) -> Caught:
    return Caught(claim.attempt, claim.cat, claim.species, claim.points, coupon)


def _item(claim: Claim) -> IssueItem:
    assert claim.campaign is not None
    return IssueItem(
        catch=claim.catch,
        cat=claim.cat,
        player=claim.player,
        campaign=claim.campaign,
        store=claim.store,
        at_ms=claim.at_ms,
    )


def _news(claim: Claim, coupon: CouponView) -> CouponChanged:
    return CouponChanged(claim.player, claim.attempt, coupon)


def _nothing(claim: Claim) -> CouponView:
    """What becomes of a pending coupon that can't be had after all."""
    return CouponView(None, claim.campaign or "", claim.title or "", CouponState.VOID, None)


def _refusal(claim: Claim, result: IssueResult) -> Refused | None:
    """What the player is told where there is no coupon for this catch."""
    match result.status:
        case "issued":
            return None
        case "already":
            assert result.coupon is not None
            if result.coupon.catch == claim.catch:
                return None
            reason = "already_caught"
        case "limit":
            reason = _REFUSED_BY[result.limit or "per_player"]
        case "sold_out":
            reason = "sold_out"
        case "closed":
            reason = "store_closed"
    return refused(reason, attempt=claim.attempt, cat=claim.cat)
