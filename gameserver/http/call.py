"""A request, once it is known who asks and what for."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from msgspec import Meta, Struct

from gameserver.coupons.wire import ActingFor
from gameserver.http.memory import Memory
from gameserver.http.site import Site
from gameserver.ledger.idempotency import Request


class Role(StrEnum):
    """Who may ask. `anyone` needs no key or token."""

    ANYONE = "anyone"
    PLAYER = "player"
    MERCHANT = "merchant"
    CLERK = "clerk"
    ADMIN = "admin"
    SERVICE = "service"


KEYED = frozenset({Role.MERCHANT, Role.CLERK, Role.ADMIN, Role.SERVICE})
"""The roles that an API key has; a player has a token."""


class Who(Struct, frozen=True):
    """Who asks: a player, or the holder of a key, which is of a merchant or of nobody.

    `through` says more where a game server asks on behalf of a merchant or clerk.
    """

    role: Role
    player: str | None = None
    merchant: str | None = None
    key: str | None = None
    through: ActingFor | None = None


ANYONE = Who(Role.ANYONE)

B = TypeVar("B")
Q = TypeVar("Q")
T = TypeVar("T")

Cursor = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_~.=-]{1,128}$(?!\n)", description="`next` as it came")
]
PageSize = Annotated[int, Meta(ge=1, le=500, description="How many items at most.")]


class NoQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters."""


class Paging(Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of a list."""

    limit: PageSize = 50
    cursor: Cursor | None = None


class Listed(Struct, Generic[T], frozen=True):
    """Part of a list; `next` is the cursor of what follows, or null at the end."""

    items: list[T]
    next: str | None


class OnceKey(Struct, frozen=True):
    """An Idempotency-Key with what is asked; `seal` is the caller's secret, which nobody keeps."""

    request: Request
    seal: bytes


@dataclass(frozen=True, slots=True)
class Call(Generic[B, Q]):
    """A request that was let in: its body and parameters are checked for shape and range."""

    site: Site
    memory: Memory
    who: Who
    address: str
    path: Mapping[str, str]
    query: Q
    body: B
    now_ms: int
    once: OnceKey | None = None

    @property
    def merchant(self) -> str:
        """The merchant whose key it is. The route lets nobody else in."""
        assert self.who.merchant is not None
        return self.who.merchant

    @property
    def player(self) -> str:
        """The player whose token it is. The route lets nobody else in."""
        assert self.who.player is not None
        return self.who.player

    @property
    def key(self) -> str:
        """The id of the key. The route lets nobody else in."""
        assert self.who.key is not None
        return self.who.key


AnyCall = Call[Any, Any]
