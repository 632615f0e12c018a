"""Merchants and what is theirs: keys, stores, spawn plans and campaigns.

Everything is asked for on behalf of one merchant; what is another's is not found (None).
"""

from collections.abc import Callable, Sequence

from msgspec import Struct
from sqlalchemy import Connection, insert, select

from gameserver.game.model import PlannedStore, SpawnPlan
from gameserver.ledger import campaigns, keys, own_codes, stores
from gameserver.ledger.database import Database
from gameserver.ledger.ids import new_id
from gameserver.ledger.keys import NewKey, Principal
from gameserver.ledger.paging import Page, page_size, text_cursor
from gameserver.ledger.revisions import current_rev
from gameserver.ledger.tables import merchants


class Merchant(Struct, frozen=True):
    """Whoever puts cats at their stores."""

    id: str
    name: str


class NewMerchant(Struct, frozen=True):
    """A merchant's id and first key, which is shown this once."""

    id: str
    name: str
    key: str


class Merchants:
    """Keeps merchants, their stores and their campaigns."""

    def __init__(self, db: Database, clock: Callable[[], int]) -> None:
        self._db = db
        self._clock = clock

    async def add_merchant(self, name: str) -> NewMerchant:
        """Make a merchant with a key of the role `merchant`."""
        return await self._db.write(add_merchant, name, self._clock())

    async def list_merchants(self, limit: int, cursor: str | None = None) -> Page[Merchant]:
        """All merchants, the oldest first."""
        return await self._db.read(list_merchants, limit, cursor)

    async def exists(self, merchant: str) -> bool:
        """Whether there is such a merchant."""
        return await self._db.read(exists, merchant)

    async def name_of(self, merchant: str) -> str:
        """The name of a merchant that there is."""
        return await self._db.read(name_of, merchant)

    async def add_key(self, merchant: str, role: keys.Role) -> NewKey | None:
        """A further key of a merchant, `merchant` or `clerk`; None if there is no such merchant."""
        return await self._db.write(keys.add_key, role, merchant, self._clock())

    async def add_admin_key(self) -> NewKey:
        """A key that may do what `/v1/merchants` and bans need."""
        return await self._db.write(add_key_of_nobody, "admin", self._clock())

    async def add_service_key(self) -> NewKey:
        """A key for a game server that asks a coupon service."""
        return await self._db.write(add_key_of_nobody, "service", self._clock())

    async def authenticate(self, key: str) -> Principal | None:
        """See `keys.authenticate`."""
        return await self._db.read(keys.authenticate, key)

    async def revoke_key(self, key_id: str) -> bool:
        """See `keys.revoke_key`."""
        return await self._db.write(keys.revoke_key, key_id, self._clock())

    async def create_store(
        self, merchant: str, store: stores.NewStore
    ) -> stores.Store | stores.NotKept:
        """Make one store. See `stores.create_stores`."""
        made = await self.create_stores(merchant, [store])
        return made[0] if isinstance(made, list) else made

    async def create_stores(
        self, merchant: str, wanted: Sequence[stores.NewStore]
    ) -> list[stores.Store] | stores.NotKept:
        """See `stores.create_stores`."""
        return await self._db.write(stores.create_stores, merchant, wanted, self._clock())

    async def get_store(self, merchant: str, store: str) -> stores.Store | None:
        """See `stores.get_store`."""
        return await self._db.read(stores.get_store, merchant, store)

    async def list_stores(
        self, merchant: str, limit: int, cursor: str | None = None
    ) -> Page[stores.Store]:
        """See `stores.list_stores`."""
        return await self._db.read(stores.list_stores, merchant, limit, cursor)

    async def update_store(
        self, merchant: str, store: str, change: stores.StoreChange
    ) -> stores.Store | stores.NotKept | None:
        """See `stores.update_store`."""
        return await self._db.write(stores.update_store, merchant, store, change)

    async def delete_store(self, merchant: str, store: str) -> bool:
        """See `stores.delete_store`."""
        return await self._db.write(stores.delete_store, merchant, store)

    async def put_plan(self, merchant: str, store: str, plan: SpawnPlan) -> stores.Store | None:
        """See `stores.put_plan`."""
        return await self._db.write(stores.put_plan, merchant, store, plan)

    async def planned_stores(self, since_rev: int, limit: int) -> list[PlannedStore]:
        """See `stores.planned_stores`."""
        return await self._db.read(stores.planned_stores, since_rev, limit)

    async def rev(self) -> int:
        """The number of the last change of any store, plan, campaign or ban."""
        return await self._db.read(current_rev)

    async def regions(self) -> list[str]:
        """See `stores.all_regions`."""
        return await self._db.read(stores.all_regions)

    async def store_regions(self, merchant: str) -> list[tuple[str, str]]:
        """See `stores.store_regions`."""
        return await self._db.read(stores.store_regions, merchant)

    async def timezones(self, ids: Sequence[str]) -> dict[str, str]:
        """See `stores.timezones`."""
        return await self._db.read(stores.timezones, ids)

    async def create_campaign(
        self, merchant: str, campaign: campaigns.NewCampaign
    ) -> campaigns.Campaign | campaigns.NotMade:
        """See `campaigns.create_campaign`."""
        return await self._db.write(campaigns.create_campaign, merchant, campaign, self._clock())

    async def get_campaign(self, merchant: str, campaign: str) -> campaigns.Campaign | None:
        """See `campaigns.get_campaign`."""
        return await self._db.read(campaigns.get_campaign, merchant, campaign)

    async def list_campaigns(
        self, merchant: str, limit: int, cursor: str | None = None
    ) -> Page[campaigns.Campaign]:
        """See `campaigns.list_campaigns`."""
        return await self._db.read(campaigns.list_campaigns, merchant, limit, cursor)

    async def update_campaign(
        self, merchant: str, campaign: str, change: campaigns.CampaignChange
    ) -> campaigns.Campaign | campaigns.Unchanged | None:
        """See `campaigns.update_campaign`."""
        return await self._db.write(campaigns.update_campaign, merchant, campaign, change)

    async def add_codes(
        self, merchant: str, campaign: str, codes: Sequence[str]
    ) -> own_codes.CodesReport | own_codes.GeneratesCodes | None:
        """See `own_codes.add_codes`."""
        sifted = own_codes.sift(codes)
        return await self._db.write(own_codes.add_codes, merchant, campaign, sifted)


def add_merchant(connection: Connection, name: str, now_ms: int) -> NewMerchant:
    """Make a merchant with a key of the role `merchant`."""
    id_ = new_id("mer", now_ms)
    connection.execute(insert(merchants).values(id=id_, name=name, created_ms=now_ms))
    made = keys.add_key(connection, "merchant", id_, now_ms)
    assert made is not None
    return NewMerchant(id_, name, made.key)


def add_key_of_nobody(connection: Connection, role: keys.Role, now_ms: int) -> NewKey:
    """A key of the role `admin` or `service`."""
    made = keys.add_key(connection, role, None, now_ms)
    assert made is not None
    return made


def list_merchants(connection: Connection, limit: int, cursor: str | None) -> Page[Merchant]:
    """All merchants, the oldest first."""
    size = page_size(limit)
    query = select(merchants.c.id, merchants.c.name).order_by(merchants.c.id).limit(size + 1)
    if cursor is not None:
        query = query.where(merchants.c.id > text_cursor(cursor))
    rows = connection.execute(query).all()
    following = rows[size - 1].id if len(rows) > size else None
    return Page([Merchant(row.id, row.name) for row in rows[:size]], following)


def exists(connection: Connection, merchant: str) -> bool:
    """Whether there is such a merchant."""
    return connection.scalar(select(merchants.c.id).where(merchants.c.id == merchant)) is not None


def name_of(connection: Connection, merchant: str) -> str:
    """The name of a merchant that there is."""
    query = select(merchants.c.name).where(merchants.c.id == merchant)
    return str(connection.execute(query).scalar_one())
