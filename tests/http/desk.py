"""The API on a port of its own over real books, and one caller of every role."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from typing import Any

import msgspec
from aiohttp import ClientSession, web
from msgspec import Struct

from gameserver.game.catching import Rules
from gameserver.game.model import IssueItem, catch_id
from gameserver.game.tokens import make_token
from gameserver.http.call import Role
from gameserver.http.routes import make_web_app
from gameserver.http.site import Site
from gameserver.ledger.ledger import Ledger
from gameserver.live.messages import InboxMessage
from gameserver.species import read_species

SECRET = b"0123456789abcdef0123456789abcdef"
NOW = 1_700_000_000_000
DAY_MS = 86_400_000

PLAYER = "alice"

_numbers = count()


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now_ms = NOW

    def __call__(self) -> int:
        return self.now_ms


class Reply(Struct, frozen=True):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.raw)

    @property
    def code(self) -> str:
        """The code of a problem."""
        assert self.headers["Content-Type"] == "application/problem+json"
        found: str = self.json["code"]
        return found

    @property
    def field(self) -> str:
        """The one field that is wrong."""
        assert self.status == 422, self.raw
        (error,) = self.json["errors"]
        found: str = error["field"]
        return found


@dataclass
class Desk:
    """The server's address, its books, and the keys of one merchant, clerk, admin and service."""

    ledger: Ledger
    clock: Clock
    session: ClientSession
    url: str = ""
    keys: dict[Role, str] = field(default_factory=dict)
    merchant: str = ""
    told: list[InboxMessage] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    components: dict[str, str] = field(default_factory=lambda: {"redis": "ok", "database": "ok"})

    async def ask(
        self, method: str, path: str, body: Any = None, role: Role | None = None, **headers: str
    ) -> Reply:
        """Send a request; headers are given with `_` for `-`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if role is not None and role is not Role.ANYONE:
            sent.setdefault("Authorization", f"Bearer {self.keys[role]}")
        data = None
        if body is not None:
            data = body if isinstance(body, bytes | BytesIO) else msgspec.json.encode(body)
            sent.setdefault("Content-Type", "application/json")
        async with self.session.request(
            method, self.url + path, data=data, headers=sent, allow_redirects=False
        ) as response:
            return Reply(response.status, response.headers, await response.read())

    async def as_merchant(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        return await self.ask(method, path, body, Role.MERCHANT, **headers)

    async def made(self, path: str, body: Any) -> dict[str, Any]:
        """What a merchant's POST has made."""
        reply = await self.as_merchant("POST", path, body)
        assert reply.status == 201, reply.raw
        made: dict[str, Any] = reply.json
        return made

    async def a_store(self, **fields: Any) -> dict[str, Any]:
        return await self.made("/v1/stores", STORE | fields)

    async def a_campaign(self, **fields: Any) -> dict[str, Any]:
        return await self.made("/v1/campaigns", CAMPAIGN | fields)

    async def a_coupon(self, store: str, player: str = PLAYER, **fields: Any) -> str:
        """The code of a coupon of a campaign of its own."""
        campaign = await self.a_campaign(**fields)
        return (await self.coupons(campaign["id"], store, 1, player))[0]

    async def coupons(
        self, campaign: str, store: str, many: int, player: str = PLAYER
    ) -> list[str]:
        """The codes of coupons that a player got."""
        cats = [f"872830828-{next(_numbers)}" for _ in range(many)]
        items = [
            IssueItem(catch_id(cat, player, "1"), cat, player, campaign, store, self.clock())
            for cat in cats
        ]
        results = await self.ledger.coupons.issue(items, self.clock())
        return [result.coupon.code for result in results if result.coupon is not None]

    async def key_of(self, role: str, merchant: str | None = None) -> str:
        """A further key of a merchant."""
        made = await self.ledger.merchants.add_key(merchant or self.merchant, role)  # type: ignore[arg-type]
        assert made is not None
        return made.key


STORE: dict[str, Any] = {
    "name": "Corner",
    "lat": 31.230416,
    "lon": 121.473701,
    "timezone": "Asia/Shanghai",
}
CAMPAIGN: dict[str, Any] = {"title": "A bun", "kind": "gift", "stock": 1000}
PLAN: dict[str, Any] = {
    "cats_alive": 3,
    "lifetime_s": 600,
    "radius_m": 100.0,
    "species": {"bobbin": 3.0, "parcel": 1.0},
}


@asynccontextmanager
async def open_desk(ledger: Ledger, clock: Clock, **site_fields: Any) -> AsyncIterator[Desk]:
    """A desk until the block ends."""
    async with ClientSession() as session:
        desk = Desk(ledger, clock, session)
        merchant = await ledger.merchants.add_merchant("Bakery")
        desk.merchant = merchant.id
        desk.keys = {
            Role.PLAYER: make_token(SECRET, PLAYER, NOW + 3650 * DAY_MS),
            Role.MERCHANT: merchant.key,
            Role.CLERK: await desk.key_of("clerk"),
            Role.ADMIN: (await ledger.merchants.add_admin_key()).key,
            Role.SERVICE: (await ledger.merchants.add_service_key()).key,
        }
        async with serving(make_web_app(site(desk, **site_fields))) as url:
            desk.url = url
            yield desk


def site(desk: Desk, **fields: Any) -> Site:
    """A site whose news end in the desk's list."""

    async def ready() -> Mapping[str, str]:
        return desk.components

    async def forget_track(player: str) -> None:
        desk.forgotten.append(player)

    async def tell(message: InboxMessage) -> None:
        desk.told.append(message)

    async def metrics() -> bytes:
        return b"catcat_up 1\n"

    defaults: dict[str, Any] = {
        "ledger": desk.ledger,
        "coupons": desk.ledger.coupons,
        "rules": Rules(),
        "species": read_species(),
        "secret": SECRET,
        "clock": desk.clock,
        "token_ttl_ms": 30 * DAY_MS,
        "ready": ready,
        "metrics": metrics,
        "tell": tell,
        "forget_track": forget_track,
    }
    return Site(**(defaults | fields))


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """An application on a free port of the loopback."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        listener = web.TCPSite(runner, "127.0.0.1", 0)
        await listener.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
