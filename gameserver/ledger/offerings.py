"""What campaigns say of themselves to the rest of the game."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from gameserver.game.model import Offering
from gameserver.ledger.batch import among, texts
from gameserver.ledger.tables import campaigns

_OFFERINGS = select(
    campaigns.c.id,
    campaigns.c.merchant_id,
    campaigns.c.title,
    campaigns.c.state,
    campaigns.c.starts_ms,
    campaigns.c.ends_ms,
).where(among(campaigns.c.id, "ids"))


def offerings(connection: Connection, ids: Sequence[str]) -> list[Offering]:
    """The campaigns of `ids` that there are, in any order."""
    rows = connection.execute(_OFFERINGS, {"ids": texts(ids)})
    return [
        Offering(row.id, row.merchant_id, row.title, row.state, row.starts_ms, row.ends_ms)
        for row in rows
    ]
