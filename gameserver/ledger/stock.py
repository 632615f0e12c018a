"""The counters of a campaign's stock, while a transaction holds their row.

Every change of a campaign's counters or of a reservation is made under the lock of the campaign's
row, and campaigns are locked in the order of their ids.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select, update

from gameserver.game.coupons import Offer, Refusal, Supply, bound
from gameserver.ledger.batch import AnyRow, Many, Question, among, texts
from gameserver.ledger.tables import campaigns

_LOCK = Question(
    select(
        campaigns.c.id,
        campaigns.c.title,
        campaigns.c.state,
        campaigns.c.starts_ms,
        campaigns.c.ends_ms,
        campaigns.c.per_player,
        campaigns.c.per_player_day,
        campaigns.c.valid_for_s,
        campaigns.c.codes,
        campaigns.c.stock,
        campaigns.c.uploaded,
        campaigns.c.reserved,
        campaigns.c.issued,
        campaigns.c.value,
        campaigns.c.budget,
        campaigns.c.pace,
    )
    .where(among(campaigns.c.id, "ids"))
    .order_by(campaigns.c.id)
    .with_for_update(key_share=True),
    "ids",
)

_COUNT = Many(
    update(campaigns)
    .where(campaigns.c.id == bindparam("campaign"))
    .values(
        reserved=campaigns.c.reserved + bindparam("reserved_by"),
        issued=campaigns.c.issued + bindparam("issued_by"),
    ),
    "reserved_by",
    "issued_by",
    "campaign",
)


class CampaignStock:
    """One campaign, locked: what it offers, and its counters as this transaction leaves them."""

    __slots__ = (
        "_issued",
        "_issued_before",
        "_reserved",
        "_reserved_before",
        "_supply",
        "id",
        "is_limited",
        "offer",
        "title",
        "uploaded_codes",
        "valid_for_ms",
    )

    def __init__(self, row: AnyRow) -> None:
        self.id: str = row.id
        self.title: str = row.title
        self.offer = Offer(
            row.state, row.starts_ms, row.ends_ms, row.per_player, row.per_player_day
        )
        self.is_limited = (row.per_player, row.per_player_day) != (None, None)
        self.valid_for_ms: int = row.valid_for_s * 1000
        self.uploaded_codes: bool = row.codes == "uploaded"
        self._supply = Supply(
            stock=min(row.stock, row.uploaded) if self.uploaded_codes else row.stock,
            value=row.value,
            budget=row.budget,
            pace=row.pace,
            starts_ms=row.starts_ms,
            ends_ms=row.ends_ms,
        )
        self._reserved: int = row.reserved
        self._reserved_before: int = row.reserved
        self._issued: int = row.issued
        self._issued_before: int = row.issued

    def short(self, now_ms: int) -> Refusal | None:
        """Why nothing more can be reserved or issued, or None where something is free."""
        return None if self._free(now_ms) > 0 else bound(self._supply, now_ms).refusal

    def _free(self, now_ms: int) -> int:
        """What of the campaign's bound is neither reserved nor issued; less than 0 if it shrank."""
        return bound(self._supply, now_ms).most - self._reserved - self._issued

    @property
    def issued_now(self) -> int:
        """How many coupons this transaction issues."""
        return self._issued - self._issued_before

    def reserve(self, count: int, now_ms: int) -> int:
        """Set aside what of `count` is free, and say how much that is."""
        granted = max(0, min(count, self._free(now_ms)))
        self._reserved += granted
        return granted

    def release(self, count: int) -> None:
        """Give back what was set aside."""
        self._reserved -= count

    def issue(self, *, reserved: bool) -> None:
        """Count a coupon, out of what was set aside or of what is free."""
        self._issued += 1
        if reserved:
            self._reserved -= 1

    @property
    def change(self) -> tuple[int, int, str]:
        """What is to be written down, as a row of `_COUNT`."""
        return (self._reserved - self._reserved_before, self.issued_now, self.id)


def lock_campaigns(connection: Connection, ids: Iterable[str]) -> dict[str, CampaignStock]:
    """Lock the campaigns of `ids` that there are until the transaction ends."""
    rows = _LOCK(connection, texts(sorted(set(ids))))
    return {row.id: CampaignStock(row) for row in rows}


def write_counters(connection: Connection, stocks: Iterable[CampaignStock]) -> None:
    """Write down the counters that changed."""
    _COUNT(connection, [stock.change for stock in stocks if stock.change[:2] != (0, 0)])
