"""Players: the secret that signs their tokens, bans, and being forgotten.

A player is only an id in a signed token; the books have a row for one only if there is something
to say.
"""

from collections.abc import Callable
from secrets import token_bytes, token_hex

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Table, exists, or_, select, update

from gameserver.ledger.batch import insert_ignore
from gameserver.ledger.database import Database
from gameserver.ledger.paging import page_size
from gameserver.ledger.revisions import next_rev
from gameserver.ledger.sanctions import forget as forget_sanctions
from gameserver.ledger.scores import forget_scores
from gameserver.ledger.tables import catches, coupons, players, secrets

_PLAYER_SECRET = "player tokens"  # noqa: S105 - the name under which it is kept
_SECRET_BYTES = 32

GONE = "gone-"
"""What the names begin with that the books have instead of those who asked to be forgotten."""


class Ban(Struct, frozen=True):
    """Who bans whom, and why; `until_ms` None is for good."""

    player: str
    until_ms: int | None
    reason: str
    by: str


class Standing(Struct, frozen=True):
    """What there is to say of a player.

    Banned until `until_ms`, or for good (None); who is gone is banned for good. `rev` grows with
    every change, over all players.
    """

    player: str
    banned: bool
    until_ms: int | None
    gone: bool
    rev: int

    def may_play(self, now_ms: int) -> bool:
        """Neither gone nor banned at that time."""
        over = self.until_ms is not None and now_ms >= self.until_ms
        return over or not self.banned


class Players:
    """Keeps what there is to say of players."""

    def __init__(self, db: Database, clock: Callable[[], int]) -> None:
        self._db = db
        self._clock = clock

    async def secret(self) -> bytes:
        """The server's 32 secret bytes, the same for every process of one database, for ever."""
        return await self._db.write(player_secret)

    async def ban(self, player: str, until_ms: int | None, reason: str, by: str) -> None:
        """Ban a player until a time, or for good; `by` is the id of the key that does it."""
        await self._db.write(ban, Ban(player, until_ms, reason, by))

    async def unban(self, player: str) -> bool:
        """Lift a ban; False if there was none."""
        return await self._db.write(unban, player)

    async def banned_since(self, rev: int, limit: int = 1000) -> list[Standing]:
        """At most `limit` players whose standing changed after `rev`, in the order of change."""
        return await self._db.read(changed_since, rev, limit)

    async def is_banned(self, player: str) -> bool:
        """Whether a player may not play now: banned, or gone."""
        standing = await self._db.read(standing_of, player)
        return standing is not None and not standing.may_play(self._clock())

    async def forget(self, player: str) -> None:
        """See `forget`."""
        await self._db.write(forget, player, self._clock())


def player_secret(connection: Connection) -> bytes:
    """The secret that signs players' tokens, made when it is first asked for."""
    query = select(secrets.c.value).where(secrets.c.name == _PLAYER_SECRET)
    found = connection.scalar(query)
    if found is None:
        made = insert_ignore(connection, secrets)
        connection.execute(made.values(name=_PLAYER_SECRET, value=token_bytes(_SECRET_BYTES)))
        found = connection.execute(query).scalar_one()
    return bytes(found)


def ban(connection: Connection, wanted: Ban) -> None:
    """Ban a player, in place of any other ban."""
    _put(
        connection,
        wanted.player,
        banned=True,
        banned_until_ms=wanted.until_ms,
        reason=wanted.reason,
        banned_by=wanted.by,
    )


def unban(connection: Connection, player: str) -> bool:
    """Lift a ban; False if there was none."""
    standing = standing_of(connection, player)
    if standing is None or not standing.banned:
        return False
    _put(connection, player, banned=False, banned_until_ms=None, reason=None, banned_by=None)
    return True


def standing_of(connection: Connection, player: str) -> Standing | None:
    """What there is to say of a player, or None."""
    rows = _standings(connection, players.c.id == player, 1)
    return rows[0] if rows else None


def changed_since(connection: Connection, rev: int, limit: int) -> list[Standing]:
    """Players whose standing changed after `rev`, in the order of change."""
    return _standings(connection, players.c.rev > rev, page_size(limit))


def forget(connection: Connection, player: str, now_ms: int) -> None:
    """Take a player out of the books, for good.

    Catches and coupons stay for the accounts, under a random name that leads nowhere; the player's
    own ids of attempts and the score go. The id itself is kept as gone, so that it gets nothing
    more. Saying it again takes out what was still on its way the first time.
    """
    _anonymise(connection, player)
    forget_sanctions(connection, player)
    _put(connection, player, gone_ms=now_ms)


def forget_leftovers(connection: Connection, limit: int) -> int:
    """Take out what was still on its way when players went, of at most `limit` of them."""
    late = or_(*(exists().where(table.c.player_id == players.c.id) for table in (coupons, catches)))
    gone = select(players.c.id).where(players.c.gone_ms.is_not(None), late)
    found = list(connection.scalars(gone.order_by(players.c.id).limit(limit)))
    for player in found:
        _anonymise(connection, player)
    return len(found)


def _anonymise(connection: Connection, player: str) -> None:
    nobody = GONE + token_hex(12)
    forget_scores(connection, player)
    _rename(connection, coupons, player, nobody)
    _rename(connection, catches, player, nobody, attempt="")


def _rename(connection: Connection, table: Table, player: str, nobody: str, **values: str) -> None:
    connection.execute(
        update(table).where(table.c.player_id == player).values(player_id=nobody, **values)
    )


def _put(connection: Connection, player: str, **values: object) -> None:
    rev = next_rev(connection)
    connection.execute(insert_ignore(connection, players).values(id=player, rev=rev))
    connection.execute(update(players).where(players.c.id == player).values(rev=rev, **values))


def _standings(connection: Connection, which: ColumnElement[bool], limit: int) -> list[Standing]:
    rows = connection.execute(select(players).where(which).order_by(players.c.rev).limit(limit))
    return [
        Standing(row.id, True, None, gone=True, rev=row.rev)
        if row.gone_ms is not None
        else Standing(row.id, row.banned, row.banned_until_ms, gone=False, rev=row.rev)
        for row in rows
    ]
