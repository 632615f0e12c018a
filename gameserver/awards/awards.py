"""What became of claims: the keeper finishes what was left of them, the gateway looks them up."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self

from gameserver.awards import answers
from gameserver.awards.bookkeeping import issue_unless_barred
from gameserver.batches import Batches, BatchesFull
from gameserver.coupons.service import CouponService
from gameserver.game.model import Claim, Coupon, IssueResult, catch_id
from gameserver.ledger.catches import Catches
from gameserver.ledger.database import LedgerError
from gameserver.ledger.paging import Page
from gameserver.ledger.players import GONE
from gameserver.ledger.settling import item_of
from gameserver.live.errors import LiveError
from gameserver.live.live import Live
from gameserver.live.messages import CouponChanged
from gameserver.protocol import Catch, Caught, Refused, coupon_view, pending_coupon, refused

RECALL_MOST = 100
WAITING_MOST = 10_000


class Won(NamedTuple):
    """A claim with its outbox entry."""

    claim: Claim
    entry: str


class IsIssued(NamedTuple):
    """A catch's coupon is issued, and the catch itself not recorded."""


class Awards:
    """Finishes claims that nobody finished, and knows how those ended that Redis has forgotten."""

    def __init__(
        self,
        live: Live,
        coupons: CouponService,
        catches: Catches,
        clock: Callable[[], int],
    ) -> None:
        self._live = live
        self._coupons = coupons
        self._catches = catches
        self._clock = clock
        # In batches too: anybody can ask for attempts that there never were, thirty times a second.
        self._recalling: Batches[str, Coupon | None] = Batches(
            self._coupons_of, most=RECALL_MOST, waiting=WAITING_MOST
        )

    async def __aenter__(self) -> Self:
        await self._recalling.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._recalling.__aexit__(kind, error, trace)

    async def recall(self, player: str, catch: Catch) -> "Caught | Refused | IsIssued | None":
        """What the books have of an attempt that Redis knows nothing of, as after a power cut.

        None: nothing. `busy` where they can't be reached: then nobody knows.
        """
        name = catch_id(catch.cat, player, catch.attempt)
        try:
            kept = await self._catches.find(name)
            if kept is not None and kept.claim.campaign is None:
                return answers.caught(kept.claim, None)
            coupon = await self._recalling.add(name)
        except (LedgerError, BatchesFull):
            return refused("busy", attempt=catch.attempt, cat=catch.cat)
        if kept is None:
            return None if coupon is None else IsIssued()
        if coupon is not None:
            return answers.caught(kept.claim, coupon_view(coupon))
        promised = pending_coupon(kept.claim.campaign or "", "") if kept.is_owed else None
        return answers.caught(kept.claim, promised)

    async def finish(self, wons: Sequence[Won]) -> list[CouponChanged]:
        """Do what is left of claims that nobody finished; what their players should hear.

        LedgerError where the books can't be reached: the outbox keeps every claim, try again.
        """
        couponed = [won for won in wons if won.claim.campaign is not None]
        stands = [won for won in wons if won.claim.campaign is None]
        news: list[CouponChanged] = []
        refusals: dict[str, Refused] = {}
        results = await self._issue([won.claim for won in couponed]) if couponed else []
        for won, result in zip(couponed, results, strict=True):
            refusal = answers.refusal_of(won.claim, result)
            if refusal is None:
                assert result.coupon is not None
                stands.append(won)
                news.append(answers.news(won.claim, coupon_view(result.coupon)))
            else:
                refusals[won.claim.catch] = refusal
                news.append(answers.news(won.claim, answers.nothing(won.claim)))
        # The books first: a claim that is undone in Redis leaves nothing to find it by.
        await self._catches.settle({name: refusal.reason for name, refusal in refusals.items()})
        for won in couponed:
            refusal = refusals.get(won.claim.catch)
            if refusal is not None:
                await self._undo(won, answers.kept(refusal))
        kept = await self._catches.record([won.claim for won in stands], self._clock())
        done = list[tuple[str, str]]()
        for won, stays in zip(stands, kept, strict=True):
            if stays:
                done.append((won.claim.cat, won.entry))
            else:
                await self._undo(won, "already_caught")
        with suppress(LiveError):  # the news is true all the same; an entry that stays comes again
            await self._live.finish_all(done)
        return news

    async def _undo(self, won: Won, reason: str) -> None:
        await self._live.unclaim_cat(won.claim, won.entry, reason, self._clock())

    async def owed(self, before_ms: int, limit: int, cursor: str | None) -> Page[Claim]:
        """Claims from before a time whose coupons the books of catches still owe."""
        return await self._catches.owed(before_ms, limit, cursor)

    async def pay(self, claims: Sequence[Claim]) -> list[CouponChanged]:
        """Bring owed coupons that no outbox entry brings any more; what players should hear.

        A catch stands also where there is no coupon for it after all: the player has been told of
        it, and its cat may be long gone. Who asked to be forgotten gets nothing more.
        """
        here = [claim for claim in claims if not claim.player.startswith(GONE)]
        results = await self._issue(here) if here else []
        news: list[CouponChanged] = []
        reasons = {claim.catch: "gone" for claim in claims if claim.player.startswith(GONE)}
        paid: list[Claim] = []
        for claim, result in zip(here, results, strict=True):
            refusal = answers.refusal_of(claim, result)
            if refusal is None:
                assert result.coupon is not None
                paid.append(claim)
                news.append(answers.news(claim, coupon_view(result.coupon)))
            else:
                reasons[claim.catch] = refusal.reason
                news.append(answers.news(claim, answers.nothing(claim)))
        await self._catches.record(paid, self._clock())
        await self._catches.settle(reasons)
        return news

    async def _issue(self, claims: Sequence[Claim]) -> list[IssueResult]:
        items = [item_of(claim) for claim in claims]
        return await issue_unless_barred(self._coupons, self._catches, items, self._clock())

    async def _coupons_of(self, catches: Sequence[str]) -> Sequence[Coupon | None]:
        found = await self._coupons.of_catches(list(dict.fromkeys(catches)))
        by_catch = {coupon.catch: coupon for coupon in found}
        return [by_catch.get(catch) for catch in catches]
