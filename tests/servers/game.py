"""A whole server in the test's own process, its merchant, and players by plain sockets."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from gameserver.app import App, running
from gameserver.config import Config
from gameserver.coupon_server import running_coupons
from gameserver.game.catching import Rules
from gameserver.game.model import SpawnPlan
from gameserver.game.tokens import make_token
from gameserver.ledger.campaigns import Campaign, NewCampaign
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.ledger.stores import NewStore, Store
from tests.servers.moody import Moody, moody
from tests.waiting import until

PLACE = (1.30399, 103.83194)
SURE = Rules(aim_min_ms=0, cool_down_ms=0, misses_max=1000)
"""No waiting between aim and throw: what a test is about is not the clock."""

SURE_SPECIES = "parcel"


class Game:
    """The server, and what a merchant and an operator would do to it."""

    def __init__(self, app: App, secret: bytes) -> None:
        self.app = app
        self._secret = secret
        self.merchant = ""
        self.key = ""
        self.coupon_books = app.ledger
        """Where campaigns and coupons are; a coupon service may have them."""

    @property
    def play_url(self) -> str:
        return self.app.url.replace("http", "ws", 1) + "/play"

    def token(self, player: str) -> str:
        return make_token(self._secret, player, int(time.time() * 1000) + 3_600_000)

    async def open_merchant(self) -> None:
        made = await self.app.ledger.merchants.add_merchant("Test Merchant")
        self.merchant, self.key = made.id, made.key

    async def campaign(self, **fields: Any) -> Campaign:
        wanted = NewCampaign(**({"title": "A tea", "kind": "gift", "stock": 1000} | fields))
        made = await self.coupon_books.merchants.create_campaign(self.merchant, wanted)
        assert isinstance(made, Campaign)
        return made

    async def store(
        self, plan: SpawnPlan | None, place: tuple[float, float] = PLACE, **fields: Any
    ) -> Store:
        """A store with its plan; its cats come within a round of the keeper."""
        wanted = NewStore(
            name="Corner", lat=place[0], lon=place[1], timezone="Asia/Singapore", **fields
        )
        made = await self.app.ledger.merchants.create_store(self.merchant, wanted)
        assert isinstance(made, Store)
        if plan is not None:
            put = await self.app.ledger.merchants.put_plan(self.merchant, made.id, plan)
            assert isinstance(put, Store)
        return made

    @asynccontextmanager
    async def player(
        self, name: str, codec: str = "catcat.v1.json", hello: dict[str, Any] | None = None
    ) -> AsyncIterator["Phone"]:
        """A player who has been welcomed."""
        async with self.socket(codec) as phone:
            await phone.send({"type": "hello", "token": self.token(name)} | (hello or {}))
            await phone.next("welcome")
            yield phone

    @asynccontextmanager
    async def socket(self, codec: str = "catcat.v1.json") -> AsyncIterator["Phone"]:
        """A socket that has said nothing yet."""
        async with connect(self.play_url, subprotocols=[Subprotocol(codec)]) as socket:
            phone = Phone(socket, codec == "catcat.v1.msgpack")
            reading = asyncio.create_task(phone.read())
            try:
                yield phone
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)


class Phone:
    """A client that remembers everything it was told."""

    def __init__(self, socket: ClientConnection, packed: bool) -> None:
        self.socket = socket
        self._packed = packed
        self.told: list[dict[str, Any]] = []
        self.cats: dict[str, dict[str, Any]] = {}
        self._taken: set[int] = set()

    async def read(self) -> None:
        async for frame in self.socket:
            packed = isinstance(frame, bytes)
            message = msgpack.unpackb(frame) if packed else json.loads(frame)
            self.told.append(message)
            if message["type"] == "cats":
                self.cats.update({cat["id"]: cat for cat in message["appear"]})
                for cat in message["vanish"]:
                    self.cats.pop(cat, None)

    async def send(self, message: dict[str, Any]) -> None:
        packed = msgpack.packb(message) if self._packed else json.dumps(message)
        await self.socket.send(packed)

    async def next(self, *types: str) -> dict[str, Any]:
        """The first message of one of the types that no `next` has returned yet."""

        def found() -> dict[str, Any] | None:
            for index, message in enumerate(self.told):
                if index not in self._taken and message["type"] in types:
                    self._taken.add(index)
                    return message
            return None

        message = await until(found)
        assert message is not None
        return message

    async def closed(self) -> int:
        """The code that the server closes with."""
        async with asyncio.timeout(20):
            await self.socket.wait_closed()
        assert self.socket.close_code is not None
        return self.socket.close_code

    async def stand(self, place: tuple[float, float] = PLACE, **fields: Any) -> None:
        fix = {"lat": place[0], "lon": place[1], "accuracy_m": 5.0, "at_ms": time.time() * 1000}
        await self.send({"type": "fix"} | fix | fields)

    async def some_cat(self) -> dict[str, Any]:
        await until(lambda: self.cats)
        return next(iter(self.cats.values()))

    async def aim(self, cat: str) -> dict[str, Any]:
        await self.send({"type": "aim", "cat": cat})
        return await self.next("encounter", "refused")

    async def catch(self, cat: str, attempt: str) -> dict[str, Any]:
        """Aim and throw once; the answer to the throw."""
        aimed = await self.aim(cat)
        if aimed["type"] == "refused":
            return aimed
        return await self.throw(cat, attempt, aimed["ticket"])

    async def throw(self, cat: str, attempt: str, ticket: str) -> dict[str, Any]:
        await self.send({"type": "catch", "attempt": attempt, "cat": cat, "ticket": ticket})
        return await self.next("caught", "refused")

    async def catch_surely(self, cat: str, attempt: str) -> dict[str, Any]:
        """Aim and throw, again after each miss, with attempt ids of their own."""
        for number in range(50):
            answer = await self.catch(cat, f"{attempt}-{number}")
            if answer.get("reason") != "missed":
                return answer
        raise AssertionError("missed fifty times")


@asynccontextmanager
async def game(
    data_dir: Path,
    *,
    rules: Rules = SURE,
    redis: str | None = None,
    database: str | None = None,
    coupons: "Service | None" = None,
    **settings: Any,
) -> AsyncIterator[Game]:
    """A server on a free port with a merchant; throws may miss, but never flee a player."""
    config = Config(
        port=0, data_dir=data_dir, redis=redis, database=database, rules=rules, **settings
    )
    if coupons is not None:
        config = replace(config, coupons=coupons.moody.url, coupons_key=coupons.key)
    async with running(config) as app:
        made = Game(app, await app.ledger.players.secret())
        if coupons is not None:
            made.coupon_books = coupons.books
        await made.open_merchant()
        yield made


@dataclass
class Service:
    """A coupon service with books of its own at `url`, and a moody one in front of it."""

    url: str
    key: str
    books: Ledger
    moody: Moody


@asynccontextmanager
async def coupon_service(data_dir: Path) -> AsyncIterator[Service]:
    """A coupon service on a free port."""
    config = Config(port=0, data_dir=data_dir)
    async with (
        running_coupons(config) as url,
        open_ledger(config.database_url) as books,
        moody(url) as front,
    ):
        yield Service(url, config.service_key(), books, front)


def plan(**fields: Any) -> SpawnPlan:
    """A plan of one common cat exactly at the store."""
    defaults: dict[str, Any] = {
        "cats_alive": 1,
        "lifetime_s": 600,
        "radius_m": 0.0,
        "species": {SURE_SPECIES: 1.0},
    }
    return SpawnPlan(**(defaults | fields))
