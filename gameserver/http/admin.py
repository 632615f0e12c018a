"""What operators do: merchants, their keys, bans, and sanctions."""

from typing import Annotated, Literal

from msgspec import Meta, Struct
from sqlalchemy import Connection

from gameserver.game.tokens import player_id_is_good
from gameserver.http.call import Call, Listed, NoQuery, Paging
from gameserver.http.errors import Problem, invalid
from gameserver.http.route import Done
from gameserver.http.texts import Name, Reason, is_id
from gameserver.ledger import keys, merchants, players
from gameserver.ledger.merchants import Merchant
from gameserver.ledger.sanctions import Sanction
from gameserver.live.messages import Banned


class MerchantName(Struct, frozen=True, forbid_unknown_fields=True):
    """A merchant to be."""

    name: Name


class NewMerchant(Struct, frozen=True):
    """A merchant with a first key, which is shown this once."""

    id: str
    name: str
    key: str


class KeyRole(Struct, frozen=True, forbid_unknown_fields=True):
    """What a further key may do: all that a merchant may, or only look up and redeem."""

    role: Literal["merchant", "clerk"] = "merchant"


class NewKey(Struct, frozen=True):
    """A key, which is shown this once, and its id."""

    id: str
    role: Literal["merchant", "clerk"]
    key: str


class NewBan(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a player is banned, and until when; null is for good."""

    reason: Reason = "unspecified"
    until_ms: Annotated[int, Meta(ge=0, le=253_402_300_799_999)] | None = None


class Ban(Struct, frozen=True):
    """A ban that holds."""

    player: str
    reason: str
    until_ms: int | None


class OfPlayer(Paging, frozen=True, forbid_unknown_fields=True):
    """Which part of a list, and of which player; of all without one."""

    player: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


NO_MERCHANT = Problem("not_found", "There is no such merchant.")
NO_KEY = Problem("not_found", "There is no key of that id.")
NO_PLAYER = Problem("not_found", "No player can have that id.")
NO_SANCTION = Problem("not_found", "There is no sanction of that id.")
NO_BAN = Problem("not_found", "This player is not banned.")


async def list_merchants(call: Call[None, Paging]) -> Listed[Merchant]:
    """All merchants, the oldest first."""
    page = await call.site.ledger.merchants.list_merchants(call.query.limit, call.query.cursor)
    return Listed(list(page.items), page.next)


def make_merchant(connection: Connection, call: Call[MerchantName, NoQuery]) -> NewMerchant:
    """Make a merchant, with a first key."""
    made = merchants.add_merchant(connection, call.body.name, call.now_ms)
    return NewMerchant(made.id, made.name, made.key)


def make_key(connection: Connection, call: Call[KeyRole, NoQuery]) -> NewKey | Problem:
    """Make a further key of a merchant."""
    merchant, role = call.path["merchant"], call.body.role
    made = keys.add_key(connection, role, merchant, call.now_ms) if is_id(merchant) else None
    return NO_MERCHANT if made is None else NewKey(made.id, role, made.key)


async def revoke_key(call: Call[None, NoQuery]) -> Problem | None:
    """Let a key, named by its id, open nothing from now on."""
    key = call.path["key"]
    known = is_id(key) and await call.site.ledger.merchants.revoke_key(key)
    return None if known else NO_KEY


def ban(connection: Connection, call: Call[NewBan, NoQuery]) -> Done | Problem:
    """Ban a player, in place of any other ban, and end the session."""
    player, said = call.path["player"], call.body
    if not player_id_is_good(player):
        return NO_PLAYER
    if said.until_ms is not None and said.until_ms <= call.now_ms:
        return invalid("until_ms", "must be in the future")
    players.ban(connection, players.Ban(player, said.until_ms, said.reason, call.key))
    return Done(Ban(player, said.reason, said.until_ms), Banned(player))


async def unban(call: Call[None, NoQuery]) -> Problem | None:
    """Lift a ban."""
    player = call.path["player"]
    if not player_id_is_good(player):
        return NO_PLAYER
    return None if await call.site.ledger.players.unban(player) else NO_BAN


async def list_sanctions(call: Call[None, OfPlayer]) -> Listed[Sanction]:
    """Sanctions with their evidence, the newest first; those that are over or lifted, too."""
    asked = call.query
    page = await call.site.ledger.sanctions.listed(asked.player, asked.limit, asked.cursor)
    return Listed(list(page.items), page.next)


async def lift_sanction(call: Call[None, NoQuery]) -> Problem | None:
    """Let a player have coupons again, within a second or two."""
    sanction = call.path["sanction"]
    known = is_id(sanction) and await call.site.ledger.sanctions.lift(sanction, call.key)
    return None if known else NO_SANCTION
