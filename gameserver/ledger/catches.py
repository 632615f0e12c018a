"""The record of catches."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct
from sqlalchemy import (
    Connection,
    bindparam,
    false,
    func,
    select,
    tuple_,
    union_all,
    update,
)

from gameserver.game.model import Claim, IssueItem
from gameserver.ledger.batch import AnyRow, Many, among, many_inserts, pairs_among, texts
from gameserver.ledger.database import Database
from gameserver.ledger.fresh import NotFresh, gone
from gameserver.ledger.paging import Page, page_size, pair_cursor, text_cursor
from gameserver.ledger.scores import Period, Score, add_scores, leaderboard
from gameserver.ledger.tables import catch_is_owed, catches


class Catch(Struct, frozen=True):
    """One catch in the record.

    Of a cat of a `campaign`: `owed` while its coupon is still to come, `no_coupon` is why there is
    none after all.
    """

    catch: str
    cat: str
    attempt: str
    species: str
    points: int
    store: str
    at_ms: int
    campaign: str | None
    owed: bool
    no_coupon: str | None


class Kept(Struct, frozen=True):
    """A catch in the record, and whether its coupon is still to come."""

    claim: Claim
    is_owed: bool


class Summary(Struct, frozen=True):
    """What a player has caught in all."""

    catches: int
    points: int
    species: dict[str, int]


_CATCH = select(catches.c.id, catches.c.cat_id, catches.c.player_id, catches.c.owed)
_OF_PAIRS = _CATCH.where(pairs_among(catches.c.cat_id, catches.c.player_id, "pairs"))
# Not one SELECT with OR, for which PostgreSQL would read the whole table.
_THERE = union_all(_CATCH.where(among(catches.c.id, "ids")), _OF_PAIRS)
_COLUMNS = (
    "id",
    "cat_id",
    "player_id",
    "attempt",
    "species",
    "points",
    "store_id",
    "at_ms",
    "campaign_id",
    "owed",
)
_INSERT = many_inserts(catches, *_COLUMNS)
_INSERT_NEW = many_inserts(catches, *_COLUMNS, ignore=True)
_SETTLE = Many(
    update(catches)
    .where(catches.c.id == bindparam("catch"), catch_is_owed)
    .values(owed=false(), no_coupon=bindparam("reason")),
    "reason",
    "catch",
)
_OWED = (
    select(catches)
    .where(
        catch_is_owed,
        catches.c.at_ms < bindparam("before_ms"),
        tuple_(catches.c.at_ms, catches.c.id)
        > tuple_(bindparam("after_ms"), bindparam("after_id")),
    )
    .order_by(catches.c.at_ms, catches.c.id)
    .limit(bindparam("most"))
)
_FIND = select(catches).where(catches.c.id == bindparam("id"))
_PAID = (
    select(catches)
    .where(
        catches.c.campaign_id.is_not(None),
        catches.c.no_coupon.is_(None),
        ~catch_is_owed,
        catches.c.id > bindparam("after"),
    )
    .order_by(catches.c.id)
    .limit(bindparam("most"))
)
_ATTEMPTS = select(catches.c.id, catches.c.attempt).where(among(catches.c.id, "ids"))


class Catches:
    """Keeps the record of catches."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def record(
        self, claims: Sequence[Claim], now_ms: int, owed: Collection[str] = ()
    ) -> list[bool]:
        """See `record`."""
        return await self._db.write(record, claims, owed)

    async def barred(self, items: Sequence[IssueItem]) -> set[str]:
        """See `barred`."""
        return await self._db.read(barred, items)

    async def settle(self, reasons: Mapping[str, str]) -> None:
        """See `settle`."""
        await self._db.write(settle, reasons)

    async def owed(self, before_ms: int, limit: int, cursor: str | None = None) -> Page[Claim]:
        """See `owed`."""
        return await self._db.read(owed, before_ms, limit, cursor)

    async def find(self, catch: str) -> Kept | None:
        """See `find`."""
        return await self._db.read(find, catch)

    async def paid(self, limit: int, cursor: str | None = None) -> Page[Claim]:
        """See `paid`."""
        return await self._db.read(paid, limit, cursor)

    async def attempts(self, ids: Sequence[str]) -> dict[str, str]:
        """See `attempts`."""
        return await self._db.read(attempts, ids)

    async def of_player(self, player: str, limit: int, cursor: str | None = None) -> Page[Catch]:
        """See `of_player`."""
        return await self._db.read(of_player, player, limit, cursor)

    async def summary(self, player: str) -> Summary:
        """See `summary`."""
        return await self._db.read(summary, player)

    async def leaderboard(self, period: Period, limit: int, now_ms: int) -> list[Score]:
        """See `leaderboard`."""
        return await self._db.read(leaderboard, period, limit, now_ms)


def record(connection: Connection, claims: Sequence[Claim], owed: Collection[str]) -> list[bool]:
    """Write catches down, each once, however often they are brought; which of them stand.

    A catch does not stand where its player has another of the same cat. `owed` are the ids of the
    catches whose coupon is still to come; one that is brought again without being owed has it now.
    What players caught who are gone is not written down, and stands for all they care.
    """
    asked = {
        "ids": texts({claim.catch for claim in claims}),
        "pairs": texts({(claim.cat, claim.player) for claim in claims}),
    }
    by_pair: dict[tuple[str, str], str] = {}
    waiting: set[str] = set()
    for id_, cat, player, is_owed in connection.execute(_THERE, asked):
        by_pair[cat, player] = id_
        if is_owed:
            waiting.add(id_)
    are_gone = gone(connection, {claim.player for claim in claims})
    fresh = []
    for claim in claims:
        if claim.player not in are_gone and (claim.cat, claim.player) not in by_pair:
            by_pair[claim.cat, claim.player] = claim.catch
            fresh.append(claim)
    _INSERT(connection, [_row(claim, claim.catch in owed) for claim in fresh])
    add_scores(connection, fresh)
    came = waiting.intersection(claim.catch for claim in claims).difference(owed)
    _SETTLE(connection, [(None, id_) for id_ in sorted(came)])
    return [by_pair.get((claim.cat, claim.player), claim.catch) == claim.catch for claim in claims]


def record_fresh(connection: Connection, claims: Sequence[Claim]) -> None:
    """Write catches down that are all new, of players who are there; else NotFresh."""
    if _INSERT_NEW(connection, [_row(claim, False) for claim in claims]) != len(claims):
        raise NotFresh
    add_scores(connection, claims)


def barred(connection: Connection, items: Sequence[IssueItem]) -> set[str]:
    """The catches that can't stand: their players have another of the same cat in the record."""
    pairs = texts({(item.cat, item.player) for item in items})
    rows = connection.execute(_OF_PAIRS, {"pairs": pairs})
    there = {(row.cat_id, row.player_id): row.id for row in rows}
    return {
        item.catch for item in items if there.get((item.cat, item.player), item.catch) != item.catch
    }


def settle(connection: Connection, reasons: Mapping[str, str]) -> None:
    """Write down of catches whose coupons are owed that there is none, and why, by catch id.

    A catch that is not owed anything stays as it is.
    """
    _SETTLE(connection, [(reason, id_) for id_, reason in sorted(reasons.items())])


def owed(connection: Connection, before_ms: int, limit: int, cursor: str | None) -> Page[Claim]:
    """Catches from before a time whose coupon is still to come, the oldest first.

    Their claims' titles are not kept in the books, and empty here.
    """
    size = page_size(limit)
    after_id, after_ms = ("", -1) if cursor is None else pair_cursor(cursor)
    asked = {"before_ms": before_ms, "after_ms": after_ms, "after_id": after_id, "most": size + 1}
    rows = connection.execute(_OWED, asked).all()
    last = rows[size - 1] if len(rows) > size else None
    following = None if last is None else f"{last.id}.{last.at_ms}"
    return Page([_claim(row) for row in rows[:size]], following)


def find(connection: Connection, catch: str) -> Kept | None:
    """The catch with this id, as it is recorded; its claim's title is empty here."""
    row = connection.execute(_FIND, {"id": catch}).one_or_none()
    return None if row is None else Kept(_claim(row), bool(row.owed))


def paid(connection: Connection, limit: int, cursor: str | None) -> Page[Claim]:
    """Catches that have their coupon, in the order of their ids. Their claims have no titles."""
    size = page_size(limit)
    after = "" if cursor is None else text_cursor(cursor)
    rows = connection.execute(_PAID, {"after": after, "most": size + 1}).all()
    following = rows[size - 1].id if len(rows) > size else None
    return Page([_claim(row) for row in rows[:size]], following)


def attempts(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The players' own ids of the catches `ids`, of those that are recorded."""
    rows = connection.execute(_ATTEMPTS, {"ids": texts(ids)})
    return {row.id: row.attempt for row in rows}


def of_player(connection: Connection, player: str, limit: int, cursor: str | None) -> Page[Catch]:
    """A player's catches, the newest first."""
    size = page_size(limit)
    query = select(catches).where(catches.c.player_id == player)
    if cursor is not None:
        id_, at_ms = pair_cursor(cursor)
        query = query.where(tuple_(catches.c.at_ms, catches.c.id) < tuple_(at_ms, id_))
    newest = query.order_by(catches.c.at_ms.desc(), catches.c.id.desc()).limit(size + 1)
    rows = connection.execute(newest).all()
    last = rows[size - 1] if len(rows) > size else None
    following = None if last is None else f"{last.id}.{last.at_ms}"
    return Page([_catch(row) for row in rows[:size]], following)


def summary(connection: Connection, player: str) -> Summary:
    """How much a player has caught in all, and how many of each species."""
    rows = connection.execute(
        select(catches.c.species, func.count(), func.sum(catches.c.points))
        .where(catches.c.player_id == player)
        .group_by(catches.c.species)
        .order_by(catches.c.species)
    ).all()
    return Summary(
        catches=sum(count for _, count, _ in rows),
        points=sum(int(points) for _, _, points in rows),
        species={species: count for species, count, _ in rows},
    )


def _row(claim: Claim, is_owed: bool) -> tuple[object, ...]:
    return (
        claim.catch,
        claim.cat,
        claim.player,
        claim.attempt,
        claim.species,
        claim.points,
        claim.store,
        claim.at_ms,
        claim.campaign,
        is_owed,
    )


def _claim(row: AnyRow) -> Claim:
    return Claim(
        catch=row.id,
        cat=row.cat_id,
        player=row.player_id,
        attempt=row.attempt,
        species=row.species,
        points=row.points,
        store=row.store_id,
        at_ms=row.at_ms,
        campaign=row.campaign_id,
        title="",
    )


def _catch(row: AnyRow) -> Catch:
    return Catch(
        catch=row.id,
        cat=row.cat_id,
        attempt=row.attempt,
        species=row.species,
        points=row.points,
        store=row.store_id,
        at_ms=row.at_ms,
        campaign=row.campaign_id,
        owed=bool(row.owed),
        no_coupon=row.no_coupon,
    )
