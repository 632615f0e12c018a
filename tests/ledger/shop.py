"""What most tests of the books begin with: a merchant with a store, campaigns, and catches."""

from itertools import count

from msgspec import Struct

from gameserver.game.model import IssueItem, catch_id
from gameserver.ledger.campaigns import Campaign, NewCampaign
from gameserver.ledger.ledger import Ledger
from gameserver.ledger.stores import NewStore, Store

NOW = 1_700_000_000_000
DAY_MS = 86_400_000

_numbers = count()


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now_ms = NOW

    def __call__(self) -> int:
        return self.now_ms


class Shop(Struct, frozen=True):
    """A merchant, the id of its key, and a store."""

    merchant: str
    key: str
    store: str


async def open_shop(ledger: Ledger, name: str = "Bakery") -> Shop:
    """A merchant with one store, in UTC."""
    merchant = await ledger.merchants.add_merchant(name)
    principal = await ledger.merchants.authenticate(merchant.key)
    assert principal is not None
    store = await ledger.merchants.create_store(
        merchant.id, NewStore(name=f"{name} 1", lat=31.2, lon=121.5)
    )
    assert isinstance(store, Store)
    return Shop(merchant.id, principal.key, store.id)


async def campaign(ledger: Ledger, shop: Shop, stock: int, **fields: object) -> str:
    """The id of a new campaign; `fields` are those of NewCampaign."""
    wanted = NewCampaign(**{"title": "A bun", "kind": "gift", **fields}, stock=stock)
    made = await ledger.merchants.create_campaign(shop.merchant, wanted)
    assert isinstance(made, Campaign)
    return made.id


async def counters(ledger: Ledger, shop: Shop, campaign: str) -> tuple[int, int, int]:
    """A campaign's reserved, issued and redeemed."""
    found = await ledger.merchants.get_campaign(shop.merchant, campaign)
    assert found is not None
    return found.reserved, found.issued, found.redeemed


def caught(
    campaign: str, cat: str | None = None, player: str | None = None, at_ms: int = NOW
) -> IssueItem:
    """A catch of a cat, or of one that nobody else caught, by a player, or by one of its own."""
    number = next(_numbers)
    cat = cat or f"872830828-{number}"
    player = player or f"p{number}"
    return IssueItem(catch_id(cat, player, "1"), cat, player, campaign, "store", at_ms)
