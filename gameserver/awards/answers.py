"""What players hear of their claims, from what the books say."""

from msgspec.structs import replace

from gameserver.game.model import Claim, CouponState, CouponView, IssueResult
from gameserver.live.messages import CouponChanged
from gameserver.protocol import Caught, Refused, coupon_view, pending_coupon, refused

_LIMITED_BY = " by "

_REFUSED_BY = {"per_player": "campaign_limit", "per_player_day": "daily_limit"}


def caught(claim: Claim, coupon: CouponView | None) -> Caught:
    """The catch stands."""
    return Caught(claim.attempt, claim.cat, claim.species, claim.points, coupon)


def busy(claim: Claim) -> Refused:
    """Nobody knows yet: ask again."""
    return refused("busy", attempt=claim.attempt, cat=claim.cat)


def already_caught(claim: Claim) -> Refused:
    """Another attempt of this player has the cat."""
    return refused("already_caught", attempt=claim.attempt, cat=claim.cat)


def gone(claim: Claim) -> Refused:
    """Nobody can have the cat any more."""
    return refused("gone", attempt=claim.attempt, cat=claim.cat)


def promised(claim: Claim) -> CouponView:
    """The coupon is still to come."""
    return pending_coupon(claim.campaign or "", claim.title or "")


def answer(claim: Claim, result: IssueResult) -> Caught | Refused:
    """What the coupon service's answer comes to."""
    refusal = refusal_of(claim, result)
    if refusal is not None:
        return refusal
    assert result.coupon is not None
    return caught(claim, coupon_view(result.coupon))


def refusal_of(claim: Claim, result: IssueResult) -> Refused | None:
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


def refused_before(kept: str, claim: Claim) -> Refused:
    """The refusal that a claim was undone for, from what Redis keeps of it."""
    reason, _, limit = kept.partition(_LIMITED_BY)
    return _refused(reason, limit or None, claim.attempt, claim.cat)


def kept(refusal: Refused) -> str:
    """What Redis keeps of a refusal."""
    return refusal.reason + (f"{_LIMITED_BY}{refusal.limit}" if refusal.limit else "")


def news(claim: Claim, coupon: CouponView) -> CouponChanged:
    """A coupon of this claim is other than its player knows."""
    return CouponChanged(claim.player, claim.attempt, coupon)


def nothing(claim: Claim) -> CouponView:
    """What becomes of a pending coupon that can't be had after all."""
    return CouponView(None, claim.campaign or "", claim.title or "", CouponState.VOID, None)


def _refused(reason: str, limit: str | None, attempt: str, cat: str) -> Refused:
    no = refused(reason, attempt=attempt, cat=cat, limit=limit)
    # What a campaign spreads over its time is to be had later, from this cat or another.
    return replace(no, retry=True) if limit == "pace" else no
