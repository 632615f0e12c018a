"""What the HTTP API is made with. The server's wiring makes one `Site` per process."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gameserver.coupons.client import CouponClient
from gameserver.coupons.service import CouponService
from gameserver.game.catching import Rules
from gameserver.game.model import Cat
from gameserver.game.no_spawn import NoSpawn
from gameserver.geocoding import Geocoder
from gameserver.http.page_settings import PageSettings
from gameserver.http.traffic import Traffic
from gameserver.ledger.ledger import Ledger
from gameserver.live.messages import InboxMessage
from gameserver.screen.broadcast import Broadcast
from gameserver.species import Species


async def no_cats(_: str) -> Sequence[tuple[Cat, int]]:
    """The cats of a region, where no game is."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The parts and limits behind the API."""

    ledger: Ledger
    coupons: CouponService
    rules: Rules
    species: Mapping[str, Species]
    secret: bytes
    """Signs players' tokens."""
    clock: Callable[[], int]
    """Epoch milliseconds."""
    token_ttl_ms: int
    ready: Callable[[], Awaitable[Mapping[str, str]]]
    """Each component and `ok`, or what is wrong with it."""
    metrics: Callable[[], Awaitable[bytes]]
    """Prometheus' text format."""
    tell: Callable[[InboxMessage], Awaitable[None]]
    """Reaches a player's session, wherever it is. May fail: what it tells stands in the ledger."""
    forget_track: Callable[[str], Awaitable[None]]
    """Takes out where a player was. May fail: it goes by itself within a day."""
    traffic: Traffic = field(default_factory=Traffic)
    """Counts what is asked of the API."""
    pages: PageSettings = field(default_factory=PageSettings)
    """What the operator has set for the pages."""
    no_spawn: Callable[[], NoSpawn] = NoSpawn
    """Where no cat may be now."""
    census: Callable[[str], Awaitable[Sequence[tuple[Cat, int]]]] = no_cats
    """The cats of a region with the catches left in them. LiveError."""
    geocoder: Geocoder | None = None
    """Looks addresses up; None: nobody does."""
    coupon_client: CouponClient | None = None
    """The coupon service that has the books of coupons, where that is not this process."""
    broadcast: Broadcast | None = None
    """Tells big screens what happens; None where no game is played."""
    origins: tuple[str, ...] = ()
    """Origins whose pages may call the API from a browser, besides its own."""
    guests_per_minute: int = 0
    """Guests from one address and minute (0: no limit); load bots and offices share one."""
