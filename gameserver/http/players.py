"""What players ask for: to be let in, what they have, and to be forgotten."""

import hmac
from hashlib import sha256
from math import ceil
from secrets import token_hex

from msgspec import Struct

from gameserver.game.model import CouponState
from gameserver.game.tokens import make_token
from gameserver.http.call import Call, Listed, NoQuery, PageSize, Paging
from gameserver.http.errors import Problem
from gameserver.http.telling import tell
from gameserver.ledger.catches import Catch
from gameserver.ledger.paging import PAGE_MAX, page_size
from gameserver.ledger.players import Standing, standing_of
from gameserver.ledger.scores import Period, Score
from gameserver.live.messages import Banned

HOUR_MS = 3_600_000


class Guest(Struct, frozen=True):
    """A new player, and the token that plays as this player until `expires_ms`."""

    player: str
    token: str
    expires_ms: int


class Me(Struct, frozen=True):
    """A player's own summary. `banned_until_ms` is null for a ban that has no end."""

    player: str
    points: int
    catches: int
    species: dict[str, int]
    banned: bool
    banned_until_ms: int | None


class WalletCoupon(Struct, frozen=True):
    """A coupon in a player's wallet; `attempt` is the player's own id of the catch."""

    code: str
    campaign: str
    title: str
    state: CouponState
    expires_ms: int
    issued_ms: int
    redeemed_ms: int | None
    store: str
    cat: str
    catch: str
    attempt: str | None


class Ranking(Struct, frozen=True, forbid_unknown_fields=True):
    """Which leaderboard: of this day or week (of UTC, from Monday), or of all time."""

    period: Period = "day"
    limit: PageSize = 50


class Rank(Struct, frozen=True):
    """A place on the leaderboard; equal points share a rank."""

    rank: int
    player: str
    points: int
    catches: int


FORGOTTEN = Problem("unauthenticated", "This player was forgotten.")


async def new_guest(call: Call[None, NoQuery]) -> Guest | Problem:
    """Let somebody in. A guest is a signed id and leaves no row anywhere.

    The same Idempotency-Key from the same address is the same guest.
    """
    wait_ms = call.memory.guests.wait_ms(call.address, call.now_ms)
    if wait_ms:
        call.site.traffic.too_many_guests += 1
        return Problem("too_many_requests", retry_after_s=ceil(wait_ms / 1000))
    if call.once is None:
        return _guest(call, "g" + token_hex(12), call.now_ms + call.site.token_ttl_ms)
    # Nothing is kept of guests, so the same key leads to the same guest by itself.
    asked = f"{call.once.request.principal}\n{call.once.request.key}".encode()
    player = "g" + hmac.new(call.site.secret, b"guest\n" + asked, sha256).hexdigest()[:24]
    hour = call.now_ms // HOUR_MS + 1
    return _guest(call, player, hour * HOUR_MS + call.site.token_ttl_ms)


def _guest(call: Call[None, NoQuery], player: str, expires_ms: int) -> Guest:
    return Guest(player, make_token(call.site.secret, player, expires_ms), expires_ms)


async def me(call: Call[None, NoQuery]) -> Me | Problem:
    """What the player has caught, and may still play."""
    ledger = call.site.ledger
    standing = await _standing(call)
    if standing is not None and standing.gone:
        return FORGOTTEN
    caught = await ledger.catches.summary(call.player)
    banned = standing is not None and not standing.may_play(call.now_ms)
    until_ms = standing.until_ms if standing is not None and banned else None
    return Me(call.player, caught.points, caught.catches, caught.species, banned, until_ms)


async def my_coupons(call: Call[None, Paging]) -> Listed[WalletCoupon] | Problem:
    """The player's coupons, the newest first."""
    standing = await _standing(call)
    if standing is not None and standing.gone:
        return FORGOTTEN
    page = await call.site.coupons.wallet(call.player, call.query.limit, call.query.cursor)
    attempts = await call.site.ledger.catches.attempts([coupon.catch for coupon in page.items])
    shown = [
        WalletCoupon(
            code=coupon.code,
            campaign=coupon.campaign,
            title=coupon.title,
            state=coupon.state,
            expires_ms=coupon.expires_ms,
            issued_ms=coupon.issued_ms,
            redeemed_ms=coupon.redeemed_ms,
            store=coupon.store,
            cat=coupon.cat,
            catch=coupon.catch,
            attempt=attempts.get(coupon.catch),
        )
        for coupon in page.items
    ]
    return Listed(shown, page.next)


async def my_catches(call: Call[None, Paging]) -> Listed[Catch] | Problem:
    """The player's catches, the newest first."""
    standing = await _standing(call)
    if standing is not None and standing.gone:
        return FORGOTTEN
    paging = call.query
    page = await call.site.ledger.catches.of_player(call.player, paging.limit, paging.cursor)
    return Listed(list(page.items), page.next)


async def forget_me(call: Call[None, NoQuery]) -> None:
    """Take the player out of the books, end the session, and let the token open nothing more."""
    # The coupons first: where that fails, the player still has a token to ask again with.
    await call.site.coupons.forget(call.player)
    await call.site.ledger.players.forget(call.player)
    await tell(call.site, Banned(call.player))
    await call.site.forget_track(call.player)


async def leaderboard(call: Call[None, Ranking]) -> Listed[Rank]:
    """The best players of a period."""
    catches, asked = call.site.ledger.catches, call.query

    async def read() -> list[Score]:
        return await catches.leaderboard(asked.period, PAGE_MAX, call.now_ms)

    scores = await call.memory.leaders.get(asked.period, read, call.now_ms)
    ranks: list[Rank] = []
    for place, score in enumerate(scores[: page_size(asked.limit)], start=1):
        tied = bool(ranks) and ranks[-1].points == score.points
        rank = ranks[-1].rank if tied else place
        ranks.append(Rank(rank, score.player, score.points, score.catches))
    return Listed(ranks, None)


async def _standing(call: Call[None, NoQuery] | Call[None, Paging]) -> Standing | None:
    return await call.site.ledger.db.read(standing_of, call.player)
