"""A catch and its coupon in one transaction, where the same books have both."""

from collections.abc import Sequence

from sqlalchemy import Connection

from gameserver.game.model import Claim, IssueItem, IssueResult
from gameserver.ledger.catches import barred, record, record_fresh
from gameserver.ledger.database import Database
from gameserver.ledger.fresh import NotFresh, gone, write_fresh
from gameserver.ledger.issuing import issue, issue_fresh


class Settlement:
    """Settles claims in one database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def settle(self, claims: Sequence[Claim], now_ms: int) -> list[IssueResult | None]:
        """See `settle`."""
        return await write_fresh(self._db, settle_fresh, settle, claims, now_ms)


def settle(
    connection: Connection, claims: Sequence[Claim], now_ms: int
) -> list[IssueResult | None]:
    """Issue what the claims' cats carried and record the catches; in the order of the claims.

    Of a cat with a coupon what `issue` answers: the catch is recorded where its coupon is there.
    Else None where the catch stands. A player who has another catch of the same cat in the record,
    owed a coupon or not, gets nothing for this one: `already`, without a coupon.
    """
    items = [item_of(claim) for claim in claims if claim.campaign is not None]
    hopeless = barred(connection, items) if items else set()
    asked = [item for item in items if item.catch not in hopeless]
    found = {result.catch: result for result in (issue(connection, asked, now_ms) if asked else ())}
    results: list[IssueResult | None] = []
    standing: list[Claim] = []
    places: list[int] = []
    for place, claim in enumerate(claims):
        result = None
        if claim.campaign is not None:
            result = found.get(claim.catch) or IssueResult(claim.catch, "already")
        if result is None or is_of(result, claim):
            standing.append(claim)
            places.append(place)
        results.append(result)
    for place, stands in zip(places, record(connection, standing, ()), strict=True):
        if not stands:
            results[place] = IssueResult(claims[place].catch, "already")
    return results


def settle_fresh(
    connection: Connection, claims: Sequence[Claim], now_ms: int
) -> list[IssueResult | None]:
    """As `settle`, where all claims are new to the books and have their coupons; else NotFresh."""
    items = [item_of(claim) for claim in claims if claim.campaign is not None]
    if len(items) < len(claims) and gone(connection, {claim.player for claim in claims}):
        raise NotFresh
    issued = iter(issue_fresh(connection, items, now_ms)) if items else iter(())
    record_fresh(connection, claims)
    return [None if claim.campaign is None else next(issued) for claim in claims]


def is_of(result: IssueResult, claim: Claim) -> bool:
    """Is this the claim's own coupon, issued now or before?"""
    coupon = result.coupon
    return coupon is not None and coupon.catch == claim.catch


def item_of(claim: Claim) -> IssueItem:
    """The coupon that a claim asks for."""
    assert claim.campaign is not None
    return IssueItem(
        catch=claim.catch,
        cat=claim.cat,
        player=claim.player,
        campaign=claim.campaign,
        store=claim.store,
        at_ms=claim.at_ms,
    )
