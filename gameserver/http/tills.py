"""A till before its first coupon: whose key it has, and which stores it may be at."""

from typing import Literal

from msgspec import Struct

from gameserver.http.call import Call, Paging, Role


class TillStore(Struct, frozen=True):
    """A store as people at its till know it."""

    id: str
    name: str
    address: str | None
    ref: str | None


class Till(Struct, frozen=True, kw_only=True):
    """Whose key was sent, what it may do, and part of the merchant's stores."""

    role: Literal["merchant", "clerk"]
    merchant: str
    name: str
    items: list[TillStore]
    next: str | None


async def open_till(call: Call[None, Paging]) -> Till:
    """Whose key this is, and the stores at which it redeems, the oldest first.

    Clerks, who may look at nothing else of a store, choose here where they stand.
    """
    merchants = call.site.ledger.merchants
    page = await merchants.list_stores(call.merchant, call.query.limit, call.query.cursor)
    return Till(
        role="clerk" if call.who.role is Role.CLERK else "merchant",
        merchant=call.merchant,
        name=await merchants.name_of(call.merchant),
        items=[TillStore(store.id, store.name, store.address, store.ref) for store in page.items],
        next=page.next,
    )
