"""What the books have of some players: their coupons, and their catches.

Each comes by a query of its own, since coupons and catches may be in two databases.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct
from sqlalchemy import Connection, select

from gameserver.game.coupons import Change, after
from gameserver.game.model import CouponState
from gameserver.ledger.batch import among, texts
from gameserver.ledger.database import Database
from gameserver.ledger.tables import catches, coupon_events, coupons

AT_ONCE = 200
"""Players whose rows are read in one transaction."""


class CouponFact(Struct, frozen=True):
    """A coupon, with every state that it was in since it was issued."""

    code: str
    campaign: str
    catch: str
    cat: str
    player: str
    states: frozenset[CouponState]
    issued_ms: int
    expires_ms: int


class CatchFact(Struct, frozen=True):
    """A recorded catch; `no_coupon` says why its cat's coupon was not to be had after all."""

    catch: str
    cat: str
    player: str
    attempt: str
    points: int
    no_coupon: str | None


class Books(Struct, frozen=True):
    """The coupons and catches of some players, by what they are looked up by."""

    coupons: dict[str, list[CouponFact]]
    """By player."""
    catches: dict[str, list[CatchFact]]
    """By player."""
    by_code: dict[str, CouponFact]
    by_catch: dict[str, CouponFact]
    recorded: dict[str, CatchFact]
    """By catch."""


def books_of(coupon_facts: Sequence[CouponFact], catch_facts: Sequence[CatchFact]) -> Books:
    """The facts, arranged."""
    coupons_by_player: defaultdict[str, list[CouponFact]] = defaultdict(list)
    for coupon in coupon_facts:
        coupons_by_player[coupon.player].append(coupon)
    catches_by_player: defaultdict[str, list[CatchFact]] = defaultdict(list)
    for catch in catch_facts:
        catches_by_player[catch.player].append(catch)
    return Books(
        coupons=dict(coupons_by_player),
        catches=dict(catches_by_player),
        by_code={coupon.code: coupon for coupon in coupon_facts},
        by_catch={coupon.catch: coupon for coupon in coupon_facts},
        recorded={catch.catch: catch for catch in catch_facts},
    )


async def read_books(game: Database, coupon_service: Database, players: Sequence[str]) -> Books:
    """What the game's books and the coupon service's, which may be the same, have of players."""
    # Catches first: a coupon that comes in between is there, and its catch is known as owed.
    catch_facts: list[CatchFact] = []
    for some in _portions(players):
        catch_facts += await game.read(catches_of, some)
    coupon_facts: list[CouponFact] = []
    for some in _portions(players):
        coupon_facts += await coupon_service.read(coupons_of, some)
    return books_of(coupon_facts, catch_facts)


def _portions(players: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(players), AT_ONCE):
        yield players[start : start + AT_ONCE]


_COUPONS = select(
    coupons.c.id,
    coupons.c.code,
    coupons.c.campaign_id,
    coupons.c.catch_id,
    coupons.c.cat_id,
    coupons.c.player_id,
    coupons.c.issued_ms,
    coupons.c.expires_ms,
).where(among(coupons.c.player_id, "players"))
_CHANGES = (
    select(coupon_events.c.coupon_id, coupon_events.c.change)
    .join_from(coupon_events, coupons)
    .where(among(coupons.c.player_id, "players"))
)
_CATCHES = select(
    catches.c.id,
    catches.c.cat_id,
    catches.c.player_id,
    catches.c.attempt,
    catches.c.points,
    catches.c.no_coupon,
).where(among(catches.c.player_id, "players"))


def coupons_of(connection: Connection, players: Sequence[str]) -> list[CouponFact]:
    """Every coupon of the players."""
    asked = {"players": texts(players)}
    states: defaultdict[int, set[CouponState]] = defaultdict(lambda: {CouponState.ACTIVE})
    for coupon, change in connection.execute(_CHANGES, asked):
        states[coupon].add(_LEADS_TO[Change(change)])
    return [
        CouponFact(
            code=row.code,
            campaign=row.campaign_id,
            catch=row.catch_id,
            cat=row.cat_id,
            player=row.player_id,
            states=frozenset(states[row.id]),
            issued_ms=row.issued_ms,
            expires_ms=row.expires_ms,
        )
        for row in connection.execute(_COUPONS, asked)
    ]


def catches_of(connection: Connection, players: Sequence[str]) -> list[CatchFact]:
    """Every recorded catch of the players."""
    return [CatchFact(*row) for row in connection.execute(_CATCHES, {"players": texts(players)})]


# Every change is one of an active coupon, but `reverse`, which leads back to that.
_LEADS_TO = {change: after(CouponState.ACTIVE, change) or CouponState.ACTIVE for change in Change}
