"""From a won cat to a coupon in the books: what gateway and keeper both do with a claim.

The order is what makes crashes harmless: the claim stands in Redis with its outbox entry, then the
coupon is committed, then the catch is recorded and the entry goes, then the player hears of it.
Whoever finds an entry later does the same again, with the same ids, and gets the same answers.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from time import perf_counter
from types import TracebackType
from typing import NamedTuple, Self

from msgspec.structs import replace

from gameserver.batches import Batches, BatchesFull
from gameserver.coupons.service import CouponService
from gameserver.game.geo import cat_region
from gameserver.game.model import (
    Claim,
    Coupon,
    CouponState,
    CouponView,
    IssueItem,
    IssueResult,
    catch_id,
)
from gameserver.histogram import Histogram
from gameserver.ledger.catches import Catches
from gameserver.ledger.database import LedgerError
from gameserver.ledger.paging import Page
from gameserver.ledger.players import GONE
from gameserver.live.errors import LiveError
from gameserver.live.live import Live
from gameserver.live.messages import CouponChanged
from gameserver.protocol import (
    Catch,
    Caught,
    Refused,
    coupon_view,
    pending_coupon,
    refused,
)

log = logging.getLogger(__name__)

ISSUE_WITHIN_S = 1.5
RECORD_WITHIN_S = 1.0
BATCH_MOST = 500
RECALL_MOST = 100
WAITING_MOST = 10_000

_LIMITED_BY = " by "

_REFUSED_BY = {"per_player": "campaign_limit", "per_player_day": "daily_limit"}


class Won(NamedTuple):
    """A claim with its outbox entry."""

    claim: Claim
    entry: str


class Recorded(NamedTuple):
    """A claim to write down, and whether its coupon is still to come."""

    won: Won
    is_owed: bool


class IsIssued(NamedTuple):
    """A catch's coupon is issued, and the catch itself not recorded."""


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
        self.recording: Batches[Recorded, bool] = Batches(
            self._record, most=BATCH_MOST, waiting=WAITING_MOST
        )
        # In batches too: anybody can ask for attempts that there never were, thirty times a second.
        self._recalling: Batches[str, Coupon | None] = Batches(
            self._coupons_of, most=RECALL_MOST, waiting=WAITING_MOST
        )
        self.issue_times = Histogram()
        """Seconds that players waited for a coupon, waiting for a batch included."""
        self.record_times = Histogram()
        """Seconds that players waited for the catch to be recorded."""

    async def __aenter__(self) -> Self:
        await self.issuing.__aenter__()
        await self.recording.__aenter__()
        await self._recalling.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._recalling.__aexit__(kind, error, trace)
        await self.issuing.__aexit__(kind, error, trace)
        await self.recording.__aexit__(kind, error, trace)

    async def award(self, won: Won) -> Caught | Refused:
        """Give the player what the cat carried.

        `Caught` once the coupon and the catch are committed. The coupon is pending where the coupon
        service did not answer in time: then the books owe it, and the outbox entry stays for the
        keeper. `Refused` where the coupon can't be had: then the cat has its place back; or with
        `busy` where the catch can't be recorded: what is not in the books is not promised, and the
        keeper goes on with the entry.
        """
        claim = won.claim
        coupon: CouponView | None = None
        if claim.campaign is not None:
            result = await self._issued(claim)
            refusal = None if result is None else _refusal(claim, result)
            if refusal is not None:
                return await self._undone(won, refusal)
            found = None if result is None else result.coupon
            coupon = (
                pending_coupon(claim.campaign, claim.title or "")
                if found is None
                else coupon_view(found)
            )
        is_owed = coupon is not None and coupon.state is CouponState.PENDING
        stands = await self._stands(Recorded(won, is_owed))
        if stands is None:
            return refused("busy", attempt=claim.attempt, cat=claim.cat)
        if stands:
            return _caught(claim, coupon)
        refusal = refused("already_caught", attempt=claim.attempt, cat=claim.cat)
        return await self._undone(won, refusal)

    async def recall(self, player: str, catch: Catch) -> "Caught | Refused | IsIssued | None":
        """What the books have of an attempt that Redis knows nothing of, as after a power cut.

        None: nothing. `busy` where they can't be reached: then nobody knows.
        """
        name = catch_id(catch.cat, player, catch.attempt)
        try:
            kept = await self._catches.find(name)
            if kept is not None and kept.claim.campaign is None:
                return _caught(kept.claim, None)
            coupon = await self._recalling.add(name)
        except (LedgerError, BatchesFull):
            return refused("busy", attempt=catch.attempt, cat=catch.cat)
        if kept is None:
            return None if coupon is None else IsIssued()
        if coupon is not None:
            return _caught(kept.claim, coupon_view(coupon))
        promised = pending_coupon(kept.claim.campaign or "", "") if kept.is_owed else None
        return _caught(kept.claim, promised)

    async def finish(self, wons: Sequence[Won]) -> list[CouponChanged]:
        """Do what is left of claims that nobody finished; what their players should hear.

        LedgerError where the books can't be reached: the outbox keeps every claim, try again.
        """
        couponed = [won for won in wons if won.claim.campaign is not None]
        stands = [won for won in wons if won.claim.campaign is None]
        news: list[CouponChanged] = []
        refusals: dict[str, Refused] = {}
        results = await self._issue([_item(won.claim) for won in couponed]) if couponed else []
        for won, result in zip(couponed, results, strict=True):
            refusal = _refusal(won.claim, result)
            if refusal is None:
                assert result.coupon is not None
                stands.append(won)
                news.append(_news(won.claim, coupon_view(result.coupon)))
            else:
                refusals[won.claim.catch] = refusal
                news.append(_news(won.claim, _nothing(won.claim)))
        # The books first: a claim that is undone in Redis leaves nothing to find it by.
        await self._catches.settle({name: refusal.reason for name, refusal in refusals.items()})
        for won in couponed:
            refusal = refusals.get(won.claim.catch)
            if refusal is not None:
                await self._live.unclaim_cat(won.claim, won.entry, _kept(refusal), self._clock())
        kept = await self._record([Recorded(won, is_owed=False) for won in stands])
        for won, stays in zip(stands, kept, strict=True):
            if not stays:
                await self._live.unclaim_cat(won.claim, won.entry, "already_caught", self._clock())
        return news

    async def owed(self, before_ms: int, limit: int, cursor: str | None) -> Page[Claim]:
        """Claims from before a time whose coupons the books of catches still owe."""
        return await self._catches.owed(before_ms, limit, cursor)

    async def pay(self, claims: Sequence[Claim]) -> list[CouponChanged]:
        """Bring owed coupons that no outbox entry brings any more; what players should hear.

        A catch stands also where there is no coupon for it after all: the player has been told of
        it, and its cat may be long gone. Who asked to be forgotten gets nothing more.
        """
        here = [claim for claim in claims if not claim.player.startswith(GONE)]
        results = await self._issue([_item(claim) for claim in here]) if here else []
        news: list[CouponChanged] = []
        reasons = {claim.catch: "gone" for claim in claims if claim.player.startswith(GONE)}
        paid: list[Claim] = []
        for claim, result in zip(here, results, strict=True):
            refusal = _refusal(claim, result)
            if refusal is None:
                assert result.coupon is not None
                paid.append(claim)
                news.append(_news(claim, coupon_view(result.coupon)))
            else:
                reasons[claim.catch] = refusal.reason
                news.append(_news(claim, _nothing(claim)))
        await self._catches.record(paid, self._clock())
        await self._catches.settle(reasons)
        return news

    async def _issued(self, claim: Claim) -> IssueResult | None:
        """What the coupon service says, or None where it says nothing in time."""
        asked_s = perf_counter()
        try:
            async with asyncio.timeout(ISSUE_WITHIN_S):
                # Where the time is up, what still waits is withdrawn: the keeper has it then. What
                # is under way may be committed all the same, and the keeper hears `already`.
                return await self.issuing.add(_item(claim))
        except (TimeoutError, LedgerError, BatchesFull):
            return None
        finally:
            self.issue_times.add(perf_counter() - asked_s)

    async def _stands(self, recorded: Recorded) -> bool | None:
        """Whether the books have this catch, and no other of this player and cat.

        None where they say nothing in time: perhaps it is written, perhaps the keeper will do it.
        """
        asked_s = perf_counter()
        try:
            async with asyncio.timeout(RECORD_WITHIN_S):
                return await self.recording.add(recorded)
        except (TimeoutError, LedgerError, BatchesFull):
            log.warning("a catch is recorded later, from the outbox")
            return None
        finally:
            self.record_times.add(perf_counter() - asked_s)

    async def _undone(self, won: Won, refusal: Refused) -> Refused:
        """Give the cat its place back, and say why."""
        claim = won.claim
        try:
            is_undone = await self._live.unclaim_cat(
                claim, won.entry, _kept(refusal), self._clock()
            )
        except LiveError:
            # Nobody knows what the keeper will find when it gets to the entry: not yet decided.
            log.warning("a refused claim's place is given back later, from the outbox")
            return refused("busy", attempt=claim.attempt, cat=claim.cat)
        # Where it is not undone, the keeper was faster and found a coupon: it tells the player.
        return refusal if is_undone else refused("busy", attempt=claim.attempt, cat=claim.cat)

    async def _issue(self, items: Sequence[IssueItem]) -> Sequence[IssueResult]:
        """Coupons for catches, but for those that can't stand, which Redis had forgotten of."""
        barred = await self._catches.barred(items)
        asked = [item for item in items if item.catch not in barred]
        found = await self._coupons.issue(asked, self._clock()) if asked else []
        results = {result.catch: result for result in found}
        return [results.get(item.catch, IssueResult(item.catch, "already")) for item in items]

    async def _coupons_of(self, catches: Sequence[str]) -> Sequence[Coupon | None]:
        found = await self._coupons.of_catches(list(dict.fromkeys(catches)))
        by_catch = {coupon.catch: coupon for coupon in found}
        return [by_catch.get(catch) for catch in catches]

    async def _record(self, batch: Sequence[Recorded]) -> Sequence[bool]:
        owed = {won.claim.catch for won, is_owed in batch if is_owed}
        stand = await self._catches.record([won.claim for won, _ in batch], self._clock(), owed)
        entries: defaultdict[str, list[str]] = defaultdict(list)
        for (won, is_owed), stands in zip(batch, stand, strict=True):
            if stands and not is_owed:
                entries[cat_region(won.claim.cat)].append(won.entry)
        await asyncio.gather(
            *(self._live.finish(region, ids) for region, ids in entries.items()),
            return_exceptions=True,  # an entry that stays is finished by the keeper
        )
        return stand


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
            if result.coupon is not None and result.coupon.catch == claim.catch:
                return None
            reason = "already_caught"
        case "limit":
            reason = _REFUSED_BY[result.limit or "per_player"]
        case "sold_out":
            reason = "sold_out"
        case "closed":
            reason = "store_closed"
    return _refused(reason, result.limit, claim.attempt, claim.cat)


def refused_before(kept: str, attempt: str, cat: str) -> Refused:
    """The refusal that a claim was undone for, from what Redis keeps of it."""
    reason, _, limit = kept.partition(_LIMITED_BY)
    return _refused(reason, limit or None, attempt, cat)


def _kept(refusal: Refused) -> str:
    """What Redis keeps of a refusal."""
    return refusal.reason + (f"{_LIMITED_BY}{refusal.limit}" if refusal.limit else "")


def _refused(reason: str, limit: str | None, attempt: str, cat: str) -> Refused:
    no = refused(reason, attempt=attempt, cat=cat, limit=limit)
    # What a campaign spreads over its time is to be had later, from this cat or another.
    return replace(no, retry=True) if limit == "pace" else no
